import type { Patient } from '@medplum/fhirtypes'
import { sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { type Entry, sameContent } from '../entries.ts'
import { samePerson } from '../renewed.ts'
import type { Step } from '../step.ts'
import { type News, toldOf } from './told.ts'

interface Facts extends News {
  said: Patient
  known: Kept<Patient> | undefined
}

/** What is newly known of a patient who is known here already. Whoever was never referred is nobody's patient here. */
export const updated: Step<{ entries: readonly Entry[] }, Facts> = {
  name: 'patient.updated',

  async facts({ entries }, store, actor) {
    const said = patientIn(entries)
    const found = await store.sameIdentifier(said)
    const keys = found ? await keysOf(found, store) : []
    return { said, known: found && sees(actor, keys) ? found : undefined, keys }
  },

  decide(_, { said, known, keys }, at, actor) {
    if (!known) return { filtered: 'No patient who is known to this sender has one of these numbers.' }
    const next = { ...samePerson(said, known), id: known.id, meta: known.meta }
    if (sameContent(next, known)) return {}
    return { write: [next], send: toldOf('patient.updated', [next], { keys }, at, actor) }
  },
}

function patientIn(entries: readonly Entry[]): Patient {
  const patient = entries.map(({ resource }) => resource).find((one) => one.resourceType === 'Patient')
  if (patient) return patient
  throw failure('required', 'The message names no patient.', 'Patient.identifier')
}

/** `org:<id>` of whoever sees the patient. */
export async function keysOf({ id }: Kept<Patient>, store: Reader): Promise<readonly string[]> {
  return (await store.sight(`Patient/${id}`)).filter((key) => key.startsWith('org:'))
}

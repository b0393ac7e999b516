import type { Patient } from '@medplum/fhirtypes'
import { mayInteract, sees } from '../../auth/gate.ts'
import { businessKeys } from '../../fhir/business-key.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Call } from '../call.ts'
import { changed } from '../changed.ts'

/** A patient who is told by value: what it is for, each operation says. */
export const patientResource = {
  use: 'in',
  name: 'patient-resource',
  type: 'Patient',
  min: 0,
  max: '*',
} as const

/**
 * The id of a patient who is told by value: the one whom the caller knows by these identifiers; otherwise written down,
 * as a create does.
 *
 * Fails: required without an identifier, by which it is the same patient the next time; unsupported-value for several;
 * what a create fails with.
 */
export async function patientTold(told: readonly Patient[], call: Call): Promise<string | undefined> {
  const [patient, ...others] = told
  if (!patient) return undefined
  if (others.length > 0) throw failure('unsupported-value', 'A place is booked for one patient.', place)
  if (businessKeys(patient).length === 0)
    throw failure('required', 'A patient who is told by value has an identifier with its system.', place)
  const { house, permit } = call
  const { actor } = permit
  const reader = house.desk(actor).store.reader()
  const known = await reader.sameIdentifier(patient)
  if (known && sees(actor, await reader.sight(`Patient/${known.id}`))) return known.id
  mayInteract(permit, 'Patient', 'c')
  const { id: _, ...resource } = patient
  const { changed: results } = await changed(call, [{ verb: 'create', type: 'Patient', resource }])
  return results[0]?.id
}

const place = 'Parameters.parameter'

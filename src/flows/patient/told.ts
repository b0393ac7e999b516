import type { Patient } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { organizationKey } from '../../auth/gate.ts'
import type { Departure, Kept } from '../../store/index.ts'
import { versionOf } from '../booking/states.ts'
import type { Moment } from '../step.ts'

/** Whose eyes a patient's news is for. */
export interface News {
  /** `org:<id>` of whoever sees the patient. */
  keys: readonly string[]
}

/** News of patients, each as it was before but for what is new, for the systems of all others who see that patient, if theirs take such a thing. */
export function toldOf(
  kind: 'patient.updated' | 'patient.merged',
  patients: readonly Kept<Patient>[],
  { keys }: News,
  { territory }: Moment,
  { organization: own }: Actor,
): Omit<Departure, 'row'>[] {
  const about = patients.map((one) => versionOf(one, one))
  return territory.peers
    .filter(
      ({ organization, takes }) =>
        organization !== own && takes.includes(kind) && keys.includes(organizationKey(organization)),
    )
    .map(({ name }) => ({ peer: name, kind, about }))
}

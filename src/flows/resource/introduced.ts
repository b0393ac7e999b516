import type { Found } from '../../store/index.ts'
import type { Desk } from '../step.ts'
import type { Asked, AskedCreate } from './change.ts'

/**
 * The patient that a new referral names by an identifier, though its sender has not seen that patient before.
 *
 * A second doctor who refers a patient must not be kept out by the first: as by HL7 v2, whoever refers a patient by
 * identifier refers that very patient, and the referral lets its sender see the patient. Only by `If-None-Exist` with
 * an identifier that the resource itself carries, and only beside a new ServiceRequest.
 */
export async function introduced(
  asked: AskedCreate,
  all: readonly Asked[],
  { store }: Desk,
): Promise<Found | undefined> {
  if (asked.type !== 'Patient' || !/^identifier=[^&,]+$/.test(asked.ifNoneExist ?? '')) return undefined
  if (!all.some(({ verb, type }) => verb === 'create' && type === 'ServiceRequest')) return undefined
  const same = await store.reader().sameIdentifier(asked.resource)
  const kept = same && (await store.read('Patient', same.id, 'all'))
  return kept && { ...kept, mode: 'match' }
}

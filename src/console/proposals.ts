import type { Appointment, Location, Organization } from '@medplum/fhirtypes'
import { extensions } from '../fhir/canonical.ts'
import { Failure } from '../fhir/outcome.ts'
import { find } from '../flows/booking/index.ts'
import type { Desk } from '../flows/step.ts'
import type { Kept } from '../store/index.ts'
import type { Dossier } from './dossier.ts'

/** A place that could be had, where it is, and why it stands where it stands. */
export interface Proposal {
  appointment: Appointment
  place: string
  commune: string
  why: string
}

/** How far one looks, and how many one shows. */
const daysAhead = 14
const most = 6

/** Places for a request, best first; none when the request does not say which exam. */
export async function proposalsFor({ request }: Dossier, desk: Desk): Promise<Proposal[]> {
  const now = desk.clock().getTime()
  const wish = {
    start: new Date(now).toISOString(),
    end: new Date(now + daysAhead * 86_400_000).toISOString(),
    request,
    exams: [],
    organizations: [],
    locations: [],
    count: most,
  }
  const found = await find(wish, desk).catch(noneFor)
  return Promise.all(found.map((appointment) => placed(appointment, desk)))
}

/** A request that names its exam in words only: there is nothing to look for yet. */
function noneFor(thrown: unknown): Appointment[] {
  if (thrown instanceof Failure && thrown.case === 'business-rule') return []
  throw thrown
}

/** Where an appointment is, by the place among its participants. */
export async function placed(appointment: Appointment, { store }: Pick<Desk, 'store'>): Promise<Proposal> {
  const reader = store.reader()
  const references = appointment.participant.flatMap(({ actor }) => actor?.reference ?? [])
  const reference = references.find((one) => one.startsWith('Location/'))
  const found = await reader.follow(reference)
  const location = found?.resourceType === 'Location' ? (found as Kept<Location>) : undefined // just compared
  const owner = await reader.follow(location?.managingOrganization?.reference)
  const name = location?.name ?? (owner?.resourceType === 'Organization' ? (owner as Organization).name : '')
  return {
    appointment,
    place: name ?? '',
    commune: location?.address?.city ?? '',
    why: appointment.extension?.find(({ url }) => url === extensions.rank)?.valueString ?? '',
  }
}

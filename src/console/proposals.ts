import type { Appointment, Organization } from '@medplum/fhirtypes'
import { extensions } from '../fhir/canonical.ts'
import { Failure } from '../fhir/outcome.ts'
import { find } from '../flows/booking/index.ts'
import { centreOf } from '../flows/booking/states.ts'
import { type Places, proposalsFor } from '../flows/routing/index.ts'
import type { Desk } from '../flows/step.ts'
import type { Dossier } from './dossier.ts'

/** A place that could be had, where it is, and why it stands where it stands. */
export interface Proposal {
  appointment: Appointment
  place: string
  commune: string
  /** Codes of why it stands where it stands. */
  reasons: readonly string[]
}

/** How many one shows. */
const most = 6

/** Places for a request, best first, at centres that have not refused it; none when it does not say which exam. */
export async function proposalsOf({ request }: Dossier, desk: Desk): Promise<Proposal[]> {
  const found = await proposalsFor(request, places, desk, most).catch(noneFor)
  return Promise.all(found.map((appointment) => placed(appointment, desk)))
}

/** How places are looked for: as `$find` does. */
export const places: Places = async (wish, desk) => (await find(wish, desk)).proposals

/** A request that names its exam in words only: there is nothing to look for yet. */
function noneFor(thrown: unknown): readonly Appointment[] {
  if (thrown instanceof Failure && thrown.case === 'business-rule') return []
  throw thrown
}

/** Where an appointment is: its place, else the centre whose diary its slot is in. */
export async function placed(appointment: Appointment, { store, territory }: Desk): Promise<Proposal> {
  const reader = store.reader()
  const references = appointment.participant.flatMap(({ actor }) => actor?.reference ?? [])
  const [found, slot] = await Promise.all([
    reader.follow(references.find((one) => one.startsWith('Location/'))),
    reader.follow(appointment.slot?.[0]?.reference),
  ])
  const location = found?.resourceType === 'Location' ? found : undefined
  const centre = await reader.follow(centreOf(slot ?? appointment, territory)?.organization)
  return {
    appointment,
    place: centre?.resourceType === 'Organization' ? plainName(centre) : (location?.name ?? ''),
    commune: location?.address?.city ?? '',
    reasons: reasonsIn(appointment),
  }
}

const reasonsIn = ({ extension = [] }: Appointment): string[] =>
  extension
    .filter(({ url }) => url === extensions.rankReason)
    .flatMap(
      ({ valueCodeableConcept }) => valueCodeableConcept?.coding?.flatMap(({ code }) => code ?? []) ?? [],
    )

/** An organisation's name without what only says that it is made up. */
export const plainName = ({ name = '' }: Organization): string => name.replace(/ \(ficti(f|ve)\)$/, '')

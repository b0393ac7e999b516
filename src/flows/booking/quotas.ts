import type { ServiceRequest, Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { Failure, issue } from '../../fhir/outcome.ts'
import type { Counted as CountedPlace, Kept, Occupancy, Reader } from '../../store/index.ts'
import { noRules, type Quota, reservationOf } from '../slots/rules.ts'
import type { Desk, Moment } from '../step.ts'
import { centreOf } from './states.ts'

/** A reserved place that is refused, for a quota is used up. */
export class QuotaRefusal extends Failure {
  readonly quota: Quota

  constructor(quota: Quota, text: string) {
    super([issue('throttled', text, 'Appointment.slot')], retryAfterSeconds)
    this.quota = quota
  }
}

/** Does what takes places, and tells the desk what a quota has refused. Fails: as it does. */
export async function withQuotasTold<T>(taking: Promise<T>, { actor, quotaRefused }: Desk): Promise<T> {
  try {
    return await taking
  } catch (thrown) {
    if (thrown instanceof QuotaRefusal) quotaRefused?.(thrown.quota, actor)
    throw thrown
  }
}

/** What a place is counted for: whose it is, and in which period. */
type Counted = Pick<Quota, 'label' | 'per' | 'period'> & {
  who: string
  source: string | undefined
  day: string
}

/** For whom places are taken. */
type Booker = Pick<Actor, 'organization' | 'sight'>

const periods = ['day', 'week', 'month'] as const

/** All that a slot could be counted for, whatever the rules say. */
function countedAs(
  slot: Kept<Slot>,
  request: Kept<ServiceRequest> | undefined,
  { organization, sight }: Booker,
): Counted[] {
  const label = reservationOf(slot)
  if (label === undefined) return []
  // Who sees the whole territory shares its places out, and has no share of its own.
  const practice = sight === 'all' ? undefined : organization
  const whose = { practice, prescriber: request?.requester?.reference }
  // Times of slots are written in the zone of the place.
  const day = slot.start.slice(0, 10)
  return (['practice', 'prescriber'] as const).flatMap((per) => {
    const who = whose[per]
    if (who === undefined) return []
    return periods.flatMap((period) =>
      [slot.meta.source, undefined].map((source) => ({ label, per, period, who, source, day })),
    )
  })
}

/** Under which its places stand among those that are taken. */
const keyOf = ({ label, per, period, who, source = 'all', day }: Counted) =>
  `${prefix}${per}:${label}:${source}:${who}:${beginningOf(period, day)}`

const prefix = 'quota:'

/** The places in quotas that an appointment has. */
export const quotaPlacesOf = async (appointment: string, store: Reader): Promise<Occupancy[]> =>
  (await store.takenBy([appointment])).filter(({ slot }) => slot.startsWith(prefix))

function beginningOf(period: Quota['period'], day: string): string {
  if (period === 'day') return day
  if (period === 'month') return day.slice(0, 7)
  const date = new Date(`${day}T00:00:00Z`)
  const monday = date.getTime() - ((date.getUTCDay() + 6) % 7) * 86_400_000
  return `w${new Date(monday).toISOString().slice(0, 10)}`
}

/**
 * A place in each quota that slots count in, taken with them: two who take the last one at once are kept apart as two who
 * take one slot are. `had` are those of the appointment that this one takes the place of: they become its own
 * (`handedOver`), and need not be free.
 */
export function quotaPlaces(
  slots: readonly Kept<Slot>[],
  request: Kept<ServiceRequest> | undefined,
  appointment: string,
  at: Moment,
  actor: Booker,
  had: readonly Occupancy[] = [],
): CountedPlace[] {
  return shared(slots, request, actor, had).flatMap(({ slot, counted, key, own }) => {
    const quota = own ? undefined : quotaFor(counted, slot, at)
    if (!quota) return []
    const { start, end } = slot
    return [{ slot: key, most: quota.most, appointment, start, end, full: refusalOf(quota) }]
  })
}

/** The places in quotas that pass from the one appointment to the other that has taken its place: taken when they are released. */
export function handedOver(
  slots: readonly Kept<Slot>[],
  request: Kept<ServiceRequest> | undefined,
  appointment: string,
  booker: Booker,
  had: readonly Occupancy[],
): Occupancy[] {
  return shared(slots, request, booker, had).flatMap(({ slot: { start, end }, own }) =>
    own ? [{ ...own, appointment, start, end }] : [],
  )
}

/** All that slots could be counted for, each beside the place that was had there already: every one goes to one. */
function shared(
  slots: readonly Kept<Slot>[],
  request: Kept<ServiceRequest> | undefined,
  booker: Booker,
  had: readonly Occupancy[],
) {
  const left = [...had]
  return slots.flatMap((slot) =>
    countedAs(slot, request, booker).map((counted) => {
      const key = keyOf(counted)
      const nth = left.findIndex((place) => place.slot === key)
      const [own] = nth < 0 ? [] : left.splice(nth, 1)
      return { slot, counted, key, own }
    }),
  )
}

function quotaFor(
  { label, per, period, source }: Counted,
  slot: Kept<Slot>,
  { territory }: Moment,
): Quota | undefined {
  const centre = source === undefined ? undefined : centreOf(slot, territory)?.organization
  if (source !== undefined && centre === undefined) return undefined
  const { quotas } = territory.slots ?? noRules
  return quotas
    .filter((one) => one.label === label && one.per === per && one.period === period && one.centre === centre)
    .toSorted((a, b) => a.most - b.most)[0]
}

function refusalOf(quota: Quota): QuotaRefusal {
  const { name, most, per, period } = quota
  const whose = { practice: 'Your practice has', prescriber: 'The prescriber has' }[per]
  const text = `${whose} all of its ${most} reserved places of this ${period} (${name}). Take one that is open to all, or another ${period}.`
  return new QuotaRefusal(quota, text)
}

/** A place may be given back at any time. */
const retryAfterSeconds = 3600

import type { Appointment, Bundle, Resource, ServiceRequest } from '@medplum/fhirtypes'
import type { Kept } from '../../../src/store/index.ts'
import type { Caller } from '../../support/gateway.ts'
import type { Centre } from './centre.ts'
import type { Promised } from './load.ts'

/** How often a promise was broken; what is still on its way is no breach. */
export interface Counts {
  /** Acknowledged referrals that are not there. */
  lost: number
  /** Referrals that are there twice. */
  referralsDoubled: number
  /** Places that two have, here or in the centre's diary; referrals with two appointments. */
  doubled: number
  /** Booked here, or said to be booked, and not in the centre's diary. */
  falselyBooked: number
  /** In the centre's diary, and not booked here. */
  forgotten: number
  /** Asked of the centre, and its answer not yet known here. */
  pending: number
}

export interface Totals {
  referrals: number
  acknowledged: number
  booked: number
  cancelled: number
  atTheCentre: number
}

/** Compares what the gateway keeps with what the partners were promised and have written down. */
export async function counted(
  cell: Caller,
  promised: Promised,
  centre: Centre,
): Promise<{ counts: Counts; totals: Totals }> {
  const requests = await all<ServiceRequest>('ServiceRequest', cell)
  const appointments = await all<Appointment>('Appointment', cell)
  const numbers = requests.flatMap(({ identifier = [] }) => identifier[0]?.value ?? [])
  const live = appointments.filter(({ status }) => status === 'booked' || status === 'pending')
  const booked = new Set(live.filter(({ status }) => status === 'booked').map(({ id }) => id))
  const there = [...centre.diary].filter(([, { state }]) => state === 'booked')
  const known = new Set(numbers)
  const thereIds = new Set(there.map(([id]) => id))
  const kept = new Map(appointments.map((one) => [one.id, one.status]))
  const broken = [...promised.booked].filter(
    (id) => !booked.has(id) && !(promised.cancelled.has(id) && kept.get(id) === 'cancelled'),
  )
  return {
    counts: {
      lost: [...promised.acknowledged].filter((number) => !known.has(number)).length,
      referralsDoubled: numbers.length - known.size,
      doubled:
        repeated(live.flatMap(({ slot = [] }) => slot.map(({ reference }) => reference))) +
        repeated(live.map(({ basedOn }) => basedOn?.[0]?.reference)) +
        repeated(there.map(([, { start }]) => start)),
      falselyBooked: [...booked].filter((id) => !thereIds.has(id)).length + broken.length,
      forgotten: there.filter(([id]) => !booked.has(id) && kept.get(id) !== 'pending').length,
      pending: live.filter((one) => one.status === 'pending' && !isHeld(one)).length,
    },
    totals: {
      referrals: requests.length,
      acknowledged: promised.acknowledged.size,
      booked: booked.size,
      cancelled: appointments.filter(({ status }) => status === 'cancelled').length,
      atTheCentre: there.length,
    },
  }
}

const isHeld = ({ extension = [] }: Appointment) => extension.some(({ url }) => url.endsWith('/held-until'))

/** How many stand there more often than once. */
function repeated(values: readonly (string | undefined)[]): number {
  return values.length - new Set(values).size
}

/** Every resource of a type, page by page; only those that a query finds, if there is one. */
export async function all<R extends Resource>(
  type: R['resourceType'],
  cell: Caller,
  query = '',
): Promise<Kept<R>[]> {
  const found: Kept<R>[] = []
  for (let next: string | undefined = `${type}?_count=200${query && `&${query}`}`; next; ) {
    const page: Bundle<Kept<R>> = await cell.get(next)
    found.push(...(page.entry ?? []).flatMap(({ resource }) => resource ?? []))
    next = page.link?.find(({ relation }) => relation === 'next')?.url.replace(/^.*\/fhir\//, '')
  }
  return found
}

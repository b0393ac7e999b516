import type { Departure, DepartureRow, Lease, Taker, Write } from './writes.ts'

/**
 * Hands departures to whoever delivers in this process, with the write that makes them: nobody has to look for them.
 * Without such a one, or when it can take no more, they wait to be claimed.
 */
export function handingOver() {
  let taker: Taker | undefined
  return {
    handTo(next: Taker): Disposable {
      taker = next
      return {
        [Symbol.dispose]() {
          if (taker === next) taker = undefined
        },
      }
    },
    /** The write, with the leases that its departures may leave on. */
    leased(write: Write): Write {
      const leases = leasesOf(write.departures ?? [], taker)
      return leases.size > 0 ? { ...write, leases } : write
    },
    /** Hands over what has been leased. True when somebody should look for the rest. */
    over({ departures = [], at }: Write, leased: ReadonlySet<string>): boolean {
      if (departures.length === 0) return false
      const mine = departures.filter(({ row }) => leased.has(row)).map((one) => rowOf(one, at))
      const waiting = departures.filter(({ row }) => !leased.has(row))
      return taker ? taker.take(mine, waiting) : true
    },
  }
}

function leasesOf(departures: readonly Departure[], taker: Taker | undefined): Map<string, Lease> {
  const leases = new Map<string, Lease>()
  for (const { peer } of departures) {
    const lease = leases.has(peer) ? undefined : taker?.lease(peer)
    if (lease) leases.set(peer, lease)
  }
  return leases
}

const rowOf = ({ rendered, ...departure }: Departure, at: string): DepartureRow => ({
  ...departure,
  ...(rendered && { raw: rendered.raw, contentType: rendered.contentType }),
  lane: departure.lane ?? departure.peer,
  status: 'queued',
  attempts: 0,
  queuedAt: at,
})

import { Histogram, type Registry } from 'prom-client'
import type { Incoming, Look } from '../flows/message.ts'
import type { Performed } from '../flows/perform.ts'
import { agesAtSight } from '../flows/slots/seen.ts'

/** Of one partner's diary: how its looks go, and what its messages have changed. */
export interface DiaryTimes {
  looked(look: Look): void
  carriedOut(incoming: Incoming, performed: Performed): void
}

/** Measures how fresh diaries are: from a change at the source until it is kept here, by how we hear of it. */
export function slotTimes(registry: Registry, clock: () => Date): (zone: string) => DiaryTimes {
  const histogram = new Histogram({
    name: 'relais_slot_seen_seconds',
    help: 'Time from the change of a slot at its source, as far as that tells it, until it is kept here',
    labelNames: ['source'],
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600],
    registers: [registry],
  })
  return (zone) => {
    let lookedAt: string | undefined
    return {
      looked(look) {
        if ('seenAt' in look) lookedAt = look.seenAt
      },
      carriedOut(incoming, { written }) {
        const source = incoming.by === 'poll' ? 'polled' : 'pushed'
        for (const age of agesAtSight(incoming, written, clock(), { zone, lookedAt }))
          histogram.observe({ source }, age)
      },
    }
  }
}

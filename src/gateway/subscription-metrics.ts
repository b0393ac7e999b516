import { Counter, Gauge, type Registry } from 'prom-client'
import type { TriedOnce } from '../connectors/deliver.ts'
import type { Store } from '../store/index.ts'
import { laneOf, peer } from '../subscriptions/matching.ts'

/** Counts the tries to tell each subscriber, and shows what waits for it; labels are ids of subscriptions. */
export function subscriptionMetrics(
  registry: Registry,
  { store, clock }: { store: Pick<Store, 'journal'>; clock: () => Date },
): (tried: TriedOnce) => void {
  const tries = new Counter({
    name: 'relais_notifications_tried_total',
    help: 'Tries to tell a subscriber, by how they ended: queued is to be tried again',
    labelNames: ['subscription', 'status'],
    registers: [registry],
  })
  const oldest = new Gauge({
    name: 'relais_subscription_oldest_seconds',
    help: 'How long the oldest notification has waited to leave',
    labelNames: ['subscription'],
    registers: [registry],
  })
  new Gauge({
    name: 'relais_subscription_queued',
    help: 'Notifications that are to leave',
    labelNames: ['subscription'],
    registers: [registry],
    async collect() {
      const lanes = await store.journal.lanes(peer)
      this.reset()
      oldest.reset()
      for (const { lane, queued, oldest: since } of lanes) {
        const labels = { subscription: subscriptionIn(lane) }
        this.set(labels, queued)
        oldest.set(labels, Math.max(0, clock().getTime() - Date.parse(since)) / 1000)
      }
    },
  })
  return ({ departure, status }) => {
    if (departure.peer === peer && departure.lane !== undefined)
      tries.inc({ subscription: subscriptionIn(departure.lane), status })
  }
}

const subscriptionIn = (lane: string): string => lane.slice(laneOf('').length)

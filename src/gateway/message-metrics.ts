import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { TriedOnce } from '../connectors/deliver.ts'
import type { Reception } from '../flows/receive.ts'
import type { Expired, LineHealth, Store } from '../store/index.ts'

/** What is counted of messages; labels are names of connectors and clients, kinds and codes. */
export interface MessageMetrics {
  answered: NonNullable<Reception['answered']>
  tried(tried: TriedOnce): void
  removed(expired: readonly Expired[]): void
}

/** The store is not asked more often, however often the metrics are read. */
const freshMs = 5_000

/** Counts what comes and leaves, and shows how each line fares whenever the metrics are read. */
export function messageMetrics(
  registry: Registry,
  names: readonly string[],
  { store, clock }: { store: Pick<Store, 'journal'>; clock: () => Date },
): MessageMetrics {
  const registers = [registry]
  const came = new Counter({
    name: 'relais_messages_received_total',
    help: 'Messages that came in, by what was answered: FHIR issue type of the first issue, informational when taken',
    labelNames: ['connector', 'kind', 'code'],
    registers,
  })
  const tries = new Counter({
    name: 'relais_departures_tried_total',
    help: 'Tries to send a message, by how they ended: queued is to be tried again',
    labelNames: ['connector', 'kind', 'status'],
    registers,
  })
  const waited = new Histogram({
    name: 'relais_departure_seconds',
    help: 'Time from a message being queued to its being taken by its receiver',
    labelNames: ['connector'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 1800, 3600, 21_600, 86_400],
    registers,
  })
  const removed = new Counter({
    name: 'relais_messages_removed_total',
    help: 'Messages that were removed, as they had been kept for long enough',
    labelNames: ['direction', 'status'],
    registers,
  })
  lineGauges(registry, names, { store, clock })
  return {
    answered: ({ peer, kind }, code) => came.inc({ connector: peer, kind: labelOf(kind, code), code }),
    tried({ departure: { peer, kind, queuedAt }, status }) {
      tries.inc({ connector: peer, kind, status })
      if (status === 'sent')
        waited.observe({ connector: peer }, (clock().getTime() - Date.parse(queuedAt)) / 1000)
    },
    removed: (expired) => {
      for (const { direction, status, count } of expired) removed.inc({ direction, status }, count)
    },
  }
}

/** A kind that is taken is one of ours; of what is refused anybody may make up another. */
const labelOf = (kind: string, code: string): string => {
  if (code !== 'informational') return 'refused'
  return kind.startsWith('ACK') ? 'ACK' : kind
}

/** What is shown of a line: name, meaning, and the figure; undefined where there is none. */
const gauges: readonly [string, string, (line: LineHealth, now: number) => number | undefined][] = [
  ['queued', 'Messages that are to leave', ({ queued }) => queued],
  ['parked', 'Messages that wait for a person', ({ parked }) => parked],
  ['dead', 'Messages that were refused or given up', ({ dead }) => dead],
  [
    'oldest_seconds',
    'How long the oldest message has waited to leave',
    ({ oldest }, now) => ageOf(oldest, now) ?? 0,
  ],
  [
    'open',
    '1: what is queued leaves. 0: paused, draining or stopped, or there is no such line any more',
    ({ state }) => Number(state === 'open' || state === 'failing'),
  ],
  ['failing', '1: what was tried last did not get through', ({ state }) => Number(state === 'failing')],
  ['received_last_hour', 'Messages that came in within the last hour', ({ inLastHour }) => inLastHour],
  ['sent_last_hour', 'Messages that were taken within the last hour', ({ outLastHour }) => outLastHour],
  ['last_sent_timestamp_seconds', 'When a message was last taken', ({ lastSent }) => secondsOf(lastSent)],
  [
    'last_error_timestamp_seconds',
    'When a message last did not get there',
    ({ lastError }) => secondsOf(lastError?.at),
  ],
]

function lineGauges(
  registry: Registry,
  names: readonly string[],
  { store, clock }: { store: Pick<Store, 'journal'>; clock: () => Date },
): void {
  let seen: { at: number; health: Promise<LineHealth[]> } | undefined
  const health = () => {
    const now = clock().getTime()
    if (!seen || now - seen.at > freshMs) {
      seen = { at: now, health: store.journal.health(names, new Date(now).toISOString()) }
    }
    return seen.health
  }
  for (const [name, help, figure] of gauges) {
    new Gauge({
      name: `relais_connector_${name}`,
      help,
      labelNames: ['connector'],
      registers: [registry],
      async collect() {
        const lines = await health()
        this.reset() // a line that is gone is shown no longer than something waits for it
        for (const line of lines) {
          const value = figure(line, clock().getTime())
          if (value !== undefined) this.set({ connector: line.peer }, value)
        }
      },
    })
  }
}

const secondsOf = (at: string | undefined) => (at === undefined ? undefined : Date.parse(at) / 1000)
const ageOf = (at: string | undefined, now: number) =>
  at === undefined ? undefined : Math.max(0, now - Date.parse(at)) / 1000

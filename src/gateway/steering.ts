import { randomUUID } from 'node:crypto'
import type { ConnectorHealth, Steering, Who } from '../api/steering.ts'
import { failure } from '../fhir/outcome.ts'
import type { Keeping, Store } from '../store/index.ts'
import { peer as notifications } from '../subscriptions/matching.ts'
import { discarded } from './steering/discarded.ts'
import { type ReplayDesk, replayed } from './steering/replayed.ts'
import { trail } from './steering/trail.ts'
import { wholeOf } from './steering/whole.ts'

export interface SteeringDesk extends Omit<ReplayDesk, 'names'> {
  store: Store
  clock: () => Date
  /** The territory's connectors. */
  connectors: () => Promise<readonly { name: string; kind: string; organization: string }[]>
  keeping: Keeping
}

/** Seeing and steering what comes and leaves: the same by the API and by the command line. */
export function openSteering(desk: SteeringDesk): Steering {
  const { store, clock, connectors, keeping } = desk
  const now = () => clock().toISOString()
  const named = { ...desk, names: async () => namesOf(await connectors()) }
  const note = (step: string, subject: string, who: Who) =>
    store.write({ resources: trail(who, step, subject, now()), at: now() })

  return {
    messages: (query) => store.journal.find(query),

    async message(row, who) {
      const [arrival, departure] = await Promise.all([store.messages.get(row), store.outbox.get(row)])
      const found = wholeOf(arrival, departure)
      if (!found) throw failure('not-found', `There is no message ${row}.`)
      await note('message.read', `message ${row}`, who)
      return found
    },

    replay: (replay, who) => replayed(replay, who, named, { newRow: randomUUID, now: now() }),

    discard: (row, who) => discarded(row, who, named, now()),

    async connectors() {
      const files = await connectors()
      const health = await store.journal.health(namesOf(files), now())
      return health.map((line): ConnectorHealth => {
        const file = files.find(({ name }) => name === line.peer)
        return { ...line, ...(file && { kind: file.kind, organization: file.organization }) }
      })
    },

    async steer(connector, how, who, reason) {
      if (!namesOf(await connectors()).includes(connector))
        throw failure('not-found', `There is no connector ${connector}.`)
      const at = now()
      if (how === 'resume') await store.lines.open(connector, at)
      else {
        const state = how === 'pause' ? 'paused' : 'draining'
        const { person: by } = who
        await store.lines.hold({ peer: connector, state, by, since: at, ...(reason && { reason }) })
        await store.lines.drained()
      }
      await note(`connector.${how}`, `connector ${connector}`, who)
      const held = (await store.lines.held()).find(({ peer }) => peer === connector)
      return held?.state ?? 'open'
    },

    expired: () => store.journal.expired(keeping, now()),
  }
}

/** All lines by which something leaves, those of the territory's files first. */
const namesOf = (files: readonly { name: string }[]) => [...files.map(({ name }) => name), notifications]

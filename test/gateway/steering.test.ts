import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { openSteering } from '../../src/gateway/steering.ts'
import type { DepartureStatus, Store } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'

const now = () => new Date().toISOString()
const who = { person: 'Ana Ruiz', through: 'test' }

/** Steering on a store, of a territory with one line. Nothing leaves: no gateway runs. */
const steeringOn = (store: Store) =>
  openSteering({
    store,
    clock: () => new Date(),
    connectors: async () => [{ name: 'ris', kind: 'mllp', organization: 'centre' }],
    keeping: {},
    rooms: async () => {
      throw new Error('No room is needed for this')
    },
  })

/** Something that was to leave, as it ended. */
async function departure(store: Store, kind: string, status: DepartureStatus, peer = 'ris') {
  const row = randomUUID()
  await store.write({ departures: [{ row, peer, kind, about: [] }], at: now() })
  if (status !== 'queued') await store.write({ settlements: [{ row, status }], at: now() })
  return row
}

test.each(['appointment.requested', 'appointment.moved'])(
  'a question that has been answered is not asked once more: %s',
  async (kind) => {
    await using store = await openTestStore()
    const steering = steeringOn(store)
    for (const status of ['dead', 'sent'] as const) {
      const row = await departure(store, kind, status)
      await expect(steering.replay({ row }, who)).rejects.toMatchObject({
        issues: [{ case: 'business-rule' }],
      })
      expect((await store.outbox.get(row))?.status).toBe(status)
    }
    const row = await departure(store, kind, 'parked')
    await steering.replay({ row }, who)
    expect((await store.outbox.get(row))?.status).toBe('queued')
  },
)

import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { tellLeftBehind } from '../../src/gateway/left-behind.ts'
import { openSteering } from '../../src/gateway/steering.ts'
import { silent } from '../../src/log.ts'
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

const refusal = (what: string) => ({ issues: [{ case: what }] })

describe('a message that was to leave', () => {
  test.each(['parked', 'dead'] as const)('is discarded once it is %s, and leaves a trail', async (status) => {
    await using store = await openTestStore()
    const steering = steeringOn(store)
    const row = await departure(store, 'communication.sent', status)
    await steering.discard(row, who)
    expect(await store.outbox.get(row)).toMatchObject({ status: 'cancelled', lastError: 'discarded' })
    const [trail] = await store.reader().search('AuditEvent', 'subtype=departure.discarded')
    expect(JSON.stringify(trail?.entity)).toContain(row)
    await expect(steering.discard(row, who)).rejects.toMatchObject(refusal('business-rule'))
    await expect(steering.replay({ row }, who)).rejects.toMatchObject(refusal('business-rule'))
  })

  test.each(['open', 'draining'] as const)('is left alone while its line is %s', async (state) => {
    await using store = await openTestStore()
    const steering = steeringOn(store)
    const row = await departure(store, 'communication.sent', 'queued')
    if (state === 'draining') await steering.steer('ris', 'drain', who)
    await expect(steering.discard(row, who)).rejects.toMatchObject(refusal('business-rule'))
    await expect(steering.replay({ row, anew: true }, who)).rejects.toMatchObject(refusal('business-rule'))
    expect((await store.outbox.get(row))?.status).toBe('queued')
  })

  test.each(['paused', 'stopped'] as const)(
    'is put right or discarded while its line is %s',
    async (state) => {
      await using store = await openTestStore()
      const steering = steeringOn(store)
      const rows = [1, 2, 3].map(() => departure(store, 'communication.sent', 'queued'))
      const [wrong = '', unwanted = '', good = ''] = await Promise.all(rows)
      await store.lines.hold({ peer: 'ris', state, by: 'Ana', since: now() })
      const { row } = await steering.replay({ row: wrong, anew: true }, who)
      await steering.discard(unwanted, who)
      const statuses = [wrong, unwanted, good, row].map(async (one) => (await store.outbox.get(one))?.status)
      expect(await Promise.all(statuses)).toEqual(['cancelled', 'cancelled', 'queued', 'queued'])
      await expect(steering.replay({ row: good }, who)).rejects.toMatchObject(refusal('business-rule'))
    },
  )

  test('is left to the gateway that is sending it', async () => {
    await using store = await openTestStore()
    const steering = steeringOn(store)
    const row = await departure(store, 'communication.sent', 'queued')
    const until = new Date(Date.now() + 60_000).toISOString()
    expect(await store.outbox.claim({ holder: row, until }, [{ peer: 'ris', most: 1 }], now())).toHaveLength(
      1,
    )
    await steering.steer('ris', 'pause', who)
    await expect(steering.discard(row, who)).rejects.toMatchObject(refusal('lock-error'))
    await expect(steering.replay({ row, anew: true }, who)).rejects.toMatchObject(refusal('lock-error'))
  })

  test('by a line that is gone is shown, told at start, and discarded', async () => {
    await using store = await openTestStore()
    const steering = steeringOn(store)
    const row = await departure(store, 'communication.sent', 'queued', 'renamed')
    await departure(store, 'communication.sent', 'sent', 'forgotten')
    const shown = async () =>
      (await steering.connectors()).map(({ peer, state, queued }) => ({ peer, state, queued }))
    const ours = [
      { peer: 'ris', state: 'open', queued: 0 },
      { peer: 'subscriptions', state: 'open', queued: 0 },
    ]
    expect(await shown()).toEqual([...ours, { peer: 'renamed', state: 'absent', queued: 1 }])
    const told: unknown[] = []
    const log = { ...silent, warn: (name: string, fields?: object) => void told.push({ name, ...fields }) }
    await tellLeftBehind(['ris', 'subscriptions'], { store, log, clock: () => new Date() })
    expect(told).toMatchObject([{ name: 'departures.left-behind', peer: 'renamed', queued: 1 }])
    await steering.discard(row, who)
    expect(await shown()).toEqual(ours)
  })
})

test('what is not there, or came in, is not discarded', async () => {
  await using store = await openTestStore()
  const steering = steeringOn(store)
  await expect(steering.discard(randomUUID(), who)).rejects.toMatchObject(refusal('not-found'))
})

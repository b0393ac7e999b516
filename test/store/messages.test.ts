import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type ArrivalRow, openStore } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { minute, newId, patient } from './resources.ts'

const arrival = (more: Partial<ArrivalRow> = {}): ArrivalRow => ({
  row: randomUUID(),
  id: 'MSG-1',
  peer: 'gp',
  kind: 'ORM^O01',
  by: 'mllp',
  raw: Buffer.from([0x4d, 0x00, 0xff, 0x0d]),
  receivedAt: minute(0),
  status: 'transformed',
  digest: 'd',
  answer: Buffer.from('MSA|AA'),
  knownUntil: minute(60),
  ...more,
})

test('a message is kept byte for byte, with its answer', async () => {
  await using store = await openTestStore()
  const row = arrival()
  expect(await store.write({ at: minute(0), arrival: row })).toBe(true)
  expect(await store.messages.get(row.row)).toEqual(row)
  expect(await store.messages.known('gp', 'MSG-1', minute(59))).toEqual(row)
  expect(await store.messages.known('other', 'MSG-1', minute(1))).toBeUndefined()
})

test('a message is no longer known after its window, and may then come again', async () => {
  await using store = await openTestStore()
  await store.write({ at: minute(0), arrival: arrival() })
  expect(await store.messages.known('gp', 'MSG-1', minute(60))).toBeUndefined()
  expect(await store.write({ at: minute(59), arrival: arrival({ receivedAt: minute(59) }) })).toBe(false)
  const again = arrival({ receivedAt: minute(60), knownUntil: minute(120) })
  expect(await store.write({ at: minute(60), arrival: again })).toBe(true)
  expect(await store.messages.known('gp', 'MSG-1', minute(61))).toEqual(again)
  expect(await store.messages.list({ peer: 'gp', limit: 10 })).toHaveLength(2)
})

test('of two gateways that receive one message at the same time, one keeps it and what it made', async () => {
  await using store = await openTestStore()
  await using other = await openStore({ dataDir: '', databaseUrl: store.url })
  const receive = (gateway: typeof other) =>
    gateway.write({
      at: minute(0),
      arrival: arrival(),
      resources: [{ resource: patient(newId()), replaces: 0 }],
    })
  const results = await Promise.all([store, other, store, other].map(receive))
  expect(results.filter(Boolean)).toHaveLength(1)
  expect((await store.history({ order: 'newest', count: 10 }, 'all')).entries).toHaveLength(1)
})

test('messages without an id are kept, each', async () => {
  await using store = await openTestStore()
  const unread = () => arrival({ id: undefined, status: 'error', reason: 'No MSH segment.' })
  for (let count = 0; count < 2; count++) await store.write({ at: minute(0), arrival: unread() })
  expect(await store.messages.list({ status: 'error', limit: 10 })).toHaveLength(2)
})

test('a refused message that is replayed is written again; one that was not refused is not', async () => {
  await using store = await openTestStore()
  const refused = arrival({ status: 'error', reason: 'ORC-2 is missing.' })
  await store.write({ at: minute(0), arrival: refused })
  const { reason: _, ...rest } = refused
  const replayed: ArrivalRow = { ...rest, status: 'transformed' }
  expect(await store.write({ at: minute(1), arrival: replayed })).toBe(true)
  expect(await store.messages.get(refused.row)).toEqual(replayed)
  const resources = [{ resource: patient(newId()), replaces: 0 }]
  expect(await store.write({ at: minute(2), arrival: replayed, resources })).toBe(false)
  expect((await store.history({ order: 'newest', count: 10 }, 'all')).entries).toEqual([])
})

test('messages are listed newest first, by peer, status and time', async () => {
  await using store = await openTestStore()
  for (const [id, at] of [
    ['1', 1],
    ['2', 2],
    ['3', 3],
  ] as const) {
    const row = arrival({ id, receivedAt: minute(at), status: id === '2' ? 'filtered' : 'transformed' })
    await store.write({ at: minute(at), arrival: row })
  }
  const ids = async (filter: Parameters<typeof store.messages.list>[0]) =>
    (await store.messages.list(filter)).map(({ id }) => id)
  expect(await ids({ limit: 2 })).toEqual(['3', '2'])
  expect(await ids({ limit: 9, status: 'filtered' })).toEqual(['2'])
  expect(await ids({ limit: 9, since: minute(2), peer: 'gp' })).toEqual(['3', '2'])
  expect(await ids({ limit: 9, peer: 'x' })).toEqual([])
})

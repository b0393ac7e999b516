import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Departure, openStore, type Store } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { minute } from './resources.ts'

const departure = (more: Partial<Departure> = {}): Departure => ({
  row: randomUUID(),
  peer: 'ris',
  kind: 'ORM^O01',
  about: ['ServiceRequest/1/_history/1'],
  ...more,
})

/** One write each, so that they are queued in this order. */
async function queue(store: Store, ...departures: Departure[]) {
  for (const each of departures) await store.write({ at: minute(0), departures: [each] })
}

const claim = async (store: Store, at = minute(1), peers = ['ris'], holder = 'a') =>
  (await store.outbox.claim(holder, peers, at, minute(10), 100)).map(({ row }) => row)

test('departures of one lane leave one at a time, in order', async () => {
  await using store = await openTestStore()
  const [first, second] = [departure(), departure()]
  await queue(store, first, second)
  expect(await claim(store)).toEqual([first.row])
  expect(await claim(store)).toEqual([])
  await store.outbox.settle({ row: first.row, status: 'sent' }, minute(2))
  expect(await claim(store)).toEqual([second.row])
  expect(await store.outbox.get(first.row)).toMatchObject({
    status: 'sent',
    attempts: 1,
    endedAt: minute(2),
  })
})

test('lanes do not wait for one another, and each peer has its own', async () => {
  await using store = await openTestStore()
  const [one, other, same] = [
    departure({ lane: 'x' }),
    departure({ lane: 'y' }),
    departure({ peer: 'gp', lane: 'x' }),
  ]
  await queue(store, one, other, same)
  expect(await claim(store)).toEqual([one.row, other.row])
  expect(await claim(store, minute(1), ['gp', 'ris'])).toEqual([same.row])
})

test('a head that is put off keeps its lane waiting until it is due', async () => {
  await using store = await openTestStore()
  const [first, second] = [departure(), departure()]
  await queue(store, first, second)
  await claim(store)
  const later = { row: first.row, status: 'queued', reason: 'timeout', notBefore: minute(5) } as const
  await store.outbox.settle(later, minute(2))
  expect(await claim(store, minute(4))).toEqual([])
  expect(await store.outbox.nextAt(['ris'])).toBe(minute(5))
  expect(await claim(store, minute(5))).toEqual([first.row])
  expect(await store.outbox.get(first.row)).toMatchObject({ attempts: 1, lastError: 'timeout' })
})

test('one that waits for a person lets the others pass', async () => {
  await using store = await openTestStore()
  const [first, second] = [departure(), departure()]
  await queue(store, first, second)
  await claim(store)
  await store.outbox.settle({ row: first.row, status: 'parked', reason: 'refused' }, minute(2))
  expect(await claim(store)).toEqual([second.row])
})

test('what a gateway had in hand when it died is taken again once its lease has ended', async () => {
  await using store = await openTestStore()
  const only = departure()
  await queue(store, only)
  await claim(store)
  expect(await claim(store, minute(9), ['ris'], 'b')).toEqual([])
  expect(await store.outbox.nextAt(['ris'])).toBe(minute(10))
  expect(await claim(store, minute(10), ['ris'], 'b')).toEqual([only.row])
})

test('two gateways that claim at the same time never get the same one, nor two of one lane', async () => {
  await using store = await openTestStore()
  await using other = await openStore({ dataDir: '', databaseUrl: store.url })
  const lanes = Array.from({ length: 20 }, (_, index) => `lane-${index}`)
  const departures = lanes.flatMap((lane) => [departure({ lane }), departure({ lane })])
  await store.write({ at: minute(0), departures })
  const taken: string[] = []
  const deliver = async (gateway: Store, holder: string) => {
    for (;;) {
      const rows = await gateway.outbox.claim(holder, ['ris'], minute(1), minute(10), 3)
      if (rows.length === 0) return
      taken.push(...rows.map(({ row }) => row))
    }
  }
  await Promise.all(['a', 'b', 'c', 'd'].map((holder, index) => deliver(index % 2 ? store : other, holder)))
  expect(taken.toSorted()).toEqual(
    departures
      .filter((_, index) => index % 2 === 0)
      .map(({ row }) => row)
      .toSorted(),
  )
})

test('the bytes of a departure are those of its first try', async () => {
  await using store = await openTestStore()
  const { row } = departure()
  await queue(store, departure({ row }))
  await store.outbox.rendered(row, Buffer.from('MSH|1'), 'x-application/hl7-v2+er7')
  await store.outbox.rendered(row, Buffer.from('MSH|2'), 'text/plain')
  expect(await store.outbox.get(row)).toMatchObject({
    raw: Buffer.from('MSH|1'),
    contentType: 'x-application/hl7-v2+er7',
    about: ['ServiceRequest/1/_history/1'],
  })
})

test('what a step has cancelled is not queued again by whoever had it in hand', async () => {
  await using store = await openTestStore()
  const [put, gone] = [departure({ lane: '1' }), departure({ lane: '2' })]
  await queue(store, put, gone)
  await claim(store)
  const settlements = [put, gone].map(({ row }) => ({ row, status: 'cancelled' as const }))
  await store.write({ at: minute(2), settlements })
  await store.outbox.settle({ row: put.row, status: 'queued', notBefore: minute(3) }, minute(3))
  await store.outbox.settle({ row: gone.row, status: 'sent' }, minute(3))
  expect(await store.outbox.list({ status: 'cancelled', limit: 10 })).toMatchObject([{ row: put.row }])
  expect(await store.outbox.list({ status: 'sent', limit: 10 })).toMatchObject([{ row: gone.row }])
})

test('what was given up can be queued again, what was sent cannot', async () => {
  await using store = await openTestStore()
  const [dead, sent] = [departure({ lane: '1' }), departure({ lane: '2' })]
  await queue(store, dead, sent)
  await claim(store)
  await store.outbox.settle({ row: dead.row, status: 'dead' }, minute(2))
  await store.outbox.settle({ row: sent.row, status: 'sent' }, minute(2))
  const settlements = [dead, sent].map(({ row }) => ({ row, status: 'queued' as const }))
  await store.write({ at: minute(3), settlements })
  expect(await claim(store, minute(3))).toEqual([dead.row])
})

import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Departure, openStore, type Store } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { create, minute, newId, patient } from './resources.ts'

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
  (
    await store.outbox.claim(
      { holder, until: minute(10) },
      peers.map((peer) => ({ peer, most: 100 })),
      at,
    )
  ).map(({ row }) => row)

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
  expect(await store.outbox.nextAt(['ris'], minute(4))).toBe(minute(5))
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
  expect(await store.outbox.nextAt(['ris'], minute(9))).toBe(minute(10))
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
      const rows = await gateway.outbox.claim(
        { holder, until: minute(10) },
        [{ peer: 'ris', most: 3 }],
        minute(1),
      )
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
  const put = { row, status: 'queued', contentType: 'x-application/hl7-v2+er7' } as const
  await store.outbox.settle({ ...put, raw: Buffer.from('MSH|1') }, minute(2))
  await store.outbox.settle({ ...put, raw: Buffer.from('MSH|2'), contentType: 'text/plain' }, minute(3))
  expect(await store.outbox.get(row)).toMatchObject({
    raw: Buffer.from('MSH|1'),
    contentType: 'x-application/hl7-v2+er7',
    about: ['ServiceRequest/1/_history/1'],
  })
})

describe('a gateway that delivers itself', () => {
  const lease = { holder: 'a', until: minute(10) }

  function taking(store: Store) {
    const leased: string[] = []
    const waiting: string[] = []
    store.outbox.handTo({
      lease: () => lease,
      take(mine, others) {
        leased.push(...mine.map(({ row }) => row))
        waiting.push(...others.map(({ row }) => row))
        return others.length > 0
      },
    })
    return { leased, waiting }
  }

  test('has in hand what it writes, if the lane is idle', async () => {
    await using store = await openTestStore()
    const { leased, waiting } = taking(store)
    const [first, second, other] = [departure(), departure(), departure({ lane: 'x' })]
    await store.write({ at: minute(0), departures: [first, second] })
    await store.write({ at: minute(0), departures: [other] })
    expect(leased).toEqual([first.row, other.row])
    expect(waiting).toEqual([second.row])
    expect(await claim(store, minute(1), ['ris'], 'b')).toEqual([])
    expect(await claim(store, minute(10), ['ris'], 'b')).toEqual([first.row, other.row])
  })

  test('has nothing in hand that is not due yet', async () => {
    await using store = await openTestStore()
    const { leased } = taking(store)
    await queue(store, departure({ notBefore: minute(5) }))
    expect(leased).toEqual([])
    expect(await claim(store, minute(1), ['ris'], 'b')).toEqual([])
  })

  test('gets the next of the lane with the note of the one before', async () => {
    await using store = await openTestStore()
    const [first, second, third] = [departure(), departure(), departure()]
    await queue(store, first, second, third)
    await claim(store)
    const sent = { row: first.row, status: 'sent', holder: 'a' } as const
    expect(await store.outbox.settle(sent, minute(2), lease)).toMatchObject([
      { row: second.row, kind: 'ORM^O01' },
    ])
    expect(await claim(store, minute(2), ['ris'], 'b')).toEqual([])
  })

  test('does not get the next while the one before is put off', async () => {
    await using store = await openTestStore()
    const [first, second] = [departure(), departure()]
    await queue(store, first, second)
    await claim(store)
    const later = { row: first.row, status: 'queued', notBefore: minute(5), holder: 'a' } as const
    expect(await store.outbox.settle(later, minute(2), lease)).toEqual([])
  })

  test('keeps what it has in hand as long as it says so', async () => {
    await using store = await openTestStore()
    const only = departure()
    await queue(store, only)
    await claim(store)
    expect(await store.outbox.renew({ holder: 'a', until: minute(20) }, [only.row])).toEqual([only.row])
    expect(await claim(store, minute(15), ['ris'], 'b')).toEqual([])
    expect(await claim(store, minute(20), ['ris'], 'b')).toEqual([only.row])
    expect(await store.outbox.renew({ holder: 'a', until: minute(30) }, [only.row])).toEqual([])
  })

  test('that has lost one to another notes nothing but that it has gone out', async () => {
    await using store = await openTestStore()
    const [put, gone] = [departure({ lane: '1' }), departure({ lane: '2' })]
    await queue(store, put, gone)
    await claim(store)
    await claim(store, minute(10), ['ris'], 'b')
    await store.outbox.settle({ row: put.row, status: 'dead', holder: 'a' }, minute(11))
    await store.outbox.settle({ row: gone.row, status: 'sent', holder: 'a' }, minute(11))
    expect((await store.outbox.get(put.row))?.status).toBe('queued')
    expect((await store.outbox.get(gone.row))?.status).toBe('sent')
  })

  test('that has lost one to another writes nothing that would follow from its end', async () => {
    await using store = await openTestStore()
    const only = departure()
    await queue(store, only)
    await claim(store)
    await claim(store, minute(10), ['ris'], 'b')
    const id = newId()
    const settlements = [{ row: only.row, status: 'dead' as const, holder: 'a' }]
    const write = { at: minute(11), settlements, resources: [{ resource: patient(id), replaces: 0 }] }
    await expect(store.write(write)).rejects.toMatchObject({ case: 'lock-error' })
    expect(await store.read('Patient', id, 'all')).toBeUndefined()
    const theirs = settlements.map((one) => ({ ...one, holder: 'b' }))
    expect(await store.write({ ...write, settlements: theirs })).toBe(true)
    expect((await store.outbox.get(only.row))?.status).toBe('dead')
  })
})

test('a departure tells of resources in the versions that it names', async () => {
  await using store = await openTestStore()
  const [a, b] = [newId(), newId()]
  await create(store, patient(a))
  await create(store, patient(b))
  await create(store, patient(a, { version: 2 }))
  const about = [`Patient/${b}`, `Patient/${a}/_history/1`, `Patient/${a}/_history/2`, `Patient/${newId()}`]
  const found = await store.outbox.about(about)
  expect(found.map(({ id, version }) => [id, version])).toEqual([
    [b, 1],
    [a, 1],
    [a, 2],
  ])
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

import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ArrivalRow, Departure, Kept, Store } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { newId } from './resources.ts'

const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString()

const arrival = (more: Partial<ArrivalRow> = {}): ArrivalRow => ({
  row: randomUUID(),
  raw: Buffer.from('MSH|'),
  id: randomUUID(),
  kind: 'ORM^O01',
  peer: 'gp',
  receivedAt: day(0),
  by: 'mllp',
  status: 'transformed',
  digest: 'd',
  knownUntil: day(7),
  ...more,
})

const departure = (more: Partial<Departure> = {}): Departure => ({
  row: randomUUID(),
  peer: 'ris',
  kind: 'request.ordered',
  about: ['ServiceRequest/1/_history/1'],
  ...more,
})

async function left(store: Store, status: 'sent' | 'dead' | 'queued', queuedAt: string): Promise<string> {
  const one = departure()
  await store.write({ at: queuedAt, departures: [one] })
  if (status !== 'queued') await store.outbox.settle({ row: one.row, status, reason: 'AE' }, queuedAt)
  return one.row
}

describe('messages are found', () => {
  test('by a number that the request bears, though they do not say it', async () => {
    await using store = await openTestStore()
    const id = newId()
    const identifier = [{ system: 'urn:oid:1.2', value: 'D-9' }]
    const request: Kept = {
      resourceType: 'ServiceRequest',
      id,
      identifier,
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/1' },
      meta: { versionId: '1', lastUpdated: day(0) },
      code: { text: 'IRM' },
    }
    const told = departure({ about: [`ServiceRequest/${id}/_history/1`] })
    const said = arrival({ keys: ['order=D-9'] })
    await store.write({
      at: day(0),
      resources: [{ resource: request, replaces: 0, sight: ['public'] }],
      departures: [told, departure()],
      arrival: said,
    })
    const found = await store.journal.find({ order: 'D-9', limit: 10 })
    expect(found.map(({ row }) => row).toSorted()).toEqual([told.row, said.row].toSorted())
    expect(await store.journal.find({ order: 'D-9', direction: 'out', limit: 10 })).toHaveLength(1)
    expect(await store.journal.find({ order: 'D-9', patient: 'nobody', limit: 10 })).toEqual([])
  })

  test('page after page, newest first, in and out together', async () => {
    await using store = await openTestStore()
    for (let n = 0; n < 4; n++) {
      await store.write({ at: day(n), arrival: arrival({ receivedAt: day(n) }), departures: [departure()] })
    }
    const first = await store.journal.find({ limit: 3 })
    const last = first.at(-1)
    const rest = await store.journal.find({ limit: 10, ...(last && { after: last }) })
    const all = [...first, ...rest]
    expect(new Set(all.map(({ row }) => row)).size).toBe(8)
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    )
  })
})

describe('messages that have been kept for long enough', () => {
  const keeping = { transformed: 10, error: 30, sent: 10, dead: 30 } as const

  test('are counted by what they are, and removed; what is to leave, or of a status that is not named, stays', async () => {
    await using store = await openTestStore()
    await store.write({ at: day(0), arrival: arrival() })
    await store.write({
      at: day(0),
      arrival: arrival({ status: 'error', id: undefined, knownUntil: day(0) }),
    })
    await store.write({ at: day(0), arrival: arrival({ status: 'filtered', id: undefined }) })
    await left(store, 'sent', day(0))
    await left(store, 'sent', day(19))
    await left(store, 'dead', day(0))
    await left(store, 'queued', day(0))
    const wanted = [
      { direction: 'in', status: 'transformed', count: 1 },
      { direction: 'out', status: 'sent', count: 1 },
    ]
    expect(await store.journal.expired(keeping, day(20))).toEqual(wanted)
    expect(await store.journal.remove(keeping, day(20), 100)).toEqual(wanted)
    expect(await store.journal.remove(keeping, day(20), 100)).toEqual([])
    expect(await store.journal.find({ limit: 100 })).toHaveLength(5)
  })

  test('stay while their id is still known: the same message again has no second effect', async () => {
    await using store = await openTestStore()
    const known = arrival({ knownUntil: day(60) })
    await store.write({ at: day(0), arrival: known })
    expect(await store.journal.remove(keeping, day(20), 100)).toEqual([])
    expect(await store.messages.known('gp', known.id ?? '', day(20))).toMatchObject({ row: known.row })
    expect(await store.journal.remove(keeping, day(61), 100)).toHaveLength(1)
  })
})

test('the health of a line: what waits, since when, what came and went, and what it fails with', async () => {
  await using store = await openTestStore()
  const at = '2026-01-01T00:30:00.000Z'
  await store.write({ at: day(0), arrival: arrival({ peer: 'ris' }) })
  await left(store, 'sent', day(0))
  await left(store, 'dead', day(0))
  await left(store, 'queued', day(0))
  const tried = departure({ lane: 'x' })
  await store.write({ at, departures: [tried] })
  await store.outbox.claim({ holder: 'a', until: day(1) }, [{ peer: 'ris', most: 10, after: 'ris' }], at)
  await store.outbox.settle({ row: tried.row, status: 'queued', reason: 'silent', notBefore: day(1) }, at)
  const [ris, none] = await store.journal.health(['ris', 'none'], at)
  expect(ris).toMatchObject({
    state: 'failing',
    reason: 'silent',
    queued: 2,
    dead: 1,
    parked: 0,
    oldest: day(0),
    inLastHour: 1,
    outLastHour: 1,
    lastSent: day(0),
    lastError: { at, reason: 'silent' },
  })
  expect(none).toEqual({
    peer: 'none',
    state: 'open',
    queued: 0,
    parked: 0,
    dead: 0,
    inLastHour: 0,
    outLastHour: 0,
  })
})

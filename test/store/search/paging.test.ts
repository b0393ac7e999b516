import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Failure } from '../../../src/fhir/outcome.ts'
import { parseSearch } from '../../../src/fhir/search.ts'
import type { Kept, Store } from '../../../src/store/index.ts'
import { chainIn } from '../../../src/store/search/hot.ts'
import { openTestStore } from '../../support/database.ts'
import { newId } from '../resources.ts'

const at = '2026-03-02T07:00:00.000Z'
const hour = (count: number) => new Date(Date.UTC(2026, 2, 2, count)).toISOString()

const slot = (id: string, start: number, version = 1) =>
  ({
    resourceType: 'Slot',
    id,
    meta: { versionId: String(version), lastUpdated: at },
    schedule: { reference: 'Schedule/1' },
    status: 'free',
    start: hour(start),
    end: hour(start + 1),
    ...(start % 3 === 0 && { serviceCategory: [{ coding: [{ code: 'x' }] }] }),
  }) as Kept

const write = (store: Store, resources: readonly Kept[]) =>
  store.write({
    at,
    resources: resources.map((resource) => ({
      resource,
      replaces: Number(resource.meta.versionId) - 1,
      sight: ['public'],
    })),
  })

test('whatever is written between pages, what does not change comes once, in order', async () => {
  await using store = await openTestStore()
  const sorts = ['_sort=start', '_sort=-start', '_sort=status,-start', '_sort=_lastUpdated', '']
  const changes = fc.array(fc.record({ kind: fc.constantFrom('add', 'move', 'remove'), hour: fc.nat(30) }), {
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sorts),
      fc.integer({ min: 1, max: 7 }),
      changes,
      async (sort, count, changed) => {
        const category = newId()
        const mark = (kept: Kept) => ({ ...kept, specialty: [{ coding: [{ code: category }] }] }) as Kept
        const steady = Array.from({ length: 12 }, (_, index) => mark(slot(newId(), index % 5)))
        const moving = Array.from({ length: 6 }, (_, index) => mark(slot(newId(), index * 2)))
        await write(store, [...steady, ...moving])
        const found: string[] = []
        let cursor: string | undefined
        do {
          const query = `specialty=${category}&${sort}&_count=${count}${cursor === undefined ? '' : `&_cursor=${cursor}`}`
          const page = await store.search(parseSearch('Slot', query).search, ['public'])
          expect(page.entries.length).toBeLessThanOrEqual(count)
          found.push(...page.entries.map(({ id }) => id))
          cursor = page.next
          await disturb(store, changed.shift(), moving, mark)
        } while (cursor !== undefined)
        const ids = steady.map(({ id }) => id)
        expect(found.filter((id) => ids.includes(id)).sort()).toEqual(ids.sort())
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)

interface Change {
  kind: string
  hour: number
}

async function disturb(store: Store, change: Change | undefined, moving: Kept[], mark: (kept: Kept) => Kept) {
  if (!change) return
  if (change.kind === 'add') return write(store, [mark(slot(newId(), change.hour))])
  const one = moving.shift()
  if (!one) return
  if (change.kind === 'move') return write(store, [mark(slot(one.id, change.hour, 2))])
  return store.write({ at, removed: [{ type: 'Slot', id: one.id, replaces: 1, lastUpdated: at }] })
}

test.each(['', 'x', 'W10', 'WyJhIl0', 'bm90IGpzb24', 'WyIyMDI2LTAxLTAxIiwiYSJd', 'WyJpbmZpbml0eSIsbnVsbF0'])(
  'a page link «%s» that was not given out is refused',
  async (cursor) => {
    await using store = await openTestStore()
    const { search } = parseSearch('Slot', '_sort=start,status')
    await expect(store.search({ ...search, cursor }, 'all')).rejects.toThrow(Failure)
  },
)

test('a page link made of anything is followed or refused, never an error of the database', async () => {
  await using store = await openTestStore()
  const values = fc.oneof(
    fc.string(),
    fc.constantFrom(
      null,
      '2026-02-31 00:00:00',
      '2026-13-01 00:00:00',
      '2026-01-01 99:00:00',
      'infinity',
      '2026-01-01 09:00:00',
      '1905-01-01 00:00:00.123',
      '\0',
    ),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(values, values),
      fc.constantFrom('_sort=start', '_sort=status'),
      async (parts, sort) => {
        const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url')
        const { search } = parseSearch('Slot', sort)
        const outcome = await store.search({ ...search, cursor }, 'all').catch((thrown: unknown) => thrown)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(Failure)
      },
    ),
    { numRuns: 300 },
  )
})

test('slots of several diaries that are found by what these say come in one order, page by page', async () => {
  await using store = await openTestStore()
  const diary = (id: string, active: boolean) =>
    ({
      resourceType: 'Schedule',
      id,
      meta: { versionId: '1', lastUpdated: at },
      active,
      actor: [{ reference: 'Location/1' }],
    }) as Kept
  const diaries = [newId(), newId(), newId()]
  await write(
    store,
    diaries.map((id, n) => diary(id, n < 2)),
  )
  const slots = Array.from(
    { length: 18 },
    (_, n) =>
      ({
        ...slot(newId(), n >> 1),
        schedule: { reference: `Schedule/${diaries[n % 3]}` },
        status: n < 15 ? 'free' : 'busy',
      }) as Kept, // a slot still
  )
  await write(store, slots)
  const expected = (descending: boolean) => {
    const fit = slots
      .map(({ id }, n) => ({ id, hour: n >> 1, fits: n < 15 && n % 3 < 2 }))
      .filter(({ fits }) => fits)
      .sort((a, b) => a.hour - b.hour || (a.id < b.id ? -1 : 1))
      .map(({ id }) => id)
    return descending ? fit.toReversed() : fit
  }
  for (const sort of ['start', '-start']) {
    const query = `schedule.active=true&status=free&_sort=${sort}&_count=3&_include=Slot:schedule`
    const { search } = parseSearch('Slot', query)
    expect(chainIn(search)).toBeDefined()
    const found: string[] = []
    for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page++) {
      const { entries, next } = await store.search({ ...search, ...(cursor && { cursor }) }, ['public'])
      found.push(...entries.filter(({ mode }) => mode === 'match').map(({ id }) => id))
      expect(entries.filter(({ mode }) => mode === 'include').map(({ type }) => type)).toContain('Schedule')
      cursor = next
    }
    expect(found).toEqual(expected(sort === '-start'))
  }
  const none = parseSearch('Slot', 'schedule.identifier=urn:none|1&status=free&_sort=start').search
  expect((await store.search(none, ['public'])).entries).toEqual([])
  const unseen = parseSearch('Slot', 'schedule.active=true&status=free&_sort=start').search
  expect((await store.search(unseen, ['org:1'])).entries).toEqual([])
})

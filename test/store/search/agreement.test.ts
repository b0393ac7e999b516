import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseSearch } from '../../../src/fhir/search.ts'
import type { Store } from '../../../src/store/index.ts'
import { openTestStore } from '../../support/database.ts'
import { type Known, known, naive } from './naive.ts'
import { type RandomQuery, randomQueries, randomResources } from './random.ts'

/** More, or others: `RELAIS_TEST_QUERIES=10000 RELAIS_TEST_SEED=… npm test -- test/store/search/agreement.test.ts`. */
const runs = Number(process.env.RELAIS_TEST_QUERIES ?? 1000)
const seed = Number(process.env.RELAIS_TEST_SEED ?? 7)

const resources = randomResources(40, 2026)
const access = [['public'], ['member'], ['org:1', 'member'], ['org:2']]
const all: Known[] = resources.map((resource, index) => known(resource, access[index % access.length] ?? []))

let store: Store & AsyncDisposable

beforeAll(async () => {
  store = await openTestStore()
  await store.write({
    at: '2026-03-02T00:00:00Z',
    resources: all.map(({ resource, access: sight }) => ({ resource, replaces: 0, sight })),
  })
})

afterAll(() => store[Symbol.asyncDispose]())

test('a search finds, page by page, what looking at every resource finds, in the same order', async () => {
  let found = 0
  await fc.assert(
    fc.asyncProperty(randomQueries(resources), async ({ type, query, sight }) => {
      const { search } = parseSearch(type, query)
      const expected = naive(search, sight, all)
      found += expected.length
      expect(await allPages({ type, query, sight })).toEqual(expected)
    }),
    { numRuns: runs, seed },
  )
  // The questions are about something: else all of them agree on nothing.
  expect(found).toBeGreaterThan(4 * runs)
}, 3_600_000)

test('the number of matches is the same as the matches', async () => {
  await fc.assert(
    fc.asyncProperty(randomQueries(resources), async ({ type, query, sight }) => {
      const { search } = parseSearch(type, `${query}&_summary=count`)
      const { total, entries } = await store.search(search, sight)
      expect([total, entries]).toEqual([naive(search, sight, all).length, []])
    }),
    { numRuns: 100, seed: 8 },
  )
})

async function allPages({ type, query, sight }: RandomQuery): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const { search } = parseSearch(type, cursor === undefined ? query : `${query}&_cursor=${cursor}`)
    const page = await store.search(search, sight)
    ids.push(...page.entries.map(({ id }) => id))
    cursor = page.next
  } while (cursor !== undefined)
  return ids
}

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { matches } from '../../../src/fhir/search/match.ts'
import { searchRow } from '../../../src/fhir/search/row.ts'
import { parseSearch, type Search } from '../../../src/fhir/search.ts'
import type { Sight, Store } from '../../../src/store/index.ts'
import { openTestStore } from '../../support/database.ts'
import { found, isSeen, type Known } from './evaluator/index.ts'
import { type RandomQuery, randomQueries, randomResources } from './random.ts'

/** More, or others: `RELAIS_TEST_QUERIES=10000 RELAIS_TEST_SEED=… npm test -- test/store/search/agreement.test.ts`. */
const runs = Number(process.env.RELAIS_TEST_QUERIES ?? 1000)
const seed = Number(process.env.RELAIS_TEST_SEED ?? 7)

const resources = randomResources(40, 2026)
const access = [['public'], ['member'], ['org:1', 'member'], ['org:2']]
const all: Known[] = resources.map((resource, index) => ({
  resource,
  access: access[index % access.length] ?? [],
}))
const rows = new Map(resources.map((resource) => [resource.id, searchRow(resource)]))

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
  let count = 0
  await fc.assert(
    fc.asyncProperty(randomQueries(resources), async ({ type, query, sight }) => {
      const expected = found(type, query, sight, all)
      count += expected.length
      expect(await allPages({ type, query, sight })).toEqual(expected)
      const { search } = parseSearch(type, query)
      if (isOfOne(search)) expect(inMemory(search, sight).sort()).toEqual(expected.sort())
    }),
    { numRuns: runs, seed },
  )
  // The questions are about something: else all of them agree on nothing.
  expect(count).toBeGreaterThan(4 * runs)
}, 3_600_000)

test('the number of matches is the same as the matches', async () => {
  await fc.assert(
    fc.asyncProperty(randomQueries(resources), async ({ type, query, sight }) => {
      const { search } = parseSearch(type, `${query}&_summary=count`)
      const { total, entries } = await store.search(search, sight)
      expect([total, entries]).toEqual([found(type, query, sight, all).length, []])
    }),
    { numRuns: 100, seed: 8 },
  )
})

/** Whether it asks for nothing but what a resource says itself. */
const isOfOne = ({ filters }: Search) => filters.every(({ is }) => is !== 'chain' && is !== 'has')

/** The ids that fit by what is kept of each in memory, as it is asked of subscriptions and scopes. */
const inMemory = ({ type, filters }: Search, sight: Sight): string[] =>
  all
    .filter((one) => one.resource.resourceType === type && isSeen(one, sight))
    .map(({ resource }) => resource.id)
    .filter((id) => matches({ filters }, rows.get(id) ?? {}))

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

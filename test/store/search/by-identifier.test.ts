import type { Resource } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseSearch } from '../../../src/fhir/search.ts'
import type { Sight, Store } from '../../../src/store/index.ts'
import { openTestStore } from '../../support/database.ts'
import { recordStatements } from '../../support/statements.ts'

const at = '2030-01-01T00:00:00.000Z'
const meta = { versionId: '1', lastUpdated: at }
const system = 'urn:test'

/** Identifiers that are old are nobody's own: several may have one. */
const carrying = (resourceType: 'Patient' | 'Task', id: string, value: string, sight: string[]) => ({
  // Enough of either to be found by.
  resource: { resourceType, id, meta, identifier: [{ use: 'old', system, value }] } as Resource & {
    id: string
    meta: typeof meta
  },
  replaces: 0,
  sight,
})

let store: Store
beforeAll(async () => {
  store = await openTestStore()
  await store.write({
    at,
    resources: [
      carrying('Patient', 'p1', 'shared', ['org:1']),
      carrying('Patient', 'p2', 'shared', ['org:2']),
      carrying('Patient', 'p3', 'shared', ['org:1']),
      carrying('Patient', 'p4', 'a,b|c', ['org:1']),
      carrying('Task', 't1', 'shared', ['org:1']),
    ],
  })
})
afterAll(() => store[Symbol.asyncDispose]())

async function found(type: string, query: string, sight: Sight) {
  const { search } = parseSearch(type, query)
  const { entries, next } = await store.search(search, sight)
  return [entries.map(({ id }) => id), next !== undefined] as const
}

test('conditions that are looked at together are one statement, each seen with its own eyes', async () => {
  using statements = recordStatements()
  const all = await Promise.all([
    found('Patient', `identifier=${system}|shared`, ['org:1']),
    found('Patient', `identifier=${system}|shared`, 'all'),
    found('Patient', 'identifier=shared', ['org:2', 'org:3']),
    found('Task', `identifier=${system}|shared`, ['org:1']),
    found('Task', `identifier=${system}|shared`, []),
    found('Patient', String.raw`identifier=${system}|a\,b\|c`, ['org:1']),
  ])
  expect(all).toEqual([
    [['p3', 'p1'], false],
    [['p3', 'p2', 'p1'], false],
    [['p2'], false],
    [['t1'], false],
    [[], false],
    [['p4'], false],
  ])
  expect(statements.take()).toHaveLength(1)
})

test('what has more than a page goes on after it', async () => {
  expect(await found('Patient', `identifier=${system}|shared&_count=2`, 'all')).toEqual([['p3', 'p2'], true])
})

test.each([
  `identifier=${system}|`,
  `identifier:not=${system}|shared`,
  `identifier=shared,a`,
  `identifier=shared&_id=p1`,
])('%s is found as any search is', async (query) => {
  const [ids] = await found('Patient', query, ['org:1'])
  expect(ids).toContain(query.includes(':not') ? 'p4' : 'p1')
})

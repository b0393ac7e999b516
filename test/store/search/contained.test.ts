import type { Resource } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseSearch, type Search } from '../../../src/fhir/search.ts'
import type { Kept, Sight, Store } from '../../../src/store/index.ts'
import { isContained } from '../../../src/store/search/contained.ts'
import { containedStatement } from '../../../src/store/search/contained-page.ts'
import { searchStatement } from '../../../src/store/search/index.ts'
import { type Sql, statement } from '../../../src/store/sql.ts'
import { writeStatement } from '../../../src/store/write/index.ts'
import { wholeOf } from '../../../src/store/write/whole.ts'
import { openTestStore } from '../../support/database.ts'
import { create, minute, newId, patient } from '../resources.ts'
import { fits, isSeen } from './evaluator/index.ts'
import { compared, isNewestFirst } from './evaluator/order.ts'
import { randomQueries, randomResources } from './random.ts'

/** More, or others: `RELAIS_TEST_QUERIES=10000 RELAIS_TEST_SEED=… npm test -- test/store/search/contained.test.ts`. */
const runs = Number(process.env.RELAIS_TEST_QUERIES ?? 250)
const seed = Number(process.env.RELAIS_TEST_SEED ?? 11)

let store: Store & { url: string }
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store[Symbol.asyncDispose]())

describe('a search of contained resources', () => {
  const inside = randomResources(60, 77)
  const containers = containing(randomResources(25, 2026), inside)
  const access = [['public'], ['member'], ['org:1', 'member'], ['org:2']]
  const all = containers.flatMap((container, n) => knownIn(container, access[n % access.length] ?? []))

  beforeAll(async () => {
    const resources = containers.map((resource, n) => ({
      resource,
      replaces: 0,
      sight: access[n % access.length] ?? [],
    }))
    await store.write({ at: minute(0), resources })
  })

  const alone = randomQueries([...containers, ...inside]).filter(({ type, query }) =>
    parseSearch(type, query).search.filters.every(({ is }) => is !== 'chain' && is !== 'has'),
  )
  const asked = fc.tuple(
    alone,
    fc.constantFrom('_contained=true', '_contained=both'),
    fc.constantFrom('', '&_containedType=contained', '&_containedType=container'),
    fc.constantFrom('', '', '', '&_id=a', '&_id:not=b'),
  )

  test('finds, page by page, what looking at everything finds, in the same order', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(asked, async ([{ type, query, sight }, contained, as, id]) => {
        const whole = `${query}&${contained}${as}${id}`
        const expected = naive(type, whole, sight, all)
        found += expected.length
        expect(await allPages(type, whole, sight)).toEqual(expected)
        const { total } = await store.search(parsed(type, `${whole}&_summary=count`), sight)
        expect(total).toBe(expected.length)
      }),
      { numRuns: runs, seed },
    )
    // The questions are about something: else all of them agree on nothing.
    expect(found).toBeGreaterThan(4 * runs)
  }, 3_600_000)

  test('looks into containers of some types alone where it is told to', async () => {
    const query = '_contained=true&_containedType=contained&_count=1000'
    const search = parsed('Patient', query)
    if (!isContained(search)) throw new Error('It asks for contained resources')
    const within = { ...search, contained: { ...search.contained, within: ['Task', 'Slot'] } }
    const { entries } = await store.search(within, 'all')
    const wanted = naive('Patient', query, 'all', all).filter((name) => /^(Task|Slot)\//.test(name))
    expect(wanted.length).toBeGreaterThan(0)
    expect(entries.map(nameOf)).toEqual(wanted)
  })

  test('finds them by an index, however many there are', async () => {
    await using ending = new AsyncDisposableStack()
    const client = new Client({ connectionString: store.url })
    await client.connect()
    ending.defer(() => client.end())
    await client.query(`insert into contained
      select 'Task', n::text, 1, 0, 'Patient', 'p' || n, array['identifier=urn:a|' || n, 'active=true'], '{}'
      from generate_series(1, 20000) n`)
    await client.query('analyze contained')
    await client.query('set enable_seqscan = off')
    const planOf = async (query: string) => {
      const search = parsed('Patient', query)
      if (!isContained(search)) throw new Error('It asks for contained resources')
      const { text, values } = statement(containedStatement(search, ['public']))
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }
    for (const query of ['identifier=urn:a|7', 'active=true', '_id=a', 'family=elan&_sort=family', ''])
      for (const which of ['true', 'both'])
        expect(await planOf(`${query}&_contained=${which}`)).not.toMatch(/Seq Scan/)
    expect(await planOf('identifier=urn:a|7&_contained=true')).toMatch(/contained_terms/)
    expect(await planOf('_id=p7&_contained=true')).toMatch(/contained_type/)
  })
})

describe('what is contained', () => {
  const inner = (family: string) => ({ ...bare('p', family), active: true })
  const request = (id: string, version: number, families: readonly string[]): Kept =>
    ({
      resourceType: 'ServiceRequest',
      id,
      meta: { versionId: String(version), lastUpdated: minute(version) },
      contained: families.map(inner),
      subject: { reference: '#p' },
    }) as unknown as Kept // as much of one as is looked at
  const found = async (family: string, sight: Sight = 'all') => {
    const query = `family=${family}&_contained=true&_containedType=contained`
    return (await store.search(parsed('Patient', query), sight)).entries
  }

  test('is found as it is now: not as it was, nor when its container is deleted', async () => {
    const id = newId()
    await create(store, request(id, 1, ['Avant']))
    expect(await found('Avant')).toMatchObject([{ type: 'ServiceRequest', id, local: 'p', version: 1 }])
    await create(store, request(id, 2, ['Apres']))
    expect([await found('Avant'), (await found('Apres')).map(nameOf)]).toEqual([
      [],
      [`ServiceRequest/${id}#p`],
    ])
    await create(store, request(id, 3, []))
    expect(await found('Apres')).toEqual([])
    await create(store, request(id, 4, ['Enfin']))
    expect(await found('Enfin')).toHaveLength(1)
    await store.write({
      at: minute(5),
      removed: [{ type: 'ServiceRequest', id, replaces: 4, lastUpdated: minute(5) }],
    })
    expect(await found('Enfin')).toEqual([])
  })

  test('is seen by whoever sees the container: from when he is let in', async () => {
    const id = newId()
    await create(store, request(id, 1, ['Secrete']), ['org:1'])
    expect([await found('Secrete', ['org:2']), (await found('Secrete', ['org:1'])).length]).toEqual([[], 1])
    await store.write({ at: minute(9), grants: [{ reference: `ServiceRequest/${id}`, sight: ['org:2'] }] })
    expect(await found('Secrete', ['org:2'])).toHaveLength(1)
  })

  test('costs nothing where nobody asks for it: neither a search nor a write has to do with it', () => {
    const textOf = (piece: Sql) => statement(piece).text
    expect(textOf(searchStatement(parsed('Patient', 'family=a&_contained=false'), ['public']))).toBe(
      textOf(searchStatement(parsed('Patient', 'family=a'), ['public'])),
    )
    expect(textOf(searchStatement(parsed('Patient', 'family=a'), ['public']))).not.toMatch(/contained/)
    for (const version of [1, 2]) {
      const resource = patient(newId(), { version })
      const write = wholeOf([{ at: minute(0), resources: [{ resource, replaces: version - 1 }] }])
      expect(textOf(writeStatement(write, undefined))).not.toMatch(/contained|inner/)
    }
  })
})

const bare = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] })

const parsed = (type: string, query: string): Search => parseSearch(type, query, { contained: true }).search

/** Resources, most of which contain some of others: these are called `a`, `b`, `c` there. */
function containing(resources: readonly Kept[], others: readonly Kept[]): Kept[] {
  return resources.map((resource, n) => {
    const contained = [n * 7, n * 11 + 3, n * 13 + 5].slice(0, n % 4).map((at, index) => {
      const {
        id: _,
        meta: { versionId: __, lastUpdated: ___, ...meta },
        ...rest
      } = others[at % others.length] as Kept // within
      return { ...rest, id: 'abc'[index], ...(Object.keys(meta).length > 0 && { meta }) }
    })
    return contained.length > 0 ? ({ ...resource, contained } as Kept) : resource // with something in it
  })
}

/** Something that may be found: a resource, or one that it contains. */
interface Candidate {
  container: Kept
  access: readonly string[]
  /** Place among what is contained; -1: the container itself. */
  number: number
  local?: string
  /** As search sees it: what is contained was changed when its container was. */
  resource: Resource
}

function knownIn(container: Kept, access: readonly string[]): Candidate[] {
  const { contained = [] } = container as { contained?: Resource[] } // as made above
  const inner = contained.map((resource, number): Candidate => {
    const meta = { ...resource.meta, lastUpdated: container.meta.lastUpdated }
    return { container, access, number, local: resource.id ?? '', resource: { ...resource, meta } }
  })
  return [{ container, access, number: -1, resource: container }, ...inner]
}

/** The names of what a search finds, in order, by looking at everything. */
function naive(type: string, query: string, sight: Sight, all: readonly Candidate[]): string[] {
  const asked = new URLSearchParams(query)
  const found = all
    .filter(
      ({ resource, number }) =>
        resource.resourceType === type && (asked.get('_contained') === 'both' || number >= 0),
    )
    .filter((one) => isSeen(one, sight) && fits(one.resource, asked, { all: [], sight }))
    .sort((a, b) => inOrder(asked.get('_sort') ?? '', a, b))
  if (asked.get('_containedType') === 'contained') return found.map(nameIn)
  // A container that is a match itself stands where it comes by itself, otherwise where the first in it comes.
  const own = new Set(found.filter(({ number }) => number < 0).map(({ container }) => container))
  const once = found.filter(({ container, number }) => number < 0 || !own.has(container))
  return [...new Set(once.map(({ container }) => `${container.resourceType}/${container.id}`))]
}

function inOrder(sort: string, a: Candidate, b: Candidate): number {
  const order = compared(sort, a.resource, b.resource)
  if (order !== 0) return order
  const last =
    byText(a.container.id, b.container.id) || byText(a.container.resourceType, b.container.resourceType)
  return (isNewestFirst(sort) ? -1 : 1) * (last || a.number - b.number)
}

const byText = (a: string, b: string) => (a < b ? -1 : Number(a > b))

const nameIn = ({ container: { resourceType, id }, local }: Candidate) =>
  `${resourceType}/${id}${local === undefined ? '' : `#${local}`}`

const nameOf = ({ type, id, local }: { type: string; id: string; local?: string }) =>
  `${type}/${id}${local === undefined ? '' : `#${local}`}`

async function allPages(type: string, query: string, sight: Sight): Promise<string[]> {
  const names: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.search(
      parsed(type, cursor === undefined ? query : `${query}&_cursor=${cursor}`),
      sight,
    )
    names.push(...page.entries.map(nameOf))
    cursor = page.next
  } while (cursor !== undefined)
  return names
}

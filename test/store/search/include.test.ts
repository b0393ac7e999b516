import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAcross } from '../../../src/fhir/search/across.ts'
import { parseSearch } from '../../../src/fhir/search.ts'
import type { Kept, Sight, Store } from '../../../src/store/index.ts'
import { openTestStore } from '../../support/database.ts'
import { recordStatements } from '../../support/statements.ts'

const meta = { versionId: '1', lastUpdated: '2026-03-02T07:00:00.000Z' }
const to = (reference: string) => ({ reference })

/** A centre, its room, its diary, two slots, a booking of one, and a task about it that not everyone sees. */
const resources = [
  { resourceType: 'Organization', id: 'centre' },
  {
    resourceType: 'Location',
    id: 'room',
    managingOrganization: to('Organization/centre'),
    partOf: to('Location/floor'),
  },
  { resourceType: 'Location', id: 'floor', partOf: to('Location/room') },
  { resourceType: 'Schedule', id: 'diary', actor: [to('Location/room'), to('Device/unknown')] },
  {
    resourceType: 'Slot',
    id: 'nine',
    schedule: to('Schedule/diary'),
    status: 'free',
    start: '2026-03-02T09:00:00Z',
  },
  {
    resourceType: 'Slot',
    id: 'ten',
    schedule: to('Schedule/diary'),
    status: 'free',
    start: '2026-03-02T10:00:00Z',
  },
  { resourceType: 'Appointment', id: 'booking', slot: [to('Slot/nine')], status: 'booked', participant: [] },
  { resourceType: 'Task', id: 'secret', focus: to('Appointment/booking'), status: 'requested' },
].map((resource) => ({ ...resource, meta }) as unknown as Kept) // enough of each for the index

let store: Store

beforeAll(async () => {
  store = await openTestStore()
  await store.write({
    at: meta.lastUpdated,
    resources: resources.map((resource) => ({
      resource,
      replaces: 0,
      sight: resource.id === 'secret' ? ['org:other'] : ['public'],
    })),
  })
})

afterAll(() => store[Symbol.asyncDispose]())

async function found(type: string, query: string, sight: Sight = 'all') {
  const { entries } = await store.search(parseSearch(type, query).search, sight)
  const those = (mode: string) =>
    entries.filter((entry) => entry.mode === mode).map(({ type: name, id }) => `${name}/${id}`)
  return { match: those('match'), include: those('include') }
}

test('what a match refers to comes along once, however many refer to it', async () => {
  expect(await found('Slot', '_include=Slot:schedule&_sort=start')).toEqual({
    match: ['Slot/nine', 'Slot/ten'],
    include: ['Schedule/diary'],
  })
})

test('only matches of the page bring others along', async () => {
  const { include } = await found('Slot', '_revinclude=Appointment:slot&_sort=-start&_count=1')
  expect(include).toEqual([])
})

test('what was brought along brings its own, round by round, even in circles', async () => {
  const query = '_include=Slot:schedule&_include:iterate=Schedule:actor&_include:iterate=Location:partof'
  const { include } = await found('Slot', `_id=nine&${query}&_include:iterate=Location:organization`)
  expect(include).toEqual(['Location/floor', 'Location/room', 'Organization/centre', 'Schedule/diary'])
})

test('a target type leaves the others out', async () => {
  expect((await found('Schedule', '_include=Schedule:actor:Location')).include).toEqual(['Location/room'])
  expect((await found('Schedule', '_include=Schedule:actor:Device')).include).toEqual([])
})

test('who refers to a match comes along, and who refers to those', async () => {
  const query = '_id=nine&_revinclude=Appointment:slot&_revinclude:iterate=Task:focus'
  expect((await found('Slot', query)).include).toEqual(['Appointment/booking', 'Task/secret'])
})

test('nobody is brought what he may not see', async () => {
  const query = '_id=nine&_revinclude=Appointment:slot&_revinclude:iterate=Task:focus'
  expect((await found('Slot', query, ['public'])).include).toEqual(['Appointment/booking'])
})

test('nobody learns by a condition what he may not see', async () => {
  const query = '_has:Task:focus:status=requested'
  expect((await found('Appointment', query)).match).toEqual(['Appointment/booking'])
  expect((await found('Appointment', query, ['public'])).match).toEqual([])
  expect((await found('Appointment', query, ['public', 'org:other'])).match).toEqual(['Appointment/booking'])
})

test('what is a match is not brought along again', async () => {
  expect(await found('Location', '_include=Location:partof&_sort=_id')).toEqual({
    match: ['Location/floor', 'Location/room'],
    include: [],
  })
})

test('what was deleted is neither found nor brought along', async () => {
  await using other = await openTestStore()
  const write = {
    at: meta.lastUpdated,
    resources: resources.map((resource) => ({ resource, replaces: 0, sight: ['public'] })),
  }
  await other.write(write)
  await other.write({
    at: meta.lastUpdated,
    removed: [{ type: 'Schedule', id: 'diary', replaces: 1, lastUpdated: meta.lastUpdated }],
  })
  const { entries } = await other.search(parseSearch('Slot', '_id=nine&_include=Slot:schedule').search, 'all')
  expect(entries.map(({ id }) => id)).toEqual(['nine'])
  expect((await other.search(parseSearch('Schedule', '').search, 'all')).entries).toEqual([])
})

describe('rounds', () => {
  const depth = 20
  /** A cellar below a cellar below a cellar, and shelves that stand in the last but one. */
  const cellar = (n: number) => ({
    resourceType: 'Location',
    id: `cellar-${n}`,
    ...(n < depth && { partOf: to(`Location/cellar-${n + 1}`) }),
  })
  const shelf = (n: number) => ({
    resourceType: 'Location',
    id: `shelf-${n}`,
    partOf: to(`Location/cellar-${depth - 1}`),
  })
  const write = (all: readonly object[], sightOf: (n: number) => readonly string[]) =>
    store.write({
      at: meta.lastUpdated,
      resources: all.map((resource, n) => ({
        resource: { ...resource, meta } as unknown as Kept, // enough of each for the index
        replaces: 0,
        sight: sightOf(n),
      })),
    })

  beforeAll(async () => {
    const cellars = Array.from({ length: depth }, (_, n) => cellar(n + 1))
    await write(cellars, (n) => (n + 1 === 12 ? ['org:twelve'] : ['public']))
    // With the cellar that is part of theirs, everybody sees a thousand of them.
    const shelves = Array.from({ length: 1500 }, (_, n) => shelf(n))
    await write(shelves, (n) => (n < 999 ? ['public'] : ['org:shelves']))
  })

  const chain = '_id=cellar-1&_include:iterate=Location:partof'
  const cellars = (from: number, until: number) =>
    Array.from({ length: until - from + 1 }, (_, n) => `Location/cellar-${from + n}`).sort()

  test('go on as long as something new comes, by one statement more', async () => {
    using statements = recordStatements()
    expect((await found('Location', chain)).include).toEqual(cellars(2, depth))
    expect(statements.take()).toHaveLength(2)
  })

  test('end where somebody sees no further, on the way there and on the way back', async () => {
    expect((await found('Location', chain, ['public'])).include).toEqual(cellars(2, 11))
    const back = '_id=cellar-14&_revinclude:iterate=Location:partof'
    expect((await found('Location', back)).include).toEqual(cellars(1, 13))
    expect((await found('Location', back, ['public'])).include).toEqual(cellars(13, 13))
  })

  test('of several types at once are one statement more, too', async () => {
    using statements = recordStatements()
    const query =
      '_id=cellar-1,centre&_revinclude=Location:organization&_include:iterate=Location:partof&_sort=_id'
    const { searches } = parseAcross(['Location', 'Organization'], new URLSearchParams(query))
    const { entries } = await store.searchAcross(searches, 'all')
    const names = entries.filter(({ mode }) => mode === 'include').map(({ type, id }) => `${type}/${id}`)
    expect(names).toEqual([...cellars(2, depth), 'Location/floor', 'Location/room'])
    expect(statements.take()).toHaveLength(2)
  })

  test.each([
    ['a first one', `_id=cellar-${depth - 1}&_revinclude=Location:partof`],
    ['a later one', `_id=cellar-${depth}&_revinclude:iterate=Location:partof`],
  ])('of which %s brings too many bring a thousand, and say so', async (_, query) => {
    const { entries, remarks } = await store.search(parseSearch('Location', query).search, 'all')
    expect(new Set(entries.map(({ id }) => id)).size).toBe(1001)
    expect(remarks).toMatchObject([{ case: 'too-costly', expression: '_include' }])
  })

  test('that bring a thousand and no more are whole', async () => {
    const { search } = parseSearch('Location', `_id=cellar-${depth - 1}&_revinclude=Location:partof`)
    const { entries, remarks } = await store.search(search, ['public'])
    expect([entries.length, remarks]).toEqual([1001, undefined])
  })
})

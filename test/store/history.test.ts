import { Client } from 'pg'
import { expect, test } from 'vitest'
import type { HistoryQuery, Sight, Store, Write } from '../../src/store/index.ts'
import { statement } from '../../src/store/sql.ts'
import { writeStatement } from '../../src/store/write/index.ts'
import { wholeOf } from '../../src/store/write/whole.ts'
import { openTestStore } from '../support/database.ts'
import { create, minute, newId, patient } from './resources.ts'

const all = (query: Partial<HistoryQuery> = {}): HistoryQuery => ({ order: 'oldest', count: 100, ...query })

/** A gateway that has written but not committed yet. */
async function slowWriter(url: string, write: Write) {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('begin')
  const { text, values } = statement(writeStatement(wholeOf([write]), undefined))
  await client.query(text, values)
  return {
    async commit() {
      await client.query('commit')
      await client.end()
    },
  }
}

/** All pages from a cursor on: what was seen, and from where the next pull goes on. */
async function pull(store: Store, cursor: string | undefined, query: Partial<HistoryQuery> = {}) {
  const seen: string[] = []
  let from = cursor
  for (;;) {
    const page = await store.history(all({ ...query, ...(from !== undefined && { cursor: from }) }), 'all')
    seen.push(...page.entries.map(({ id, version }) => `${id}/${version}`))
    from = page.resume
    if (page.next === undefined) return { seen, resume: page.resume }
  }
}

test('a puller does not pass a change that commits late', async () => {
  await using store = await openTestStore()
  const [early, late, between] = [newId(), newId(), newId()]
  await create(store, patient(early))
  const slow = await slowWriter(store.url, {
    at: minute(1),
    resources: [{ resource: patient(late), replaces: 0 }],
  })
  await create(store, patient(between))
  const first = await pull(store, undefined)
  expect(first.seen).toEqual([`${early}/1`])
  await slow.commit()
  const second = await pull(store, first.resume)
  expect(second.seen).toEqual([`${late}/1`, `${between}/1`])
  expect((await pull(store, second.resume)).seen).toEqual([])
})

test('while eight write and some commit late, a puller sees every change once', async () => {
  await using store = await openTestStore()
  const written: string[] = []
  const seen: string[] = []
  let writing = true
  const writer = async (index: number) => {
    for (let count = 0; count < 15; count++) {
      const resource = patient(newId())
      const write = { at: minute(count), resources: [{ resource, replaces: 0 }] }
      if (index === 0) {
        const slow = await slowWriter(store.url, write)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
        await slow.commit()
      } else await store.write(write)
      written.push(`${resource.id}/1`)
    }
  }
  const puller = async () => {
    let resume: string | undefined
    for (let last = false; !last; ) {
      last = !writing
      const pulled = await pull(store, resume, { count: 7 })
      seen.push(...pulled.seen)
      resume = pulled.resume
    }
  }
  const pulling = puller()
  await Promise.all(Array.from({ length: 8 }, (_, index) => writer(index)))
  writing = false
  await pulling
  expect(seen).toHaveLength(written.length)
  expect(new Set(seen)).toEqual(new Set(written))
})

test('the newest first come back page by page, deletions and former versions included', async () => {
  await using store = await openTestStore()
  const { id } = patient(newId())
  await create(store, patient(id))
  await create(store, patient(id, { version: 2, at: minute(1) }))
  await store.write({
    at: minute(2),
    removed: [{ type: 'Patient', id, replaces: 2, lastUpdated: minute(2) }],
  })
  const query = all({ order: 'newest', count: 2, type: 'Patient', id })
  const first = await store.history(query, 'all')
  expect(first.entries.map(({ version, deleted }) => [version, deleted])).toEqual([
    [3, true],
    [2, false],
  ])
  expect(first.total).toBe(3)
  const totals = async (more: Partial<HistoryQuery>, sight: Sight = 'all') =>
    (await store.history({ ...query, ...more }, sight)).total
  expect(await totals({ since: minute(1) })).toBe(2)
  expect(await totals({ since: minute(1), count: 1, order: 'oldest' })).toBe(2)
  expect(await totals({ at: { low: minute(0), high: minute(1) } })).toBe(2)
  expect(await totals({ since: minute(3) })).toBe(0)
  expect(await totals({ since: minute(0) }, ['org:other'])).toBe(0)
  const rest = await store.history({ ...query, cursor: first.next ?? '' }, 'all')
  expect(rest.entries.map(({ version }) => version)).toEqual([1])
  expect(rest.next).toBeUndefined()
})

test('history is narrowed by type, by types, and by since', async () => {
  await using store = await openTestStore()
  const meta = { versionId: '1', lastUpdated: minute(30) }
  await create(store, patient(newId()))
  await create(store, { resourceType: 'Flag', id: newId(), meta } as never)
  await create(store, { resourceType: 'List', id: newId(), meta } as never)
  const types = async (query: Partial<HistoryQuery>) =>
    (await store.history(all(query), 'all')).entries.map(({ type }) => type)
  expect(await types({})).toEqual(['Patient', 'Flag', 'List'])
  expect(await types({ type: 'Flag' })).toEqual(['Flag'])
  expect(await types({ types: ['Patient', 'List'] })).toEqual(['Patient', 'List'])
  expect(await types({ since: minute(30) })).toEqual(['Flag', 'List'])
  expect(await types({ since: minute(31) })).toEqual([])
})

test('a moment shows the versions that were current then', async () => {
  await using store = await openTestStore()
  const { id } = patient(newId())
  await create(store, patient(id))
  await create(store, patient(id, { version: 2, at: minute(10) }))
  const versionsAt = async (low: string, high = low) =>
    (await store.history(all({ type: 'Patient', id, at: { low, high } }), 'all')).entries.map(
      ({ version }) => version,
    )
  expect(await versionsAt(minute(-1))).toEqual([])
  expect(await versionsAt(minute(9))).toEqual([1])
  expect(await versionsAt(minute(10))).toEqual([2])
  expect(await versionsAt(minute(5), minute(15))).toEqual([1, 2])
  expect(await versionsAt(minute(11), minute(15))).toEqual([2])
})

test('history shows only what is for these eyes, deleted resources too', async () => {
  await using store = await openTestStore()
  const [mine, other] = [newId(), newId()]
  await create(store, patient(mine), ['org:a'])
  await create(store, patient(mine, { version: 2 }), [])
  await create(store, patient(other), ['org:b'])
  await store.write({
    at: minute(2),
    removed: [mine, other].map((id) => ({
      type: 'Patient',
      id,
      replaces: id === mine ? 2 : 1,
      lastUpdated: minute(2),
    })),
  })
  const { entries } = await store.history(all(), ['org:a', 'public'])
  expect(entries.map(({ id, version }) => [id, version])).toEqual([
    [mine, 1],
    [mine, 2],
    [mine, 3],
  ])
})

test('whoever is let see a resource later hears of it in the next pull', async () => {
  await using store = await openTestStore()
  const { id } = patient(newId())
  await create(store, patient(id), ['org:a'])
  const first = await store.history(all(), ['org:b'])
  expect(first.entries).toEqual([])
  await store.write({ at: minute(1), grants: [{ reference: `Patient/${id}`, sight: ['org:b'] }] })
  const next = await store.history(all({ cursor: first.resume ?? '' }), ['org:b'])
  expect(next.entries.map((entry) => entry.id)).toEqual([id])
})

test('positions go on rising in a database that was restored into a younger cluster', async () => {
  await using store = await openTestStore()
  const [before, after] = [newId(), newId()]
  await create(store, patient(before))
  const client = new Client({ connectionString: store.url })
  await client.connect()
  await client.query('update resource set xact = xact + 1000000')
  await client.end()
  const { openStore } = await import('../../src/store/index.ts')
  await using reopened = await openStore({ dataDir: '', databaseUrl: store.url })
  await create(reopened, patient(after))
  expect((await pull(reopened, undefined)).seen).toEqual([`${before}/1`, `${after}/1`])
})

test('a cursor that is not ours is refused', async () => {
  await using store = await openTestStore()
  await expect(store.history(all({ cursor: 'x' }), 'all')).rejects.toMatchObject({ case: 'value' })
})

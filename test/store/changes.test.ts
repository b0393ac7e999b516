import { Client } from 'pg'
import { expect, test, vi } from 'vitest'
import { type Changed, openStore, type Store } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { create, minute, newId, patient } from './resources.ts'

function heard(store: Store) {
  const changes: Changed[] = []
  store.onChange((changed) => changes.push(changed))
  return {
    changes,
    references: () => new Set(changes.flatMap(({ references }) => references)),
  }
}

/** How long a gateway is waited for, in milliseconds. */
const patience = 30_000

/** Until its listening connection stands, a gateway hears nothing; what it writes itself is told at once. */
async function listening(store: Store & { url: string }, other: Store) {
  const here = heard(other)
  await vi.waitFor(async () => {
    await create(store, patient(newId()))
    expect(here.changes.length).toBeGreaterThan(0)
  }, patience)
}

test('a gateway hears at once of what it has written, and not of what was not', async () => {
  await using store = await openTestStore()
  const here = heard(store)
  const { id } = patient(newId())
  await create(store, patient(id))
  await create(store, patient(id))
  expect(here.changes).toHaveLength(1)
  const written = [expect.objectContaining({ resourceType: 'Patient', id })]
  expect(here.changes).toEqual([{ references: [`Patient/${id}`], departures: false, written }])
})

test('another gateway hears of every change, however many at once', async () => {
  await using store = await openTestStore()
  await using other = await openStore({ dataDir: '', databaseUrl: store.url })
  await listening(store, other)
  const there = heard(other)
  const ids = Array.from({ length: 300 }, newId)
  const at = minute(0)
  await store.write({ at, resources: ids.map((id) => ({ resource: patient(id), replaces: 0 })) })
  const departures = [{ row: crypto.randomUUID(), peer: 'ris', kind: 'ORM^O01', about: [] }]
  await store.write({ at, departures })
  await vi.waitFor(() => {
    expect([...there.references()]).toEqual(expect.arrayContaining(ids.map((id) => `Patient/${id}`)))
    expect(there.changes.some((changed) => changed.departures)).toBe(true)
  }, patience)
})

test('a gateway that was cut off looks for itself, and hears again', async () => {
  await using store = await openTestStore()
  await using other = await openStore({ dataDir: '', databaseUrl: store.url })
  await listening(store, other)
  const there = heard(other)
  const client = new Client({ connectionString: store.url })
  await client.connect()
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query like 'listen%' and pid <> pg_backend_pid()`)
  await client.end()
  await vi.waitFor(() => expect(there.changes).toContainEqual({ references: [], departures: true }), patience)
  const { id } = patient(newId())
  await create(store, patient(id))
  await vi.waitFor(() => expect(there.references()).toContain(`Patient/${id}`), patience)
})

test('a listener that fails does not undo what is written, and can be let go', async () => {
  await using store = await openTestStore()
  using _ = store.onChange(() => {
    throw new Error('mine')
  })
  const here = heard(store)
  const listener = store.onChange((changed) => here.changes.push(changed))
  expect(await create(store, patient(newId()))).toBe(true)
  listener[Symbol.dispose]()
  expect(await create(store, patient(newId()))).toBe(true)
  expect(here.changes).toHaveLength(3)
})

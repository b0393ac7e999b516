import { expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { emptyDatabase } from '../support/database.ts'
import { query } from '../support/postgres.ts'
import { create, newId, patient } from './resources.ts'

const open = (databaseUrl: string) => openStore({ dataDir: '', databaseUrl, poolSize: 2 })

async function opened(databaseUrl: string): Promise<void> {
  await using _ = await open(databaseUrl)
}

test('gateways that start at the same time on an empty database all find it migrated', async () => {
  await using database = await emptyDatabase()
  const stores = await Promise.all(Array.from({ length: 4 }, () => open(database.url)))
  const ready = await Promise.all(stores.map((store) => store.ready()))
  const written = await Promise.all(stores.map((store) => create(store, patient(newId()))))
  await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()))
  expect([...ready, ...written]).toEqual(Array(8).fill(true))
})

test('a released migration that was edited is refused by its name', async () => {
  await using database = await emptyDatabase()
  await opened(database.url)
  await query(database.url, `update migration set checksum = 'other' where number = 1`)
  await expect(open(database.url)).rejects.toThrow('0001-store.sql')
})

test('a database of a newer release is refused, and a gateway on it is not ready', async () => {
  await using database = await emptyDatabase()
  await using store = await open(database.url)
  await query(database.url, `insert into migration (number, name, checksum) values (9999, 'x', 'y')`)
  expect(await store.ready()).toBe(false)
  await expect(open(database.url)).rejects.toThrow('9999')
})

test('a server that cannot be reached is told as such', async () => {
  await expect(open('postgresql://postgres@127.0.0.1:1/none')).rejects.toMatchObject({ case: 'transient' })
})

test('a commit is on disk before it is acknowledged, whatever the server prefers', async () => {
  await using database = await emptyDatabase()
  const name = new URL(database.url).pathname.slice(1)
  await query(database.url, `alter database ${name} set synchronous_commit = off`)
  await using store = await open(database.url)
  await query(
    database.url,
    `
    create function preferred() returns trigger language plpgsql as
      'begin insert into memory values (''seen'', current_setting(''synchronous_commit'')); return null; end'`,
  )
  await query(database.url, 'create trigger preferred after insert on resource execute function preferred()')
  await create(store, patient(newId()))
  expect(await store.recall('seen')).toBe('on')
})

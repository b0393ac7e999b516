import { expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { minute } from './resources.ts'

test('of fifty who use one key on two gateways, one is the first', async () => {
  await using store = await openTestStore()
  await using other = await openStore({ dataDir: '', databaseUrl: store.url })
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) => (index % 2 ? store : other).once('jti', 'key', minute(5))),
  )
  expect(results.filter(Boolean)).toHaveLength(1)
  expect(await store.once('other', 'key', minute(5))).toBe(true)
})

test('keys are forgotten a day after their end, and no sooner', async () => {
  let now = minute(0)
  await using store = await openTestStore({ clock: () => new Date(now) })
  const day = 24 * 60
  await store.once('jti', 'key', minute(0))
  now = minute(day - 1)
  await store.once('jti', 'second', minute(day))
  expect(await store.once('jti', 'key', minute(day))).toBe(false)
  now = minute(day + 20)
  await store.once('jti', 'third', minute(2 * day))
  expect(await store.once('jti', 'key', minute(2 * day))).toBe(true)
})

test('a lease is held by one at a time, until it is given back or ends', async () => {
  let now = minute(0)
  await using store = await openTestStore({ clock: () => new Date(now) })
  expect(await store.lease('poll', 'a', minute(5))).toBe(true)
  expect(await store.lease('poll', 'b', minute(5))).toBe(false)
  expect(await store.lease('poll', 'a', minute(6))).toBe(true)
  now = minute(5)
  expect(await store.lease('poll', 'b', minute(9))).toBe(false)
  now = minute(6)
  expect(await store.lease('poll', 'b', minute(9))).toBe(true)
  await store.unlease('poll', 'a')
  expect(await store.lease('poll', 'a', minute(9))).toBe(false)
  await store.unlease('poll', 'b')
  expect(await store.lease('poll', 'a', minute(9))).toBe(true)
})

test('gateways that want to set the same thing at once agree on one', async () => {
  await using store = await openTestStore()
  await using other = await openStore({ dataDir: '', databaseUrl: store.url })
  const values = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 ? store : other).recallOr('key', `value-${index}`)),
  )
  expect(new Set(values).size).toBe(1)
  await store.remember('key', 'new')
  expect(await other.recall('key')).toBe('new')
  expect(await other.recall('nothing')).toBeUndefined()
})

test('a client is kept as it was registered, and may be disabled', async () => {
  await using store = await openTestStore()
  await store.clients.put('gp', '{"name":"1"}')
  await store.clients.put('gp', '{"name":"2"}')
  await store.clients.disable('gp', minute(0))
  expect(await store.clients.get('gp')).toEqual({ registration: '{"name":"2"}', disabledAt: minute(0) })
  await store.clients.put('gp', '{"name":"3"}')
  expect(await store.clients.list()).toEqual([
    { id: 'gp', registration: '{"name":"3"}', disabledAt: minute(0) },
  ])
  await store.clients.disable('gp', undefined)
  expect(await store.clients.get('gp')).toEqual({ registration: '{"name":"3"}' })
  expect(await store.clients.get('unknown')).toBeUndefined()
})

test('a client that the folder leaves out is disabled until it is there again; one that was added stays', async () => {
  await using store = await openTestStore()
  const disabled = async () =>
    (await store.clients.list()).flatMap(({ id, disabledAt }) => (disabledAt === undefined ? [] : [id]))
  const said = (...ids: string[]) => ids.map((id) => ({ id, registration: `{"name":"${id}"}` }))
  await store.clients.put('added', '{}')
  await store.clients.folder(said('gp', 'ris'), minute(0))
  expect(await disabled()).toEqual([])
  await store.clients.folder(said('ris'), minute(1))
  await store.clients.folder(said('ris'), minute(2))
  expect(await store.clients.get('gp')).toMatchObject({ disabledAt: minute(1) })
  expect(await disabled()).toEqual(['gp'])
  await store.clients.folder(said('gp', 'ris'), minute(3))
  expect(await disabled()).toEqual([])
})

test('a client that an operator has disabled stays so when the folder has it; one that he enables is his', async () => {
  await using store = await openTestStore()
  const gp = [{ id: 'gp', registration: '{}' }]
  await store.clients.folder(gp, minute(0))
  await store.clients.disable('gp', minute(1))
  await store.clients.folder(gp, minute(2))
  expect(await store.clients.get('gp')).toMatchObject({ disabledAt: minute(1) })
  await store.clients.folder([], minute(3))
  await store.clients.disable('gp', undefined)
  await store.clients.folder([], minute(4))
  expect(await store.clients.get('gp')).toEqual({ registration: '{}' })
})

import { expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { minute } from './resources.ts'

test('a session is known on every gateway until it ends', async () => {
  await using store = await openTestStore()
  await using other = await openStore({ dataDir: '', databaseUrl: store.url })
  await store.sessions.begin('key', '{"who":1}', minute(0), minute(5))
  expect(await other.sessions.get('key', minute(4))).toEqual({ content: '{"who":1}', until: minute(5) })
  expect(await other.sessions.get('key', minute(5))).toBeUndefined()
  await other.sessions.extend('key', minute(9))
  expect(await store.sessions.get('key', minute(8))).toMatchObject({ until: minute(9) })
})

test('of ten who end one session, one gets what it held', async () => {
  await using store = await openTestStore()
  await store.sessions.begin('key', 'held', minute(0), minute(5))
  const ended = await Promise.all(Array.from({ length: 10 }, () => store.sessions.end('key', minute(1))))
  expect(ended.filter(Boolean)).toEqual(['held'])
})

test('what has ended is not handed out, and is forgotten when another begins', async () => {
  await using store = await openTestStore()
  await store.sessions.begin('old', 'held', minute(0), minute(5))
  await store.sessions.begin('late', 'held', minute(0), minute(5))
  expect(await store.sessions.end('late', minute(6))).toBeUndefined()
  await store.sessions.begin('new', 'held', minute(6), minute(9))
  await store.sessions.extend('old', minute(99))
  expect(await store.sessions.get('old', minute(1))).toBeUndefined()
})

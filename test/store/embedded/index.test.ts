import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { expect, test, vi } from 'vitest'
import { openStore } from '../../../src/store/index.ts'
import { create, newId, patient } from '../resources.ts'

/** A folder that is removed after the test. */
async function folder(prefix = 'relais-store-') {
  const path = await mkdtemp(join(tmpdir(), prefix))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A gateway's process that writes as fast as it can. */
function writer(dataDir: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => acknowledged.push(line))
  return {
    acknowledged,
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}

async function serverPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0])
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('what was acknowledged is there after kill -9, no server is left behind, and the store opens again', async () => {
  await using data = await folder()
  const acknowledged: string[] = []
  for (let round = 0; round < 3; round++) {
    using gateway = writer(data.path)
    await vi.waitFor(() => expect(gateway.acknowledged.length).toBeGreaterThan(50), 60_000)
    const pid = await serverPid(data.path)
    await gateway.kill()
    acknowledged.push(...gateway.acknowledged.filter((line) => line !== 'open'))
    if (round === 0) await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 60_000)
  }
  await using store = await openStore({ dataDir: data.path })
  const missing: string[] = []
  for (const id of acknowledged) if (!(await store.read('Patient', id, 'all'))) missing.push(id)
  expect(missing).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(150)
}, 90_000)

test('a second process, or a second store in the same one, is refused the same folder', async () => {
  await using data = await folder()
  using gateway = writer(data.path)
  await vi.waitFor(() => expect(gateway.acknowledged).toContain('open'), 60_000)
  await expect(openStore({ dataDir: data.path })).rejects.toMatchObject({
    case: 'lock-error',
    message: expect.stringContaining(data.path),
  })
  await gateway.kill()
  await using _ = await openStore({ dataDir: data.path })
  await expect(openStore({ dataDir: data.path })).rejects.toMatchObject({ case: 'lock-error' })
}, 120_000)

test('what was written is there after a restart, and nothing of the store runs in between', async () => {
  await using data = await folder()
  const id = newId()
  const first = await openStore({ dataDir: data.path })
  const pid = await serverPid(data.path)
  await create(first, patient(id))
  await first[Symbol.asyncDispose]()
  expect(isRunning(pid)).toBe(false)
  await using second = await openStore({ dataDir: data.path })
  expect(await second.read('Patient', id, 'all')).toMatchObject({ version: 1 })
}, 120_000)

test('when the database dies, callers hear so, and it is started again', async () => {
  await using data = await folder()
  await using store = await openStore({ dataDir: data.path })
  const id = newId()
  await create(store, patient(id))
  process.kill(await serverPid(data.path), 'SIGKILL')
  await vi.waitFor(
    () => expect(store.read('Patient', id, 'all')).rejects.toMatchObject({ case: 'transient' }),
    { timeout: 60_000, interval: 5 },
  )
  await vi.waitFor(async () => expect(await store.read('Patient', id, 'all')).toBeDefined(), 60_000)
  expect(await create(store, patient(newId()))).toBe(true)
}, 120_000)

test('the store is on a private socket, flushes every commit, and its folder is for its owner alone', async () => {
  await using data = await folder()
  await using store = await openStore({ dataDir: data.path })
  const client = new Client(store.connection)
  await client.connect()
  const { rows } = await client.query(`select name, setting from pg_settings
    where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'server_encoding') order by name`)
  await client.end()
  expect(rows.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
    'fsync=on',
    'full_page_writes=on',
    'listen_addresses=',
    'server_encoding=UTF8',
    'synchronous_commit=on',
  ])
  expect((await stat(data.path)).mode & 0o777).toBe(0o700)
  expect((await stat(String(store.connection.host))).mode & 0o777).toBe(0o700)
}, 120_000)

test('a folder whose path is longer than a socket may have serves as well', async () => {
  await using data = await folder()
  const dataDir = join(data.path, 'a-very-long-name-'.repeat(8))
  const store = await openStore({ dataDir })
  const socket = String(store.connection.host)
  expect(await create(store, patient(newId()))).toBe(true)
  await store[Symbol.asyncDispose]()
  expect(existsSync(socket)).toBe(false)
}, 120_000)

test('a first start that was cut off leaves no half-made store', async () => {
  await using data = await folder()
  const cut = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), data.path], {
    stdio: 'ignore',
  })
  const halves = () => readdirSync(data.path).filter((name) => name.startsWith('postgres.half'))
  const isUnderWay = () => halves().some((half) => existsSync(join(data.path, half, 'base')))
  await vi.waitFor(() => expect(isUnderWay()).toBe(true), { timeout: 60_000, interval: 5 })
  cut.kill('SIGKILL')
  await once(cut, 'close')
  await using store = await openStore({ dataDir: data.path })
  expect(await create(store, patient(newId()))).toBe(true)
}, 120_000)

test.runIf(process.getuid?.() === 0 && existsSync('/usr/bin/setpriv'))(
  'root may keep the store below a folder that is root’s alone',
  async () => {
    await using data = await folder()
    await using store = await openStore({ dataDir: join(data.path, 'data') })
    expect((await stat(data.path)).mode & 0o077).toBe(0)
    expect(await create(store, patient(newId()))).toBe(true)
  },
  60_000,
)

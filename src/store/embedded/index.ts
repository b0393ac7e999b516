import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolConfig } from 'pg'
import { failure } from '../../fhir/outcome.ts'
import type { Log } from '../../log.ts'
import { type Account, accountFor, reaches, spawnAs } from './account.ts'
import { type Binaries, binaries } from './binaries.ts'
import { holdFolder } from './lock.ts'
import { type Server, type ServerStart, startServer } from './server.ts'

/** A PostgreSQL of our own, on a private socket, which lives and dies with this process. */
export interface Embedded extends AsyncDisposable {
  readonly connection: PoolConfig
}

/**
 * The PostgreSQL in a data folder, made there at first; started again whenever it dies.
 *
 * Full durability: PostgreSQL's own defaults. Fails: lock-error when another process uses the folder.
 */
export async function openEmbedded(
  folder: string,
  log: Log,
  settings: Readonly<Record<string, string>> = {},
): Promise<Embedded> {
  const dataDir = resolve(folder)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await chmod(dataDir, 0o700)
  await using opening = new AsyncDisposableStack()
  opening.use(holdFolder(dataDir))
  const account = await accountFor(dataDir)
  const programs = await binaries(account, dataDir)
  await entered(account, dataDir)
  const data = await cluster(programs, account, dataDir)
  const socket = await socketFolder(dataDir, account)
  opening.defer(() => socket.remove())
  const connection: PoolConfig = { host: socket.path, port: 5432, user: 'postgres', database: 'postgres' }
  const start = { account, postgres: programs.postgres, data, socket: socket.path, connection, settings }
  opening.use(await keptAlive(start, log))
  const open = opening.move()
  return { connection, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

async function entered(account: Account, dataDir: string): Promise<void> {
  if (await reaches(account, dataDir, 'w')) return
  throw failure(
    'value',
    `PostgreSQL, which does not run as root, cannot reach ${dataDir}. Set RELAIS_DATA_DIR to a folder that every user may enter, such as /var/lib/relais, or start the gateway as another user.`,
    'RELAIS_DATA_DIR',
  )
}

/**
 * The folder of PostgreSQL's data, made at first start. It is made under a name of its own: the one who made a former
 * half, and was killed, may have left an initdb behind that is still at work there.
 */
async function cluster(programs: Binaries, account: Account, dataDir: string): Promise<string> {
  const data = join(dataDir, 'postgres')
  await removeHalves(dataDir)
  if (existsSync(data)) return sameMajor(data, programs)
  const half = `${data}${ofHalf}${randomUUID()}`
  const child = spawnAs(
    account,
    programs.initdb,
    ['-D', half, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    words += more
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`initdb fails in ${dataDir}: ${words.trim()}`)
  await rename(half, data)
  return data
}

const ofHalf = '.half-'

/** What cannot be removed now, as something is still at work there, is removed at the next start. */
async function removeHalves(dataDir: string): Promise<void> {
  const halves = (await readdir(dataDir)).filter((name) => name.startsWith(`postgres${ofHalf}`))
  await Promise.allSettled(halves.map((name) => rm(join(dataDir, name), { recursive: true, force: true })))
}

async function sameMajor(data: string, { major }: Binaries): Promise<string> {
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
  if (found === major) return data
  throw failure(
    'unsupported-value',
    `The store in ${data} is PostgreSQL ${found}'s; this release brings PostgreSQL ${major}. Dump it with the former release and restore it with this one.`,
    'RELAIS_DATA_DIR',
  )
}

/** A unix socket's path holds 107 bytes: below a long folder, the socket goes to a short one, private as well. */
async function socketFolder(
  dataDir: string,
  account: Account,
): Promise<{ path: string; remove(): Promise<void> }> {
  const own = join(dataDir, 'socket')
  const isShort = Buffer.byteLength(join(own, '.s.PGSQL.5432')) <= 107
  const path = isShort ? own : await mkdtemp(join(tmpdir(), 'relais-'))
  await mkdir(path, { recursive: true, mode: 0o700 })
  if (process.getuid?.() === 0) await chown(path, account.uid ?? 65534, account.gid ?? 65534)
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Starts the server, and starts it again when it dies, until disposed of. */
async function keptAlive(start: ServerStart, log: Log): Promise<AsyncDisposable> {
  let server = await started(start)
  const closing = new AbortController()
  const watch = async () => {
    for (;;) {
      await server.ended
      if (closing.signal.aborted) return
      log.warn('store.died')
      server = await restarted(start, log, closing.signal)
      if (closing.signal.aborted) await server.stop()
    }
  }
  const watching = watch().catch((thrown) => {
    if (!closing.signal.aborted) log.failed('store.lost', thrown)
  })
  return {
    async [Symbol.asyncDispose]() {
      closing.abort()
      await server.stop()
      await watching
    },
  }
}

/** While the gateway lives it goes on trying: callers hear `transient` meanwhile. */
async function restarted(start: ServerStart, log: Log, signal: AbortSignal): Promise<Server> {
  for (;;) {
    try {
      return await started(start)
    } catch (thrown) {
      signal.throwIfAborted()
      log.failed('store.unavailable', thrown)
      await sleep(1000, undefined, { signal })
    }
  }
}

const patienceMs = 15_000

/**
 * Starts the server. After a kill the former one takes a moment to go, or stays as a zombie where process 1 is slow:
 * while PostgreSQL complains of that, it is tried again. No other gateway can be meant: the folder is held.
 */
async function started(start: ServerStart): Promise<Server> {
  const until = Date.now() + patienceMs
  for (;;) {
    await forgetDead(join(start.data, 'postmaster.pid'))
    try {
      return await startServer(start)
    } catch (thrown) {
      if (!isFormer(thrown) || Date.now() > until) throw thrown
      await sleep(100)
    }
  }
}

function isFormer(thrown: unknown): boolean {
  return thrown instanceof Error && /postmaster\.pid|shared memory block|\.lock"/.test(thrown.message)
}

/**
 * Removes the note of a former server when its number is now a zombie's or another program's: PostgreSQL only asks
 * whether some process has that number. What says so is in /proc; elsewhere PostgreSQL's own answer stands.
 */
async function forgetDead(pidFile: string): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0])
  if (!pid) return
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined || /\(postgres\) [^ZX]/.test(stat)) return
  await rm(pidFile, { force: true })
}

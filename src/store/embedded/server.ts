import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type PoolConfig } from 'pg'
import { type Account, spawnAs } from './account.ts'

/** One run of the PostgreSQL server. */
export interface Server {
  /** Fulfilled when it has ended, for whatever reason. */
  ended: Promise<void>
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>
}

export interface ServerStart {
  account: Account
  postgres: string
  data: string
  socket: string
  connection: PoolConfig
  settings?: Readonly<Record<string, string>>
}

/**
 * Starts PostgreSQL and comes back when it answers. Fails with its own last words when it ends before.
 *
 * It never outlives this process: the shell beside it reads a pipe that only this process holds, and shuts it down when
 * the pipe ends. In a session of its own, so that Ctrl-C in a terminal reaches the gateway alone.
 */
export async function startServer(start: ServerStart): Promise<Server> {
  const child = spawnAs(
    start.account,
    '/bin/sh',
    ['-c', beside, 'relais-postgres', start.postgres, ...options(start)],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    },
  )
  const words = lastWords(child)
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  }).then(() => void child.stdin?.destroy())
  const stop = async () => {
    child.stdin?.destroy()
    await ended
  }
  if (await answers(start.connection, ended)) return { ended, stop }
  await stop()
  throw new Error(`PostgreSQL does not start in ${start.data}: ${words()}`)
}

/**
 * Runs the server, and shuts it down (SIGINT is PostgreSQL's fast shutdown) when standard input ends. `$0` names it in
 * process lists. The server does not hold the pipe; the watcher ends with the server.
 */
const beside = `
exec 3<&0
trap '' INT TERM HUP
"$@" 3<&- </dev/null &
server=$!
{ cat <&3 >/dev/null; kill -INT $server; } 2>/dev/null &
watcher=$!
wait $server
code=$?
kill -KILL $watcher
exit $code
`

function options({ data, socket, settings }: ServerStart): string[] {
  const all = {
    listen_addresses: '',
    unix_socket_directories: socket,
    unix_socket_permissions: '0700',
    max_connections: '100',
    // What PostgreSQL says of an error quotes the values at fault: identifiers of patients.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_min_messages: 'fatal',
    ...settings,
  }
  return ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** False when the server has ended instead. */
async function answers(connection: PoolConfig, ended: Promise<void>): Promise<boolean> {
  let running = true
  void ended.then(() => {
    running = false
  })
  while (running) {
    if (await isAnswering(connection)) return true
    await Promise.race([sleep(20), ended])
  }
  return false
}

/** It refuses connections while it recovers from a crash. */
async function isAnswering(connection: PoolConfig): Promise<boolean> {
  const client = new Client(connection)
  client.on('error', () => {}) // told by `connect` as well
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

function lastWords(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-2000)
  })
  return () => text.trim()
}

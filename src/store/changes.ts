import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { z } from 'zod'
import type { Log } from '../log.ts'
import type { Database } from './database.ts'
import { sql } from './sql.ts'
import type { Changed } from './store.ts'

/** Tells of commits: here at once, in the other gateways on the same server soon after. */
export interface Changes extends AsyncDisposable {
  tell(changed: Changed): void
  listen(listener: (changed: Changed) => void): Disposable
}

type Listener = (changed: Changed) => void

/** Within this process: nobody else uses an embedded store. */
export function changesHere(log: Log): Changes {
  const listeners = new Set<Listener>()
  return {
    tell: (changed) => callAll(listeners, changed, log),
    listen: (listener) => added(listeners, listener),
    async [Symbol.asyncDispose]() {
      listeners.clear()
    },
  }
}

/**
 * Among all gateways on a server, by NOTIFY.
 *
 * It goes out after the commit, in a round trip of its own, at once for the first and then for all that follow within
 * 20 ms: within commits it would make them wait for one another.
 */
export function changesAmong(db: Database, log: Log): Changes {
  const here = changesHere(log)
  const self = randomUUID()
  const closing = new AbortController()
  const hearing = hear(db, self, here, log, closing.signal)
  const outgoing = sender(db, self, log, closing.signal)
  return {
    tell(changed) {
      here.tell(changed)
      outgoing.add(changed)
    },
    listen: here.listen,
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all([hearing, outgoing.done()])
      await here[Symbol.asyncDispose]()
    },
  }
}

const channel = 'relais_changed'

/** One notice costs about as much as a small write: under load, one for many. */
const betweenNoticesMs = 20

/** A notice holds less than 8,000 bytes; a reference has at most 100. */
const referencesPerNotice = 75

function sender(db: Database, self: string, log: Log, signal: AbortSignal) {
  let waiting: Changed[] = []
  let sending: Promise<void> | undefined
  const send = async () => {
    while (waiting.length > 0) {
      const notices = noticesOf(waiting, self)
      waiting = []
      // Losing a notice is no loss of data: nothing is waited for on disk.
      await db.change(sql`
        select set_config('synchronous_commit', 'off', true), pg_notify(${channel}, notice)
        from unnest(${notices}::text[]) as notice`)
      await sleep(betweenNoticesMs, undefined, { signal }).catch(() => {}) // aborted: the rest goes at once
    }
  }
  return {
    add(changed: Changed) {
      waiting.push(changed)
      sending ??= send()
        .catch((thrown) => log.failed('store.unheard', thrown))
        .finally(() => {
          sending = undefined
        })
    },
    done: async () => sending,
  }
}

function noticesOf(changes: readonly Changed[], from: string): string[] {
  const references = [...new Set(changes.flatMap((changed) => changed.references))]
  const departures = changes.some((changed) => changed.departures)
  const count = Math.max(1, Math.ceil(references.length / referencesPerNotice))
  return Array.from({ length: count }, (_, index) => {
    const part = references.slice(index * referencesPerNotice, (index + 1) * referencesPerNotice)
    return JSON.stringify({ from, references: part, departures })
  })
}

const notice = z.object({ from: z.string(), references: z.array(z.string()), departures: z.boolean() })

/** A connection that only listens, made again when it is lost; then listeners look for themselves. */
async function hear(db: Database, self: string, here: Changes, log: Log, signal: AbortSignal): Promise<void> {
  let again = false
  while (!signal.aborted) {
    try {
      await hearUntilLost(db, signal, again, here, (text) => {
        const { from, ...changed } = notice.parse(JSON.parse(text))
        if (from !== self) here.tell(changed)
      })
    } catch (thrown) {
      log.failed('store.deaf', thrown)
    }
    again = true
    await sleep(1000, undefined, { signal }).catch(() => {}) // aborted: the loop ends
  }
}

async function hearUntilLost(
  db: Database,
  signal: AbortSignal,
  again: boolean,
  here: Changes,
  heard: (text: string) => void,
): Promise<void> {
  const client = db.client()
  const lost = lossOf(client, signal)
  client.on('notification', ({ payload }) => heard(payload ?? ''))
  try {
    await client.connect()
    await client.query(`listen ${channel}`)
    if (again) here.tell({ references: [], departures: true })
    await lost
  } finally {
    await client.end().catch(() => {}) // it may be gone
  }
}

function lossOf(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.once('error', () => resolve())
    client.once('end', () => resolve())
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function added(listeners: Set<Listener>, listener: Listener): Disposable {
  // Wrapped, so that one function may listen twice.
  const own: Listener = (changed) => listener(changed)
  listeners.add(own)
  return { [Symbol.dispose]: () => void listeners.delete(own) }
}

/** A listener that fails does not make a write fail that is committed. */
function callAll(listeners: ReadonlySet<Listener>, changed: Changed, log: Log): void {
  for (const listener of listeners) {
    try {
      listener(changed)
    } catch (thrown) {
      log.failed('store.listener', thrown)
    }
  }
}

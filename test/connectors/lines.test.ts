import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Sent } from '../../src/connectors/connector.ts'
import { type DeliverOptions, deliver, type Outlet } from '../../src/connectors/deliver.ts'
import { Fuse } from '../../src/connectors/fuse.ts'
import { httpReadings, readStatus } from '../../src/connectors/reading.ts'
import { usualRetry } from '../../src/connectors/retry.ts'
import { silent } from '../../src/log.ts'
import { type Departure, openStore, type Store } from '../../src/store/index.ts'
import { until } from '../support/clock.ts'
import { openTestStore } from '../support/database.ts'

const clock = () => new Date()
const now = () => clock().toISOString()

/** A line that notes what leaves by it. */
function line(name: string, send: (row: string) => Promise<Sent> | Sent, isOneOwners = false): Outlet {
  return {
    name,
    link: {
      isOneOwners,
      render: async ({ row }) => ({ raw: Buffer.from(row), contentType: 'text/plain' }),
      send: async ({ row }) => send(row),
      async [Symbol.asyncDispose]() {},
    },
    receive: async () => ({ outcome: { resourceType: 'OperationOutcome', issue: [] } }),
    retry: { firstMs: 200, factor: 2, mostMs: 400 },
  }
}

const delivering = (store: Store, links: readonly Outlet[], own: Partial<DeliverOptions> = {}) =>
  deliver({ store, links, log: silent, clock, ...own })

async function queue(store: Store, departures: Partial<Departure>[]): Promise<string[]> {
  const made = departures.map(
    (own): Departure => ({ row: randomUUID(), peer: 'ris', kind: 'request.ordered', about: [], ...own }),
  )
  await store.write({ at: now(), departures: made })
  return made.map(({ row }) => row)
}

const statusOf = async (store: Store, row = '') => (await store.outbox.get(row))?.status
const ends = (store: Store, row = '') =>
  until(
    () => statusOf(store, row),
    (status) => status !== 'queued',
  )
const lanes = (count: number, peer = 'ris') =>
  Array.from({ length: count }, (_, n) => ({ peer, lane: `Patient/${n}` }))

describe('a partner that cannot be reached', () => {
  test('is tried with one message, whatever waits for it, and then gets all', async () => {
    await using store = await openTestStore()
    let isUp = false
    let tries = 0
    const ris = line('ris', () => {
      tries++
      return isUp ? { end: 'sent' } : { end: 'later', reason: 'unreachable', isLineDown: true }
    })
    await using _ = delivering(store, [ris])
    const rows = await queue(store, lanes(30))
    await until(() => tries >= 30) // what is written together leaves together
    await setTimeout(1_200)
    expect(tries).toBeGreaterThan(31)
    expect(tries).toBeLessThan(45)
    isUp = true
    const before = tries
    await Promise.all(rows.map((row) => ends(store, row)))
    expect(tries - before).toBeLessThan(35)
  })

  test('rests ever longer, as it asks, and not at all once something gets through', () => {
    let at = 0
    const fuse = new Fuse({ ...usualRetry, firstMs: 1_000 }, () => at)
    expect(fuse.restMs).toBe(0)
    const first = fuse.blow()
    expect(fuse.blow()).toBe(first) // what was in hand beside it says nothing new
    at += first
    const second = fuse.blow()
    expect(second).toBeGreaterThan(first)
    at += second
    expect(fuse.blow(60_000)).toBe(60_000)
    fuse.mend()
    expect([fuse.restMs, fuse.isBlown]).toEqual([0, false])
  })
})

describe('what a partner answers', () => {
  test('may be read as: this one waits for a person, the others go on', async () => {
    await using store = await openTestStore()
    const [bad, good] = [randomUUID(), randomUUID()]
    const ris = line('ris', (row) => (row === bad ? { end: 'parked', reason: 'AE 103' } : { end: 'sent' }))
    await using _ = delivering(store, [ris])
    await queue(store, [{ row: bad }, { row: good }])
    expect(await ends(store, good)).toBe('sent')
    expect(await store.outbox.get(bad)).toMatchObject({ status: 'parked', lastError: 'AE 103' })
  })

  test('may be read as: the line waits for a person, and nothing is lost', async () => {
    await using store = await openTestStore()
    let isWrong = true
    const ris = line('ris', () => (isWrong ? { end: 'stopped', reason: 'HTTP 401' } : { end: 'sent' }))
    await using _ = delivering(store, [ris])
    const rows = await queue(store, lanes(3))
    const [held] = await until(
      () => store.lines.held(),
      (lines) => lines.length > 0,
    )
    expect(held).toMatchObject({ peer: 'ris', state: 'stopped', reason: 'HTTP 401', by: 'gateway' })
    await setTimeout(300)
    expect(await Promise.all(rows.map((row) => statusOf(store, row)))).toEqual(['queued', 'queued', 'queued'])
    isWrong = false
    await store.lines.open('ris', now())
    await Promise.all(rows.map((row) => ends(store, row)))
  })

  test('over HTTP is read by its file, the status before its class', () => {
    const own = httpReadings.parse({ '401': 'stop', '4xx': 'park', '503': 'refused' })
    const read = [200, 401, 404, 409, 500, 503].map((status) => readStatus(status, own).end)
    expect(read).toEqual(['sent', 'stopped', 'parked', 'parked', 'later', 'refused'])
    expect([401, 404, 409, 429, 500].map((status) => readStatus(status, {}).end)).toEqual([
      'later',
      'refused',
      'refused',
      'later',
      'later',
    ])
    expect(httpReadings.safeParse({ '6xx': 'park' }).success).toBe(false)
  })
})

describe('a line that is held', () => {
  test('lets nothing leave, and all once it is open, also what was put off', async () => {
    await using store = await openTestStore()
    const sent: string[] = []
    const ris = line('ris', (row) => {
      sent.push(row)
      return { end: 'sent' }
    })
    await store.lines.hold({ peer: 'ris', state: 'paused', by: 'Ana', since: now() })
    await using _ = delivering(store, [ris])
    const rows = await queue(store, lanes(3))
    await setTimeout(400)
    expect(sent).toEqual([])
    expect(await store.lines.open('ris', now())).toBe(true)
    await Promise.all(rows.map((row) => ends(store, row)))
    expect(await store.lines.open('ris', now())).toBe(false)
  })

  test('drains: what was there leaves, what comes later waits, and then it is paused', async () => {
    await using store = await openTestStore()
    const gate = Promise.withResolvers<Sent>()
    await using _ = delivering(store, [line('ris', () => gate.promise)], { leaseMs: 600 })
    const before = await queue(store, [{}, {}])
    await store.lines.hold({ peer: 'ris', state: 'draining', by: 'Ana', since: now() })
    const [after] = await queue(store, [{}])
    gate.resolve({ end: 'sent' })
    await Promise.all(before.map((row) => ends(store, row)))
    await until(
      () => store.lines.held(),
      ([held]) => held?.state === 'paused',
    )
    expect(await statusOf(store, after)).toBe('queued')
  })

  test.each(['opened', 'drained'] as const)(
    'takes nothing of the time in which a message is tried: it is %s after days',
    async (how) => {
      await using store = await openTestStore()
      const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
      const [held, free] = [randomUUID(), randomUUID()]
      const one = { kind: 'request.ordered', about: [] }
      await store.write({ at: ago(5), departures: [{ row: held, peer: 'ris', ...one }] })
      await store.write({ at: ago(5), departures: [{ row: free, peer: 'other', ...one }] })
      await store.lines.hold({ peer: 'ris', state: 'paused', by: 'Ana', since: ago(4) })
      await store.lines.hold({ peer: 'ris', state: 'stopped', by: 'gateway', since: ago(3) })
      if (how === 'drained')
        await store.lines.hold({ peer: 'ris', state: 'draining', by: 'Ana', since: now() })
      else await store.lines.open('ris', now())
      const busy = () => ({ end: 'later', reason: 'busy' }) as const
      await using _ = delivering(store, [line('ris', busy), line('other', busy)])
      const tried = (row: string) =>
        until(
          () => store.outbox.get(row),
          (found) => (found?.attempts ?? 0) > 0,
        )
      expect(await tried(free)).toMatchObject({ status: 'dead', lastError: 'busy' })
      expect(await tried(held)).toMatchObject({ status: 'queued', lastError: 'busy' })
      const { heldMs = 0 } = (await store.outbox.get(held)) ?? {}
      expect(Math.round(heldMs / 3_600_000)).toBe(4 * 24)
    },
  )

  test('by a person stays so, whatever the partner answers to what was in hand', async () => {
    await using store = await openTestStore()
    await store.lines.hold({ peer: 'ris', state: 'paused', by: 'Ana', since: now() })
    await store.lines.hold({ peer: 'ris', state: 'stopped', by: 'gateway', since: now() })
    expect(await store.lines.held()).toMatchObject([{ state: 'paused', by: 'Ana' }])
  })

  test('is not spoken on by whoever asks for places either', async () => {
    await using store = await openTestStore()
    await using sending = delivering(store, [line('ris', () => ({ end: 'sent' }), true)])
    await until(() => sending.maySpeak('ris'))
    await store.lines.hold({ peer: 'ris', state: 'paused', by: 'Ana', since: now() })
    expect(await sending.maySpeak('ris')).toBe(false)
    await store.lines.open('ris', now())
    expect(await sending.maySpeak('ris')).toBe(true)
  })
})

describe('a line that takes one connection', () => {
  test('is one gateway’s at a time, and the lines are shared out', async () => {
    await using store = await openTestStore()
    await using second = await openStore({ dataDir: '', poolSize: 4, databaseUrl: store.url })
    const busy = new Map<string, number>()
    const by = new Map<string, Set<string>>()
    let isDouble = false
    const rested: string[] = []
    const linesOf = (gateway: string) =>
      ['a', 'b', 'c', 'd'].map((name) => {
        const outlet = line(
          name,
          async () => {
            by.set(name, (by.get(name) ?? new Set()).add(gateway))
            const others = [...(by.get(name) ?? [])].filter((one) => one !== gateway)
            isDouble ||= others.some((one) => (busy.get(`${name} ${one}`) ?? 0) > 0)
            busy.set(`${name} ${gateway}`, (busy.get(`${name} ${gateway}`) ?? 0) + 1)
            await setTimeout(3)
            busy.set(`${name} ${gateway}`, (busy.get(`${name} ${gateway}`) ?? 0) - 1)
            return { end: 'sent' }
          },
          true,
        )
        return { ...outlet, link: { ...outlet.link, rest: () => void rested.push(`${gateway} ${name}`) } }
      })
    const first = delivering(store, linesOf('first'), { leaseMs: 3_000 })
    await ends(store, (await queue(store, [{ peer: 'a' }]))[0])
    const other = delivering(second, linesOf('second'), { leaseMs: 3_000 })
    await until(() => rested.length === 2) // the first has heard of the second, given two back and hung up
    expect(new Set(rested.map((one) => one.slice(0, 5)))).toEqual(new Set(['first']))
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((name) => first.maySpeak(name)))).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => !rested.includes(`first ${name}`)),
    )
    await until(async () => {
      const theirs = await Promise.all(rested.map((one) => other.maySpeak(one.slice(-1))))
      return theirs.every(Boolean)
    })
    by.clear()
    const rows = await queue(
      store,
      ['a', 'b', 'c', 'd'].flatMap((peer) => lanes(15, peer)),
    )
    await Promise.all(rows.map((row) => ends(store, row)))
    expect(isDouble).toBe(false)
    const owners = [...by.values()].map((set) => [...set].join())
    expect(owners.toSorted()).toEqual(['first', 'first', 'second', 'second'])

    await first[Symbol.asyncDispose]()
    expect(
      rested
        .filter((one) => one.startsWith('first'))
        .map((one) => one.slice(-1))
        .toSorted(),
    ).toEqual(
      ['a', 'b', 'c', 'd'], // hung up, before anybody else has them
    )
    const last = await queue(
      second,
      ['a', 'b', 'c', 'd'].map((peer) => ({ peer })),
    )
    await Promise.all(last.map((row) => ends(second, row)))
    await other[Symbol.asyncDispose]()
  })
})

test('a gateway that stops hands back what it could not finish: another takes it at once', async () => {
  await using store = await openTestStore()
  await using second = await openStore({ dataDir: '', poolSize: 4, databaseUrl: store.url })
  let begun = 0
  const stuck: Outlet = {
    ...line('ris', () => ({ end: 'sent' }), true),
    link: {
      isOneOwners: true,
      render: async ({ row }) => ({ raw: Buffer.from(row), contentType: 'text/plain' }),
      send: (_, signal) => {
        begun++
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      },
      async [Symbol.asyncDispose]() {},
    },
  }
  const first = delivering(store, [stuck], { drainMs: 20 })
  const [row] = await queue(store, [{}])
  await until(() => begun === 1)
  await first[Symbol.asyncDispose]()
  const freed = await store.outbox.get(row ?? '')
  expect(freed).toMatchObject({ status: 'queued', attempts: 1 })
  expect(freed?.notBefore).toBeUndefined()
  await using _ = delivering(second, [line('ris', () => ({ end: 'sent' }), true)])
  const started = performance.now()
  await ends(second, row)
  expect(performance.now() - started).toBeLessThan(3_000)
})

test('thousands of lanes that wait cost a claim no more than those that it takes', async () => {
  await using store = await openTestStore()
  await queue(store, lanes(3_000))
  const claim = (after: string) =>
    store.outbox.claim(
      { holder: 'a', until: new Date(Date.now() + 60_000).toISOString() },
      [{ peer: 'ris', most: 4, after }],
      now(),
    )
  const first = await claim('')
  const second = await claim(first.at(-1)?.lane ?? '')
  expect([first, second].map(({ length }) => length)).toEqual([4, 4])
  expect(new Set([...first, ...second].map(({ lane }) => lane)).size).toBe(8)
})

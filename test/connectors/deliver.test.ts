import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Resource } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import type { Incoming, Link, Received, Sent } from '../../src/connectors/connector.ts'
import { type DeliverOptions, deliver, type Ended, type Outlet } from '../../src/connectors/deliver.ts'
import { mllp } from '../../src/connectors/mllp/index.ts'
import { delayMs, usualRetry } from '../../src/connectors/retry.ts'
import { allOk, failure, outcomeOf } from '../../src/fhir/outcome.ts'
import { field, parseMessage } from '../../src/hl7v2/message.ts'
import { silent } from '../../src/log.ts'
import { type Departure, type DepartureRow, type Kept, openStore, type Store } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { ackOf, listening } from './mllp/pretend.ts'
import { openDesk } from './pretend-desk.ts'

const well: Received = { outcome: allOk('Kept.') }
const quick = { firstMs: 20, factor: 1, mostMs: 20 }
const clock = () => new Date()

interface Play {
  render?: (departure: DepartureRow, about: readonly Resource[]) => string
  send: (departure: DepartureRow & { raw: Buffer }, signal: AbortSignal) => Promise<Sent> | Sent
  receive?: (incoming: Incoming) => Promise<Received>
}

const outlet = (
  name: string,
  { render = ({ row }) => row, send, receive = async () => well }: Play,
): Outlet => {
  const link: Link = {
    render: async (departure, about) => ({
      raw: Buffer.from(render(departure, about)),
      contentType: 'text/plain',
    }),
    send: async (departure, signal) => send(departure, signal),
    async [Symbol.asyncDispose]() {},
  }
  return { name, link, receive, retry: quick }
}

const delivering = (store: Store, links: readonly Outlet[], own: Partial<DeliverOptions> = {}) =>
  deliver({ store, links, log: silent, clock, ...own })

async function queue(
  store: Store,
  departures: Partial<Departure>[],
  resources: Kept[] = [],
): Promise<string[]> {
  const made = departures.map(
    (own): Departure => ({ row: randomUUID(), peer: 'ris', kind: 'request.ordered', about: [], ...own }),
  )
  await store.write({
    at: clock().toISOString(),
    departures: made,
    resources: resources.map((resource) => ({ resource, replaces: 0 })),
  })
  return made.map(({ row }) => row)
}

async function ends(store: Store, row: string | undefined): Promise<DepartureRow> {
  for (;;) {
    const found = await store.outbox.get(row ?? '')
    if (found && found.status !== 'queued') return found
    await setTimeout(10)
  }
}

const tellingTo = (told: Ended[]) => async (ended: Ended) => {
  told.push(ended)
  return 'open' as const
}

/** What a test waits for. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(5)
}

const request = (id: string): Kept => ({
  resourceType: 'ServiceRequest',
  id,
  meta: { versionId: '1', lastUpdated: clock().toISOString() },
  status: 'active',
  intent: 'order',
  subject: { reference: `Patient/${randomUUID()}` },
  code: { text: 'IRM' },
})

describe('what is queued', () => {
  test('leaves, made of the versions that it tells of, and its end is noted and told', async () => {
    await using store = await openTestStore()
    const id = randomUUID()
    const sent: string[] = []
    const told: Ended[] = []
    const ris = outlet('ris', {
      render: (_, about) => about.map((one) => `${one.resourceType}/${one.id}`).join(),
      send: ({ raw }) => {
        sent.push(raw.toString())
        return { end: 'sent' }
      },
    })
    await using _ = delivering(store, [ris], { onEnd: tellingTo(told) })
    const [row] = await queue(store, [{ about: [`ServiceRequest/${id}/_history/1`] }], [request(id)])
    expect(await ends(store, row)).toMatchObject({ status: 'sent', attempts: 1, contentType: 'text/plain' })
    expect(sent).toEqual([`ServiceRequest/${id}`])
    expect(told).toMatchObject([{ status: 'sent', departure: { row } }])
  })

  test('leaves at once, not when somebody next looks', async () => {
    await using store = await openTestStore()
    await using _ = delivering(store, [outlet('ris', { send: () => ({ end: 'sent' }) })])
    await setTimeout(100)
    const started = performance.now()
    const [row] = await queue(store, [{}])
    await ends(store, row)
    expect(performance.now() - started).toBeLessThan(1_500)
  })

  test('is made once: each try has the same bytes', async () => {
    await using store = await openTestStore()
    const sent: string[] = []
    let made = 0
    const ris = outlet('ris', {
      render: () => `made ${++made}`,
      send: ({ raw }) => {
        sent.push(raw.toString())
        return sent.length < 3 ? { end: 'later', reason: 'silent' } : { end: 'sent' }
      },
    })
    await using _ = delivering(store, [ris])
    const [row] = await queue(store, [{}])
    expect(await ends(store, row)).toMatchObject({ status: 'sent', attempts: 3 })
    expect(sent).toEqual(['made 1', 'made 1', 'made 1'])
  })

  test('leaves in order within its lane, though the first has to wait', async () => {
    await using store = await openTestStore()
    const sent: string[] = []
    let tries = 0
    const ris = outlet('ris', {
      send: ({ row }) => {
        if (++tries < 3) return { end: 'later' }
        sent.push(row)
        return { end: 'sent' }
      },
    })
    await using _ = delivering(store, [ris])
    const rows = await queue(store, [{}, {}, {}])
    await ends(store, rows[2])
    expect(sent).toEqual(rows)
  })

  test('is not delayed by a peer that is dead', async () => {
    await using store = await openTestStore()
    const dead = outlet('dead', {
      send: (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    const ris = outlet('ris', { send: () => ({ end: 'sent' }) })
    await using _ = delivering(store, [dead, ris], { drainMs: 1 })
    await queue(
      store,
      Array.from({ length: 20 }, (_one, n) => ({ peer: 'dead', lane: `lane ${n}` })),
    )
    const rows = await queue(store, [{}, { lane: 'other' }])
    const ended = await Promise.all(rows.map((row) => ends(store, row)))
    expect(ended.map(({ status }) => status)).toEqual(['sent', 'sent'])
  })

  test('is refused: dead, with the reason, and the next one leaves', async () => {
    await using store = await openTestStore()
    const told: Ended[] = []
    const ris = outlet('ris', {
      send: ({ kind }) => (kind === 'bad' ? { end: 'refused', reason: 'AE 101 ORC-2' } : { end: 'sent' }),
    })
    await using _ = delivering(store, [ris], { onEnd: tellingTo(told) })
    const [bad, good] = await queue(store, [{ kind: 'bad' }, {}])
    expect(await ends(store, good)).toMatchObject({ status: 'sent' })
    expect(await ends(store, bad)).toMatchObject({ status: 'dead', lastError: 'AE 101 ORC-2' })
    expect(told).toMatchObject([{ status: 'dead', reason: 'AE 101 ORC-2' }, { status: 'sent' }])
  })

  test('is given up after its time', async () => {
    await using store = await openTestStore()
    const ris = outlet('ris', { send: () => ({ end: 'later', reason: 'unreachable' }) })
    await using _ = delivering(store, [{ ...ris, retry: { ...quick, giveUpAfterMs: 1_500 } }])
    const [row] = await queue(store, [{}])
    const ended = await ends(store, row)
    expect(ended).toMatchObject({ status: 'dead', lastError: 'unreachable' })
    expect(ended.attempts).toBeGreaterThan(1)
  })

  test('waits as long as the peer asks', async () => {
    await using store = await openTestStore()
    const ris = outlet('ris', { send: () => ({ end: 'later', reason: 'throttled', retryAfterSeconds: 60 }) })
    await using _ = delivering(store, [ris])
    const [row = ''] = await queue(store, [{}])
    while ((await store.outbox.get(row))?.attempts !== 1) await setTimeout(5)
    const waitMs = Date.parse((await store.outbox.nextAt(['ris'], clock().toISOString())) ?? '') - Date.now()
    expect(waitMs).toBeGreaterThan(50_000)
    expect(waitMs).toBeLessThanOrEqual(60_000)
  })
})

describe('what cannot be said', () => {
  test('for what it tells of is not there waits for a person', async () => {
    await using store = await openTestStore()
    await using _ = delivering(store, [outlet('ris', { send: () => ({ end: 'sent' }) })])
    const [row] = await queue(store, [{ about: ['ServiceRequest/none/_history/1'] }])
    const parked = await ends(store, row)
    expect(parked).toMatchObject({ status: 'parked', attempts: 1 })
    expect(parked.lastError).toContain('ServiceRequest/none')
  })

  test('by its map waits for a person, with what is wrong', async () => {
    await using store = await openTestStore()
    const ris = outlet('ris', {
      render: () => {
        throw failure('required', 'An order has a number.', 'ORC-2')
      },
      send: () => ({ end: 'sent' }),
    })
    await using _ = delivering(store, [ris])
    const [row] = await queue(store, [{}])
    expect(await ends(store, row)).toMatchObject({
      status: 'parked',
      lastError: 'An order has a number. ORC-2',
    })
  })

  test('for a fault of ours is tried a few times, then waits; its text is not kept', async () => {
    await using store = await openTestStore()
    const ris = outlet('ris', {
      send: () => {
        throw new TypeError('Dupont is undefined')
      },
    })
    await using _ = delivering(store, [ris])
    const [row] = await queue(store, [{}])
    expect(await ends(store, row)).toMatchObject({
      status: 'parked',
      attempts: usualRetry.fewTimes,
      lastError: 'TypeError',
    })
  })
})

describe('a reply', () => {
  const reply: Incoming = {
    raw: Buffer.from('yes'),
    id: '7',
    kind: 'SRR^S01',
    peer: 'ris',
    receivedAt: clock().toISOString(),
    by: 'mllp',
  }

  test('is received before the end is noted', async () => {
    await using store = await openTestStore()
    const seen: (string | undefined)[] = []
    const [row = ''] = [randomUUID()]
    const ris = outlet('ris', {
      send: () => ({ end: 'sent', reply }),
      receive: async ({ id }) => {
        seen.push(id, (await store.outbox.get(row))?.status)
        return well
      },
    })
    await using _ = delivering(store, [ris])
    await queue(store, [{ row }])
    await ends(store, row)
    expect(seen).toEqual(['7', 'queued'])
  })

  test('that could not be taken comes again with the next try', async () => {
    await using store = await openTestStore()
    let tries = 0
    const busy = outcomeOf(failure('lock-error', 'Busy.').issues)
    const ris = outlet('ris', {
      send: () => ({ end: 'sent', reply }),
      receive: async () => (++tries < 3 ? { outcome: busy } : well),
    })
    await using _ = delivering(store, [ris])
    const [row] = await queue(store, [{}])
    expect(await ends(store, row)).toMatchObject({ status: 'sent', attempts: 3 })
  })

  test.each([
    [
      'a yes waits for a person after a few tries',
      'sent',
      { status: 'parked', attempts: usualRetry.fewTimes },
    ],
    ['a no is a no', 'refused', { status: 'dead', attempts: 1 }],
  ] as const)('that we fail at: %s', async (_, end, expected) => {
    await using store = await openTestStore()
    const failed = outcomeOf(failure('exception', 'Ours.').issues)
    const ris = outlet('ris', {
      send: () => ({ end, reason: 'HTTP 409', reply }),
      receive: async () => ({ outcome: failed }),
    })
    await using _delivering = delivering(store, [ris])
    const [row] = await queue(store, [{}])
    expect(await ends(store, row)).toMatchObject(expected)
  })
})

describe('several gateways', () => {
  test('share one outbox: each departure leaves once', async () => {
    await using store = await openTestStore()
    await using second = await openStore({ dataDir: '', poolSize: 4, databaseUrl: store.url })
    const sent: string[] = []
    const ris = outlet('ris', {
      send: async ({ row }) => {
        sent.push(row)
        await setTimeout(5)
        return { end: 'sent' }
      },
    })
    await using _ = delivering(store, [ris])
    await using __ = delivering(second, [ris])
    const rows = await queue(
      store,
      Array.from({ length: 30 }, (_one, n) => ({ lane: `${n % 5}` })),
    )
    await Promise.all(rows.map((row) => ends(store, row)))
    expect(sent.toSorted()).toEqual(rows.toSorted())
  })

  test('take over what one had in hand when it died', async () => {
    await using store = await openTestStore()
    const [row = ''] = await queue(store, [{}])
    const now = Date.now()
    const soon = new Date(now + 150).toISOString()
    expect(
      await store.outbox.claim(
        { holder: 'dead gateway', until: soon },
        [{ peer: 'ris', most: 1 }],
        new Date(now).toISOString(),
      ),
    ).toHaveLength(1)
    await using _ = delivering(store, [outlet('ris', { send: () => ({ end: 'sent' }) })])
    expect(await ends(store, row)).toMatchObject({ status: 'sent' })
  })
})

describe('closing', () => {
  test('finishes what is in hand and begins nothing more', async () => {
    await using store = await openTestStore()
    const gate = Promise.withResolvers<Sent>()
    let begun = 0
    const ris = outlet('ris', {
      send: () => {
        begun++
        return gate.promise
      },
    })
    const delivery = delivering(store, [ris])
    const rows = await queue(store, [{}, {}])
    await until(() => begun === 1)
    const closed = delivery[Symbol.asyncDispose]()
    gate.resolve({ end: 'sent' })
    await closed
    expect(begun).toBe(1)
    expect((await store.outbox.get(rows[0] ?? ''))?.status).toBe('sent')
    expect((await store.outbox.get(rows[1] ?? ''))?.status).toBe('queued')
  })

  test('puts back what takes too long', async () => {
    await using store = await openTestStore()
    let begun = 0
    const ris = outlet('ris', {
      send: (_, signal) => {
        begun++
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      },
    })
    const delivery = delivering(store, [ris], { drainMs: 20 })
    const [row = ''] = await queue(store, [{}])
    await until(() => begun === 1)
    await delivery[Symbol.asyncDispose]()
    expect(await store.outbox.get(row)).toMatchObject({ status: 'queued', attempts: 1 })
  })
})

test('a real line: the same control id on each try, until the peer has it', async () => {
  await using store = await openTestStore()
  const heard: (string | undefined)[] = []
  await using ris = await listening(async (line, count) => {
    const text = await line.hears()
    if (text === undefined) return
    heard.push(field(parseMessage(text), 'MSH-10'))
    if (count > 1) line.says(ackOf(text))
    else line.socket.destroy()
  })
  const desk = openDesk({ clock, transform: () => ({ ORDER: [{ ORC: { orderControl: 'NW' } }] }) })
  await using link = await mllp.open(mllp.settings.parse({ host: '127.0.0.1', port: ris.port }), desk)
  await using _ = delivering(store, [{ name: 'ris', link, receive: desk.receive, retry: quick }])
  const [row] = await queue(store, [{}])
  expect(await ends(store, row)).toMatchObject({ status: 'sent', attempts: 2 })
  expect(heard).toHaveLength(2)
  expect(new Set(heard).size).toBe(1)
})

test('waits grow to a limit, and no two are quite alike', () => {
  const waits = [0, 1, 2, 3, 20, 500].map((attempts) => delayMs(attempts, usualRetry, () => 0.5))
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 300_000, 300_000])
  expect(delayMs(0, usualRetry, () => 0)).toBe(750)
  expect(delayMs(0, usualRetry, () => 0.999)).toBe(1_250)
})

describe('a gateway that stops for longer than its lease', () => {
  test('loses what it had in hand, and what it then says of it does not count', async () => {
    await using store = await openTestStore()
    await using second = await openStore({ dataDir: '', poolSize: 4, databaseUrl: store.url })
    const gate = Promise.withResolvers<Sent>()
    const told: Ended[] = []
    const stuck = outlet('ris', { send: () => gate.promise })
    // It renews nothing while it is stopped: its lease ends before it would first renew it.
    const paused: DeliverOptions = {
      store: { ...store, outbox: { ...store.outbox, renew: async (_, rows) => [...rows] } },
      links: [stuck],
      log: silent,
      clock,
      leaseMs: 300,
      drainMs: 1,
      onEnd: tellingTo(told),
    }
    await using _ = deliver(paused)
    const [row = ''] = await queue(store, [{}])
    await setTimeout(400)
    await using __ = delivering(second, [outlet('ris', { send: () => ({ end: 'sent' }) })])
    expect(await ends(store, row)).toMatchObject({ status: 'sent' })
    gate.resolve({ end: 'refused', reason: 'too late' })
    await until(() => told.length > 0)
    await setTimeout(50)
    expect(await store.outbox.get(row)).toMatchObject({ status: 'sent' })
  })

  test('keeps what it has in hand while it renews it', async () => {
    await using store = await openTestStore()
    await using second = await openStore({ dataDir: '', poolSize: 4, databaseUrl: store.url })
    const sent: string[] = []
    const slow = (name: string) =>
      outlet('ris', {
        send: async () => {
          sent.push(name)
          await setTimeout(1_200)
          return { end: 'sent' }
        },
      })
    await using _ = delivering(store, [slow('first')], { leaseMs: 300 })
    const [row] = await queue(store, [{}])
    await using __ = delivering(second, [slow('second')], { leaseMs: 300 })
    await ends(store, row)
    expect(sent).toEqual(['first'])
  })
})

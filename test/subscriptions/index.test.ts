import { randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Resource, Slot, Subscription } from '@medplum/fhirtypes'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sightOfNew } from '../../src/auth/gate.ts'
import { attempt } from '../../src/connectors/attempt.ts'
import { deliver as emptyOutbox } from '../../src/connectors/deliver.ts'
import { openLog } from '../../src/log.ts'
import { type DepartureRow, type Kept, openStore } from '../../src/store/index.ts'
import { methodExtension } from '../../src/subscriptions/channel.ts'
import { openSubscriptions, type Subscriptions } from '../../src/subscriptions/index.ts'
import { peer } from '../../src/subscriptions/matching.ts'
import { clientKey, fhirUrl, openTestAuth, register, turnedClock } from '../auth/support.ts'
import { until } from '../support/clock.ts'
import { openTestStore } from '../support/database.ts'

interface Heard {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

/** A subscriber's server: hears, and answers as the test says. */
async function openReceiver() {
  const heard: Heard[] = []
  let answer: (res: ServerResponse) => void = (res) => res.writeHead(200).end()
  const server = createServer(async (req, res) => {
    const chunks = []
    for await (const chunk of req) chunks.push(chunk)
    const { method = '', url = '', headers } = req
    heard.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
    answer(res)
  }).listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const { port } = server.address() as AddressInfo // listening on a TCP port
  return {
    heard,
    url: `http://127.0.0.1:${port}/hooks`,
    answers(by: (res: ServerResponse) => void) {
      answer = by
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

let store: Awaited<ReturnType<typeof openTestStore>>
let lines: string[]
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store[Symbol.asyncDispose]())
beforeEach(() => {
  lines = []
})

/** A gateway with one subscriber's software, and its server. */
async function openGateway({ clock = turnedClock() }: { clock?: ReturnType<typeof turnedClock> } = {}) {
  const stack = new AsyncDisposableStack()
  const receiver = stack.use(await openReceiver())
  const key = await clientKey()
  const organization = `o-${randomUUID()}`
  const client = await register(store, {
    role: 'prescriber',
    organization: `urn:test|${organization}`,
    scopes: ['system/*.cruds'],
    jwks: { keys: [key.jwk] },
  })
  const { auth } = await openTestAuth(store, clock)
  const log = openLog('debug', { write: (line) => lines.push(line) })
  const desk = { store, clock, log, permitOf: auth.permitOf, outboundLoopback: true, fhirUrl }
  const subscriptions = stack.use(await openSubscriptions(desk))
  const gateway = { receiver, client, organization, clock, auth, desk, subscriptions, store }
  return { ...gateway, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

type Gateway = Awaited<ReturnType<typeof openGateway>>

/** Written as the API would: prepared, with what subscribers are told, in one statement. */
async function write(gateway: Gateway, resource: Resource & { id: string }, sight: readonly string[] = []) {
  const { store, subscriptions, clock } = gateway
  const at = clock().toISOString()
  const now = await store.read(resource.resourceType, resource.id, 'all')
  const meta = { ...resource.meta, versionId: String((now?.version ?? 0) + 1), lastUpdated: at }
  const kept: Kept = { ...resource, meta }
  const departures = subscriptions.notify([kept]).map((departure) => ({ ...departure, row: randomUUID() }))
  const resources = [{ resource: kept, replaces: now?.version ?? 0, sight }]
  expect(await store.write({ at, resources, departures })).toBe(true)
  return departures
}

/** The next departure to a subscription, claimed. */
async function claimed({ store, clock }: Gateway, id: string): Promise<DepartureRow> {
  const [row] = await store.outbox.claim(
    { holder: 'test', until: '2026-01-05T09:00:00Z' },
    [{ peer, most: 1 }],
    clock().toISOString(),
  )
  if (row?.lane !== `Subscription/${id}`) throw new Error('There is nothing to send.')
  return row
}

async function subscribe(gateway: Gateway, given: Partial<Subscription> = {}, channel: object = {}) {
  const permit = await gateway.auth.permitOf(gateway.client)
  if (!permit) throw new Error('The client is not active.')
  const sent: Subscription & { id: string } = {
    resourceType: 'Subscription',
    id: randomUUID(),
    status: 'requested',
    reason: 'Follow our slots',
    criteria: `Slot?schedule=Schedule/${gateway.organization}`,
    channel: {
      type: 'rest-hook',
      endpoint: gateway.receiver.url,
      payload: 'application/fhir+json',
      ...channel,
    },
    ...given,
  }
  await write(
    gateway,
    await gateway.subscriptions.prepare(sent, permit.actor),
    sightOfNew(permit.actor, sent),
  )
  return sent.id
}

const slot = ({ organization }: Gateway, id: string = randomUUID(), status: Slot['status'] = 'free') => ({
  resourceType: 'Slot' as const,
  id,
  schedule: { reference: `Schedule/${organization}` },
  status,
  start: '2026-01-06T09:00:00+01:00',
  end: '2026-01-06T09:20:00+01:00',
})

async function statusOf({ store }: Gateway, id: string): Promise<Subscription> {
  const kept = await store.read('Subscription', id, 'all')
  return JSON.parse(kept?.body ?? '{}')
}

async function active(gateway: Gateway, given: Partial<Subscription> = {}, channel: object = {}) {
  const id = await subscribe(gateway, given, channel)
  await until(async () => (await statusOf(gateway, id)).status === 'active')
  expect((await statusOf(gateway, id)).status).toBe('active')
  return id
}

/** Sends what is due in one lane, once, as the task that empties the outbox does. */
async function deliver({ store, subscriptions, clock }: Gateway, id: string) {
  const at = clock().toISOString()
  const later = new Date(clock().getTime() + 60_000).toISOString()
  const rows = await store.outbox.claim(
    { holder: 'test', until: later },
    [{ peer: 'subscriptions', most: 100 }],
    at,
  )
  const mine = rows.filter(({ lane }) => lane === `Subscription/${id}`)
  const ends = []
  for (const row of mine) {
    const { end, reason } = await subscriptions.line.send(row)
    const status = { sent: 'sent', refused: 'dead', later: 'queued' } as const
    await store.outbox.settle(
      { row: row.row, status: status[end], ...(reason !== undefined && { reason }) },
      at,
    )
    ends.push(reason === undefined ? end : `${end} ${reason}`)
  }
  return ends
}

describe('a subscriber', () => {
  test('is told of what it asked for, by the version put beneath its endpoint', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway, {}, { header: ['Authorization: Bearer very-secret'] })
    const written = slot(gateway)
    const [departure] = await write(gateway, written, [`org:${gateway.organization}`])
    expect(await deliver(gateway, id)).toEqual(['sent'])
    const [heard] = gateway.receiver.heard
    expect(heard).toMatchObject({
      method: 'PUT',
      url: `/hooks/Slot/${written.id}`,
      headers: {
        authorization: 'Bearer very-secret',
        'content-type': 'application/fhir+json',
        'x-request-id': departure?.row,
      },
    })
    const kept = await gateway.store.read('Slot', written.id, 'all')
    expect(heard?.body).toBe(kept?.body)
  })

  test('without a payload hears a knock: an empty POST', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway, {}, { payload: undefined })
    await write(gateway, slot(gateway), ['public'])
    expect(await deliver(gateway, id)).toEqual(['sent'])
    expect(gateway.receiver.heard).toMatchObject([{ method: 'POST', url: '/hooks', body: '' }])
  })

  test('may have resources posted to one address', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway, {}, { extension: [{ url: methodExtension, valueCode: 'POST' }] })
    await write(gateway, slot(gateway), ['public'])
    await deliver(gateway, id)
    expect(gateway.receiver.heard).toMatchObject([{ method: 'POST', url: '/hooks' }])
    expect(JSON.parse(gateway.receiver.heard[0]?.body ?? '')).toMatchObject({ resourceType: 'Slot' })
  })

  test('hears each version that matches, in order, the older one too when it has moved on', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway)
    const written = slot(gateway)
    await write(gateway, written, ['public'])
    await write(gateway, { ...written, status: 'busy' })
    expect(await deliver(gateway, id)).toEqual(['sent'])
    expect(await deliver(gateway, id)).toEqual(['sent'])
    const statuses = gateway.receiver.heard.map(({ body }) => JSON.parse(body).status)
    expect(statuses).toEqual(['free', 'busy'])
  })

  test('hears nothing of what does not match, or of what it may not see', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway, {
      criteria: `Slot?status=busy&schedule=Schedule/${gateway.organization}`,
    })
    await write(gateway, slot(gateway), ['public'])
    await write(gateway, slot(gateway, randomUUID(), 'busy'), ['org:somebody-else', 'member'])
    expect(await deliver(gateway, id)).toEqual(['refused not-visible'])
    expect(gateway.receiver.heard).toEqual([])
  })

  test('hears nothing more of a type that its client may no longer read', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway)
    await write(gateway, slot(gateway), ['public'])
    const row = await gateway.store.clients.get(gateway.client)
    const registered = JSON.parse(row?.registration ?? '{}')
    await register(gateway.store, { ...registered, scopes: ['system/Task.rs', 'system/Slot.rs?status=busy'] })
    gateway.clock.turn(5)
    expect(await deliver(gateway, id)).toEqual(['refused not-visible'])
  })

  test('waits while its client is disabled, and hears it afterwards', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway)
    await write(gateway, slot(gateway), ['public'])
    await gateway.store.clients.disable(gateway.client, gateway.clock().toISOString())
    gateway.clock.turn(5)
    expect(await deliver(gateway, id)).toEqual(['later client-inactive'])
    await gateway.store.clients.disable(gateway.client, undefined)
    gateway.clock.turn(5)
    expect(await deliver(gateway, id)).toEqual(['sent'])
    expect((await statusOf(gateway, id)).status).toBe('active')
  })

  test('that is off or deleted is told nothing', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway)
    await write(gateway, slot(gateway), ['public'])
    await write(gateway, { ...(await statusOf(gateway, id)), id, status: 'off' })
    expect(await deliver(gateway, id)).toEqual(['refused off'])
    await until(
      async () =>
        gateway.subscriptions.notify([
          { ...slot(gateway), meta: { versionId: '1', lastUpdated: '2026-01-05T08:00:00Z' } },
        ]).length === 0,
    )
    expect(await write(gateway, slot(gateway), ['public'])).toEqual([])
  })

  test('on another gateway is known there as soon as it is active', async () => {
    await using gateway = await openGateway()
    await using second = await openStore({ dataDir: '', databaseUrl: store.url, poolSize: 2 })
    await using other: Subscriptions = await openSubscriptions({ ...gateway.desk, store: second })
    await active(gateway)
    const kept: Kept = { ...slot(gateway), meta: { versionId: '1', lastUpdated: '2026-01-05T08:00:00Z' } }
    expect(other.notify([kept])).toHaveLength(1)
  })

  test('is switched off when its end has come', async () => {
    await using gateway = await openGateway()
    const id = await subscribe(gateway, { end: '2026-01-05T07:00:00Z' })
    await until(async () => (await statusOf(gateway, id)).status === 'off')
    expect((await statusOf(gateway, id)).status).toBe('off')
  })
})

describe('a receiver that fails', () => {
  test.each([500, 503, 408, 425, 429])(
    'with %i is tried again, and in error after three times',
    async (status) => {
      await using gateway = await openGateway()
      const id = await active(gateway)
      await write(gateway, slot(gateway), ['public'])
      gateway.receiver.answers((res) => void res.writeHead(status).end())
      for (let left = 2; left > 0; left--)
        expect(await deliver(gateway, id)).toEqual([`later http-${status}`])
      expect((await statusOf(gateway, id)).status).toBe('active')
      expect(await deliver(gateway, id)).toEqual([`later http-${status}`])
      expect(await statusOf(gateway, id)).toMatchObject({
        status: 'error',
        error: `Last notification: http-${status}`,
      })
      gateway.receiver.answers((res) => void res.writeHead(204).end())
      expect(await deliver(gateway, id)).toEqual(['sent'])
      const recovered = await statusOf(gateway, id)
      expect(recovered.status).toBe('active')
      expect(recovered).not.toHaveProperty('error')
    },
  )

  test('says when to come back, within reason', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway)
    await write(gateway, slot(gateway), ['public'])
    const row = await claimed(gateway, id)
    for (const [said, seconds] of [
      ['7', 7],
      ['999999', 3600],
      ['Thu, 01 Jan 1970 00:00:00 GMT', 1],
    ] as const) {
      gateway.receiver.answers((res) => void res.writeHead(503, { 'retry-after': said }).end())
      expect(await gateway.subscriptions.line.send(row)).toMatchObject({
        end: 'later',
        retryAfterSeconds: seconds,
      })
    }
  })

  test('by silence or 503 is tried for three days, then a person has to look', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway)
    await write(gateway, slot(gateway), ['public'])
    const row = await claimed(gateway, id)
    gateway.receiver.answers((res) => void res.writeHead(503).end())
    const { clock, desk, subscriptions } = gateway
    const receive = () => Promise.reject(new Error('Nothing is answered.'))
    const outlet = { name: peer, link: subscriptions.line, receive }
    const tried = () => attempt(row, outlet, { ...desk, outbox: store.outbox }, AbortSignal.timeout(60_000))
    const became: unknown[] = []
    for (const hours of [0, 47, 24, 2]) {
      clock.turn(hours * 3600)
      became.push((await tried()).settlement.status)
    }
    expect(became).toEqual(['queued', 'queued', 'queued', 'dead'])
    expect(gateway.receiver.heard).toHaveLength(4)
  })

  test('with 410 wants to hear no more', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway)
    await write(gateway, slot(gateway), ['public'])
    gateway.receiver.answers((res) => void res.writeHead(410).end())
    expect(await deliver(gateway, id)).toEqual(['refused http-410'])
    expect((await statusOf(gateway, id)).status).toBe('off')
  })

  test.each([400, 404, 302])('with %i is tried a few times, then given up', async (status) => {
    await using gateway = await openGateway()
    const id = await active(gateway)
    await write(gateway, slot(gateway), ['public'])
    gateway.receiver.answers((res) => void res.writeHead(status, { location: 'http://127.0.0.1:1/' }).end())
    const ends = []
    for (let left = 5; left > 0; left--) ends.push(...(await deliver(gateway, id)))
    expect(ends).toEqual([...Array(4).fill(`later http-${status}`), `refused http-${status}`])
    expect((await statusOf(gateway, id)).status).toBe('error')
  })

  test('by hanging up is tried again; an endless answer counts by its status', async () => {
    await using gateway = await openGateway()
    const id = await active(gateway)
    await write(gateway, slot(gateway), ['public'])
    gateway.receiver.answers((res) => void res.socket?.destroy())
    expect(await deliver(gateway, id)).toEqual(['later unreachable'])
    gateway.receiver.answers((res) => {
      const more = () => res.write('x'.repeat(10_000)) && setImmediate(more)
      more()
    })
    expect(await deliver(gateway, id)).toEqual(['sent'])
  })

  test('does not keep others waiting', async () => {
    await using gateway = await openGateway()
    await using healthy = await openReceiver()
    const failing = await active(gateway)
    const well = await active(gateway, {}, { endpoint: healthy.url })
    gateway.receiver.answers((res) => void res.writeHead(500).end())
    await write(gateway, slot(gateway), ['public'])
    expect(await deliver(gateway, failing)).toEqual(['later http-500'])
    gateway.clock.turn(61)
    expect(await deliver(gateway, well)).toEqual(['sent'])
    expect(healthy.heard).toHaveLength(1)
  })
})

test('an endpoint on loopback is refused where loopback may not be called', async () => {
  await using gateway = await openGateway()
  await using strict = await openSubscriptions({ ...gateway.desk, outboundLoopback: false })
  const permit = await gateway.auth.permitOf(gateway.client)
  const sent: Subscription = {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'x',
    criteria: 'Slot',
    channel: { type: 'rest-hook', endpoint: gateway.receiver.url },
  }
  if (!permit) throw new Error('The client is not active.')
  await expect(strict.prepare(sent, permit.actor)).rejects.toMatchObject({
    issues: [{ expression: 'Subscription.channel.endpoint' }],
  })
})

test('other resources are written as they are', async () => {
  await using gateway = await openGateway()
  const permit = await gateway.auth.permitOf(gateway.client)
  if (!permit) throw new Error('The client is not active.')
  const written = slot(gateway)
  expect(await gateway.subscriptions.prepare(written, permit.actor)).toBe(written)
})

test('secrets stay out of the store and of the log', async () => {
  await using gateway = await openGateway()
  const id = await active(gateway, {}, { header: ['Authorization: Bearer very-secret'] })
  await write(gateway, slot(gateway), ['public'])
  await deliver(gateway, id)
  const kept = await gateway.store.history({ order: 'oldest', count: 1000 }, 'all')
  expect(JSON.stringify(kept)).not.toContain('very-secret')
  expect(lines.join('')).toContain('notification.tried')
  expect(lines.join('')).not.toContain('very-secret')
})

test('two gateways tell every version once or more, in order, to a receiver that fails a third of the time', async () => {
  const clock = Object.assign(() => new Date(), { turn() {} })
  await using gateway = await openGateway({ clock })
  await using second = await openStore({ dataDir: '', databaseUrl: store.url, poolSize: 4 })
  await using other = await openSubscriptions({ ...gateway.desk, store: second })
  const id = await active(gateway)
  let calls = 0
  const taken: string[] = []
  gateway.receiver.answers((res) => {
    const { url, body } = gateway.receiver.heard.at(-1) ?? { url: '', body: '{}' }
    const fails = calls++ % 3 === 1
    if (!fails) taken.push(`${url.split('/').at(-1)}/${JSON.parse(body).meta.versionId}`)
    if (fails && calls % 2) res.destroy()
    else res.writeHead(fails ? 503 : 200).end()
  })
  const retry = { firstMs: 20, mostMs: 50 }
  const receive = () => Promise.reject(new Error('Nothing is answered.'))
  const outlets = [gateway.subscriptions, other].map(({ line }) => [
    { name: peer, link: line, receive, retry },
  ])
  const desk = { clock, log: gateway.desk.log }
  await using _one = emptyOutbox({ store: gateway.store, links: outlets[0] ?? [], ...desk })
  await using _two = emptyOutbox({ store: second, links: outlets[1] ?? [], ...desk })

  const written = slot(gateway)
  const versions = Array.from({ length: 20 }, (_, at) => `${written.id}/${at + 1}`)
  for (const at of versions.keys())
    await write(gateway, { ...written, status: at % 2 ? 'busy' : 'free' }, ['public'])
  await until(async () => taken.length >= versions.length)
  expect(taken).toEqual(versions)
  expect((await statusOf(gateway, id)).status).toBe('active')
})

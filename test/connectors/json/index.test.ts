import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Appointment, Bundle } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import type { Incoming } from '../../../src/connectors/connector.ts'
import { json, jsonSettings } from '../../../src/connectors/json/index.ts'
import { signatureOf } from '../../../src/connectors/json/webhook.ts'
import { allOk, failure, outcomeOf } from '../../../src/fhir/outcome.ts'
import { turnableClock } from '../../support/clock.ts'
import { type Heard, type HttpPeer, openHttpPeer } from '../../support/peers.ts'
import { departure, openDesk } from '../pretend-desk.ts'

const answer = (value: unknown, status = 200, headers = {}) => Response.json(value, { status, headers })
const open = (partner: HttpPeer, settings: object, desk = openDesk()) =>
  json.open(jsonSettings.strict().parse({ baseUrl: partner.url, ...settings }), desk)

const appointment: Appointment = {
  resourceType: 'Appointment',
  identifier: [
    { type: { coding: [{ code: 'PLAC' }] }, system: 'urn:ours', value: 'A 1' },
    { system: 'urn:theirs', value: 'R/7' },
  ],
  status: 'pending',
  participant: [],
}

const booking = { send: { 'appointment.requested': { path: 'v1/bookings/{placer}', map: 'made' } } }

describe('a booking by a JSON API', () => {
  test('fills in the path, and is the same call under the same key on each try', async () => {
    await using partner = await openHttpPeer(() => answer({ state: 'busy' }, 503, { 'retry-after': '7' }))
    await using link = await open(partner, { ...booking, idempotencyHeader: 'x-key' })
    const leaving = departure('appointment.requested')
    const rendered = await link.render?.(leaving, [appointment])
    if (!rendered) throw new Error('Nothing was made')
    const tries = [1, 2].map(() => link.send?.({ ...leaving, ...rendered }, AbortSignal.timeout(30_000)))
    expect(await Promise.all(tries)).toEqual([
      { end: 'later', isLineDown: true, reason: 'HTTP 503', retryAfterSeconds: 7 },
      { end: 'later', isLineDown: true, reason: 'HTTP 503', retryAfterSeconds: 7 },
    ])
    expect(partner.heard.map(({ path }) => path)).toEqual(['/v1/bookings/A%201', '/v1/bookings/A%201'])
    expect(partner.heard.map(({ headers }) => headers.get('x-key'))).toEqual([leaving.row, leaving.row])
    expect(partner.heard[0]?.body).toEqual(partner.heard[1]?.body)
  })

  test.each([
    [201, 'sent'],
    [409, 'refused'],
  ] as const)('answered with %i is an answer, read beside the question', async (status, end) => {
    await using partner = await openHttpPeer(() => answer({ state: 'said' }, status))
    await using link = await open(partner, booking)
    const leaving = departure('appointment.requested')
    const rendered = await link.render?.(leaving, [appointment])
    if (!rendered) throw new Error('Nothing was made')
    const sent = await link.send?.({ ...leaving, ...rendered }, AbortSignal.timeout(30_000))
    expect(sent?.end).toBe(end)
    expect(sent?.reply).toMatchObject({
      kind: 'Appointment',
      peer: 'partner',
      content: { form: 'json', value: { answer: { state: 'said' }, status } },
    })
  })

  test('answered with nothing that can be read is no answer to hand in', async () => {
    await using partner = await openHttpPeer(() => new Response('<html>', { status: 200 }))
    await using link = await open(partner, booking)
    const leaving = departure('appointment.requested')
    const rendered = await link.render?.(leaving, [appointment])
    if (!rendered) throw new Error('Nothing was made')
    expect(await link.send?.({ ...leaving, ...rendered }, AbortSignal.timeout(30_000))).toEqual({
      end: 'sent',
    })
  })

  test('that the file does not tell of is not made up', async () => {
    await using partner = await openHttpPeer()
    await using link = await open(partner, booking)
    await expect(link.render?.(departure('communication.sent'), [])).rejects.toMatchObject({
      issues: [{ text: expect.stringContaining('communication.sent') }],
    })
  })

  test('to nobody who listens is for later', async () => {
    const partner = await openHttpPeer()
    await using link = await open(partner, booking)
    const leaving = departure('appointment.requested')
    const rendered = await link.render?.(leaving, [appointment])
    await partner[Symbol.asyncDispose]()
    if (!rendered) throw new Error('Nothing was made')
    const sent = await link.send?.({ ...leaving, ...rendered }, AbortSignal.timeout(30_000))
    expect(sent?.end).toBe('later')
  })
})

describe('a diary by a JSON API', () => {
  test('is read a day at a time, all its pages as one', async () => {
    const pages = (heard: Heard) =>
      heard.path.includes('page=2')
        ? answer({ slots: [{ n: 2 }], next: null })
        : answer({ slots: [{ n: 1 }], next: `diary?page=2&of=${encodeURIComponent(heard.path)}` })
    await using partner = await openHttpPeer(pages)
    const desk = openDesk()
    await using _ = await open(
      partner,
      { slots: { path: 'diary?from={from}&to={to}', next: 'next', days: 2 } },
      desk,
    )
    await desk.round()
    expect(desk.received.map(({ content }) => content)).toEqual([
      {
        form: 'json',
        value: { slots: [{ n: 1 }, { n: 2 }], next: expect.any(String) },
        covers: { from: '2026-03-02T08:00:00.000Z', to: '2026-03-03T08:00:00.000Z' },
      },
      {
        form: 'json',
        value: { slots: [{ n: 1 }, { n: 2 }], next: expect.any(String) },
        covers: { from: '2026-03-03T08:00:00.000Z', to: '2026-03-04T08:00:00.000Z' },
      },
    ])
  })

  /** A centre's day, of which one entry is refused for good. */
  const dayWithABadOne = () => {
    const entriesIn = ({ content }: Incoming) =>
      ((content?.form === 'json' && content.value) as { slots: { n: number }[] }).slots.map(({ n }) => n)
    const taken: { entries: number[]; covers: boolean }[] = []
    const refused: number[][] = []
    const desk = openDesk({
      receive: async (incoming) => {
        const entries = entriesIn(incoming)
        if (entries.includes(3)) {
          refused.push(entries)
          return { outcome: outcomeOf(failure('structure', 'No.').issues) }
        }
        const covers = incoming.content?.form === 'json' && incoming.content.covers !== undefined
        taken.push({ entries, covers })
        return { outcome: allOk('Stored.') }
      },
    })
    return { desk, taken, refused }
  }
  const slots = [1, 2, 3, 4, 5].map((n) => ({ n }))
  const oneDay = { slots: { path: 'diary?from={from}', days: 1 } }

  test('in which one entry is bad offers the others, and says which one it was, once', async () => {
    await using partner = await openHttpPeer(() => answer({ slots, rooms: [{ n: 'a' }] }))
    const { desk, taken, refused } = dayWithABadOne()
    await using _ = await open(partner, oneDay, desk)
    await desk.round()
    expect(taken.at(-1)).toEqual({ entries: [1, 2, 4, 5], covers: true })
    expect(refused.at(-1)).toEqual([3])
    const told = refused.length
    await desk.round()
    expect(taken.at(-1)).toEqual({ entries: [1, 2, 4, 5], covers: true })
    expect(refused).toHaveLength(told)
  })

  test('is known as of when it began to be read, or to have failed', async () => {
    let isDown = false
    await using partner = await openHttpPeer(() => (isDown ? answer({}, 500) : answer({ slots })))
    const desk = openDesk()
    await using _ = await open(partner, oneDay, desk)
    await desk.round()
    isDown = true
    await expect(desk.round()).rejects.toThrow('500')
    expect(desk.looks).toEqual([
      { seenAt: '2026-03-02T08:00:00.000Z' },
      { failedAt: '2026-03-02T08:00:00.000Z' },
    ])
  })

  test('whose next page is elsewhere is not followed there', async () => {
    await using elsewhere = await openHttpPeer(() => answer({ slots: [] }))
    await using partner = await openHttpPeer(() => answer({ slots: [], next: `${elsewhere.url}/diary` }))
    const desk = openDesk()
    await using _ = await open(partner, { slots: { path: 'diary?from={from}', next: 'next', days: 1 } }, desk)
    await expect(desk.round()).rejects.toThrow('away')
    expect(elsewhere.heard).toEqual([])
    expect(desk.received).toEqual([])
  })

  test.each([
    ['relative to the page', '?page=2'],
    ['from the root', '/api/v1/diary?page=2'],
    ['beside the page', 'diary?page=2'],
    ['absolute', '<base>/api/v1/diary?page=2'],
  ])('whose next page is given %s is read to its end', async (_, next) => {
    await using partner = await openHttpPeer(({ path }) =>
      path.includes('page=2')
        ? answer({ slots: [{ n: 2 }] })
        : answer({ slots: [{ n: 1 }], next: next.replace('<base>', partner.url) }),
    )
    const desk = openDesk()
    const settings = { slots: { path: 'v1/diary?from={from}', next: 'next', days: 1 } }
    await using _link = await open(partner, { baseUrl: `${partner.url}/api`, ...settings }, desk)
    await desk.round()
    expect(partner.heard.map(({ path }) => path.split('?')[0])).toEqual(['/api/v1/diary', '/api/v1/diary'])
    expect(desk.received).toMatchObject([{ content: { value: { slots: [{ n: 1 }, { n: 2 }] } } }])
  })

  test('whose next page is a neighbour’s on the same host is not followed there', async () => {
    await using partner = await openHttpPeer(() => answer({ slots: [], next: '/api-of-others/diary' }))
    const desk = openDesk()
    const settings = { slots: { path: 'diary', next: 'next', days: 1 } }
    await using _ = await open(partner, { baseUrl: `${partner.url}/api`, ...settings }, desk)
    await expect(desk.round()).rejects.toThrow('away')
    expect(partner.heard.map(({ path }) => path)).toEqual(['/api/diary'])
  })

  test('that cannot be read says nothing of what has vanished', async () => {
    await using partner = await openHttpPeer(() => answer({ error: 'down' }, 500))
    const desk = openDesk()
    await using _ = await open(partner, { slots: { path: 'diary', days: 1 } }, desk)
    await expect(desk.round()).rejects.toThrow('500')
    expect(desk.received).toEqual([])
  })
})

describe('changes by a JSON API', () => {
  const changes = { changes: { path: 'changes?since={since}' } }

  test('are each handed in, and asked for again from a little before, by the clock that is behind', async () => {
    const behind = { date: 'Mon, 02 Mar 2026 07:58:00 GMT' }
    await using partner = await openHttpPeer(() => answer({ bookings: [{ n: 1 }, { n: 2 }] }, 200, behind))
    const desk = openDesk()
    await using _ = await open(partner, changes, desk)
    await desk.round()
    await desk.round()
    expect(desk.received.map(({ content }) => content)).toMatchObject(
      [1, 2, 1, 2].map((n) => ({ value: { n } })),
    )
    const since = new URL(partner.heard[1]?.path ?? '', partner.url).searchParams.get('since')
    expect(Date.parse(since ?? '')).toBe(Date.parse('2026-03-02T07:57:50Z'))
  })

  test('are read on all pages', async () => {
    await using partner = await openHttpPeer(({ path }) =>
      path.includes('page=2')
        ? answer({ bookings: [{ n: 2 }] })
        : answer({ bookings: [{ n: 1 }], more: '?page=2' }),
    )
    const desk = openDesk()
    await using _ = await open(partner, { changes: { ...changes.changes, next: 'more' } }, desk)
    await desk.round()
    expect(desk.received.map(({ content }) => content)).toMatchObject([1, 2].map((n) => ({ value: { n } })))
    expect(desk.memory.get('changes-since')).toBeDefined()
  })

  test('that could not be read are asked for again', async () => {
    let isDown = true
    await using partner = await openHttpPeer(() =>
      isDown ? answer({}, 500) : answer({ bookings: [{ n: 1 }] }),
    )
    const desk = openDesk()
    await using _ = await open(partner, changes, desk)
    await expect(desk.round()).rejects.toThrow('500')
    expect(desk.memory.get('changes-since')).toBeUndefined()
    isDown = false
    await desk.round()
    expect(desk.received).toHaveLength(1)
  })
})

describe('client credentials', () => {
  test('are asked for once, used for many calls, and asked for again when they are refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'relais-secret-'))
    await writeFile(join(folder, 'secret'), 'hush\n')
    let good = 1
    let given = 0
    await using partner = await openHttpPeer((heard) => {
      if (heard.path === '/token') return answer({ access_token: `T${++given}`, expires_in: 300 })
      return heard.headers.get('authorization') === `Bearer T${good}` ? answer({}) : answer({}, 401)
    })
    const auth = {
      kind: 'client-secret',
      tokenUrl: `${partner.url}/token`,
      clientId: 'relais',
      secretFile: join(folder, 'secret'),
    }
    const desk = openDesk()
    await using _ = await open(partner, { auth, changes: { path: 'changes?since={since}' } }, desk)
    await desk.round()
    await desk.round()
    expect(given).toBe(1)
    good = 2
    await desk.round()
    expect(given).toBe(2)
    const asked = partner.heard.filter(({ path }) => path === '/token')
    expect(asked[0]?.body).toContain('client_secret=hush')
    expect(asked[0]?.body).not.toContain('%0A')
    await rm(folder, { recursive: true })
  })
})

describe('a change that is refused', () => {
  const refusing = (what: 'conflict' | 'lock-error') => {
    const desk = openDesk({
      receive: async (incoming) => {
        desk.received.push(incoming)
        const isFirst = JSON.stringify(incoming.content).includes('"n":1')
        return { outcome: isFirst ? outcomeOf(failure(what, 'No.').issues) : allOk('Stored.') }
      },
    })
    return desk
  }
  const two = () => answer({ bookings: [{ n: 1 }, { n: 2 }] })

  test('for good does not keep the others from being heard', async () => {
    await using partner = await openHttpPeer(two)
    const desk = refusing('conflict')
    await using _ = await open(partner, { changes: { path: 'changes?since={since}' } }, desk)
    await desk.round()
    expect(desk.received).toHaveLength(2)
    expect(desk.memory.get('changes-since')).toBeDefined()
  })

  test('for now is asked for again', async () => {
    await using partner = await openHttpPeer(two)
    const desk = refusing('lock-error')
    await using _ = await open(partner, { changes: { path: 'changes?since={since}' } }, desk)
    await expect(desk.round()).rejects.toThrow()
    expect(desk.received).toHaveLength(2)
    expect(desk.memory.get('changes-since')).toBeUndefined()
  })
})

test('a call by webhook is known by its time and its words: the same words later are another event', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relais-secret-'))
  const secretFile = join(folder, 'secret')
  await writeFile(secretFile, 'shared\n')
  const clock = turnableClock('2026-03-02T08:00:00Z')
  await using partner = await openHttpPeer()
  const desk = openDesk({ clock })
  await using link = await open(partner, { webhook: { secretFile } }, desk)
  const calls = async (event: object) => {
    const body = Buffer.from(JSON.stringify(event))
    const time = clock().toISOString()
    const how = { signs: '{timestamp}.{body}', encoding: 'hex', signaturePrefix: '' } as const
    const headers = { 'x-timestamp': time, 'x-signature': signatureOf(time, body, 'shared', how) }
    await link.called?.({ headers, body })
    await link.called?.({ headers, body }) // tried again, as it got no answer
  }
  for (const state of ['cancelled', 'booked', 'cancelled']) {
    await calls({ state })
    clock.turn({ minutes: 1 })
  }
  const ids = desk.received.map(({ id }) => id)
  expect(ids).toHaveLength(6)
  expect(new Set(ids).size).toBe(3)
  await rm(folder, { recursive: true })
})

describe('what a JSON API has of an appointment', () => {
  const look = { path: 'v1/bookings/{placer}', map: 'made' }
  const made = (...numbers: string[]): Bundle => ({
    resourceType: 'Bundle',
    type: 'collection',
    entry: numbers.map((value) => {
      const identifier = [{ type: { coding: [{ code: 'PLAC' }] }, value }]
      return { resource: { ...appointment, status: 'booked', identifier } }
    }),
  })

  test.each([
    ['the one with our number, of all that it tells', () => answer(made('B 2', 'A 1')), 'booked'],
    ['none, when it tells of others only', () => answer(made('B 2')), 'unknown'],
    ['none, when it has no such thing', () => answer({}, 404), 'unknown'],
  ])('is %s', async (_, says, expected) => {
    await using partner = await openHttpPeer(says)
    await using link = await open(partner, { look })
    const found = await link.look?.(appointment, AbortSignal.timeout(30_000))
    expect(typeof found === 'object' ? found.status : found).toBe(expected)
    expect(partner.heard[0]?.path).toBe('/v1/bookings/A%201')
  })

  test.each([() => answer({}, 503), () => new Response('<html>', { status: 200 })])(
    'is not known while it does not say',
    async (says) => {
      await using partner = await openHttpPeer(says)
      await using link = await open(partner, { look })
      await expect(link.look?.(appointment, AbortSignal.timeout(30_000))).rejects.toMatchObject({
        issues: [{ case: 'transient' }],
      })
    },
  )

  test('is not asked of one whose file does not say how', async () => {
    await using partner = await openHttpPeer()
    await using link = await open(partner, {})
    expect(link.look).toBeUndefined()
  })
})

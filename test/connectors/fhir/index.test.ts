import type { Appointment, Bundle, OperationOutcome, Patient, Slot } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import type { Incoming } from '../../../src/connectors/connector.ts'
import { fhir, fhirSettings } from '../../../src/connectors/fhir/index.ts'
import { systems } from '../../../src/fhir/canonical.ts'
import { allOk, failure, outcomeOf } from '../../../src/fhir/outcome.ts'
import { type Heard, type HttpPeer, openHttpPeer } from '../../support/peers.ts'
import { departure, openDesk } from '../pretend-desk.ts'

const answer = (value: unknown, status = 200, headers = {}) => Response.json(value, { status, headers })
const open = (partner: HttpPeer, settings: object = {}, desk = openDesk()) =>
  fhir.open(fhirSettings.strict().parse({ baseUrl: `${partner.url}/fhir`, days: 1, ...settings }), desk)

const number = '0190a1b2-0000-7000-8000-000000000001'
const appointment: Appointment = {
  resourceType: 'Appointment',
  id: number,
  identifier: [{ type: { coding: [{ code: 'PLAC' }] }, system: systems.appointment, value: number }],
  status: 'pending',
  start: '2026-03-03T09:00:00+01:00',
  end: '2026-03-03T09:20:00+01:00',
  participant: [{ actor: { reference: 'Patient/1' }, status: 'accepted' }],
}
const patient: Patient = { resourceType: 'Patient', id: '1', name: [{ family: 'PAT-TROIS' }] }
const slotOf = (partner: HttpPeer): Slot => ({
  resourceType: 'Slot',
  id: 's',
  identifier: [{ system: `${partner.url}/fhir/Slot`, value: '77' }],
  schedule: { reference: 'Schedule/1' },
  status: 'busy-tentative',
  start: '2026-03-03T09:00:00+01:00',
  end: '2026-03-03T09:20:00+01:00',
})

/** Asks the partner for the appointment, and tells how it went. */
async function asked(partner: HttpPeer, settings: object = {}, kind = 'appointment.requested', attempts = 0) {
  const link = await open(partner, settings)
  const leaving = { ...departure(kind), attempts }
  const rendered = await link.render?.(leaving, [appointment, patient, slotOf(partner)])
  if (!rendered || !link.send) throw new Error('Nothing can be sent')
  return link.send({ ...leaving, ...rendered }, AbortSignal.timeout(5_000))
}

const said = (reply: Incoming | undefined): Appointment | undefined =>
  reply?.content?.form === 'fhir' && reply.content.resource.resourceType === 'Appointment'
    ? reply.content.resource
    : undefined

describe('an appointment is asked for', () => {
  test('by create, once: for its own slot, the patient carried along, under our number', async () => {
    await using partner = await openHttpPeer(({ body }) =>
      answer({ ...(body as Appointment), id: '9', status: 'booked' }, 201),
    )
    const { end, reply } = await asked(partner)
    expect(end).toBe('sent')
    const [{ method, path, headers, body }] = partner.heard as [Heard]
    expect([method, path]).toEqual(['POST', '/fhir/Appointment'])
    expect(headers.get('if-none-exist')).toBe(
      `identifier=${encodeURIComponent(`${systems.appointment}|${number}`)}`,
    )
    expect(body).toMatchObject({
      status: 'proposed',
      slot: [{ reference: 'Slot/77' }],
      contained: [{ resourceType: 'Patient', name: [{ family: 'PAT-TROIS' }] }],
      participant: [{ actor: { reference: '#patient' } }],
    })
    expect(said(reply)).toMatchObject({ status: 'booked' })
    expect(said(reply)?.identifier).toContainEqual({ system: `${partner.url}/fhir/Appointment`, value: '9' })
  })

  test('by $book, whose answer may be a Bundle', async () => {
    await using partner = await openHttpPeer(() =>
      answer({
        resourceType: 'Bundle',
        type: 'searchset',
        entry: [{ resource: { ...appointment, id: '9', status: 'booked' } }],
      }),
    )
    const { reply } = await asked(partner, { book: 'operation' })
    expect(partner.heard[0]?.path).toBe('/fhir/Appointment/$book')
    expect(said(reply)?.status).toBe('booked')
  })

  test('by $book once more after a try without an answer, only when the partner does not have it', async () => {
    const has = { booked: true }
    await using partner = await openHttpPeer(({ method }) =>
      method === 'GET'
        ? answer({
            resourceType: 'Bundle',
            type: 'searchset',
            ...(has.booked && { entry: [{ resource: { ...appointment, id: '9', status: 'booked' } }] }),
          })
        : answer({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'conflict' }] }, 409),
    )
    const again = () => asked(partner, { book: 'operation' }, 'appointment.requested', 1)
    expect(said((await again()).reply)?.status).toBe('booked')
    expect(partner.heard.map(({ method }) => method)).toEqual(['GET'])
    has.booked = false
    expect(said((await again()).reply)?.status).toBe('cancelled')
    expect(partner.heard.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST'])
  })

  test('and waits when the partner has it, undecided', async () => {
    await using partner = await openHttpPeer(() =>
      answer({ ...appointment, id: '9', status: 'proposed' }, 201),
    )
    expect(await asked(partner)).toEqual({ end: 'sent' })
  })

  test('and refused, with the partner’s words', async () => {
    const outcome: OperationOutcome = {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code: 'conflict', diagnostics: 'Already taken' }],
    }
    await using partner = await openHttpPeer(() => answer(outcome, 409))
    const { end, reply } = await asked(partner)
    expect(end).toBe('sent')
    expect(said(reply)).toMatchObject({ status: 'cancelled', cancelationReason: { text: 'Already taken' } })
  })

  test.each([408, 425, 429, 500, 502, 503])(
    'and not now: %i is for later, and no word of the centre',
    async (status) => {
      await using partner = await openHttpPeer(() => answer({}, status, { 'retry-after': '3' }))
      expect(await asked(partner)).toMatchObject({
        end: 'later',
        reason: `HTTP ${status}`,
        retryAfterSeconds: 3,
      })
    },
  )
})

describe('an appointment is cancelled there', () => {
  test('in the version that was found', async () => {
    await using partner = await openHttpPeer(({ method }) =>
      method === 'GET'
        ? answer({
            resourceType: 'Bundle',
            type: 'searchset',
            entry: [{ resource: { ...appointment, id: '9', status: 'booked', meta: { versionId: '4' } } }],
          })
        : answer({}),
    )
    expect((await asked(partner, {}, 'appointment.cancelled')).end).toBe('sent')
    const put = partner.heard.find(({ method }) => method === 'PUT')
    expect([put?.path, put?.headers.get('if-match')]).toEqual(['/fhir/Appointment/9', 'W/"4"'])
    expect(put?.body).toMatchObject({ status: 'cancelled' })
  })

  test('again later, when it has changed meanwhile', async () => {
    await using partner = await openHttpPeer(({ method }) =>
      method === 'GET'
        ? answer({
            resourceType: 'Bundle',
            type: 'searchset',
            entry: [{ resource: { ...appointment, id: '9' } }],
          })
        : answer({}, 412),
    )
    expect((await asked(partner, {}, 'appointment.cancelled')).end).toBe('later')
  })

  test('by doing nothing, when it is not there', async () => {
    await using partner = await openHttpPeer(() => answer({ resourceType: 'Bundle', type: 'searchset' }))
    expect((await asked(partner, {}, 'appointment.cancelled')).end).toBe('sent')
    expect(partner.heard.every(({ method }) => method === 'GET')).toBe(true)
  })
})

describe('a diary', () => {
  const slot = (id: string): Slot => ({
    resourceType: 'Slot',
    id,
    schedule: { reference: 'Schedule/1' },
    status: 'free',
    start: '2026-03-02T09:00:00+01:00',
    end: '2026-03-02T09:20:00+01:00',
  })
  const searchset = (resources: readonly (Slot | Appointment)[], next?: string): Bundle => ({
    resourceType: 'Bundle',
    type: 'searchset',
    ...(next !== undefined && { link: [{ relation: 'next', url: next }] }),
    entry: resources.map((resource) => ({ resource })),
  })
  const nothing = () => answer(searchset([]))
  const idsIn = ({ content }: Incoming): (string | undefined)[] =>
    content?.form === 'fhir' && content.resource.resourceType === 'Bundle'
      ? (content.resource.entry ?? []).map(({ fullUrl }) => fullUrl)
      : []

  test('is read page by page', async () => {
    await using partner = await openHttpPeer(({ path }) => {
      if (!path.startsWith('/fhir/Slot')) return nothing()
      return path.includes('page=2')
        ? answer(searchset([slot('b')]))
        : answer(searchset([slot('a')], 'Slot?page=2'))
    })
    const desk = openDesk()
    await using _ = await open(partner, {}, desk)
    await desk.round()
    expect(desk.received.map(idsIn)).toEqual([['Slot/a', 'Slot/b']])
  })

  test('in which one slot is refused offers the others all the same', async () => {
    await using partner = await openHttpPeer(({ path }) =>
      path.startsWith('/fhir/Slot') ? answer(searchset([slot('a'), slot('bad'), slot('c')])) : nothing(),
    )
    const taken: (readonly (string | undefined)[])[] = []
    const desk = openDesk({
      receive: async (incoming) => {
        const ids = idsIn(incoming)
        if (ids.includes('Slot/bad')) return { outcome: outcomeOf(failure('structure', 'No.').issues) }
        taken.push(ids)
        return { outcome: allOk('Stored.') }
      },
    })
    await using _ = await open(partner, {}, desk)
    await desk.round()
    expect(taken.at(-1)).toEqual(['Slot/a', 'Slot/c'])
  })

  test('that cannot be taken now is read again, and so are appointments', async () => {
    const outcome = outcomeOf(failure('lock-error', 'Not now.').issues)
    await using partner = await openHttpPeer(({ path }) =>
      path.startsWith('/fhir/Appointment')
        ? answer(searchset([{ ...appointment, status: 'booked' }]))
        : nothing(),
    )
    const desk = openDesk({
      receive: async ({ kind }) => ({ outcome: kind === 'Appointment' ? outcome : allOk('Stored.') }),
    })
    await using _ = await open(partner, {}, desk)
    await expect(desk.round()).rejects.toThrow('now')
    expect(desk.memory.get('appointments-since')).toBeUndefined()
  })

  test('in which an entry is no resource at all offers the others, and says so, once', async () => {
    const badly = { ...slot('b'), identifier: { value: '1' } } as unknown as Slot // as a partner may have it
    const bundle = searchset([slot('a'), badly, slot('c')])
    await using partner = await openHttpPeer(({ path }) =>
      path.startsWith('/fhir/Slot')
        ? answer({ ...bundle, entry: [null, ...(bundle.entry ?? [])] })
        : nothing(),
    )
    const desk = openDesk()
    const receive: typeof desk.receive = async (incoming) => {
      desk.received.push(incoming)
      return { outcome: incoming.unreadable ?? allOk('Stored.') }
    }
    await using _ = await open(partner, { fullMs: 1000 }, { ...desk, receive })
    await desk.round()
    await desk.round()
    const refused = desk.received.filter(({ unreadable }) => unreadable)
    expect(refused.map(({ raw }) => raw.toString())).toEqual(['null', JSON.stringify({ resource: badly })])
    expect(refused[0]).toMatchObject({
      kind: 'Slot',
      peer: 'partner',
      unreadable: { issue: [{ code: 'structure' }] },
    })
    expect(desk.received.filter(({ content }) => content).map(idsIn)).toEqual([
      ['Slot/a', 'Slot/c'],
      ['Slot/a', 'Slot/c'],
    ])
  })

  test('that cannot be read keeps no answer of the partner waiting', async () => {
    await using partner = await openHttpPeer(({ path }) =>
      path.startsWith('/fhir/Slot')
        ? answer({}, 500)
        : answer(searchset([{ ...appointment, status: 'booked' }])),
    )
    const desk = openDesk()
    await using _ = await open(partner, {}, desk)
    await expect(desk.round()).rejects.toThrow('500')
    expect(desk.received.map(({ kind }) => kind)).toEqual(['Appointment'])
    expect(desk.memory.get('appointments-since')).toBeDefined()
  })

  test('of appointments, of which we fail at one, is heard further, and that one tried a few times', async () => {
    const numbered = (id: string): Appointment => ({ ...appointment, id, status: 'booked' })
    await using partner = await openHttpPeer(({ path }) =>
      path.startsWith('/fhir/Slot') ? nothing() : answer(searchset([numbered('bad'), numbered('good')])),
    )
    const tries = { bad: 0, good: 0 }
    const desk = openDesk({
      receive: async ({ kind, raw }) => {
        if (kind !== 'Appointment') return { outcome: allOk('Stored.') }
        const isBad = raw.includes('"bad"')
        tries[isBad ? 'bad' : 'good']++
        return { outcome: isBad ? outcomeOf(failure('exception', 'Ours.').issues) : allOk('Stored.') }
      },
    })
    await using _ = await open(partner, {}, desk)
    for (let n = 1; n < 5; n++) await expect(desk.round()).rejects.toThrow('now')
    expect(desk.memory.get('appointments-since')).toBeUndefined()
    await desk.round()
    expect(desk.memory.get('appointments-since')).toBeDefined()
    await desk.round()
    expect(tries).toEqual({ bad: 5, good: 6 })
  })

  test('at which we fail as a whole is not tried place by place', async () => {
    const slots = Array.from({ length: 64 }, (_, n) => slot(`s${n}`))
    await using partner = await openHttpPeer(({ path }) =>
      path.startsWith('/fhir/Slot') ? answer(searchset(slots)) : nothing(),
    )
    const desk = openDesk({
      receive: async (incoming) => {
        desk.received.push(incoming)
        return { outcome: outcomeOf(failure('exception', 'Ours.').issues) }
      },
    })
    await using _ = await open(partner, {}, desk)
    await expect(desk.round()).rejects.toThrow('now')
    expect(desk.received.length).toBeLessThan(16)
  })
})

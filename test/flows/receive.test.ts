import { randomBytes, randomUUID } from 'node:crypto'
import type { ServiceRequest } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Permit } from '../../src/auth/permit.ts'
import { parseScopes } from '../../src/auth/scopes.ts'
import { contentOf } from '../../src/connectors/mllp/answer.ts'
import { failure, outcomeOf } from '../../src/fhir/outcome.ts'
import type { Case } from '../../src/fhir/telling.ts'
import type { Incoming, Received } from '../../src/flows/message.ts'
import { receiveFrom, type Sender } from '../../src/flows/receive.ts'
import { loadRules } from '../../src/gateway/rules.ts'
import { silent } from '../../src/log.ts'
import type { Maps } from '../../src/transform/index.ts'
import { order, patientIdentifierOf } from '../journeys/support.ts'
import { type ActorName, actors, openTestDesk, type TestDesk } from './desk.ts'

let maps: Maps
let desk: TestDesk
beforeAll(async () => {
  desk = await openTestDesk()
  maps = (await loadRules({ maps: [], conceptMaps: [] })).maps
})
afterAll(() => desk?.[Symbol.asyncDispose]())

const { scopes } = parseScopes('system/*.cruds')
const senderAs = (name: ActorName, more: Partial<Sender> = {}): Sender => {
  const permit: Permit = { actor: actors[name], scopes, lenient: false }
  return { desk: desk.as(name), permit, ...more }
}

/** As the MLLP line hands it in. */
const v2 = (text: string, id: string, kind = 'ORM^O01', peer = 'practice'): Incoming => ({
  raw: Buffer.from(text),
  id,
  kind,
  peer,
  receivedAt: desk.clock().toISOString(),
  by: 'mllp',
  content: contentOf({ text, charset: 'utf-8' } as Parameters<typeof contentOf>[0]), // only its text is read
})

/** 18 kB that cannot be made smaller. */
const long = () => randomBytes(9_000).toString('hex')

let answers = 0
/** Each answer has bytes of its own, as an acknowledgement has a number and a time of its own. */
const answer = () => Buffer.from(`answer ${answers++} ${randomUUID()}`)

const receives = (incoming: Incoming, from: ActorName | 'nobody' = 'practice', more: Partial<Sender> = {}) =>
  receiveFrom(async () => (from === 'nobody' ? undefined : senderAs(from, more)), {
    store: desk.store,
    maps,
    clock: desk.clock,
    log: silent,
  })(incoming, answer)

const first = ({ outcome }: Received) => outcome.issue[0]
const requests = (number: string): Promise<ServiceRequest[]> =>
  desk.all('ServiceRequest', `identifier=${number}`)

describe('a message', () => {
  test('that comes twice is one referral, and is answered with the same bytes', async () => {
    const once = await receives(v2(order({ number: 'R-1' }), 'R-1'))
    const again = await receives(v2(order({ number: 'R-1' }), 'R-1'))
    expect(again.answer).toEqual(once.answer)
    expect(first(again)?.diagnostics).toMatch(/before/)
    expect(await requests('R-1')).toHaveLength(1)
  })

  test('that comes twice at once is one referral, and is answered with the same bytes', async () => {
    const both = await Promise.all([1, 2].map(() => receives(v2(order({ number: 'R-2' }), 'R-2'))))
    expect(both[0]?.answer).toEqual(both[1]?.answer)
    expect(await requests('R-2')).toHaveLength(1)
  })

  test('that was taken is answered as then, though it would be refused now', async () => {
    const once = await receives(v2(order({ number: 'R-3' }), 'R-3'))
    const withdrawn = { ...maps, run: () => expect.unreachable('its map is gone') }
    const again = await receiveFrom(async () => senderAs('practice'), {
      store: desk.store,
      maps: withdrawn as Maps, // only run is asked for
      clock: desk.clock,
      log: silent,
    })(v2(order({ number: 'R-3' }), 'R-3'), answer)
    expect(again.answer).toEqual(once.answer)
  })

  test('whose id says something else now is a conflict, told by its control id', async () => {
    await receives(v2(order({ number: 'R-4' }), 'R-4'))
    const other = await receives(v2(order({ number: 'R-4', purpose: 'Autre chose' }), 'R-4'))
    expect(first(other)).toMatchObject({ severity: 'error', code: 'duplicate', expression: ['MSH-10'] })
    expect(await requests('R-4')).toMatchObject([{ note: [{ text: 'Fièvre depuis 48 heures' }, {}] }])
  })

  test('with a known id is a message of its own once its time is over', async () => {
    await receives(v2(order({ number: 'R-5' }), 'R-5'), 'practice', { knownDays: 1 })
    desk.clock.turn({ days: 2 })
    const later = await receives(v2(order({ number: 'R-5', purpose: 'Autre chose' }), 'R-5'))
    expect(first(later)?.severity).toBe('information')
  })

  test('that was refused is kept under its id, and may be sent corrected under the same', async () => {
    const wrong = await receives(v2(order({ number: 'R-6', event: 'CA' }), 'R-6'))
    expect(first(wrong)).toMatchObject({ code: 'not-found', expression: ['ORC-2'] })
    const kept = await desk.store.messages.list({ status: 'error', limit: 100 })
    expect(kept.find(({ id }) => id === 'R-6')).toMatchObject({
      reason: 'not-found ORC-2',
      answer: wrong.answer,
    })
    const right = await receives(v2(order({ number: 'R-6' }), 'R-6'))
    expect(first(right)?.severity).toBe('information')
    expect(await requests('R-6')).toHaveLength(1)
  })

  test('from nobody we know is kept and refused', async () => {
    const stranger = v2(order({ number: 'R-7' }), 'R-7', 'ORM^O01', '?')
    expect(first(await receives(stranger, 'nobody'))).toMatchObject({
      code: 'security',
      expression: ['MSH-3'],
    })
    expect(await requests('R-7')).toEqual([])
    expect(await desk.store.messages.list({ peer: '?', limit: 10 })).toMatchObject([{ status: 'error' }])
  })

  test('of an unknown kind names its field, and the kinds that are taken', async () => {
    const told = first(await receives(v2(order({ number: 'R-8' }), 'R-8', 'ADT^A01')))
    expect(told).toMatchObject({ code: 'not-supported', expression: ['MSH-9'] })
    expect(told?.diagnostics).toContain('ORM^O01')
    expect(told?.diagnostics).not.toMatch(/intake|Slot/)
  })

  test.each([
    ['ORM^O01^ORM_O01', 'ORC'],
    ['OMG^O19^OMG_O19', 'ORC'],
    ['OMI^O23^OMI_O23', 'ORC'],
    ['REF^I12^REF_I12', 'RF1'],
  ])('%s without an order is refused at %s, and its patient is not kept', async (type, place) => {
    const number = `NONE-${type.slice(0, 3)}`
    const [header = '', pid = ''] = order({ number, ins: patientIdentifierOf(answers) }).split('\r')
    const bare = [header.replace('ORM^O01^ORM_O01', type), pid, ''].join('\r')
    const patients = await desk.all('Patient', '_count=100')
    const refused = await receives(v2(bare, number, type.slice(0, 7)))
    expect(first(refused)).toMatchObject({ severity: 'error', code: 'required', expression: [place] })
    expect(await desk.all('Patient', '_count=100')).toHaveLength(patients.length)
  })

  test('that cannot be read is told with all that is wrong with it', async () => {
    const { content: _, ...incoming } = v2(order({ number: 'R-9' }), 'R-9')
    const told = await receives({
      ...incoming,
      unreadable: {
        resourceType: 'OperationOutcome',
        issue: [
          { severity: 'error', code: 'structure', diagnostics: 'One.', expression: ['PID'] },
          { severity: 'error', code: 'structure', diagnostics: 'Two.', expression: ['OBR'] },
        ],
      },
    })
    expect(told.outcome.issue.map(({ diagnostics }) => diagnostics)).toEqual(['One.', 'Two.'])
  })

  test('that cannot be read is told as what is wrong with it, to whoever it is from', async () => {
    const { content: _, ...incoming } = v2(order({ number: 'R-11' }), 'R-11')
    const of = (what: Case, place: string) => outcomeOf(failure(what, 'Why.', place).issues)
    const version = await receives({ ...incoming, unreadable: of('unsupported-value', 'MSH-12') })
    expect(first(version)).toMatchObject({ code: 'not-supported', expression: ['MSH-12'] })
    const nonsense = await receives({ ...incoming, unreadable: of('structure', 'MSH') }, 'nobody')
    expect(first(nonsense)).toMatchObject({ code: 'structure', expression: ['MSH'] })
  })

  test('with a remark on how it was read is taken, with that warning and reason', async () => {
    const remarks = failure('value', 'Set MSH-18.', 'MSH-18').issues.map((one) => ({
      ...one,
      severity: 'warning' as const,
    }))
    const told = await receives({ ...v2(order({ number: 'R-12' }), 'R-12'), remarks })
    expect(told.outcome.issue).toContainEqual(
      expect.objectContaining({ severity: 'warning', expression: ['MSH-18'] }),
    )
    const [row] = await desk.store.messages.list({ peer: 'practice', limit: 1 })
    expect(row).toMatchObject({ status: 'transformed', reason: 'value MSH-18' })
  })

  test('that answers an order is kept, and makes none', async () => {
    for (const control of ['OK', 'NA', 'UA', 'CR', 'DE']) {
      const id = `R-13-${control}`
      const told = await receives(v2(order({ number: id }).replace('ORC|NW', `ORC|${control}`), id))
      expect(first(told)).toMatchObject({ severity: 'information', code: 'informational' })
      expect(await requests(id)).toEqual([])
    }
    const [row] = await desk.store.messages.list({ peer: 'practice', limit: 1 })
    expect(row?.status).toBe('filtered')
  })

  test('whose order control code nobody knows is refused at its place', async () => {
    const told = await receives(v2(order({ number: 'R-14' }).replace('ORC|NW', 'ORC|ZZ'), 'R-14'))
    expect(first(told)).toMatchObject({ severity: 'error', code: 'value', expression: ['ORC-1'] })
    expect(await requests('R-14')).toEqual([])
  })

  test('of a changed status, on an order that is not known, brings the order', async () => {
    await receives(v2(order({ number: 'R-15' }).replace('ORC|NW', 'ORC|SC'), 'R-15'))
    expect(await requests('R-15')).toHaveLength(1)
  })

  test.each([
    ['no OBR', 'OBR', ['PID', 'ORC']],
    ['no PID', 'PID', ['ORC', 'OBR']],
    ['an order without an exam', 'OBR[2]-4', ['PID', 'ORC', 'OBR', 'ORC second', 'OBR second']],
    ['a second order without OBR', 'OBR[2]', ['PID', 'ORC', 'OBR', 'ORC second']],
  ])('with %s is refused at its place: %s', async (_, place, segments) => {
    const id = `R-16-${segments.length}-${place}`
    const lines: Record<string, string> = {
      PID: 'PID|||1^^^1.2.250.1.999.7&1.2.250.1.999.7&ISO^PI||ESSAI^ALIX||19900328|F',
      ORC: `ORC|NW|${id}`,
      OBR: `OBR|1|${id}||ECHO^Échographie^L`,
      'ORC second': `ORC|NW|${id}-B`,
      'OBR second': `OBR|2|${id}-B`,
    }
    const header = `MSH|^~\\&|GP|PRACTICE|||20300107||ORM^O01^ORM_O01|${id}|P|2.5.1`
    const told = await receives(v2([header, ...segments.map((one) => lines[one])].join('\r'), id))
    expect(new Set(told.outcome.issue.flatMap(({ expression }) => expression ?? '?'))).toEqual(
      new Set([place]),
    )
    expect(await requests(id)).toEqual([])
  })

  test.each<[string, (number: string) => Partial<Incoming> & { text: string }]>([
    ['U+0000 in a patient’s number', (n) => ({ text: order({ number: n, ins: 'PAT\0' }) })],
    ['U+0000 in its order’s number', (n) => ({ text: order({ number: `${n}\0` }) })],
    ['a control id of 18 kB', (n) => ({ text: order({ number: n, control: long() }), id: long() })],
    ['a type of 18 kB', (n) => ({ text: order({ number: n }), kind: long() })],
  ])('with %s is refused, and kept with all its bytes', async (what, saying) => {
    const number = `R-17-${what.length}`
    const { text, ...said } = saying(number)
    const incoming = { ...v2(text, number), ...said }
    const told = await receives(incoming)
    expect(first(told)?.severity).toBe('error')
    const [row] = await desk.store.messages.list({ peer: 'practice', status: 'error', limit: 1 })
    expect(row?.raw.equals(incoming.raw)).toBe(true)
    expect(row?.reason).toMatch(/\w/)
    expect(await requests(number)).toEqual([])
  })

  test('with an order’s number of 18 kB is taken', async () => {
    const told = await receives(v2(order({ number: `R-18${long()}` }), 'R-18'))
    expect(first(told)?.severity).toBe('information')
  })

  test('whose reason cannot be written is kept with all its bytes', async () => {
    const { content: _, ...incoming } = v2(order({ number: 'R-19' }), 'R-19')
    const unreadable = outcomeOf(failure('structure', 'Why.', 'PID\0').issues)
    const told = await receives({ ...incoming, unreadable })
    expect(first(told)).toMatchObject({ code: 'structure' })
    const [row] = await desk.store.messages.list({ peer: 'practice', status: 'error', limit: 1 })
    expect(row).toMatchObject({ kind: '?', raw: incoming.raw, answer: told.answer })
  })

  test('is not acknowledged when nothing can be kept', async () => {
    const closed = await openTestDesk()
    await closed[Symbol.asyncDispose]()
    const receive = receiveFrom(async () => ({ ...senderAs('practice'), desk: closed.as('practice') }), {
      store: closed.store,
      maps,
      clock: desk.clock,
      log: silent,
    })
    await expect(receive(v2(order({ number: 'R-10' }), 'R-10'), answer)).rejects.toThrow()
  })
})

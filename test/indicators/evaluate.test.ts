import type {
  Appointment,
  Extension,
  MeasureReport,
  OrganizationAffiliation,
  Practitioner,
  PractitionerRole,
  Resource,
  ServiceRequest,
  Slot,
  Task,
} from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { extensions, systems } from '../../src/fhir/canonical.ts'
import { derivedId } from '../../src/fhir/id.ts'
import {
  type CountingDesk,
  evaluate,
  indicators,
  measureOf,
  measures,
  periodOf,
} from '../../src/indicators/index.ts'
import { openTestApi, type TestApi, territory } from '../support/api.ts'

/*
 * January 2026, reckoned by hand:
 *
 *   r1  5 Jan 10:00  answered after 2 h, exam after 24 h       US, ris-a, doctor 1 (member)
 *   r2  9 Jan 17:00  a Friday: answered after 64 h, exam 65 h  MR, ris-a, doctor 1
 *   r3 20 Jan 10:00  answered after 30 h, exam after 100 h     MR, ris-b, doctor 2 (member until 10 January)
 *   r4 21 Jan 10:00  taken back                                US
 *   r5  1 Feb 00:30  in Paris: out of the month (31 Jan 23:30Z)
 */
let api: TestApi
const served = {
  ...territory,
  peers: ['a', 'b'].map((name) => ({
    name: `ris-${name}`,
    organization: `Organization/${idOf(`centre-${name}`)}`,
    manual: false,
    takes: [],
    applications: [],
  })),
}

function idOf(name: string): string {
  return derivedId('indicators', name)
}
const ref = (type: string, name: string) => ({ reference: `${type}/${idOf(name)}` })
const at = (instant: string) => new Date(instant).toISOString()
const after = (start: string, hours: number) => new Date(Date.parse(start) + hours * 3_600_000).toISOString()

function clock(name: 'answer' | 'exam', start: string, due: string, hours: number, more: Extension[]) {
  return {
    url: extensions.clock,
    extension: [
      { url: 'name', valueCode: name },
      { url: 'mode', valueCode: 'next-open-day' },
      { url: 'hours', valueDecimal: hours },
      { url: 'start', valueInstant: at(start) },
      { url: 'due', valueInstant: at(due) },
      { url: 'strict-due', valueInstant: after(start, hours) },
      { url: 'warn', valueInstant: at(start) },
      ...more,
    ],
  }
}

interface Case {
  name: string
  start: string
  answerDue: string
  examDue: string
  answered?: number
  exam?: number
  modality: string
  doctor: string
  source?: string
  status?: Task['status']
}

function resourcesOf(one: Case): Resource[] {
  const { name, start, answerDue, examDue, answered, exam, modality, doctor, source, status } = one
  const request: ServiceRequest = {
    resourceType: 'ServiceRequest',
    id: idOf(name),
    status: 'active',
    intent: 'order',
    code: { text: modality === 'MR' ? 'IRM' : 'Échographie' },
    subject: { display: 'fictive' },
    requester: ref('Practitioner', doctor) as NonNullable<ServiceRequest['requester']>,
  }
  const task: Task = {
    resourceType: 'Task',
    id: idOf(`${name}-task`),
    extension: [
      clock('answer', start, answerDue, 24, [
        ...(answered === undefined ? [] : [{ url: 'stop', valueInstant: after(start, answered) }]),
      ]),
      clock('exam', start, examDue, 48, [{ url: 'modality', valueCode: modality }]),
    ],
    status: status ?? 'in-progress',
    intent: 'order',
    code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] },
    focus: ref('ServiceRequest', name),
    authoredOn: at(start),
    requester: ref('Practitioner', doctor) as NonNullable<Task['requester']>,
  }
  if (exam === undefined || source === undefined) return [request, task]
  const appointment: Appointment = {
    resourceType: 'Appointment',
    id: idOf(`${name}-exam`),
    meta: { source: `urn:relais:source:${source}` },
    status: 'booked',
    start: after(start, exam),
    end: after(start, exam + 1),
    basedOn: [ref('ServiceRequest', name) as { reference: string }],
    participant: [{ status: 'accepted', actor: { display: 'fictive' } }],
  }
  return [request, task, appointment]
}

const cases: readonly Case[] = [
  {
    name: 'r1',
    start: '2026-01-05T10:00:00+01:00',
    answerDue: '2026-01-06T10:00:00+01:00',
    examDue: '2026-01-07T10:00:00+01:00',
    answered: 2,
    exam: 24,
    modality: 'US',
    doctor: 'doctor-1',
    source: 'ris-a',
  },
  {
    name: 'r2',
    start: '2026-01-09T17:00:00+01:00',
    answerDue: '2026-01-12T17:00:00+01:00',
    examDue: '2026-01-12T17:00:00+01:00',
    answered: 64,
    exam: 65,
    modality: 'MR',
    doctor: 'doctor-1',
    source: 'ris-a',
  },
  {
    name: 'r3',
    start: '2026-01-20T10:00:00+01:00',
    answerDue: '2026-01-21T10:00:00+01:00',
    examDue: '2026-01-22T10:00:00+01:00',
    answered: 30,
    exam: 100,
    modality: 'MR',
    doctor: 'doctor-2',
    source: 'ris-b',
  },
  {
    name: 'r4',
    start: '2026-01-21T10:00:00+01:00',
    answerDue: '2026-01-22T10:00:00+01:00',
    examDue: '2026-01-23T10:00:00+01:00',
    modality: 'US',
    doctor: 'doctor-2',
    status: 'cancelled',
  },
  {
    name: 'r5',
    start: '2026-02-01T00:30:00+01:00',
    answerDue: '2026-02-02T00:30:00+01:00',
    examDue: '2026-02-03T00:30:00+01:00',
    modality: 'US',
    doctor: 'doctor-3',
  },
]

const doctorOf = (n: number): Practitioner => ({
  resourceType: 'Practitioner',
  id: idOf(`doctor-${n}`),
  identifier: [{ system: systems.rpps, value: `9990000000${n}` }],
})
const memberOf = (n: number, period: { start: string; end?: string }): PractitionerRole => ({
  resourceType: 'PractitionerRole',
  id: idOf(`member-${n}`),
  practitioner: ref('Practitioner', `doctor-${n}`),
  organization: { reference: territory.community },
  period,
})
const conventionOf = (n: string, period: { start: string; end?: string }): OrganizationAffiliation => ({
  resourceType: 'OrganizationAffiliation',
  id: idOf(`convention-${n}-${period.start}`),
  active: true,
  period,
  organization: { reference: territory.community },
  participatingOrganization: ref('Organization', `centre-${n}`),
})
const slotOf = (n: number, modality: string, start: string, source: string): Slot => ({
  resourceType: 'Slot',
  id: idOf(`slot-${n}`),
  meta: { source: `urn:relais:source:${source}` },
  serviceType: [{ coding: [{ system: systems.dicom, code: modality }] }],
  schedule: { reference: 'Schedule/none' },
  status: 'free',
  start,
  end: after(start, 1),
})

beforeAll(async () => {
  api = await openTestApi({ clock: () => new Date('2026-03-01T00:00:00Z') }, served)
  await keep(
    ...cases.flatMap(resourcesOf),
    ...[1, 2, 3].map(doctorOf),
    memberOf(1, { start: '2025-01-01' }),
    memberOf(2, { start: '2025-01-01', end: '2026-01-10' }),
    memberOf(3, { start: '2026-02-01' }),
    conventionOf('a', { start: '2025-01-01', end: '2026-01-01' }),
    conventionOf('a', { start: '2026-01-15' }),
    conventionOf('b', { start: '2026-02-01' }),
    slotOf(1, 'MR', '2026-01-12T10:00:00+01:00', 'ris-a'),
    slotOf(2, 'MR', '2026-01-13T10:00:00+01:00', 'ris-b'),
    slotOf(3, 'US', '2026-02-13T10:00:00+01:00', 'ris-b'),
    ...measures().map(({ resource }, n) => ({ ...resource, id: idOf(`measure-${n}`) })),
  )
})
afterAll(() => api[Symbol.asyncDispose]())

async function keep(...resources: readonly Resource[]): Promise<void> {
  const now = '2026-01-10T12:00:00.000Z'
  await api.store.write({
    at: now,
    resources: resources.map((resource) => ({
      resource: {
        ...resource,
        id: resource.id ?? '',
        meta: { ...resource.meta, versionId: '1', lastUpdated: now },
      },
      replaces: 0,
      sight: ['public'],
    })),
  })
}

async function counted(name: string, centre?: string, month = '2026-01'): Promise<MeasureReport> {
  const indicator = indicators.find((one) => one.name === name)
  if (!indicator) throw new Error(`There is no indicator ${name}`)
  const desk: CountingDesk = {
    store: api.store,
    zone: 'Europe/Paris',
    community: territory.community,
    centres: new Map(served.peers.map((peer) => [`urn:relais:source:${peer.name}`, peer.organization])),
  }
  const period = periodOf(month, month, 'Europe/Paris')
  if (!period) throw new Error(`${month} is no period`)
  const [report] = await evaluate(
    [indicator],
    { ...period, now: '2026-03-01T00:00:00Z', ...(centre !== undefined && { centre }) },
    desk,
  )
  if (!report) throw new Error('There is no report')
  return report
}

const numbers = ({ group = [] }: MeasureReport) =>
  Object.fromEntries((group[0]?.population ?? []).map(({ code, count }) => [code?.text, count]))

describe('January', () => {
  test('begins and ends by the clocks of the territory', () => {
    expect(periodOf('2026-01', '2026-01', 'Europe/Paris')).toEqual({
      start: '2025-12-31T23:00:00.000Z',
      end: '2026-01-31T23:00:00.000Z',
    })
    expect(periodOf('2026-02', '2026-01', 'Europe/Paris')).toBeUndefined()
  })

  test('has two of three known requests answered in time, one by plain hours', async () => {
    expect(numbers(await counted('request-to-answer'))).toEqual({
      'initial-population': 4,
      'denominator-exclusion': 1,
      denominator: 3,
      numerator: 2,
      'numerator-strict': 1,
      'measure-population': 3,
    })
  })

  test('has two of three examined in time, one by plain hours; half within 65 hours', async () => {
    const report = await counted('request-to-exam')
    expect(numbers(report)).toMatchObject({ denominator: 3, numerator: 2, 'numerator-strict': 1 })
    expect(JSON.stringify(report.group?.[0]?.extension)).toContain(
      `{"url":"name","valueCode":"median"},{"url":"value","valueQuantity":{"value":${65 * 60}`,
    )
  })

  test('has two exams of the one centre, and one of the other', async () => {
    const [a, b] = await Promise.all(
      served.peers.map(({ organization }) => counted('request-to-exam', organization)),
    )
    expect([numbers(a as MeasureReport).denominator, numbers(b as MeasureReport).denominator]).toEqual([2, 1])
  })

  test('has two doctors who asked, of whom one was a member on that day', async () => {
    expect(numbers(await counted('active-prescribers'))).toEqual({ 'initial-population': 2, numerator: 1 })
  })

  test('is followed by February, with one who became a member on the very day, by the clocks of the territory', async () => {
    const february = await counted('active-prescribers', undefined, '2026-02')
    expect(numbers(february)).toEqual({ 'initial-population': 1, numerator: 1 })
  })

  test('has one partner centre, though its first convention ended on its first day', async () => {
    expect(numbers(await counted('active-conventions'))).toEqual({ 'initial-population': 1 })
  })

  test('has three appointments booked', async () => {
    expect(numbers(await counted('booked-appointments'))).toEqual({
      'initial-population': 3,
      numerator: 3,
      cancelled: 0,
    })
  })

  test('has three requests that stand, and two places offered', async () => {
    expect(numbers(await counted('demand'))).toEqual({ 'initial-population': 3 })
    expect(numbers(await counted('capacity'))).toEqual({ denominator: 2, numerator: 0 })
  })

  test('has one place taken where its desk gave away what is held here', async () => {
    const { id: slot = '', start, end } = slotOf(1, 'US', '2026-01-12T09:00:00+01:00', 'ris')
    const place = (appointment: string, nth: number) => ({
      slot,
      place: nth,
      appointment,
      resources: [],
      start,
      end,
    })
    await api.store.write({ at: start, take: [place('held', 1), place('desk:D-1', 2)] })
    expect(numbers(await counted('capacity'))).toEqual({ denominator: 2, numerator: 1 })
    await api.store.write({ at: start, release: ['held', 'desk:D-1'] })
  })
})

describe('Measure/$evaluate-measure', () => {
  const january = [
    { name: 'periodStart', valueDate: '2026-01-01' },
    { name: 'periodEnd', valueDate: '2026-01-31' },
  ]
  const asks = (path: string, as: string, ...more: object[]) =>
    api.send('POST', path, {
      as,
      body: { resourceType: 'Parameters', parameter: [...january, ...more] },
    })
  const byName = { name: 'measure', valueString: 'request-to-answer' }

  test('reports to the cell, by name or on the Measure itself', async () => {
    const reply = await asks('/fhir/Measure/$evaluate-measure', 'cell', byName)
    expect([reply.status, reply.at('resourceType'), reply.at('group.0.measureScore.value')]).toEqual([
      200,
      'MeasureReport',
      2 / 3,
    ])
    const found = await api.send('GET', '/fhir/Measure?name=RequestToAnswer')
    const id = String(found.at('entry.0.resource.id'))
    const same = await asks(`/fhir/Measure/${id}/$evaluate-measure`, 'region')
    expect(same.json).toEqual(reply.json)
    const period = 'periodStart=2026-01-01&periodEnd=2026-01-31'
    const path = `/fhir/Measure/$evaluate-measure?measure=request-to-answer&${period}`
    expect((await api.send('GET', path, { as: 'cell' })).json).toEqual(reply.json)
  })

  test('is not for prescribers, nor for centres', async () => {
    for (const as of ['ehr', 'ris']) {
      expect((await asks('/fhir/Measure/$evaluate-measure', as, byName)).status).toBe(403)
    }
  })

  test('says what it cannot do', async () => {
    const unknown = { name: 'measure', valueString: 'happiness' }
    expect((await asks('/fhir/Measure/$evaluate-measure', 'cell', unknown)).status).toBe(404)
    const url = 'https://relais.example/fhir/Measure/request-to-answer'
    const inVersion = (version: string) => ({ name: 'measure', valueString: `${url}|${version}` })
    expect((await asks('/fhir/Measure/$evaluate-measure', 'cell', inVersion('1.0.0'))).status).toBe(200)
    expect((await asks('/fhir/Measure/$evaluate-measure', 'cell', inVersion('9.9.9'))).status).toBe(404)
    const single = { name: 'reportType', valueCode: 'subject' }
    expect((await asks('/fhir/Measure/$evaluate-measure', 'cell', byName, single)).status).toBe(400)
    const patient = { name: 'subject', valueString: 'Patient/1' }
    expect((await asks('/fhir/Measure/$evaluate-measure', 'cell', byName, patient)).status).toBe(400)
  })

  test('names no patient in its answer', async () => {
    const { text } = await asks('/fhir/Measure/$evaluate-measure', 'cell', byName)
    expect(text).not.toMatch(/Patient|fictive/)
  })
})

test.each(indicators.map((indicator) => [indicator.name, indicator] as const))(
  '%s has a Measure that the profiles pass, and so has its report',
  async (name, indicator) => {
    const { validate } = api.house.desk({
      client: '',
      name: '',
      role: 'gateway',
      member: false,
      sight: 'all',
    })
    expect(validate({ ...measureOf(indicator), id: 'm' })).toEqual([])
    expect(validate({ ...(await counted(name)), id: 'r' })).toEqual([])
  },
)

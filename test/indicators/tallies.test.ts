import type { MeasureReportGroup } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { activeConventions } from '../../src/indicators/active-conventions.ts'
import { activePrescribers } from '../../src/indicators/active-prescribers.ts'
import { bookedAppointments } from '../../src/indicators/booked-appointments.ts'
import { capacity } from '../../src/indicators/capacity.ts'
import { Delays } from '../../src/indicators/delays.ts'
import { demand } from '../../src/indicators/demand.ts'
import type { Asked, Indicator, Place } from '../../src/indicators/indicator.ts'
import { requestToAnswer } from '../../src/indicators/request-to-answer.ts'
import { requestToExam } from '../../src/indicators/request-to-exam.ts'
import type { CountedRequest, Sources } from '../../src/indicators/sources.ts'
import { topExams } from '../../src/indicators/top-exams.ts'

const asked: Asked = {
  start: '2026-01-01T00:00:00+01:00',
  end: '2026-07-01T00:00:00+02:00',
  now: '2026-07-01T00:00:00+02:00',
}
const place: Place = { zone: 'Europe/Paris', community: 'Organization/c', centres: new Map() }

function counted<Source extends keyof Sources>(
  indicator: Indicator<Source>,
  items: readonly Sources[Source][],
  at: Partial<Asked> = {},
): MeasureReportGroup {
  const tally = indicator.tally({ ...asked, ...at }, place)
  for (const item of items) tally.add(item)
  const [group] = tally.groups()
  if (!group) throw new Error('There is no group')
  return group
}

type Counted = Pick<MeasureReportGroup, 'population' | 'stratifier'>

const countOf = ({ population = [] }: Counted, code: string) =>
  population.find((one) => one.code?.text === code)?.count
const strata = ({ stratifier = [] }: Counted, code = 'initial-population') =>
  stratifier.flatMap((one) =>
    (one.stratum ?? []).map((stratum) => [
      one.code?.[0]?.text,
      stratum.value?.text,
      stratum.population?.find(({ code: { text } = {} }) => text === code)?.count,
    ]),
  )
const delay = ({ extension = [] }: MeasureReportGroup, name: string) =>
  extension
    .find(({ extension = [] }) => extension.some(({ valueCode }) => valueCode === name))
    ?.extension?.find(({ valueQuantity }) => valueQuantity)?.valueQuantity?.value

const hour = 3_600_000

/** A request of 5 January 2026 ten o'clock, a Monday; answered and examined so many hours later. */
function request(
  hours: { answer?: number; exam?: number },
  more: Partial<CountedRequest> = {},
): CountedRequest {
  const start = Date.parse('2026-01-05T10:00:00+01:00')
  const after = (n: number) => new Date(start + n * hour).toISOString()
  const clock = (due: number, stop: number | undefined) => ({
    startedAt: after(0),
    dueAt: after(due),
    strictDueAt: after(due),
    ...(stop !== undefined && { stoppedAt: after(stop) }),
  })
  return {
    receivedAt: after(0),
    answer: clock(24, hours.answer),
    exam: clock(48, hours.exam),
    modalities: ['US'],
    isMember: true,
    ...more,
  }
}

describe('delays', () => {
  test('have the quantiles that nearest rank gives', () => {
    const delays = new Delays()
    for (const minutes of [50, 10, 40, 20, 30, 60, 70, 80, 90, 100]) delays.add(minutes * 60_000)
    expect([delays.quantile(0.5), delays.quantile(0.9), delays.quantile(1), delays.mean]).toEqual([
      50, 90, 100, 55,
    ])
  })

  test('that there are none of have none', () => {
    expect([new Delays().quantile(0.5), new Delays().mean]).toEqual([undefined, undefined])
  })
})

describe('from request to answer', () => {
  // Twenty requests: 18 answered after 1, 2, … 18 hours; one after 30; one not at all.
  const twenty = [
    ...Array.from({ length: 18 }, (_, n) => request({ answer: n + 1 })),
    request({ answer: 30 }),
    request({}),
  ]

  test('of twenty requests 18 are in time: nine tenths; half within 10 hours, nine tenths within 18', () => {
    const group = counted(requestToAnswer, twenty)
    expect(countOf(group, 'denominator')).toBe(20)
    expect(countOf(group, 'numerator')).toBe(18)
    expect(group.measureScore?.value).toBe(0.9)
    expect(countOf(group, 'measure-population')).toBe(19)
    expect([delay(group, 'median'), delay(group, 'p90')]).toEqual([10 * 60, 18 * 60])
  })

  test('one that still has time is neither in time nor late', () => {
    const group = counted(requestToAnswer, twenty, { now: '2026-01-06T09:59:00+01:00' })
    expect(countOf(group, 'denominator')).toBe(19)
    expect(countOf(group, 'denominator-exclusion')).toBe(1)
  })

  test('one that was taken back before it was answered does not count', () => {
    const group = counted(requestToAnswer, [request({ answer: 2 }), request({}, { ended: 'withdrawn' })])
    expect([countOf(group, 'denominator'), group.measureScore?.value]).toEqual([1, 1])
  })

  test('a refusal is an answer', () => {
    const group = counted(requestToAnswer, [request({ answer: 3 }, { ended: 'refused' })])
    expect(countOf(group, 'numerator')).toBe(1)
  })

  test('over a weekend one may be in time by the rule, and late by plain hours', () => {
    const friday = request({})
    const rolled = {
      startedAt: '2026-01-09T17:00:00+01:00',
      dueAt: '2026-01-12T17:00:00+01:00',
      strictDueAt: '2026-01-10T17:00:00+01:00',
      stoppedAt: '2026-01-12T09:00:00+01:00',
    }
    const group = counted(requestToAnswer, [{ ...friday, answer: rolled }])
    expect([countOf(group, 'numerator'), countOf(group, 'numerator-strict')]).toEqual([1, 0])
    expect(delay(group, 'median')).toBe(64 * 60)
  })

  test('months are those of the territory, not of Greenwich', () => {
    const group = counted(requestToAnswer, [
      request({ answer: 1 }, { receivedAt: '2026-01-31T22:59:59Z' }),
      request({ answer: 1 }, { receivedAt: '2026-01-31T23:00:00Z', modalities: ['MR'] }),
    ])
    expect(strata(group)).toEqual([
      ['month', '2026-01', 1],
      ['month', '2026-02', 1],
      ['modality', 'MR', 1],
      ['modality', 'US', 1],
    ])
  })
})

describe('from request to exam', () => {
  test('a request given up for want of a place is late; one that is refused is left out', () => {
    const group = counted(requestToExam, [
      request({ answer: 1, exam: 20 }),
      request({ answer: 1, exam: 60 }),
      request({ answer: 1 }, { ended: 'short' }),
      request({ answer: 1 }, { ended: 'refused' }),
      request({ answer: 1, exam: 30 }, { ended: 'withdrawn' }),
    ])
    expect(countOf(group, 'initial-population')).toBe(5)
    expect(countOf(group, 'denominator')).toBe(3)
    expect(countOf(group, 'numerator')).toBe(1)
    expect(group.measureScore?.value).toBeCloseTo(1 / 3)
    expect([delay(group, 'median'), delay(group, 'mean')]).toEqual([20 * 60, 40 * 60])
  })
})

test('an appointment is booked in the month of the territory', () => {
  const group = counted(bookedAppointments, [
    { bookedAt: '2025-12-31T23:30:00Z', isCancelled: false },
    { bookedAt: '2026-01-15T10:00:00Z', isCancelled: true },
    { bookedAt: '2026-02-01T10:00:00Z', isCancelled: false },
  ])
  expect(strata(group)).toEqual([
    ['month', '2026-01', 2],
    ['month', '2026-02', 1],
  ])
  expect(strata(group, 'cancelled')).toEqual([
    ['month', '2026-01', 1],
    ['month', '2026-02', 0],
  ])
  expect([countOf(group, 'initial-population'), countOf(group, 'numerator')]).toEqual([3, 2])
})

test('a doctor who asks from two places counts once, and one who is no member not at all', () => {
  const group = counted(activePrescribers, [
    request({}, { rpps: '99900000011' }),
    request({}, { rpps: '99900000011' }),
    request({}, { rpps: '99900000029' }),
    request({}, { rpps: '99900000060', isMember: false }),
    request({}),
  ])
  expect([countOf(group, 'initial-population'), countOf(group, 'numerator')]).toEqual([3, 2])
})

test('a centre with two conventions is one partner', () => {
  const centres = ['Organization/a', 'Organization/b', 'Organization/a'].map((centre) => ({ centre }))
  expect(countOf(counted(activeConventions, centres), 'initial-population')).toBe(2)
})

test('the exams asked for most come first, then by name', () => {
  const exams = ['IRM', 'Scanner', 'Écho', 'IRM', 'Scanner'].map((examName) => request({}, { examName }))
  expect(strata(counted(topExams, exams))).toEqual([
    ['exam', 'IRM', 2],
    ['exam', 'Scanner', 2],
    ['exam', 'Écho', 1],
  ])
})

test('what is asked for stands against what is offered, by modality', () => {
  const asked = counted(demand, [
    request({}, { modalities: ['MR'] }),
    request({}, { modalities: ['MR'] }),
    request({}, { modalities: ['MR'], ended: 'withdrawn' }),
    request({}),
  ])
  const offered = counted(capacity, [
    { modalities: ['MR'], capacity: 1, taken: 1 },
    { modalities: ['US'], capacity: 3, taken: 1 },
  ])
  expect(strata(asked)).toEqual([
    ['modality', 'MR', 2],
    ['modality', 'US', 1],
  ])
  expect(strata(offered, 'denominator')).toEqual([
    ['modality', 'MR', 1],
    ['modality', 'US', 3],
  ])
  expect([countOf(offered, 'numerator'), offered.measureScore?.value]).toEqual([2, 0.5])
})

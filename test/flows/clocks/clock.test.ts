import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ClockSettings, clockNames, clocksOf } from '../../../src/flows/clocks/clock.ts'
import { requestOf, usual } from './support.ts'

const at = (instant: string) => new Date(instant).toISOString()
const hour = 3_600_000

describe('the two clocks of a request', () => {
  test('are due after a day and after two', () => {
    const { answer, exam } = clocksOf(requestOf(), usual, '2026-11-17T12:00:00+01:00')
    expect(answer).toMatchObject({
      state: 'running',
      standing: 'in-time',
      startedAt: at('2026-11-17T10:00+01:00'),
      dueAt: at('2026-11-18T10:00+01:00'),
      warnAt: at('2026-11-18T04:00+01:00'),
      elapsedMs: 2 * hour,
      strictElapsedMs: 2 * hour,
      share: 2 / 24,
    })
    expect(exam).toMatchObject({ dueAt: at('2026-11-19T10:00+01:00'), share: 2 / 48 })
  })

  test('run each for itself: a late answer does not stop the exam in time', () => {
    const facts = requestOf({
      answeredAt: '2026-11-18T16:00:00+01:00',
      examAt: '2026-11-19T09:00:00+01:00',
    })
    const { answer, exam } = clocksOf(facts, usual, '2026-11-20T00:00:00+01:00')
    expect([answer.state, answer.standing, exam.state, exam.standing]).toEqual([
      'stopped',
      'late',
      'stopped',
      'in-time',
    ])
  })

  test('warn at three quarters, and are late when the time is over', () => {
    const standing = (now: string) => clocksOf(requestOf(), usual, now).answer.standing
    expect(standing('2026-11-18T03:59:59.999+01:00')).toBe('in-time')
    expect(standing('2026-11-18T04:00:00+01:00')).toBe('at-risk')
    expect(standing('2026-11-18T09:59:59.999+01:00')).toBe('at-risk')
    expect(standing('2026-11-18T10:00:00+01:00')).toBe('late')
  })

  test('that are stopped in the last moment are in time', () => {
    const facts = requestOf({ answeredAt: '2026-11-18T10:00:00+01:00' })
    expect(clocksOf(facts, usual, '2026-11-25T10:00:00+01:00').answer).toMatchObject({
      state: 'stopped',
      standing: 'in-time',
      share: 1,
    })
  })

  test('tell the strict time beside the rolled one', () => {
    const friday = requestOf({
      submittedAt: '2026-11-20T18:00:00+01:00',
      examAt: '2026-11-23T17:00:00+01:00',
    })
    const { exam } = clocksOf(friday, usual, '2026-11-24T00:00:00+01:00')
    expect(exam).toMatchObject({
      dueAt: at('2026-11-23T18:00+01:00'),
      strictDueAt: at('2026-11-22T18:00+01:00'),
      standing: 'in-time',
      strictStanding: 'late',
      strictElapsedMs: 71 * hour,
    })
  })

  test('foresee an exam that is planned too late', () => {
    const facts = requestOf({ examAt: '2026-11-24T10:00:00+01:00' })
    expect(clocksOf(facts, usual, '2026-11-17T12:00:00+01:00').exam).toMatchObject({
      state: 'planned',
      standing: 'late',
      stoppedAt: '2026-11-24T10:00:00+01:00',
      strictElapsedMs: 2 * hour,
    })
  })

  test('count pauses apart, once where they overlap, and subtract nothing', () => {
    const facts = requestOf({
      pauses: [
        { from: '2026-11-17T08:00:00+01:00', to: '2026-11-17T11:00:00+01:00' },
        { from: '2026-11-17T10:30:00+01:00', to: '2026-11-17T12:00:00+01:00' },
        { from: '2026-11-17T14:00:00+01:00' },
      ],
    })
    expect(clocksOf(facts, usual, '2026-11-17T15:00:00+01:00').answer).toMatchObject({
      pausedMs: 3 * hour,
      elapsedMs: 5 * hour,
      dueAt: at('2026-11-18T10:00+01:00'),
    })
  })

  test('end with a request that is taken back', () => {
    const facts = requestOf({ endedAt: '2026-11-17T11:00:00+01:00' })
    expect(clocksOf(facts, usual, '2026-12-01T00:00:00+01:00').exam).toMatchObject({
      state: 'ended',
      standing: 'in-time',
      strictElapsedMs: hour,
    })
  })

  test('go by the calendars of the centres that do the exam', () => {
    const closed = { from: '2026-11-19', to: '2026-11-19' }
    const [centre] = usual.centres
    if (!centre) throw new Error('The usual settings have a centre')
    const settings: ClockSettings = {
      ...usual,
      centres: [
        { modalities: ['MR'], calendar: { ...centre.calendar, closed: [closed] } },
        { modalities: ['US'], calendar: centre.calendar },
      ],
    }
    const due = (...modalities: string[]) =>
      clocksOf(requestOf({ modalities }), settings, '2026-11-17T10:00:00Z').exam.dueAt
    expect(due('US')).toBe(at('2026-11-19T10:00+01:00'))
    expect(due('MR')).toBe(at('2026-11-20T10:00+01:00'))
    expect(due()).toBe(at('2026-11-19T10:00+01:00'))
  })
})

describe('for any request', () => {
  const instants = fc
    .date({
      min: new Date('2026-01-01T00:00:00Z'),
      max: new Date('2027-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString())

  test('time that goes on never takes anything back', () => {
    fc.assert(
      fc.property(instants, instants, instants, (submittedAt, one, other) => {
        const [before = '', after = ''] = [one, other].sort()
        const facts = requestOf({ submittedAt, pauses: [{ from: submittedAt }] })
        const [first, second] = [clocksOf(facts, usual, before), clocksOf(facts, usual, after)]
        const order = ['in-time', 'at-risk', 'late']
        for (const name of clockNames) {
          expect(second[name].dueAt).toBe(first[name].dueAt)
          expect(second[name].share).toBeGreaterThanOrEqual(first[name].share)
          expect(second[name].strictElapsedMs).toBeGreaterThanOrEqual(first[name].strictElapsedMs)
          expect(second[name].pausedMs).toBeGreaterThanOrEqual(first[name].pausedMs)
          expect(order.indexOf(second[name].standing)).toBeGreaterThanOrEqual(
            order.indexOf(first[name].standing),
          )
        }
      }),
      { numRuns: 200 },
    )
  })

  test('what is in time strictly is in time', () => {
    fc.assert(
      fc.property(instants, instants, (submittedAt, answeredAt) => {
        const { answer } = clocksOf(requestOf({ submittedAt, answeredAt }), usual, '2027-02-01T00:00:00Z')
        if (answer.strictStanding === 'in-time') expect(answer.standing).toBe('in-time')
      }),
      { numRuns: 200 },
    )
  })
})

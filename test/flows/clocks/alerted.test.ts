import type { Task } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { systems } from '../../../src/fhir/canonical.ts'
import { issue } from '../../../src/fhir/outcome.ts'
import { raiseAlerts } from '../../../src/flows/clocks/alerted.ts'
import { alertsIn, clocksIn, clocksOfRequest, nextAlertOf } from '../../../src/flows/clocks/kept.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { transacted } from '../../../src/flows/resource/transacted.ts'
import type { Desk, Step } from '../../../src/flows/step.ts'
import { type Log, silent } from '../../../src/log.ts'
import type { Kept } from '../../../src/store/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { openTestDesk, type TestDesk, territory } from '../desk.ts'
import { referral } from '../messages.ts'

// The clock begins on Monday 7 January 2030 at nine o'clock in Paris.
let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  await desk.does('practice', received, referral('R-1'))
  return () => desk[Symbol.asyncDispose]()
})

const never = new AbortController().signal
const raise = (one: Desk = desk.as('gateway'), log: Log = silent) => raiseAlerts(one, log, never)

async function task(): Promise<Kept<Task>> {
  const [found] = await desk.all('Task')
  if (!found) throw new Error('The request has no Task')
  return found
}

/** Somebody of the cell writes the Task anew. */
const moved = (more: Partial<Task>): Step<object, Kept<Task>> => ({
  name: 'test.moved',
  facts: async (_, store) => (await store.search('Task', ''))[0] as Kept<Task>, // there is one
  decide: (_, now) => ({ write: [{ ...now, ...more, lastModified: desk.clock().toISOString() }] }),
})

/** The request gets an appointment. */
const booked = (start: string, status: 'booked' | 'noshow' = 'booked'): Step<object, Kept<Task>> => ({
  ...moved({ status: 'in-progress', businessStatus: { text: 'visit-scheduled' } }),
  decide: (_, now, at) => ({
    write: [
      {
        resourceType: 'Appointment',
        id: at.newId(),
        status,
        start,
        end: new Date(Date.parse(start) + 1_200_000).toISOString(),
        basedOn: [{ reference: now.focus?.reference ?? '' }],
        participant: [{ actor: { reference: now.for?.reference ?? '' }, status: 'accepted' }],
      },
      { ...now, status: 'in-progress', businessStatus: { text: 'visit-scheduled' } },
    ],
  }),
})

describe('a new request', () => {
  test('has both clocks on its Task, and the time of the first look', async () => {
    const now = await task()
    const { answer, exam } = clocksIn(now)
    expect(Date.parse(answer?.dueAt ?? '') - Date.parse(now.authoredOn ?? '')).toBe(24 * 3_600_000)
    expect(Date.parse(exam?.dueAt ?? '') - Date.parse(now.authoredOn ?? '')).toBe(48 * 3_600_000)
    expect(now.restriction?.period?.end).toBe(answer?.dueAt)
    expect(exam?.modalities).toEqual(['US'])
    expect(nextAlertOf(now)).toBe(answer?.warnAt)
    expect(await desk.all('Task', `exam-due=${encodeURIComponent(exam?.dueAt ?? '')}`)).toHaveLength(1)
  })

  test('is not warned of before its time', async () => {
    desk.clock.turn({ hours: 17, minutes: 59 })
    await raise()
    expect((await task()).meta.versionId).toBe('1')
  })
})

describe('a request that nobody answers', () => {
  test('is at risk after 18 hours, late after 24, and so is its exam after 36 and 48', async () => {
    const seen: string[][] = []
    for (const hours of [18, 6, 12, 12]) {
      desk.clock.turn({ hours })
      await raise()
      seen.push(alertsIn(await task()))
    }
    expect(seen).toEqual([
      ['answer-at-risk'],
      ['answer-late'],
      ['answer-late', 'exam-at-risk'],
      ['answer-late', 'exam-late'],
    ])
    expect(nextAlertOf(await task())).toBeUndefined()
    expect(await desk.all('Task', 'clock-alert=exam-late')).toHaveLength(1)
  })

  test('is warned of once, whatever the number of gateways', async () => {
    await using store = await openStore({ dataDir: '', databaseUrl: urlOf(desk), clock: desk.clock })
    const told: unknown[] = []
    const log: Log = { ...silent, event: (name, fields) => void told.push([name, fields?.alerts]) }
    desk.clock.turn({ hours: 18 })
    const gateways = [desk.as('gateway'), { ...desk.as('gateway'), store }]
    await Promise.all([...gateways, ...gateways].map((one) => raise(one, log)))
    expect(told).toEqual([['clock.alerted', ['answer-at-risk']]])
    expect(await desk.all('AuditEvent', 'subtype=clock.alerted')).toHaveLength(1)
  })

  test('is warned of by a gateway that starts only then', async () => {
    desk.clock.turn({ days: 3 })
    await using store = await openStore({ dataDir: '', databaseUrl: urlOf(desk), clock: desk.clock })
    await raise({ ...desk.as('gateway'), store })
    expect(alertsIn(await task())).toEqual(['answer-late', 'exam-late'])
  })

  test('is told to whoever subscribed to such Tasks', async () => {
    const told: string[] = []
    const notify: Desk['notify'] = (written) => {
      told.push(...written.flatMap((one) => (one.resourceType === 'Task' ? alertsIn(one) : [])))
      return []
    }
    desk.clock.turn({ hours: 24 })
    await raise({ ...desk.as('gateway'), notify })
    expect(told).toEqual(['answer-late'])
  })
})

describe('a request', () => {
  test('that is answered with a question has stopped the first clock, and pauses', async () => {
    desk.clock.turn({ hours: 20 })
    await raise()
    await desk.does('cell', moved({ status: 'on-hold', statusReason: { text: 'Pregnancy?' } }), {})
    const asked = await task()
    expect(alertsIn(asked)).toEqual([])
    desk.clock.turn({ hours: 2 })
    await desk.does('cell', moved({ status: 'in-progress' }), {})
    const { answer, exam } = clocksOfRequest(await task(), [], territory, desk.clock().toISOString())
    expect(answer).toMatchObject({ state: 'stopped', standing: 'in-time' })
    expect(Math.round(exam.pausedMs / 3_600_000)).toBe(2)
    expect(Math.round(exam.elapsedMs / 3_600_000)).toBe(22)
  })

  test('keeps the time of its first answer, whatever is said after', async () => {
    await desk.does('cell', moved({ status: 'on-hold', statusReason: { text: 'Pregnancy?' } }), {})
    const first = clocksIn(await task()).answer?.stoppedAt
    desk.clock.turn({ hours: 3 })
    await desk.does('cell', moved({ status: 'in-progress' }), {})
    await desk.does('cell', moved({ status: 'failed', statusReason: { text: 'No place' } }), {})
    expect(clocksIn(await task()).answer?.stoppedAt).toBe(first)
  })

  test('with an exam in time is not warned of', async () => {
    await desk.does('cell', booked('2030-01-08T10:00:00+01:00'), {})
    for (let day = 0; day < 3; day++) {
      desk.clock.turn({ days: 1 })
      await raise()
      expect(alertsIn(await task())).toEqual([])
    }
    expect(nextAlertOf(await task())).toBeUndefined()
  })

  test('whose exam is planned too late is told so at the next look, until it begins', async () => {
    await desk.does('cell', booked('2030-01-11T10:00:00+01:00'), {})
    desk.clock.turn({ hours: 36 })
    await raise()
    expect(alertsIn(await task())).toEqual(['exam-late'])
    desk.clock.turn({ days: 3 })
    await raise()
    expect(alertsIn(await task())).toEqual([])
  })

  test('whose patient does not come is late again', async () => {
    await desk.does('cell', booked('2030-01-08T10:00:00+01:00', 'noshow'), {})
    desk.clock.turn({ days: 2 })
    await raise()
    expect(alertsIn(await task())).toEqual(['exam-late'])
  })

  test('that has ended is not looked at any more', async () => {
    await desk.does('cell', moved({ status: 'cancelled' }), {})
    const ended = await task()
    expect(nextAlertOf(ended)).toBeUndefined()
    desk.clock.turn({ days: 9 })
    await raise()
    expect((await task()).meta.versionId).toBe(ended.meta.versionId)
  })
})

test('whoever writes a Task from outside sets no clock, and takes none away', async () => {
  const now = await task()
  const { extension: _, ...bare } = now
  const resource: Task & { id: string } = { ...bare, status: 'received' }
  const guard = () => undefined
  const change = { verb: 'update', asked: 'update', type: 'Task', id: now.id, resource } as const
  await desk.does('cell', transacted, { changes: [change], found: [], guard })
  const after = await task()
  expect(after.status).toBe('received')
  expect(clocksIn(after)).toEqual(clocksIn(now))
  expect(nextAlertOf(after)).toBe(nextAlertOf(now))
})

test('an alert is a code of its own system', async () => {
  desk.clock.turn({ hours: 18 })
  await raise()
  expect(await desk.all('Task', `clock-alert=${systems.clockAlert}|answer-at-risk`)).toHaveLength(1)
})

/** Where the desk's store is, for a second gateway. */
function urlOf({ store }: TestDesk): string {
  const { connectionString } = store.connection
  if (connectionString === undefined) throw new Error('The store of a test has a URL')
  return connectionString
}

test('a request whose clock cannot be looked at does not hold up the others', async () => {
  desk.clock.turn({ minutes: 1 })
  await desk.does('practice', received, referral('R-2'))
  desk.clock.turn({ hours: 20 })
  const [younger, older] = await desk.all('Task')
  const one = desk.as('gateway')
  // Whose profile has become stricter: what is kept is valid no more.
  const strict: Desk = {
    ...one,
    validate: (resource) =>
      resource.id === older?.id ? [issue('business-rule', 'Not any more.')] : one.validate(resource),
  }
  const failed: unknown[] = []
  const log: Log = { ...silent, failed: (name, _, fields) => failed.push([name, fields?.task]) }
  await raise(strict, log)
  const alerts = (await desk.all('Task')).map((task) => [task.id, alertsIn(task)])
  expect(alerts).toEqual([
    [younger?.id, ['answer-at-risk']],
    [older?.id, []],
  ])
  expect(failed).toEqual([['clock.not-alerted', older?.id]])
})

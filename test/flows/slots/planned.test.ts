import type { Extension, OrganizationAffiliation, Schedule, Slot } from '@medplum/fhirtypes'
import { beforeEach, expect, test } from 'vitest'
import { extensions, frCore, systems } from '../../../src/fhir/canonical.ts'
import { requested } from '../../../src/flows/booking/requested.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { transact } from '../../../src/flows/resource/transact.ts'
import { planned } from '../../../src/flows/slots/planned.ts'
import { planSlots } from '../../../src/gateway/tasks.ts'
import { openLog } from '../../../src/log.ts'
import type { Kept } from '../../../src/store/index.ts'
import { fixedId, openTestDesk, type TestDesk } from '../desk.ts'
import { referral } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

const range = (
  start: string,
  end: string,
  type = 'free',
  rule?: { freq: string; byDay?: string },
): Extension => ({
  url: frCore.availabilityTime,
  extension: [
    { url: 'type', valueCoding: { code: type } },
    { url: 'start', valueDateTime: start },
    { url: 'end', valueDateTime: end },
    { url: 'identifier', valueIdentifier: { value: start } },
    ...(rule
      ? [
          {
            url: 'rrule',
            extension: [
              { url: 'freq', valueCoding: { code: rule.freq } },
              ...(rule.byDay ? [{ url: 'byDay', valueString: rule.byDay }] : []),
            ],
          },
        ]
      : []),
  ],
})

/** Daily from nine to ten, in thirds of an hour. */
const morning = range('2030-01-07T09:00:00+01:00', '2030-01-07T10:00:00+01:00', 'free', { freq: 'daily' })

const diary = (extension: Extension[], more: Partial<Schedule> = {}): Schedule => ({
  resourceType: 'Schedule',
  meta: { source: 'urn:relais:source:ris', security: [{ system: systems.slotType, code: 'CPTS' }] },
  identifier: [{ system: 'urn:oid:1.2.250.1.999.3', value: 'declared' }],
  active: true,
  actor: [{ reference: 'Location/place' }],
  ...(extension.length > 0 && { extension }),
  ...more,
})

/** Writes a resource as it is, on the gateway's own behalf. */
async function writes<R extends Schedule | OrganizationAffiliation>(resource: R): Promise<Kept<R>> {
  const { written } = await desk.does(
    'gateway',
    {
      name: 'test.written',
      facts: async () => ({}),
      decide: () => ({ write: [resource] }),
    },
    {},
  )
  return written[0] as Kept<R> // what was written
}

const week = { from: '2030-01-08T00:00:00Z', to: '2030-01-15T00:00:00Z' }
const plans = (schedule: Kept<Schedule>, more: { from?: string; to?: string } = {}) =>
  desk.does('gateway', planned, { schedule: schedule.id, centre: 'Organization/centre', ...week, ...more })

const starts = async (): Promise<string[]> =>
  (await desk.all('Slot', '_sort=start')).map(({ start }) => start.slice(5, 16))
const again = ({ id, meta }: Kept<Schedule>, next: Schedule) =>
  writes({ ...next, id, meta: { ...next.meta, versionId: meta.versionId } })

test('a declared range becomes slots, once', async () => {
  const schedule = await writes(diary([morning]))
  await plans(schedule)
  expect(await starts()).toHaveLength(21)
  expect((await starts()).slice(0, 3)).toEqual(['01-08T09:00', '01-08T09:20', '01-08T09:40'])
  expect((await plans(schedule)).written).toEqual([])
  expect(await desk.seenBy(`Slot/${(await desk.all('Slot'))[0]?.id}`)).toEqual(
    expect.arrayContaining(['member', 'org:centre']),
  )
})

test('two gateways that plan at once make each slot once', async () => {
  const schedule = await writes(diary([morning]))
  await Promise.all([plans(schedule), plans(schedule)])
  expect(await starts()).toHaveLength(21)
})

test('a range that is gone takes its slots along, and one that comes back brings them back', async () => {
  const schedule = await writes(diary([morning]))
  await plans(schedule)
  const without = await again(schedule, diary([]))
  await plans(without)
  expect(await starts()).toEqual([])
  await plans(await again(without, diary([morning])))
  expect(await starts()).toHaveLength(21)
})

test('an exception or a holiday that is declared later takes the slots of its day along', async () => {
  const schedule = await writes(diary([morning]))
  await plans(schedule)
  const closed = range('2030-01-09T00:00:00+01:00', '2030-01-10T00:00:00+01:00', 'busy-unavailable')
  await plans(await again(schedule, diary([morning, closed])))
  expect((await starts()).filter((start) => start.startsWith('01-09'))).toEqual([])
  expect(await starts()).toHaveLength(18)
})

test('a slot in which somebody is booked is not withdrawn, but not offered any more', async () => {
  const schedule = await writes(diary([morning]))
  await plans(schedule)
  await desk.does('practice', received, referral('P-1'))
  const [request] = await desk.all('ServiceRequest')
  const [slot] = await desk.all('Slot', '_sort=start')
  await desk.does('practice', requested, { slot: slot?.id ?? '', request: request?.id ?? '' })
  await plans(await again(schedule, diary([])))
  expect(await desk.all('Slot')).toMatchObject([{ id: slot?.id, status: 'busy-tentative' }])
})

test('a diary that is not active offers nothing', async () => {
  const schedule = await writes(diary([morning]))
  await plans(schedule)
  await plans(await again(schedule, diary([morning], { active: false })))
  expect(await starts()).toEqual([])
})

test('a diary that is for somebody else now has slots for somebody else', async () => {
  const schedule = await writes(diary([morning]))
  await plans(schedule)
  await plans(await again(schedule, diary([morning], { meta: { source: 'urn:relais:source:ris' } })))
  const [slot] = await desk.all('Slot')
  expect(slot?.meta.security).toBeUndefined()
  expect(await desk.seenBy(`Slot/${slot?.id}`)).toContain('public')
})

test('a convention that ends, ends what is offered', async () => {
  const schedule = await writes(diary([morning]))
  await writes({
    resourceType: 'OrganizationAffiliation',
    active: true,
    period: { start: '2029-01-01', end: '2030-01-10' },
    organization: { reference: 'Organization/community' },
    participatingOrganization: { reference: 'Organization/centre' },
  })
  await plans(schedule)
  expect(new Set((await starts()).map((start) => start.slice(0, 5)))).toEqual(
    new Set(['01-08', '01-09', '01-10']),
  )
})

test('public holidays are closed, unless the centre says otherwise', async () => {
  const easterMonday = { from: '2030-04-22T00:00:00Z', to: '2030-04-23T00:00:00Z' }
  const schedule = await writes(diary([morning]))
  await plans(schedule, easterMonday)
  expect(await starts()).toEqual([])
  const open = { url: extensions.holidays, valueCode: 'none' }
  await plans(await again(schedule, diary([morning, open])), easterMonday)
  expect(await starts()).toHaveLength(3)
})

test('a range keeps its time of day when the clocks change', async () => {
  const schedule = await writes(diary([morning]))
  await plans(schedule, { from: '2030-03-30T00:00:00Z', to: '2030-04-01T00:00:00Z' })
  const slots: Slot[] = await desk.all('Slot', '_sort=start')
  expect(slots.filter((_, n) => n % 3 === 0).map(({ start }) => start)).toEqual([
    '2030-03-30T09:00:00.000+01:00',
    '2030-03-31T09:00:00.000+02:00',
  ])
})

const mondays = range('2030-01-07T09:00:00+01:00', '2030-01-07T10:00:00+01:00', 'free', {
  freq: 'weekly',
  byDay: 'Lundi',
})

test('a diary whose ranges cannot be used holds up no other, and is told once a day', async () => {
  const lines: string[] = []
  const log = openLog('info', { write: (line) => void lines.push(line) })
  const number = (value: string) => ({ identifier: [{ system: 'urn:oid:1.2.250.1.999.3', value }] })
  for (const value of ['a', 'c']) await writes(diary([mondays], number(value)))
  await writes(diary([morning], number('b')))
  const look = () => planSlots(desk.as('gateway'), log, new AbortController().signal)
  await look()
  await look()
  expect(await starts()).not.toEqual([])
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'diary.not-planned', case: 'business-rule', at: 'Schedule.extension[0]' },
    { event: 'diary.not-planned', case: 'business-rule', at: 'Schedule.extension[0]' },
  ])
})

test('a diary whose ranges cannot be used is refused when it is written', async () => {
  const posts = (resource: Schedule) =>
    transact(
      [{ verb: 'create', type: 'Schedule', resource }],
      () => fixedId('s'),
      desk.as('ris'),
      () => undefined,
    )
  const bare = { actor: [{ display: 'Scanner' }] }
  await expect(posts(diary([mondays], bare))).rejects.toMatchObject({
    issues: [{ case: 'business-rule', expression: 'Schedule.extension[0]' }],
  })
  expect(await desk.all('Schedule')).toEqual([])
  await posts(diary([morning], bare))
  expect(await desk.all('Schedule')).toHaveLength(1)
})

import type { Appointment, Schedule } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { extensions, systems } from '../../../src/fhir/canonical.ts'
import { bookOnce, cancel, hold, renew } from '../../../src/flows/booking/index.ts'
import { inOrder, waitsStill } from '../../../src/flows/booking/waiting.ts'
import { perform } from '../../../src/flows/perform.ts'
import { transacted } from '../../../src/flows/resource/transacted.ts'
import { published } from '../../../src/flows/slots/published.ts'
import { businessStatus, isOfRequest } from '../../../src/flows/task.ts'
import { endHolds, offerPlaces } from '../../../src/gateway/bookings.ts'
import { silent } from '../../../src/log.ts'
import type { Kept } from '../../../src/store/index.ts'
import { type ActorName, entries } from '../desk.ts'
import { schedule } from '../messages.ts'
import { next, nine, openStage, type Stage, slot, until } from './stage.ts'

const forEver = new AbortController().signal

const waitlist = (request: string, more: Partial<Appointment> = {}): Appointment => ({
  resourceType: 'Appointment',
  status: 'waitlist',
  basedOn: [{ reference: `ServiceRequest/${request}` }],
  requestedPeriod: [{ start: '2030-01-07T09:00:00Z', end: '2030-01-20T00:00:00Z' }],
  participant: [{ actor: { display: 'patient' }, status: 'accepted' }],
  ...more,
})

const waits = async (stage: Stage, number: string, more: Partial<Appointment> = {}): Promise<string> => {
  const id = crypto.randomUUID()
  const resource = { ...waitlist(await stage.refers(number), more), id }
  const changes = [{ verb: 'create' as const, type: 'Appointment', id, resource, asked: 'create' as const }]
  await perform(transacted, { changes, found: [], guard: () => {} }, stage.desk.as('practice'))
  return id
}

const offers = (stage: Stage) => offerPlaces(stage.desk.as('gateway'), silent, forEver)

const kept = (id: string, more: Partial<Appointment>, since: string): Kept<Appointment> => ({
  ...waitlist('r', more),
  id,
  meta: { versionId: '1', lastUpdated: since },
  extension: [{ url: extensions.waiting, extension: [{ url: 'since', valueInstant: since }] }],
})

test('the urgent come first, then those whose window ends first, then those who wait longest', () => {
  const soon = [{ start: '2030-01-07', end: '2030-01-09T00:00:00Z' }]
  const all = [
    kept('late', {}, '2030-01-02T00:00:00Z'),
    kept('early', {}, '2030-01-01T00:00:00Z'),
    kept('soon', { requestedPeriod: soon }, '2030-01-03T00:00:00Z'),
    kept('urgent', { priority: 1 }, '2030-01-04T00:00:00Z'),
    kept('routine', { priority: 5 }, '2030-01-04T00:00:00Z'),
  ]
  expect(all.toSorted(inOrder).map(({ id }) => id)).toEqual(['urgent', 'routine', 'soon', 'early', 'late'])
})

test('a place that appears is offered to the first, held for a time, then offered to the next', async () => {
  await using stage = await openStage({ offerMinutes: 30 })
  const second = await waits(stage, 'W-1')
  const first = await waits(stage, 'W-2', { priority: 1 })
  await offers(stage)
  expect((await stage.now(first)).status).toBe('waitlist')

  await stage.publishes({ nine: slot('nine', ...nine) })
  await offers(stage)
  const offered = await stage.now(first)
  expect([offered.status, (await stage.slot('nine')).status]).toEqual(['pending', 'busy-tentative'])
  expect(Date.parse(offered.start ?? '')).toBe(Date.parse(nine[0]))
  expect(until(offered)).toBeDefined()
  expect((await stage.now(second)).status).toBe('waitlist')

  stage.desk.clock.turn({ minutes: 31 })
  await endHolds(stage.desk.as('gateway'), silent, forEver)
  expect(await stage.now(first)).toMatchObject({ status: 'waitlist' })
  expect((await stage.now(first)).slot).toBeUndefined()
  await offers(stage)
  expect((await stage.now(first)).status).toBe('waitlist')
  expect((await stage.now(second)).status).toBe('pending')

  const booking = { target: { appointment: second }, waitMs: 0 }
  expect((await bookOnce(booking, stage.desk.as('practice'))).status).toBe('pending')
  await stage.says('booked', { ours: second, theirs: 'RV-1' })
  expect((await stage.now(second)).status).toBe('booked')
})

const taskOf = async (stage: Stage, id: string) =>
  (await stage.desk.all('Task', `focus=${(await stage.now(id)).basedOn?.[0]?.reference}`)).find(isOfRequest)

/** The request's Task says that it waits, as whoever puts it on the list writes. */
async function listed(stage: Stage, number: string, more: Partial<Appointment> = {}): Promise<string> {
  const id = await waits(stage, number, more)
  const task = await taskOf(stage, id)
  if (!task) throw new Error('A request has a Task')
  const waitsOn = { ...task, businessStatus: businessStatus('waitlist') }
  const step = { name: 'test.listed' as const, facts: async () => ({}), decide: () => ({ write: [waitsOn] }) }
  await stage.desk.does('cell', step, {})
  return id
}

const puts = async (stage: Stage, by: ActorName, id: string, more: Partial<Appointment>) => {
  const resource = { ...(await stage.now(id)), ...more }
  const changes = [{ verb: 'update' as const, type: 'Appointment', id, resource, asked: 'update' as const }]
  return perform(transacted, { changes, found: [], guard: () => {} }, stage.desk.as(by))
}

test('an offer that is renewed lasts longer, and no hold is made shorter by that', async () => {
  await using stage = await openStage({ offerMinutes: 120, holdSeconds: 600 })
  const id = await waits(stage, 'W-1')
  await stage.publishes({ nine: slot('nine', ...nine), next: slot('next', ...next) })
  await offers(stage)
  const minutesLeft = async (hold: string) =>
    Math.round((Date.parse(until(await stage.now(hold)) ?? '') - stage.desk.clock().getTime()) / 60_000)
  expect(await minutesLeft(id)).toBe(120)
  stage.desk.clock.turn({ minutes: 60 })
  await renew(id, undefined, stage.desk.as('practice'))
  expect(await minutesLeft(id)).toBe(120)

  const held = await hold({ slot: (await stage.slot('next')).id }, undefined, stage.desk.as('practice'))
  await renew(held.id, 60, stage.desk.as('practice'))
  expect(await minutesLeft(held.id)).toBe(10)
})

test('whoever has put a request on the list takes it off again, and somebody goes on with it', async () => {
  await using stage = await openStage()
  const [first, second] = [await listed(stage, 'W-1'), await listed(stage, 'W-2')]
  expect((await cancel(first, { text: 'Trouvé ailleurs' }, stage.desk.as('practice'))).status).toBe(
    'cancelled',
  )
  await puts(stage, 'cell', second, { status: 'cancelled' })
  expect((await stage.now(second)).status).toBe('cancelled')
  for (const id of [first, second])
    expect(await taskOf(stage, id)).toMatchObject({ businessStatus: { text: 'no-capacity' } })
  expect(await stage.sent()).toEqual([])
  await stage.publishes({ nine: slot('nine', ...nine) })
  await offers(stage)
  expect((await stage.slot('nine')).status).toBe('free')
})

test('since when a request waits is not for whoever waits to say', async () => {
  await using stage = await openStage()
  const id = await waits(stage, 'W-1')
  const since = [{ url: 'since', valueInstant: '2020-01-01T00:00:00Z' }]
  const extension = [{ url: extensions.waiting, extension: since }]
  await expect(puts(stage, 'practice', id, { extension })).rejects.toMatchObject({ case: 'business-rule' })
})

test('days of a window are the territory’s, the last one included', async () => {
  await using stage = await openStage()
  const id = await listed(stage, 'W-1', { requestedPeriod: [{ start: '2030-01-07', end: '2030-01-08' }] })
  expect(await stage.now(id)).toMatchObject({
    requestedPeriod: [{ start: '2030-01-06T23:00:00.000Z', end: '2030-01-08T22:59:59.999Z' }],
  })
})

test('a request whose window is over leaves the list, and may be put there again', async () => {
  await using stage = await openStage()
  const requestedPeriod = [{ start: '2030-01-07T09:00:00Z', end: '2030-01-07T10:00:00Z' }]
  const id = await listed(stage, 'W-1', { requestedPeriod })
  await offers(stage)
  expect((await stage.now(id)).status).toBe('waitlist')
  stage.desk.clock.turn({ minutes: 121 })
  expect(waitsStill(await stage.now(id), stage.desk.clock().toISOString())).toBe(false)
  await offers(stage)
  expect(await stage.now(id)).toMatchObject({
    status: 'cancelled',
    cancelationReason: { text: expect.stringContaining('in the time') },
  })
  expect(await taskOf(stage, id)).toMatchObject({ businessStatus: { text: 'no-capacity' } })
})

/** A diary whose exam takes forty minutes, in adjacent slots that may be joined. */
const inTwos: Partial<Schedule> = {
  extension: [
    {
      url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-service-type-duration',
      extension: [
        { url: 'serviceType', valueCodeableConcept: { coding: [{ system: systems.dicom, code: 'US' }] } },
        { url: 'duration', valueDuration: { value: 40, unit: 'min' } },
      ],
    },
    { url: extensions.limits, extension: [{ url: 'joinable', valueBoolean: true }] },
  ],
}

test('what is offered is what $find would propose: long enough for the exam, joined where that is allowed', async () => {
  await using stage = await openStage()
  const first = await waits(stage, 'W-9')
  await stage.desk.does('ris', published, {
    entries: entries({
      schedule: { ...schedule, ...inTwos },
      alone: slot('alone', '2030-01-08T08:00:00+01:00', '2030-01-08T08:20:00+01:00'),
      nine: slot('nine', ...nine),
    }),
    peer: 'ris',
  })
  await offers(stage)
  expect((await stage.now(first)).status).toBe('waitlist')
  await stage.desk.does('ris', published, {
    entries: entries({ schedule: { ...schedule, ...inTwos }, next: slot('next', ...next) }),
    peer: 'ris',
  })
  await offers(stage)
  const offered = await stage.now(first)
  const [one, two] = [await stage.slot('nine'), await stage.slot('next')]
  expect(offered.slot?.map(({ reference }) => reference)).toEqual([`Slot/${one.id}`, `Slot/${two.id}`])
  expect([one.status, two.status]).toEqual(['busy-tentative', 'busy-tentative'])
  expect(Date.parse(offered.end ?? '')).toBe(Date.parse(next[1]))
})

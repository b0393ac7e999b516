import type { Appointment, Slot } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { extensions } from '../../../src/fhir/canonical.ts'
import { answered } from '../../../src/flows/booking/answered.ts'
import { cancelled } from '../../../src/flows/booking/cancelled.ts'
import { expired } from '../../../src/flows/booking/expired.ts'
import { held } from '../../../src/flows/booking/hold.ts'
import { type BookWish, requested } from '../../../src/flows/booking/requested.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { published } from '../../../src/flows/slots/published.ts'
import { type ActorName, entries, openTestDesk, type TestDesk } from '../desk.ts'
import { patient, referral, said, schedule, slot } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

const nine = ['2030-01-08T09:00:00+01:00', '2030-01-08T09:20:00+01:00'] as const
const ten = ['2030-01-08T10:00:00+01:00', '2030-01-08T10:20:00+01:00'] as const
const capacity = (valuePositiveInt: number) => ({
  extension: [{ url: extensions.capacity, valuePositiveInt }],
})

/** The centre publishes slots: at nine and at ten unless said otherwise. */
async function publishes(
  slots: Record<string, Slot> = { nine: slot('nine', ...nine), ten: slot('ten', ...ten) },
) {
  await desk.does('ris', published, { entries: entries({ schedule, ...slots }), peer: 'ris' })
}

const slotNamed = async (value: string) => {
  const [found] = await desk.all('Slot', `identifier=urn:oid:1.2.250.1.999.3|${value}`)
  if (!found) throw new Error(`There is no slot ${value}`)
  return found
}
const statusOf = async (value: string) => (await slotNamed(value)).status

/** A referral of a patient of its own. */
async function refers(number: string, by: ActorName = 'practice') {
  const person = patient({ identifier: [{ system: 'urn:oid:1.2.250.1.999.7', value: `IPP-${number}` }] })
  await desk.does(by, received, referral(number, { patient: person }))
  const [found] = await desk.all('ServiceRequest', `identifier=${number}`)
  if (!found) throw new Error('The referral is not there')
  return found.id
}

async function appointmentFrom(done: Promise<{ written: readonly { resourceType: string }[] }>) {
  const found = (await done).written.find(({ resourceType }) => resourceType === 'Appointment')
  if (!found) throw new Error('No appointment was written')
  return found as Appointment & { id: string } // by its type
}

const books = async (value: string, request: string, by: ActorName = 'practice') =>
  appointmentFrom(desk.does(by, requested, { slot: (await slotNamed(value)).id, request } satisfies BookWish))

const now = async (id: string): Promise<Appointment | undefined> =>
  desk.store.reader().read('Appointment', id)
const places = async (...values: string[]) =>
  desk.store.reader().occupancies(await Promise.all(values.map(async (value) => (await slotNamed(value)).id)))

const says = (by: ActorName, appointment: Appointment) => desk.does(by, answered, { appointment, peer: by })

describe('a place', () => {
  test('goes to one of two who book it at once', async () => {
    await publishes()
    const requests = await Promise.all([refers('B-1'), refers('B-2', 'other')])
    const ends = await Promise.allSettled([books('nine', requests[0]), books('nine', requests[1], 'other')])
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { case: 'conflict' } })
    expect(await places('nine')).toHaveLength(1)
  })

  test('is booked once for one request, though two slots are asked for at once', async () => {
    await publishes()
    const request = await refers('B-1')
    const ends = await Promise.allSettled([books('nine', request), books('ten', request)])
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await places('nine', 'ten')).toHaveLength(1)
  })

  test('of a slot for three goes to three, and comes back', async () => {
    await publishes({ group: slot('group', ...nine, capacity(3)) })
    const made: string[] = []
    for (const number of ['B-1', 'B-2', 'B-3']) made.push((await books('group', await refers(number))).id)
    expect((await places('group')).map(({ place }) => place)).toEqual([1, 2, 3])
    expect(await statusOf('group')).toBe('busy-tentative')
    await expect(books('group', await refers('B-4'))).rejects.toMatchObject({ case: 'conflict' })
    await desk.does('practice', cancelled, { appointment: made[1] ?? '' })
    expect(await statusOf('group')).toBe('free')
    await books('group', await refers('B-5'))
    expect((await places('group')).map(({ place }) => place)).toEqual([1, 2, 3])
  })

  test('of a slot for three is not lost when one comes back while another goes', async () => {
    await publishes({ group: slot('group', ...nine, capacity(2)) })
    for (let round = 0; round < 4; round++) {
      const first = await books('group', await refers(`C-${round}`))
      const next = await refers(`D-${round}`)
      const [, second] = await Promise.all([
        desk.does('practice', cancelled, { appointment: first.id }),
        books('group', next),
      ])
      const taken = await places('group')
      expect(await statusOf('group')).toBe(taken.length < 2 ? 'free' : 'busy-tentative')
      await desk.does('practice', cancelled, { appointment: second.id })
    }
  })

  test('is not taken of a slot for several that its centre calls busy', async () => {
    await publishes({ group: slot('group', ...nine, capacity(2)) })
    await books('group', await refers('B-1'))
    await publishes({ group: slot('group', ...nine, { ...capacity(2), status: 'busy' }) })
    await expect(books('group', await refers('B-2'))).rejects.toMatchObject({ case: 'conflict' })
  })

  test('that is booked stays so when the centre lists it as free', async () => {
    await publishes()
    await books('nine', await refers('B-1'))
    await publishes()
    expect(await statusOf('nine')).toBe('busy-tentative')
    const [own] = await places('nine')
    await says('ris', said('booked', { ours: own?.appointment ?? '' }))
    await publishes()
    expect(await statusOf('nine')).toBe('busy')
  })

  test('that its centre has withdrawn is not offered again when the booking is cancelled', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    await publishes({ nine: slot('nine', ...nine, { status: 'busy-unavailable' }) })
    await desk.does('practice', cancelled, { appointment: id })
    expect(await statusOf('nine')).toBe('busy-unavailable')
    expect(await places('nine')).toEqual([])
  })
})

describe('a hold', () => {
  const holds = async (value: string, request: string) =>
    appointmentFrom(desk.does('practice', held, { slot: (await slotNamed(value)).id, request }))

  test('that is over is told as such, before and after it is swept', async () => {
    await publishes()
    const { id } = await holds('nine', await refers('B-1'))
    desk.clock.turn({ minutes: 11 })
    const booking = () => desk.does('practice', requested, { appointment: id })
    await expect(booking()).rejects.toMatchObject({ case: 'hold-expired' })
    await desk.does('gateway', expired, { appointment: id })
    expect(await statusOf('nine')).toBe('free')
    await expect(booking()).rejects.toMatchObject({ case: 'hold-expired' })
  })

  test('that is over is booked afresh for whoever sends the resource, if the place is free', async () => {
    await publishes()
    const request = await refers('B-1')
    const { id } = await holds('nine', request)
    desk.clock.turn({ minutes: 11 })
    await desk.does('gateway', expired, { appointment: id })
    const again = await appointmentFrom(desk.does('practice', requested, { appointment: id, afresh: true }))
    expect(again).toMatchObject({ status: 'pending', basedOn: [{ reference: `ServiceRequest/${request}` }] })
    expect(again.id).not.toBe(id)
    expect((await places('nine')).map(({ appointment }) => appointment)).toEqual([again.id])
  })

  test('is either booked or swept, never both', async () => {
    await publishes()
    const { id } = await holds('nine', await refers('B-1'))
    desk.clock.turn({ minutes: 11 })
    await Promise.allSettled([
      desk.does('practice', requested, { appointment: id, afresh: true }),
      desk.does('gateway', expired, { appointment: id }),
    ])
    const taken = await places('nine')
    expect(taken).toHaveLength(1)
    expect((await now(taken[0]?.appointment ?? ''))?.status).toBe('pending')
  })

  test('is nobody else’s to book or to give back', async () => {
    await publishes()
    const { id } = await holds('nine', await refers('B-1'))
    await expect(desk.does('other', requested, { appointment: id })).rejects.toMatchObject({
      case: 'not-found',
    })
    await expect(desk.does('cell', requested, { appointment: id })).rejects.toMatchObject({
      case: 'forbidden',
    })
    await expect(desk.does('cell', cancelled, { appointment: id })).rejects.toMatchObject({
      case: 'forbidden',
    })
  })
})

describe('the centre', () => {
  test('says yes, and is the only one who may', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    for (const other of ['practice', 'other', 'ris-other'] as const) {
      expect(await says(other, said('booked', { ours: id }))).toMatchObject({ filtered: expect.any(String) })
    }
    expect((await now(id))?.status).toBe('pending')
    await says('ris', said('booked', { ours: id, theirs: 'RV-1' }))
    expect((await now(id))?.status).toBe('booked')
    expect(await statusOf('nine')).toBe('busy')
  })

  test('is told that its yes came too late', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    await desk.does('practice', cancelled, { appointment: id })
    const { departures } = await says('ris', said('booked', { ours: id }))
    expect(departures).toMatchObject([{ peer: 'ris', kind: 'appointment.cancelled' }])
    expect((await now(id))?.status).toBe('cancelled')
    expect(await statusOf('nine')).toBe('free')
  })

  test('confirms while the prescriber cancels: the appointment ends one way, and its place with it', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    await Promise.allSettled([
      says('ris', said('booked', { ours: id })),
      desk.does('practice', cancelled, { appointment: id }),
    ])
    expect((await now(id))?.status).toBe('cancelled')
    expect(await statusOf('nine')).toBe('free')
    expect(await places('nine')).toEqual([])
  })

  test('moves an appointment: the place at the new time is taken, the former one is free', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    await says('ris', said('booked', { ours: id, theirs: 'RV-1' }))
    await says('ris', said('booked', { theirs: 'RV-1', start: ten[0], end: ten[1] }))
    expect(await now(id)).toMatchObject({
      status: 'booked',
      start: ten[0],
      slot: [{ reference: `Slot/${(await slotNamed('ten')).id}` }],
    })
    expect([await statusOf('nine'), await statusOf('ten')]).toEqual(['free', 'busy'])
    expect((await places('nine', 'ten')).map(({ appointment }) => appointment)).toEqual([id])
  })

  test('moves an appointment to a time that no slot has, and that is remarked on', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    const elsewhere = { start: '2030-01-09T18:00:00+01:00', end: '2030-01-09T18:20:00+01:00' }
    const { warnings } = await says('ris', said('booked', { ours: id, ...elsewhere }))
    expect(warnings).toMatchObject([{ expression: 'Appointment.start' }])
    expect(await now(id)).toMatchObject({ status: 'booked', ...elsewhere })
    expect((await now(id))?.slot).toBeUndefined()
    expect(await statusOf('nine')).toBe('free')
    // Its centre is still known, and is told when it is cancelled.
    const { departures } = await desk.does('practice', cancelled, { appointment: id })
    expect(departures).toMatchObject([{ peer: 'ris', kind: 'appointment.cancelled' }])
  })

  test('moves an appointment to a longer time, and into a slot: all that it fills is taken', async () => {
    const [, tenTwenty] = ten
    await publishes({
      nine: slot('nine', ...nine),
      ten: slot('ten', ...ten),
      next: slot('next', tenTwenty, '2030-01-08T10:40:00+01:00'),
    })
    const { id } = await books('nine', await refers('B-1'))
    await says('ris', said('booked', { ours: id, theirs: 'RV-1' }))
    const moved = { start: '2030-01-08T10:10:00+01:00', end: '2030-01-08T10:30:00+01:00' }
    await says('ris', said('booked', { ours: id, ...moved }))
    expect(await Promise.all(['nine', 'ten', 'next'].map(statusOf))).toEqual(['free', 'busy', 'busy'])
    expect((await now(id))?.slot).toHaveLength(2)
    await desk.does('practice', cancelled, { appointment: id })
    expect(await Promise.all(['nine', 'ten', 'next'].map(statusOf))).toEqual(['free', 'free', 'free'])
  })

  test('gives a time of a few minutes later, which is no move', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    const later = { start: '2030-01-08T09:05:00+01:00', end: '2030-01-08T09:20:00+01:00' }
    await says('ris', said('booked', { ours: id, ...later }))
    expect(await now(id)).toMatchObject({ ...later, slot: [{}] })
    expect(await statusOf('nine')).toBe('busy')
  })

  test('moves Tasks that are open, and no others', async () => {
    await publishes()
    const request = await refers('B-1')
    const { id } = await books('nine', request)
    const [task] = await desk.all('Task', `focus=ServiceRequest/${request}`)
    if (!task) throw new Error('A request has a Task')
    await desk.does(
      'cell',
      {
        name: 'test.ended',
        facts: async () => ({}),
        decide: () => ({ write: [{ ...task, status: 'completed' }] }),
      },
      {},
    )
    await says('ris', said('booked', { ours: id }))
    expect(await desk.all('Task', `focus=ServiceRequest/${request}`)).toMatchObject([{ status: 'completed' }])
  })

  test('notices what happens on the day, but not of what is over', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    await says('ris', said('booked', { ours: id }))
    await says('ris', said('pending', { ours: id }))
    expect((await now(id))?.status).toBe('booked')
    await says('ris', said('fulfilled', { ours: id }))
    expect((await now(id))?.status).toBe('fulfilled')
    await says('ris', said('arrived', { ours: id }))
    expect((await now(id))?.status).toBe('fulfilled')
  })

  test('who did not come may come late: the request says so, and then that the visit is expected', async () => {
    await publishes()
    const request = await refers('B-1')
    const { id } = await books('nine', request)
    await says('ris', said('booked', { ours: id }))
    const stages: (string | undefined)[] = []
    for (const status of ['noshow', 'arrived', 'fulfilled'] as const) {
      await says('ris', said(status, { ours: id }))
      expect((await now(id))?.status).toBe(status)
      const [task] = await desk.all('Task', `focus=ServiceRequest/${request}`)
      stages.push(task?.businessStatus?.text)
    }
    expect(stages).toEqual(['visit-unattended', 'visit-scheduled', 'visit-complete'])
  })
})

describe('the desk of a centre', () => {
  const atNine = { start: nine[0], end: nine[1] }

  test('gives a slot to somebody, and has it back', async () => {
    await publishes()
    await says('ris', said('booked', { theirs: 'D-1', ...atNine }))
    expect(await statusOf('nine')).toBe('busy')
    await says('ris', said('cancelled', { theirs: 'D-1', ...atNine }))
    expect(await statusOf('nine')).toBe('free')
  })

  test('does not give away what is booked here by cancelling something else', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    await says('ris', said('booked', { ours: id }))
    await says('ris', said('cancelled', { theirs: 'D-1', ...atNine }))
    expect(await statusOf('nine')).toBe('busy')
  })

  test('means the slot of its exam, where several begin at the same time', async () => {
    const scanner = {
      serviceType: [{ coding: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: 'CT' }] }],
    }
    await publishes({ nine: slot('nine', ...nine), scan: slot('scan', ...nine, scanner) })
    const vague = await says('ris', said('booked', { theirs: 'D-1', ...atNine }))
    expect(vague.filtered).toMatch(/Several slots/)
    const exam = { serviceType: [{ coding: [{ system: 'http://loinc.org', code: '30799-1' }] }] }
    await says('ris', said('booked', { theirs: 'D-1', ...atNine, ...exam }))
    expect([await statusOf('nine'), await statusOf('scan')]).toEqual(['free', 'busy'])
  })

  test('has its place of a slot for several, beside ours', async () => {
    await publishes({ group: slot('group', ...nine, capacity(3)) })
    const { id } = await books('group', await refers('B-1'))
    await says('ris', said('booked', { theirs: 'D-1', ...atNine }))
    await says('ris', said('booked', { ours: id, theirs: 'RV-1' }))
    expect([await statusOf('group'), (await places('group')).length]).toEqual(['free', 2])
    await books('group', await refers('B-2'))
    await desk.does('practice', cancelled, { appointment: id })
    await books('group', await refers('B-3'))
    expect(await statusOf('group')).not.toBe('free')
    await expect(books('group', await refers('B-4'))).rejects.toMatchObject({ case: 'conflict' })
    await says('ris', said('cancelled', { theirs: 'D-1' })) // its number is enough
    expect([await statusOf('group'), (await places('group')).length]).toEqual(['free', 2])
  })

  test('closes all slots that its appointment overlaps, whenever they begin', async () => {
    const at = (from: string, to: string) =>
      [`2030-01-08T${from}:00+01:00`, `2030-01-08T${to}:00+01:00`] as const
    await publishes({
      nine: slot('nine', ...nine),
      next: slot('next', ...at('09:20', '09:40')),
      last: slot('last', ...at('09:40', '10:00')),
      ten: slot('ten', ...ten),
    })
    const all = () => Promise.all(['nine', 'next', 'last', 'ten'].map(statusOf))
    const [start, end] = at('09:10', '09:50')
    await says('ris', said('booked', { theirs: 'D-1', start, end }))
    expect(await all()).toEqual(['busy', 'busy', 'busy', 'free'])
    await says('ris', said('cancelled', { theirs: 'D-1', start, end }))
    expect(await all()).toEqual(['free', 'free', 'free', 'free'])
  })

  test('moves what is its own: the former place is free', async () => {
    await publishes()
    await says('ris', said('booked', { theirs: 'D-1', ...atNine }))
    await says('ris', said('booked', { theirs: 'D-1', start: ten[0], end: ten[1] }))
    expect([await statusOf('nine'), await statusOf('ten')]).toEqual(['free', 'busy'])
    const evening = { start: '2030-01-08T19:00:00+01:00', end: '2030-01-08T19:20:00+01:00' }
    const { warnings } = await says('ris', said('booked', { theirs: 'D-1', ...evening }))
    expect(warnings).toMatchObject([{ expression: 'Appointment.start' }])
    expect(await places('nine', 'ten')).toEqual([])
    expect(await statusOf('ten')).toBe('free')
  })

  test('books for another before it cancels ours: the place is that other’s', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    await says('ris', said('booked', { ours: id, theirs: 'RV-1' }))
    for (const _ of ['once', 'again']) await says('ris', said('booked', { theirs: 'D-1', ...atNine }))
    await says('ris', said('cancelled', { ours: id }))
    expect([await statusOf('nine'), (await places('nine')).length]).toEqual(['busy', 1])
    await says('ris', said('cancelled', { theirs: 'D-1', ...atNine }))
    expect(await statusOf('nine')).toBe('free')
  })

  test('tells of our own booking before it answers: that is one place, not two', async () => {
    await publishes()
    const { id } = await books('nine', await refers('B-1'))
    await says('ris', said('booked', { theirs: 'RV-1', ...atNine }))
    await says('ris', said('booked', { ours: id, theirs: 'RV-1' }))
    await desk.does('practice', cancelled, { appointment: id })
    expect([await statusOf('nine'), await places('nine')]).toEqual(['free', []])
  })

  test('has nothing in a slot that its own diary lists as free', async () => {
    await publishes()
    await says('ris', said('booked', { theirs: 'D-1', ...atNine }))
    await publishes()
    expect([await statusOf('nine'), await places('nine')]).toEqual(['free', []])
    const { id } = await books('nine', await refers('B-1'))
    await says('ris', said('booked', { theirs: 'D-1', ...atNine }))
    await publishes() // what is asked for here, the diary does not know yet
    await desk.does('practice', cancelled, { appointment: id })
    expect(await statusOf('nine')).toBe('busy')
  })

  test('of another centre has no say', async () => {
    await publishes()
    const { filtered } = await says('ris-other', said('booked', { theirs: 'D-1', ...atNine }))
    expect(filtered).toMatch(/No appointment and no slot/)
    expect(await statusOf('nine')).toBe('free')
  })
})

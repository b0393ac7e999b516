import type { Appointment, Observation, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { extensions, frCore, systems } from '../../../src/fhir/canonical.ts'
import { answered } from '../../../src/flows/booking/answered.ts'
import { requested } from '../../../src/flows/booking/requested.ts'
import { flagCodesOf } from '../../../src/flows/referral/flags.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { transact } from '../../../src/flows/resource/transact.ts'
import { published } from '../../../src/flows/slots/published.ts'
import type { Kept } from '../../../src/store/index.ts'
import { type ActorName, entries, fixedId, openTestDesk, type TestDesk } from '../desk.ts'
import { noPriorExams, notPregnant, referral, request, said, schedule, slot } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

let made = 0
const newId = () => fixedId(`${made++}`)
const guard = () => undefined

const posts = async <R extends Resource>(by: ActorName, resource: R): Promise<R> => {
  const { changed } = await transact(
    [{ verb: 'create', type: resource.resourceType, resource }],
    newId,
    desk.as(by),
    guard,
  )
  return JSON.parse(changed[0]?.body ?? '')
}
const puts = <R extends Resource>(by: ActorName, resource: Kept<R>) =>
  transact(
    [{ verb: 'update', type: resource.resourceType, resource, target: { id: resource.id } }],
    newId,
    desk.as(by),
    guard,
  )

const scanner = { code: { coding: [{ system: 'http://loinc.org', code: '30799-1' }] } }
const onlyRequest = async (): Promise<Kept<ServiceRequest>> => {
  const [found] = await desk.all('ServiceRequest')
  if (!found) throw new Error('There is no request')
  return found
}
const onlyAppointment = async (): Promise<Kept<Appointment>> => {
  const [found] = await desk.all('Appointment')
  if (!found) throw new Error('There is no appointment')
  return found
}

const nine = ['2030-01-08T09:00:00+01:00', '2030-01-08T09:20:00+01:00'] as const

/** One referral, asked of the centre for nine o'clock. */
async function asks(): Promise<Kept<Appointment>> {
  await desk.does('ris', published, {
    entries: entries({ schedule, nine: slot('nine', ...nine) }),
    peer: 'ris',
  })
  await desk.does('practice', received, referral('H-1'))
  const [place] = await desk.all('Slot')
  await desk.does('practice', requested, { slot: place?.id ?? '', request: (await onlyRequest()).id })
  return onlyAppointment()
}

describe('an answer that comes later', () => {
  const unasked = referral('H-1', {
    pregnancy: noPriorExams,
    request: request('H-1', { ...scanner, supportingInfo: [{ reference: 'urn:local:prior' }] }),
  })
  const answer = async (): Promise<Observation> => ({
    ...notPregnant,
    subject: (await onlyRequest()).subject as NonNullable<Observation['subject']>, // a patient
  })

  test('and names the request takes its flag away, on the request and its Task', async () => {
    await desk.does('practice', received, unasked)
    expect(flagCodesOf(await onlyRequest())).toEqual(['missing-pregnancy'])
    const { id } = await onlyRequest()
    await posts('practice', { ...(await answer()), basedOn: [{ reference: `ServiceRequest/${id}` }] })
    expect(flagCodesOf(await onlyRequest())).toEqual([])
    expect((await desk.all('Task')).map(flagCodesOf)).toEqual([[]])
  })

  test('and is named by the request takes its flag away; withdrawn, it brings it back', async () => {
    await desk.does('practice', received, unasked)
    const posted = (await posts('practice', await answer())) as Kept<Observation>
    const before = await onlyRequest()
    expect(flagCodesOf(before)).toEqual(['missing-pregnancy'])
    const linked = [...(before.supportingInfo ?? []), { reference: `Observation/${posted.id}` }]
    await puts('practice', { ...before, supportingInfo: linked })
    expect(flagCodesOf(await onlyRequest())).toEqual([])
    await puts('practice', { ...posted, status: 'entered-in-error' })
    expect(flagCodesOf(await onlyRequest())).toEqual(['missing-pregnancy'])
  })
})

test('a request that has been taken back is not put in force again', async () => {
  await desk.does('practice', received, referral('H-1'))
  await puts('practice', { ...(await onlyRequest()), status: 'revoked' })
  await expect(puts('practice', { ...(await onlyRequest()), status: 'active' })).rejects.toMatchObject({
    case: 'business-rule',
    issues: [{ expression: 'ServiceRequest.status' }],
  })
})

test('a diary in plain R4 is kept in FR Core’s form', async () => {
  const serviceType = [{ coding: [{ system: systems.dicom, code: 'CT' }] }]
  const kept = await posts('ris', { ...schedule, actor: [{ display: 'Scanner 1' }], serviceType })
  expect(kept).not.toHaveProperty('serviceType')
  expect(kept.extension).toEqual([
    {
      url: frCore.serviceTypeDuration,
      extension: [{ url: 'serviceType', valueCodeableConcept: serviceType[0] }],
    },
  ])
})

describe('an appointment through the API', () => {
  test('is not moved, and not given to somebody else, by whoever asked for it', async () => {
    const appointment = await asks()
    for (const other of [
      { start: '2030-01-08T11:00:00+01:00', end: '2030-01-08T11:20:00+01:00' },
      { slot: [] },
      { participant: [] },
    ]) {
      await expect(puts('practice', { ...appointment, ...other })).rejects.toThrow()
    }
    await expect(puts('practice', { ...appointment, status: 'booked' })).rejects.toMatchObject({
      case: 'business-rule',
    })
    expect(await onlyAppointment()).toMatchObject({ status: 'pending', start: appointment.start })
  })

  test('is confirmed by its centre, with what else it writes', async () => {
    const appointment = await asks()
    await puts('ris', { ...appointment, status: 'booked', patientInstruction: 'À jeun', comment: 'Salle 2' })
    expect(await onlyAppointment()).toMatchObject({
      status: 'booked',
      patientInstruction: 'À jeun',
      comment: 'Salle 2',
    })
    expect(await desk.all('Slot')).toMatchObject([{ status: 'busy' }])
  })

  test('that is over is not confirmed any more', async () => {
    const appointment = await asks()
    await puts('practice', { ...appointment, status: 'cancelled' })
    await expect(puts('ris', { ...(await onlyAppointment()), status: 'booked' })).rejects.toMatchObject({
      case: 'business-rule',
    })
  })

  test('is written down as it was by its centre alone', async () => {
    await asks()
    const [place] = await desk.all('Slot')
    const made = (status: Appointment['status']): Appointment => ({
      resourceType: 'Appointment',
      status,
      start: nine[0],
      end: nine[1],
      slot: [{ reference: `Slot/${place?.id}` }],
      participant: [{ actor: { display: 'patient' }, status: 'accepted' }],
    })
    for (const status of ['proposed', 'booked', 'fulfilled', 'noshow', 'cancelled'] as const)
      for (const by of ['practice', 'cell'] as const)
        await expect(posts(by, made(status))).rejects.toMatchObject({
          case: 'business-rule',
          issues: [{ expression: 'Appointment.status' }],
        })
    await expect(posts('ris', made('proposed'))).rejects.toMatchObject({ case: 'business-rule' })
    expect(await posts('ris', made('fulfilled'))).toMatchObject({ status: 'fulfilled' })
    expect(await desk.all('Appointment', 'status=fulfilled')).toHaveLength(1)
  })

  test('does not forget what it takes the place of', async () => {
    const appointment = await asks()
    const reference = `Appointment/${appointment.id}`
    const replaces = { url: extensions.replaces, valueReference: { reference } }
    await expect(
      puts('practice', { ...appointment, extension: [...(appointment.extension ?? []), replaces] }),
    ).rejects.toMatchObject({ case: 'business-rule' })
  })

  test('of its own desk keeps no centre from taking the slot out of its diary; one of ours does', async () => {
    const { id } = await asks()
    const [place] = await desk.all('Slot')
    const gone = { verb: 'delete' as const, type: 'Slot', id: place?.id ?? '' }
    const deletes = () => transact([gone], newId, desk.as('ris'), guard)
    const byDesk = { theirs: 'D-1', start: nine[0], end: nine[1] }
    await desk.does('ris', answered, { appointment: said('booked', byDesk), peer: 'ris' })
    await expect(deletes()).rejects.toMatchObject({ case: 'business-rule' })
    await desk.does('ris', answered, { appointment: said('cancelled', { ours: id }), peer: 'ris' })
    expect(await desk.all('Slot')).toMatchObject([{ status: 'busy' }])
    await deletes()
    expect(await desk.all('Slot')).toEqual([])
    expect(await desk.store.reader().occupancies([place?.id ?? ''])).toEqual([])
  })

  test('that is cancelled keeps its reason, and frees its place', async () => {
    const appointment = await asks()
    await desk.does('ris', answered, { appointment: said('booked', { ours: appointment.id }), peer: 'ris' })
    const cancelationReason = { text: 'Le patient va mieux' }
    await puts('practice', { ...(await onlyAppointment()), status: 'cancelled', cancelationReason })
    expect(await onlyAppointment()).toMatchObject({ status: 'cancelled', cancelationReason })
    expect(await desk.all('Slot')).toMatchObject([{ status: 'free' }])
  })
})

describe('a Task', () => {
  const call = async (): Promise<Kept<Task>> => {
    const [found] = (await desk.all('Task')).filter(({ focus }) =>
      focus?.reference?.startsWith('Appointment/'),
    )
    if (!found) throw new Error('Nobody is asked to telephone')
    return found
  }

  test('by which the cell telephones is not answered by whoever asked', async () => {
    const source = 'urn:relais:source:telephone'
    await desk.does('ris', published, {
      entries: entries({ schedule, nine: slot('nine', ...nine) }),
      peer: 'telephone',
    })
    expect(await desk.all('Slot')).toMatchObject([{ meta: { source } }])
    await desk.does('practice', received, referral('H-1'))
    const [place] = await desk.all('Slot')
    await desk.does('practice', requested, { slot: place?.id ?? '', request: (await onlyRequest()).id })
    await expect(puts('practice', { ...(await call()), status: 'completed' })).rejects.toMatchObject({
      case: 'forbidden',
    })
    expect((await onlyAppointment()).status).toBe('pending')
    await puts('cell', { ...(await call()), status: 'completed' })
    expect((await onlyAppointment()).status).toBe('booked')
  })

  test('goes the way that Tasks go', async () => {
    await desk.does('practice', received, referral('H-1'))
    const task = async () => (await desk.all('Task'))[0] as Kept<Task> // the request's
    await puts('cell', { ...(await task()), status: 'accepted' })
    await expect(puts('cell', { ...(await task()), status: 'requested' })).rejects.toMatchObject({
      case: 'business-rule',
    })
    await expect(puts('practice', { ...(await task()), status: 'in-progress' })).rejects.toMatchObject({
      case: 'forbidden',
    })
    await puts('practice', { ...(await task()), status: 'cancelled' })
    await expect(puts('cell', { ...(await task()), status: 'in-progress' })).rejects.toMatchObject({
      case: 'business-rule',
    })
  })
})

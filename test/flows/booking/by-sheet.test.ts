import { expect, test } from 'vitest'
import { extensions } from '../../../src/fhir/canonical.ts'
import { answered } from '../../../src/flows/booking/answered.ts'
import { type BookTarget, bookOnce, cancel } from '../../../src/flows/booking/index.ts'
import { cancelled } from '../../../src/flows/referral/cancelled.ts'
import { published } from '../../../src/flows/slots/published.ts'
import { entries } from '../desk.ts'
import { referral, request, said, schedule } from '../messages.ts'
import { nine, openStage, type Stage, slot, ten } from './stage.ts'

const book = (stage: Stage, target: BookTarget, more = {}) =>
  bookOnce({ target, waitMs: 0, ...more }, stage.desk.as('practice'))

/** An appointment at nine that the centre has confirmed under its number RV-1. */
async function booked(stage: Stage) {
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const request = await stage.refers('V-1')
  const old = await book(stage, { slot: (await stage.slot('nine')).id, request })
  await stage.says('booked', { ours: old.id, theirs: 'RV-1' })
  return { old, request }
}

const otherDiary = {
  ...schedule,
  identifier: [{ system: 'urn:oid:1.2.250.1.999.3', value: 'other-diary' }],
  actor: [{ reference: 'Device/other-scanner' }],
}

const movable = { takes: ['appointment.requested', 'appointment.moved', 'appointment.cancelled'] }

test('a centre that moves by message is told once, and may keep its number', async () => {
  await using stage = await openStage({}, movable)
  const { old, request } = await booked(stage)
  const moved = await book(stage, { slot: (await stage.slot('ten')).id, request }, { replaces: old.id })
  await stage.says('booked', { ours: moved.id, theirs: 'RV-1' })
  expect(await stage.sent()).toEqual(['appointment.requested', 'appointment.moved'])
  const [before, after] = await Promise.all([stage.now(old.id), stage.now(moved.id)])
  expect([before.status, after.status]).toEqual(['cancelled', 'booked'])
  expect(before.identifier?.find(({ value }) => value === 'RV-1')).toMatchObject({ use: 'old' })
  expect(after.identifier).toContainEqual(expect.objectContaining({ value: 'RV-1' }))
  expect([(await stage.slot('nine')).status, (await stage.slot('ten')).status]).toEqual(['free', 'busy'])
})

test('a centre that moves by message and says no keeps the appointment where it is', async () => {
  await using stage = await openStage({}, movable)
  const { old, request } = await booked(stage)
  const moved = await book(stage, { slot: (await stage.slot('ten')).id, request }, { replaces: old.id })
  await stage.says('cancelled', { ours: moved.id })
  expect((await stage.now(old.id)).status).toBe('booked')
  expect([(await stage.slot('nine')).status, (await stage.slot('ten')).status]).toEqual(['busy', 'free'])
})

test('a move to another centre is booked there, and cancelled where the appointment was', async () => {
  await using stage = await openStage({}, movable)
  const { old, request } = await booked(stage)
  const elsewhere = entries({ schedule: otherDiary, later: slot('later', ...ten) })
  await stage.desk.does('ris-other', published, { entries: elsewhere, peer: 'ris-other' })
  const moved = await book(stage, { slot: (await stage.slot('later')).id, request }, { replaces: old.id })
  const yes = { appointment: said('booked', { ours: moved.id, theirs: 'B-1' }), peer: 'ris-other' }
  await stage.desk.does('ris-other', answered, yes)
  const sent = await stage.desk.store.outbox.list({ limit: 10 })
  expect(sent.map(({ peer, kind }) => `${peer} ${kind}`).reverse()).toEqual([
    'ris appointment.requested',
    'ris-other appointment.requested',
    'ris appointment.cancelled',
  ])
  expect((await stage.slot('nine')).status).toBe('free')
})

test('a move beside the diary is a move too', async () => {
  await using stage = await openStage({ byAgreement: ['Organization/centre'] }, movable)
  const { old, request } = await booked(stage)
  const schedule = (await stage.slot('nine')).schedule.reference?.replace('Schedule/', '') ?? ''
  const target = { schedule, start: ten[0], end: ten[1], agreed: true as const, request }
  const moved = await book(stage, target, { replaces: old.id })
  await stage.says('booked', { ours: moved.id, theirs: 'RV-1' })
  expect(await stage.sent()).toEqual(['appointment.requested', 'appointment.moved'])
  expect((await stage.now(old.id)).status).toBe('cancelled')
})

test('what the centre has not confirmed yet is booked anew, and cancelled also when it was confirmed meanwhile', async () => {
  await using stage = await openStage({}, movable)
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const request = await stage.refers('V-1')
  const old = await book(stage, { slot: (await stage.slot('nine')).id, request })
  const moved = await book(stage, { slot: (await stage.slot('ten')).id, request }, { replaces: old.id })
  await stage.says('booked', { ours: old.id, theirs: 'RV-1' })
  await stage.says('booked', { ours: moved.id, theirs: 'RV-2' })
  expect(await stage.sent()).toEqual([
    'appointment.requested',
    'appointment.requested',
    'appointment.cancelled',
  ])
  expect((await stage.now(old.id)).status).toBe('cancelled')
})

/** A move to ten by message that its centre has not answered. */
async function moving(stage: Stage) {
  const { old, request } = await booked(stage)
  const target = { slot: (await stage.slot('ten')).id, request }
  return { old, moved: await book(stage, target, { replaces: old.id }) }
}

/** Likewise of a patient for whom nobody has made a request. */
async function movingWithoutRequest(stage: Stage) {
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const known = await stage.desk.store.reader().read('ServiceRequest', await stage.refers('V-1'))
  const patient = known?.subject.reference?.replace('Patient/', '') ?? ''
  const old = await book(stage, { slot: (await stage.slot('nine')).id, patient })
  await stage.says('booked', { ours: old.id, theirs: 'RV-1' })
  const target = { slot: (await stage.slot('ten')).id, patient }
  return { old, moved: await book(stage, target, { replaces: old.id }) }
}

test('a move by message is not taken back before it is answered: nobody knows where the appointment is', async () => {
  await using stage = await openStage({}, movable)
  const { old, moved } = await moving(stage)
  await expect(cancel(moved.id, undefined, stage.desk.as('practice'))).rejects.toMatchObject({
    case: 'business-rule',
    message: expect.stringContaining(`Appointment/${old.id}`),
  })
  await stage.says('booked', { ours: moved.id, theirs: 'RV-1' })
  await cancel(moved.id, undefined, stage.desk.as('practice'))
  expect((await stage.sent()).slice(1)).toEqual(['appointment.moved', 'appointment.cancelled'])
})

test('who gives up what is being moved gives up both, and the centre is told of both', async () => {
  for (const begin of [moving, movingWithoutRequest]) {
    await using stage = await openStage({}, movable)
    const { old, moved } = await begin(stage)
    await cancel(old.id, undefined, stage.desk.as('practice'))
    expect([(await stage.now(old.id)).status, (await stage.now(moved.id)).status]).toEqual([
      'cancelled',
      'cancelled',
    ])
    expect([(await stage.slot('nine')).status, (await stage.slot('ten')).status]).toEqual(['free', 'free'])
    expect((await stage.sent()).slice(1)).toEqual([
      'appointment.moved',
      'appointment.cancelled',
      'appointment.cancelled',
    ])
  }
})

test('what is being moved within a slot for several gives both of its places back', async () => {
  await using stage = await openStage({}, movable)
  const many = { extension: [{ url: extensions.capacity, valuePositiveInt: 2 }] }
  await stage.publishes({ nine: slot('nine', ...nine, many) })
  const target = { slot: (await stage.slot('nine')).id, request: await stage.refers('V-1') }
  const old = await book(stage, target)
  await stage.says('booked', { ours: old.id, theirs: 'RV-1' })
  await book(stage, target, { replaces: old.id })
  expect((await stage.slot('nine')).status).toBe('busy-tentative')
  const back = referral('V-1', { request: request('V-1', { status: 'revoked' }) })
  await stage.desk.does('practice', cancelled, back)
  expect((await stage.slot('nine')).status).toBe('free')
  expect((await stage.sent()).slice(2)).toEqual(['appointment.cancelled', 'appointment.cancelled'])
})

test('a centre that is told of cancellations by telephone gets a call in place of a message', async () => {
  await using stage = await openStage({}, { takes: ['appointment.requested'], cancelledByTelephone: true })
  const { old } = await booked(stage)
  await cancel(old.id, { text: 'Guéri.' }, stage.desk.as('practice'))
  expect(await stage.sent()).toEqual(['appointment.requested'])
  const calls = await stage.desk.all('Task', 'code=cancel-booking')
  expect(calls).toMatchObject([
    {
      status: 'requested',
      focus: { reference: `Appointment/${old.id}` },
      owner: { reference: 'Organization/cell' },
    },
  ])
})

test('nobody is called about what the centre was never told of', async () => {
  await using stage = await openStage({}, { manual: true, takes: [], cancelledByTelephone: true })
  await stage.publishes({ nine: slot('nine', ...nine) })
  const made = await book(stage, { slot: (await stage.slot('nine')).id, request: await stage.refers('V-1') })
  await cancel(made.id, undefined, stage.desk.as('practice'))
  expect(await stage.desk.all('Task', 'code=cancel-booking')).toEqual([])
})

test('a centre that has the order hears that the prescriber takes it back, if it takes such a thing', async () => {
  for (const takes of [
    ['appointment.requested'],
    ['appointment.requested', 'request.ordered', 'request.cancelled'],
  ]) {
    await using stage = await openStage({}, { takes, cancelledByTelephone: true })
    await booked(stage)
    const back = referral('V-1', { request: request('V-1', { status: 'revoked' }) })
    await stage.desk.does('practice', cancelled, back)
    expect(await stage.sent()).toEqual(takes)
  }
})

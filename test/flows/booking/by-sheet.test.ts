import { expect, test } from 'vitest'
import { type BookTarget, bookOnce, cancel } from '../../../src/flows/booking/index.ts'
import { cancelled } from '../../../src/flows/referral/cancelled.ts'
import { referral, request } from '../messages.ts'
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

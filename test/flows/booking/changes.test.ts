import { expect, test } from 'vitest'
import { extensions } from '../../../src/fhir/canonical.ts'
import { compared } from '../../../src/flows/booking/compared.ts'
import { amend, type BookTarget, bookOnce } from '../../../src/flows/booking/index.ts'
import { unanswered } from '../../../src/flows/booking/unanswered.ts'
import { said } from '../messages.ts'
import { next, nine, openStage, type Stage, slot, ten } from './stage.ts'

const book = (stage: Stage, target: BookTarget, more = {}) =>
  bookOnce({ target, waitMs: 0, ...more }, stage.desk.as('practice'))

const calls = (stage: Stage) => stage.desk.all('Task', 'code=confirm-booking')
const statusOf = async (stage: Stage, name: string) => (await stage.slot(name)).status

test('room, machine and person are booked together, or none of them', async () => {
  await using stage = await openStage()
  await stage.publishes(
    {
      machine: slot('machine', ...nine),
      doctor: slot('doctor', ...nine, { schedule: { reference: 'urn:local:doctors' } }),
      later: slot('later', ...ten, { schedule: { reference: 'urn:local:doctors' } }),
    },
    { doctors: ['Practitioner/radiologist', 'Device/scanner'] },
  )
  const [machine, doctor, later] = await Promise.all(['machine', 'doctor', 'later'].map(stage.slot))
  const [first, second, third] = [
    await stage.refers('M-1'),
    await stage.refers('M-2'),
    await stage.refers('M-3'),
  ]
  if (!machine || !doctor || !later) throw new Error('The three slots are there')
  const target = { slot: machine.id, with: [doctor.id] }
  const scattered = book(stage, { slot: machine.id, with: [later.id], request: first })
  await expect(scattered).rejects.toMatchObject({ case: 'business-rule' })
  const ends = await Promise.allSettled([
    book(stage, { ...target, request: first }),
    book(stage, { slot: doctor.id, request: second }),
  ])
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  if (ends[0]?.status === 'fulfilled') {
    expect(ends[0].value.slot).toHaveLength(2)
    expect(await statusOf(stage, 'machine')).toBe('busy-tentative')
  } else expect(await statusOf(stage, 'machine')).toBe('free')
  await expect(book(stage, { slot: doctor.id, request: third })).rejects.toMatchObject({ case: 'conflict' })
})

test('a time in a diary is made of the slots that are there, and comes back whole', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine), next: slot('next', ...next) })
  const schedule = (await stage.slot('nine')).schedule.reference?.replace('Schedule/', '') ?? ''
  const request = await stage.refers('T-1')
  const long = { schedule, start: nine[0], end: '2030-01-08T09:50:00+01:00', request }
  await expect(book(stage, long)).rejects.toMatchObject({ case: 'conflict' })
  const made = await book(stage, { schedule, start: nine[0], end: next[1], request })
  expect([made.start, made.end].map((at) => Date.parse(at ?? ''))).toEqual(
    [nine[0], next[1]].map((at) => Date.parse(at)),
  )
  expect(made.slot).toHaveLength(2)
  await stage.says('cancelled', { ours: made.id })
  expect([await statusOf(stage, 'nine'), await statusOf(stage, 'next')]).toEqual(['free', 'free'])
})

test('beside the diary is booked only where the centre agrees to it, and marked', async () => {
  for (const byAgreement of [[], ['Organization/centre']]) {
    await using stage = await openStage({ byAgreement })
    await stage.publishes({ nine: slot('nine', ...nine) })
    const schedule = (await stage.slot('nine')).schedule.reference?.replace('Schedule/', '') ?? ''
    const request = await stage.refers('A-1')
    const booking = book(stage, { schedule, start: ten[0], end: ten[1], agreed: true, request })
    if (byAgreement.length === 0) {
      await expect(booking).rejects.toMatchObject({ case: 'business-rule' })
      continue
    }
    const made = await booking
    expect(made.slot).toBeUndefined()
    expect(made.extension).toContainEqual({ url: extensions.byAgreement, valueBoolean: true })
    await stage.says('booked', { ours: made.id, theirs: 'RV-1' })
    expect((await stage.now(made.id)).status).toBe('booked')
  }
})

test('an appointment that is moved keeps its place until the centre has confirmed the new one', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const request = await stage.refers('V-1')
  const old = await book(stage, { slot: (await stage.slot('nine')).id, request })
  await stage.says('booked', { ours: old.id, theirs: 'RV-1' })
  const moved = await book(stage, { slot: (await stage.slot('ten')).id, request }, { replaces: old.id })
  expect((await stage.now(old.id)).status).toBe('booked')
  expect(await statusOf(stage, 'nine')).toBe('busy')
  await stage.says('booked', { ours: moved.id, theirs: 'RV-2' })
  expect([(await stage.now(old.id)).status, (await stage.now(moved.id)).status]).toEqual([
    'cancelled',
    'booked',
  ])
  expect([await statusOf(stage, 'nine'), await statusOf(stage, 'ten')]).toEqual(['free', 'busy'])
  expect((await stage.now(old.id)).cancelationReason?.coding?.[0]?.code).toBe('moved')
  expect(await stage.sent()).toEqual([
    'appointment.requested',
    'appointment.requested',
    'appointment.cancelled',
  ])
})

test('a move that the centre refuses changes nothing', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const request = await stage.refers('V-1')
  const old = await book(stage, { slot: (await stage.slot('nine')).id, request })
  await stage.says('booked', { ours: old.id, theirs: 'RV-1' })
  const moved = await book(stage, { slot: (await stage.slot('ten')).id, request }, { replaces: old.id })
  await stage.says('cancelled', { ours: moved.id })
  expect((await stage.now(old.id)).status).toBe('booked')
  expect([await statusOf(stage, 'nine'), await statusOf(stage, 'ten')]).toEqual(['busy', 'free'])
})

test('details are changed by whoever booked', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine) })
  const made = await book(stage, { slot: (await stage.slot('nine')).id, request: await stage.refers('D-1') })
  const words = { appointment: made.id, comment: 'En fauteuil roulant' }
  expect((await amend(words, stage.desk.as('practice'))).comment).toBe('En fauteuil roulant')
  await expect(amend(words, stage.desk.as('other'))).rejects.toMatchObject({ case: 'not-found' })
})

test('the same key is one booking, whoever is quicker; with other content it is refused', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const [mine, ours] = [await stage.slot('nine'), await stage.slot('ten')]
  const target = { slot: mine.id, request: await stage.refers('K-1') }
  const key = { value: 'k-1', content: 'the same' }
  const made = await Promise.all(Array.from({ length: 8 }, () => book(stage, target, { key })))
  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  expect(await stage.sent()).toEqual(['appointment.requested'])
  const other = book(stage, { slot: ours.id }, { key: { ...key, content: 'another' } })
  await expect(other).rejects.toMatchObject({ case: 'duplicate' })
  const id = made[0]?.id ?? ''
  await stage.says('booked', { ours: id, theirs: 'RV-1' })
  expect((await book(stage, target, { key })).status).toBe('booked')
})

test('the same number of the caller’s own is one booking; for another place it is refused', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const identifier = [{ system: 'https://platform.example/bookings', value: '42' }]
  const request = await stage.refers('N-1')
  const target = { slot: (await stage.slot('nine')).id, request }
  const first = await book(stage, target, { identifier })
  expect((await book(stage, target, { identifier })).id).toBe(first.id)
  const other = { slot: (await stage.slot('ten')).id, request: await stage.refers('N-2') }
  await expect(book(stage, other, { identifier })).rejects.toMatchObject({ case: 'duplicate' })
})

test('a yes under the number of another appointment is for the cell to clear up', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const first = await book(stage, { slot: (await stage.slot('nine')).id, request: await stage.refers('Y-1') })
  const second = await book(stage, { slot: (await stage.slot('ten')).id, request: await stage.refers('Y-2') })
  await stage.says('booked', { ours: first.id, theirs: 'RV-1' })
  const { warnings } = await stage.says('booked', { ours: second.id, theirs: 'RV-1' })
  expect(warnings).toMatchObject([{ case: 'duplicate', severity: 'error' }])
  expect((await stage.now(second.id)).status).toBe('pending')
  await stage.says('booked', { ours: second.id, theirs: 'RV-1' })
  expect(await calls(stage)).toMatchObject([{ focus: { reference: `Appointment/${second.id}` } }])
  await stage.says('booked', { ours: second.id, theirs: 'RV-2' })
  expect((await stage.now(second.id)).status).toBe('booked')
  expect(await calls(stage)).toMatchObject([{ status: 'completed' }])
})

test('what a centre has not answered in time is asked by telephone, once; a late yes settles it', async () => {
  await using stage = await openStage({ answerMinutes: 30 })
  await stage.publishes({ nine: slot('nine', ...nine) })
  const made = await book(stage, { slot: (await stage.slot('nine')).id, request: await stage.refers('L-1') })
  await stage.desk.does('gateway', unanswered, { appointment: made.id })
  expect(await calls(stage)).toEqual([])
  stage.desk.clock.turn({ minutes: 31 })
  for (let n = 0; n < 2; n++) await stage.desk.does('gateway', unanswered, { appointment: made.id })
  expect(await calls(stage)).toMatchObject([
    { status: 'requested', owner: { reference: 'Organization/cell' } },
  ])
  await stage.says('booked', { ours: made.id, theirs: 'RV-1' })
  expect(await calls(stage)).toMatchObject([{ status: 'completed' }])
})

test('the two sides are made to agree', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const compare = (appointment: string, there: ReturnType<typeof said> | undefined) =>
    stage.desk.does('gateway', compared, { appointment, there, peer: 'ris' })
  const lost = await book(stage, { slot: (await stage.slot('nine')).id, request: await stage.refers('C-1') })
  await compare(lost.id, said('booked', { ours: lost.id, theirs: 'RV-1' })) // its yes was lost
  expect((await stage.now(lost.id)).status).toBe('booked')
  await compare(lost.id, said('booked', { ours: lost.id, theirs: 'RV-1' }))
  expect((await stage.now(lost.id)).meta.versionId).toBe('2')
  await compare(lost.id, undefined) // not known there
  await compare(lost.id, undefined)
  expect(await calls(stage)).toHaveLength(1)
  await compare(lost.id, said('cancelled', { ours: lost.id }))
  expect([(await stage.now(lost.id)).status, await statusOf(stage, 'nine')]).toEqual(['cancelled', 'free'])
  await compare(lost.id, said('booked', { ours: lost.id, theirs: 'RV-1' })) // their cancellation was undone
  expect((await stage.sent()).at(-1)).toBe('appointment.cancelled')
})

import { expect, test } from 'vitest'
import { cancelled } from '../../../src/flows/booking/cancelled.ts'
import { expired } from '../../../src/flows/booking/expired.ts'
import { bookOnce, hold, renew } from '../../../src/flows/booking/index.ts'
import { published } from '../../../src/flows/slots/published.ts'
import { entries } from '../desk.ts'
import { schedule } from '../messages.ts'
import { nine, openStage, slot, ten, until } from './stage.ts'

const many = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => {
      const [hour, minute] = [8 + Math.floor(n / 3), (n % 3) * 20]
      const at = (m: number) =>
        `2030-01-08T${String(hour).padStart(2, '0')}:${String(m).padStart(2, '0')}:00+01:00`
      return [`s${n}`, slot(`s${n}`, at(minute), at(minute + 19))]
    }),
  )

test('a hold ends when its territory says, or sooner if that is wished for', async () => {
  await using stage = await openStage({ holdSeconds: 300 })
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const now = stage.desk.clock().getTime()
  const long = await hold({ slot: (await stage.slot('nine')).id }, 9_000, stage.desk.as('practice'))
  const short = await hold({ slot: (await stage.slot('ten')).id }, 60, stage.desk.as('practice'))
  expect(Math.round((Date.parse(until(long) ?? '') - now) / 10_000)).toBe(30)
  expect(Math.round((Date.parse(until(short) ?? '') - now) / 10_000)).toBe(6)
})

test('a hold is renewed once, by its holder', async () => {
  await using stage = await openStage({ holdSeconds: 300 })
  await stage.publishes({ nine: slot('nine', ...nine) })
  const held = await hold({ slot: (await stage.slot('nine')).id }, undefined, stage.desk.as('practice'))
  stage.desk.clock.turn({ minutes: 4 })
  await expect(renew(held.id, undefined, stage.desk.as('cell'))).rejects.toMatchObject({ case: 'forbidden' })
  const longer = await renew(held.id, undefined, stage.desk.as('practice'))
  expect(Date.parse(until(longer) ?? '') - Date.parse(until(held) ?? '')).toBeGreaterThan(230_000)
  await expect(renew(held.id, undefined, stage.desk.as('practice'))).rejects.toMatchObject({
    case: 'business-rule',
  })
})

test('a hold that is over is not renewed', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine) })
  const held = await hold({ slot: (await stage.slot('nine')).id }, 60, stage.desk.as('practice'))
  stage.desk.clock.turn({ minutes: 2 })
  const renewing = renew(held.id, undefined, stage.desk.as('practice'))
  await expect(renewing).rejects.toMatchObject({ case: 'hold-expired' })
})

test('a client holds only so many places, also when it asks for all at once; each that ends makes room', async () => {
  await using stage = await openStage({ holdsPerClient: 4 })
  const slots = many(12)
  await stage.publishes(slots)
  const ids = await Promise.all(Object.keys(slots).map(async (name) => (await stage.slot(name)).id))
  const desk = stage.desk.as('practice')
  const ends = await Promise.allSettled(ids.map((id) => hold({ slot: id }, 60, desk)))
  const had = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
  expect(had).toHaveLength(4)
  const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
  expect(new Set(refused.map((one) => one.case))).toEqual(new Set(['throttled']))
  expect(refused[0].retryAfterSeconds).toBeGreaterThan(0)
  expect(refused[0].retryAfterSeconds).toBeLessThanOrEqual(60)

  const free = ids.filter((id) => !had.some((one) => one.slot?.[0]?.reference === `Slot/${id}`))
  await expect(hold({ slot: free[0] ?? '' }, 60, stage.desk.as('other'))).resolves.toBeDefined()
  await stage.desk.does('practice', cancelled, { appointment: had[0]?.id ?? '' })
  await hold({ slot: free[1] ?? '' }, 60, desk)
  await expect(hold({ slot: free[2] ?? '' }, 60, desk)).rejects.toMatchObject({ case: 'throttled' })
  stage.desk.clock.turn({ minutes: 2 })
  await stage.desk.does('gateway', expired, { appointment: had[1]?.id ?? '' })
  await hold({ slot: free[2] ?? '' }, 60, desk)
})

test('a hold that is booked makes room for another', async () => {
  await using stage = await openStage({ holdsPerClient: 1 })
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const desk = stage.desk.as('practice')
  const request = await stage.refers('H-1')
  const held = await hold({ slot: (await stage.slot('nine')).id, request }, undefined, desk)
  await bookOnce({ target: { appointment: held.id }, waitMs: 0 }, desk)
  await hold({ slot: (await stage.slot('ten')).id }, undefined, desk)
  expect(await stage.desk.store.reader().occupancies([(await stage.slot('nine')).id])).toHaveLength(1)
})

test('32 clients that hold different places at once do not disturb one another', async () => {
  await using stage = await openStage()
  const slots = many(32)
  await stage.publishes(slots)
  const ids = await Promise.all(Object.keys(slots).map(async (name) => (await stage.slot(name)).id))
  const held = await Promise.all(ids.map((id) => hold({ slot: id }, undefined, stage.desk.as('practice'))))
  expect(new Set(held.map((one) => one.slot?.[0]?.reference)).size).toBe(32)
})

test('a slot that was held for nobody yet is booked by its holder for somebody', async () => {
  await using stage = await openStage()
  await stage.publishes({ nine: slot('nine', ...nine) })
  const target = { slot: (await stage.slot('nine')).id }
  const held = await hold(target, undefined, stage.desk.as('practice'))
  const request = await stage.refers('U-1')
  const others = bookOnce(
    { target: { ...target, request: await stage.refers('U-2', 'other') }, waitMs: 0 },
    stage.desk.as('other'),
  )
  await expect(others).rejects.toMatchObject({ case: 'conflict' })
  const booked = await bookOnce({ target: { ...target, request }, waitMs: 0 }, stage.desk.as('practice'))
  expect(booked).toMatchObject({ id: held.id, basedOn: [{ reference: `ServiceRequest/${request}` }] })
  expect(until(booked)).toBeUndefined()
})

test('a place of a diary that names nobody is held for nobody so far, and booked for whoever is told then', async () => {
  await using stage = await openStage()
  const unnamed = { ...schedule, actor: [{ display: 'IRM 1' }] }
  const said = entries({ schedule: unnamed, nine: slot('nine', ...nine) })
  await stage.desk.does('ris', published, { entries: said, peer: 'ris' })
  const place = { slot: (await stage.slot('nine')).id }
  const held = await hold(place, undefined, stage.desk.as('practice'))
  expect(held.participant).toMatchObject([{ type: [{ coding: [{ code: 'SBJ' }] }], status: 'needs-action' }])
  const target = { ...place, request: await stage.refers('N-1') }
  const booked = await bookOnce({ target, waitMs: 0 }, stage.desk.as('practice'))
  expect(booked.id).toBe(held.id)
  expect(booked.participant[0]?.actor?.reference).toMatch(/^Patient\//)
  expect(booked.participant.filter(({ actor }) => !actor)).toEqual([])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Occupancy, Store } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { minute, newId } from './resources.ts'

const occupancy = (more: Partial<Occupancy> = {}): Occupancy => ({
  slot: 'slot-1',
  place: 1,
  appointment: newId(),
  resources: ['Device/ct'],
  start: minute(0),
  end: minute(20),
  ...more,
})

const take = (store: Store, ...occupancies: Occupancy[]) => store.write({ at: minute(0), take: occupancies })

test('of fifty who want one place, one gets it and the others hear that it is taken', async () => {
  await using store = await openTestStore()
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => take(store, occupancy())))
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.case] : []))
  const lost = results.filter((result) => result.status === 'fulfilled' && !result.value)
  expect(results.filter((result) => result.status === 'fulfilled' && result.value)).toHaveLength(1)
  expect(refused.length + lost.length).toBe(49)
  expect(new Set(refused)).toEqual(new Set(['conflict']))
  expect(await store.reader().occupancies(['slot-1'])).toHaveLength(1)
})

test('a slot of capacity three takes three', async () => {
  await using store = await openTestStore()
  const places = [1, 2, 3, 1, 2, 3, 1, 2, 3]
  const results = await Promise.allSettled(
    places.map((place) => take(store, occupancy({ place, resources: [] }))),
  )
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  const taken = await store.reader().occupancies(['slot-1'])
  expect(taken.map(({ place }) => place)).toEqual([1, 2, 3])
})

test('one machine is not taken twice at one time, whatever the slot', async () => {
  await using store = await openTestStore()
  await take(store, occupancy())
  const overlap = occupancy({ slot: 'slot-2', start: minute(19), end: minute(40) })
  await expect(take(store, overlap)).rejects.toMatchObject({ case: 'conflict' })
})

test('times that touch do not overlap', async () => {
  await using store = await openTestStore()
  await take(store, occupancy())
  expect(await take(store, occupancy({ slot: 'slot-2', start: minute(20), end: minute(40) }))).toBe(true)
})

test('what needs two machines takes both or none', async () => {
  await using store = await openTestStore()
  await take(store, occupancy({ resources: ['Device/injector'] }))
  const both = occupancy({ slot: 'slot-2', resources: ['Device/mri', 'Device/injector'] })
  await expect(take(store, both)).rejects.toMatchObject({ case: 'conflict' })
  expect(await store.reader().occupancies(['slot-2'])).toEqual([])
  expect(await take(store, occupancy({ slot: 'slot-3', resources: ['Device/mri'] }))).toBe(true)
})

test('a place that is given back can be taken, in the same write too', async () => {
  await using store = await openTestStore()
  const [first, second] = [occupancy(), occupancy()]
  await take(store, first)
  expect(await store.write({ at: minute(1), release: [first.appointment], take: [second] })).toBe(true)
  expect(await store.reader().occupancies(['slot-1'])).toEqual([second])
  await store.write({ at: minute(2), release: [second.appointment] })
  expect(await take(store, occupancy())).toBe(true)
})

test('a place below one, or that ends before it starts, is refused', async () => {
  await using store = await openTestStore()
  await expect(take(store, occupancy({ place: 0 }))).rejects.toMatchObject({ case: 'value' })
  await expect(take(store, occupancy({ end: minute(0) }))).rejects.toMatchObject({ case: 'value' })
  await expect(take(store, occupancy({ end: minute(-5) }))).rejects.toMatchObject({ case: 'value' })
})

/** Something that is asked of the store: a place for some minutes with some machines, or an earlier one given back. */
const asked = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      slot: fc.constantFrom('a', 'b', 'c'),
      place: fc.integer({ min: 1, max: 2 }),
      from: fc.integer({ min: 0, max: 60 }),
      minutes: fc.integer({ min: 1, max: 30 }),
      resources: fc.uniqueArray(fc.constantFrom('Device/ct', 'Device/mri', 'Practitioner/x'), {
        maxLength: 2,
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ giveBack: fc.nat() }) },
)

/** Whether two cannot both be: the same place of a slot, or one machine at overlapping times. */
const excludes = (a: Occupancy, b: Occupancy) =>
  (a.slot === b.slot && a.place === b.place) ||
  (a.resources.some((one) => b.resources.includes(one)) &&
    Date.parse(a.start) < Date.parse(b.end) &&
    Date.parse(b.start) < Date.parse(a.end))

test('whatever is taken and given back, exactly what excludes nothing that is taken is taken', async () => {
  await using store = await openTestStore()
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 5, maxLength: 25 }), async (all) => {
      const name = `r${round++}`
      const taken: Occupancy[] = []
      for (const one of all) {
        if ('giveBack' in one) {
          const [gone] = taken.splice(one.giveBack % Math.max(1, taken.length), 1)
          if (gone) await store.write({ at: minute(0), release: [gone.appointment] })
          continue
        }
        const { from, minutes, slot, resources, place } = one
        const wanted = occupancy({
          slot: `${name}-${slot}`,
          place,
          resources: resources.map((each) => `${each}-${name}`),
          start: minute(from),
          end: minute(from + minutes),
        })
        const isTaken = await take(store, wanted).catch(({ case: what }) =>
          what === 'conflict' ? false : what,
        )
        expect(isTaken).toBe(!taken.some((other) => excludes(wanted, other)))
        if (isTaken) taken.push(wanted)
      }
      const kept = await store.reader().occupancies(['a', 'b', 'c'].map((slot) => `${name}-${slot}`))
      const byId = (a: Occupancy, b: Occupancy) => (a.appointment < b.appointment ? -1 : 1)
      expect(kept.toSorted(byId)).toEqual(taken.toSorted(byId))
    }),
    { numRuns: 12 },
  )
})

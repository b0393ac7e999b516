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

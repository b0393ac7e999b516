import { expect, test } from 'vitest'
import { Duplicate } from '../../src/store/duplicate.ts'
import { openTestStore } from '../support/database.ts'
import { create, minute, newId, patient } from './resources.ts'

const ins = { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '255069999999934' }
const ipp = { system: 'urn:oid:1.2.3', value: '42' }

test('a business identifier that exists is refused, and the one that has it is named', async () => {
  await using store = await openTestStore()
  const first = patient(newId(), { identifier: [ins] })
  await create(store, first)
  const second = create(store, patient(newId(), { identifier: [ipp, ins] }))
  await expect(second).rejects.toSatisfy(
    (thrown) => thrown instanceof Duplicate && thrown.existing === `Patient/${first.id}`,
  )
  await expect(second).rejects.toMatchObject({ case: 'duplicate' })
})

test('of fifty who create one business identifier at the same time, one does; the others hear which', async () => {
  await using store = await openTestStore()
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, () => create(store, patient(newId(), { identifier: [ins] }))),
  )
  const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  const winner = await store.reader().identified('Patient', ins.system, ins.value)
  expect(refusals).toHaveLength(49)
  expect(new Set(refusals.map((refusal) => refusal.existing))).toEqual(new Set([`Patient/${winner?.id}`]))
})

test('two types may carry the same identifier', async () => {
  await using store = await openTestStore()
  const identifier = [ipp]
  const meta = { versionId: '1', lastUpdated: minute(0) }
  await create(store, patient(newId(), { identifier }))
  expect(await create(store, { resourceType: 'Flag', id: newId(), meta, identifier } as never)).toBe(true)
})

test('an identifier is free again once it is taken off, or its resource is deleted', async () => {
  await using store = await openTestStore()
  const { id } = patient(newId())
  await create(store, patient(id, { identifier: [ins, ipp] }))
  await create(store, patient(id, { version: 2, identifier: [ipp] }))
  expect(await create(store, patient(newId(), { identifier: [ins] }))).toBe(true)
  await store.write({
    at: minute(1),
    removed: [{ type: 'Patient', id, replaces: 2, lastUpdated: minute(1) }],
  })
  expect(await create(store, patient(newId(), { identifier: [ipp] }))).toBe(true)
})

test('an identifier passes from one resource to another in one write', async () => {
  await using store = await openTestStore()
  const [a, b] = [newId(), newId()]
  await create(store, patient(a, { identifier: [ins] }))
  await create(store, patient(b, { identifier: [ipp] }))
  const resources = [
    { resource: patient(a, { version: 2, identifier: [ipp] }), replaces: 1 },
    { resource: patient(b, { version: 2, identifier: [ins] }), replaces: 1 },
  ]
  expect(await store.write({ at: minute(1), resources })).toBe(true)
  expect(await store.reader().identified('Patient', ins.system, ins.value)).toMatchObject({ id: b })
})

test('two resources of one write that carry one identifier are refused', async () => {
  await using store = await openTestStore()
  const twins = [newId(), newId()].map((id) => ({
    resource: patient(id, { identifier: [ins] }),
    replaces: 0,
  }))
  await expect(store.write({ at: minute(0), resources: twins })).rejects.toMatchObject({ case: 'duplicate' })
})

test('an identifier longer than an index entry is told apart from others all the same', async () => {
  await using store = await openTestStore()
  const long = (end: string) => ({ system: 'urn:x', value: 'x'.repeat(100_000) + end })
  await create(store, patient(newId(), { identifier: [long('a')] }))
  expect(await create(store, patient(newId(), { identifier: [long('b')] }))).toBe(true)
  await expect(create(store, patient(newId(), { identifier: [long('a')] }))).rejects.toThrow(Duplicate)
})

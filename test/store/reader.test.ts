import { expect, test } from 'vitest'
import { openTestStore } from '../support/database.ts'
import { create, minute, newId, patient } from './resources.ts'

const ins = { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '255069999999934' }
const ipp = { system: 'urn:oid:1.2.3', value: '42' }

test('a reader remembers the version of everything it has handed out', async () => {
  await using store = await openTestStore()
  const [a, b, c, gone] = [newId(), newId(), newId(), newId()]
  await create(store, patient(a))
  await create(store, patient(a, { version: 2 }))
  await create(store, patient(b, { identifier: [ipp] }))
  await create(store, patient(c, { family: 'Durand' }))
  await create(store, patient(gone))
  const removed = [{ type: 'Patient', id: gone, replaces: 1, lastUpdated: minute(1) }]
  await store.write({ at: minute(1), removed })
  const reader = store.reader()
  expect(await reader.follow(`Patient/${a}/_history/1`)).toMatchObject({ id: a, meta: { versionId: '2' } })
  expect(await reader.identified('Patient', undefined, '42')).toMatchObject({ id: b })
  expect(await reader.search('Patient', 'family=durand')).toMatchObject([{ id: c }])
  expect(await reader.read('Patient', gone)).toBeUndefined()
  expect(await reader.read('Patient', newId())).toBeUndefined()
  expect(reader.versions).toEqual(
    new Map([
      [`Patient/${a}`, 2],
      [`Patient/${b}`, 1],
      [`Patient/${c}`, 1],
      [`Patient/${gone}`, 2],
    ]),
  )
})

test('the resource with one of the same identifiers is found; two are too many', async () => {
  await using store = await openTestStore()
  const [one, other] = [newId(), newId()]
  await create(store, patient(one, { identifier: [ins] }))
  await create(store, patient(other, { identifier: [ipp] }))
  const { sameIdentifier } = store.reader()
  expect(await sameIdentifier(patient(newId(), { identifier: [{ ...ins, use: 'official' }] }))).toMatchObject(
    {
      id: one,
    },
  )
  expect(await sameIdentifier(patient(newId(), { identifier: [{ ...ins, use: 'old' }] }))).toBeUndefined()
  await expect(sameIdentifier(patient(newId(), { identifier: [ins, ipp] }))).rejects.toMatchObject({
    case: 'multiple-matches',
  })
})

test('a reference that is not of ours leads nowhere', async () => {
  await using store = await openTestStore()
  const { follow } = store.reader()
  for (const reference of [undefined, '#contained', 'urn:uuid:1', 'https://a.example/Patient/1', 'Patient']) {
    expect(await follow(reference)).toBeUndefined()
  }
})

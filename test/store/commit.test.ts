import { expect, test } from 'vitest'
import { openTestStore } from '../support/database.ts'
import { create, minute, newId, patient } from './resources.ts'

test('of fifty who replace one version at the same time, one does', async () => {
  await using store = await openTestStore()
  const id = newId()
  await create(store, patient(id))
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      const resource = patient(id, { version: 2, family: `F${index}` })
      return store.write({ at: minute(1), resources: [{ resource, replaces: 1 }] })
    }),
  )
  expect(results.filter(Boolean)).toHaveLength(1)
  expect(await store.read('Patient', id, 'all')).toMatchObject({ version: 2 })
  expect(await store.vread('Patient', id, 1, 'all')).toMatchObject({ version: 1 })
})

test('of two who create one id, one does', async () => {
  await using store = await openTestStore()
  const id = newId()
  const results = await Promise.all([create(store, patient(id)), create(store, patient(id))])
  expect(results.sort()).toEqual([false, true])
})

test('a read gives the text that was written, byte for byte', async () => {
  await using store = await openTestStore()
  const resource = patient(newId(), { family: 'Ünï "cödé" \\ \u0001 1.10 🩻' })
  await create(store, resource)
  expect((await store.read('Patient', resource.id, 'all'))?.body).toBe(JSON.stringify(resource))
})

test('when one version is stale, nothing of the write is kept', async () => {
  await using store = await openTestStore()
  const [known, fresh] = [patient(newId()), patient(newId())]
  await create(store, known)
  const done = await store.write({
    at: minute(1),
    resources: [
      { resource: fresh, replaces: 0 },
      { resource: patient(known.id, { version: 3 }), replaces: 2 },
    ],
    departures: [{ row: crypto.randomUUID(), peer: 'ris', kind: 'ORM^O01', about: [] }],
    take: [
      { slot: 's', place: 1, appointment: 'a', resources: ['Device/ct'], start: minute(0), end: minute(20) },
    ],
  })
  expect(done).toBe(false)
  expect(await store.read('Patient', fresh.id, 'all')).toBeUndefined()
  expect(await store.outbox.list({ limit: 10 })).toEqual([])
  expect(await store.reader().occupancies(['s'])).toEqual([])
})

test('a deleted resource is read as deleted, its past stays, and it may come back', async () => {
  await using store = await openTestStore()
  const { id } = patient(newId())
  await create(store, patient(id))
  const removed = { type: 'Patient', id, replaces: 1, lastUpdated: minute(1) }
  expect(await store.write({ at: minute(1), removed: [removed] })).toBe(true)
  expect(await store.read('Patient', id, ['public'])).toMatchObject({ version: 2, deleted: true, body: '' })
  expect(await store.vread('Patient', id, 1, 'all')).toMatchObject({ deleted: false })
  expect(await store.write({ at: minute(1), removed: [removed] })).toBe(false)
  expect(await create(store, patient(id, { version: 3 }))).toBe(true)
  expect(await store.read('Patient', id, ['public'])).toMatchObject({ version: 3, deleted: false })
})

test('a write that relies on another resource fails when that one has changed', async () => {
  await using store = await openTestStore()
  const relied = patient(newId())
  await create(store, relied)
  const reference = `Patient/${relied.id}`
  const write = (version: number) =>
    store.write({
      at: minute(1),
      resources: [{ resource: patient(newId()), replaces: 0 }],
      relies: new Map([[reference, version]]),
    })
  expect(await write(1)).toBe(true)
  await create(store, patient(relied.id, { version: 2 }))
  expect(await write(1)).toBe(false)
  expect(await write(2)).toBe(true)
  expect(await write(0)).toBe(false)
})

test('two writes that rely on what the other replaces do not both succeed', async () => {
  await using store = await openTestStore()
  for (let round = 0; round < 10; round++) {
    const [a, b] = [patient(newId()), patient(newId())]
    await Promise.all([create(store, a), create(store, b)])
    const replace = (one: string, other: string) =>
      store.write({
        at: minute(1),
        resources: [{ resource: patient(one, { version: 2 }), replaces: 1 }],
        relies: new Map([[`Patient/${other}`, 1]]),
      })
    const results = await Promise.all([replace(a.id, b.id), replace(b.id, a.id)])
    expect(results.filter(Boolean).length).toBeLessThanOrEqual(1)
  }
})

test('a resource is seen by whoever holds one of its keys, and by nobody else', async () => {
  await using store = await openTestStore()
  const { id } = patient(newId())
  await create(store, patient(id), ['org:a'])
  const seenBy = async (...keys: string[]) => (await store.read('Patient', id, keys)) !== undefined
  expect([await seenBy('org:a', 'public'), await seenBy('org:b'), await seenBy()]).toEqual([
    true,
    false,
    false,
  ])

  await create(store, patient(id, { version: 2 }), ['org:b'])
  expect([await seenBy('org:a'), await seenBy('org:b')]).toEqual([true, true])

  const instead = { resource: patient(id, { version: 3 }), replaces: 2, sightInstead: ['org:c'] }
  await store.write({ at: minute(1), resources: [instead] })
  expect([await seenBy('org:a'), await seenBy('org:b'), await seenBy('org:c')]).toEqual([false, false, true])
  expect(await store.vread('Patient', id, 1, ['org:a'])).toBeUndefined()
  expect(await store.vread('Patient', id, 1, ['org:c'])).toBeDefined()
})

test('a grant lets others see a resource, and find it, without a new version', async () => {
  await using store = await openTestStore()
  const { id } = patient(newId())
  await create(store, patient(id), ['org:a'])
  const grants = [{ reference: `Patient/${id}`, sight: ['org:b'] }]
  expect(await store.write({ at: minute(1), grants })).toBe(true)
  expect(await store.read('Patient', id, ['org:b'])).toMatchObject({ version: 1 })
  expect(await store.reader().sight(`Patient/${id}`)).toEqual(['org:a', 'org:b'])
})

test('fifty grants at once all hold, beside a new version', async () => {
  await using store = await openTestStore()
  const { id } = patient(newId())
  await create(store, patient(id), ['org:own'])
  const keys = Array.from({ length: 50 }, (_, index) => `org:${index}`)
  const [done] = await Promise.all([
    create(store, patient(id, { version: 2 }), ['org:two']),
    ...keys.map((key) =>
      store.write({ at: minute(1), grants: [{ reference: `Patient/${id}`, sight: [key] }] }),
    ),
  ])
  expect(done).toBe(true)
  expect(new Set(await store.reader().sight(`Patient/${id}`))).toEqual(
    new Set(['org:own', 'org:two', ...keys]),
  )
})

test('a text that the database cannot hold is refused by its place in the standard, not as our fault', async () => {
  await using store = await openTestStore()
  const identifier = [{ system: 'urn:x', value: 'a\0b' }]
  await expect(create(store, patient(newId(), { identifier }))).rejects.toMatchObject({ case: 'value' })
})

test('a write that names a resource twice is a mistake of ours', async () => {
  await using store = await openTestStore()
  const resource = patient(newId())
  const twice = [
    { resource, replaces: 0 },
    { resource, replaces: 0 },
  ]
  await expect(store.write({ at: minute(0), resources: twice })).rejects.toThrow('twice')
})

import { expect, test } from 'vitest'
import { openTestStore } from '../support/database.ts'
import { create, newId, patient } from './resources.ts'

test('of fifty who replace one version at the same time, one does', async () => {
  await using store = await openTestStore()
  const id = newId()
  await create(store, patient(id))
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      store.write({
        at,
        resources: [{ resource: patient(id, { version: 2, family: `F${index}` }), replaces: 1 }],
      }),
    ),
  )
  expect(results.filter(Boolean)).toHaveLength(1)
  expect(await store.read('Patient', id, 'all')).toMatchObject({ version: 2 })
})

const at = '2026-03-02T08:00:00.000Z'

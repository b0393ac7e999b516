import type { Resource } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { failure } from '../../../src/fhir/outcome.ts'
import { openMaking } from '../../../src/flows/resource/making.ts'
import { transact } from '../../../src/flows/resource/transact.ts'
import type { Desk } from '../../../src/flows/step.ts'
import { fixedId, openTestDesk } from '../desk.ts'

const number = { system: 'urn:test', value: '1' }
const said: Resource = { resourceType: 'Patient', identifier: [number], name: [{ family: 'Exemple' }] }
const asked = {
  verb: 'create',
  type: 'Patient',
  resource: said,
  ifNoneExist: `identifier=${number.system}|${number.value}`,
} as const

/** So many who ask for it at the same time. */
const atOnce = (count: number, desk: Desk) =>
  Array.from({ length: count }, (_, n) =>
    transact(
      [asked],
      () => fixedId(`${n}`),
      desk,
      () => undefined,
    ),
  )

test('what many ask for by one condition at the same time is made once, and tried once', async () => {
  await using desk = await openTestDesk()
  let written = 0
  const store = {
    ...desk.store,
    write: (...write: Parameters<typeof desk.store.write>) => {
      written++
      return desk.store.write(...write)
    },
  }
  const own = { ...desk.as('cell'), store, making: openMaking() }
  const all = await Promise.all(atOnce(8, own))
  expect(new Set(all.map(({ changed: [one] }) => one?.id)).size).toBe(1)
  expect(written).toBe(1)
})

test('when who makes it fails, the next one makes it', async () => {
  await using desk = await openTestDesk()
  let tried = 0
  const store = {
    ...desk.store,
    write: async (...write: Parameters<typeof desk.store.write>) => {
      if (tried++ === 0) throw failure('transient', 'The store cannot be reached now.')
      return desk.store.write(...write)
    },
  }
  const own = { ...desk.as('cell'), store, making: openMaking() }
  const all = await Promise.allSettled(atOnce(3, own))
  expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(await desk.all('Patient')).toHaveLength(1)
})

test('conditions that others make nothing by wait for nobody', async () => {
  const making = openMaking()
  using _ = making.begin(['Patient?a', 'Task?b'])
  expect(making.begin(['Task?c', 'Patient?a'])).toBeUndefined()
  await making.over(['Task?c'])
  expect(making.begin(['Task?c'])).toBeDefined()
})

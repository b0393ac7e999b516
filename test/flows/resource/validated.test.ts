import type { Resource } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { extensions, systems } from '../../../src/fhir/canonical.ts'
import { flagCodesOf } from '../../../src/flows/referral/flags.ts'
import { transact } from '../../../src/flows/resource/transact.ts'
import { fixedId, openTestDesk } from '../desk.ts'

const said: Resource = {
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  code: { coding: [{ system: 'http://loinc.org', code: '30799-1' }] },
  subject: { identifier: { system: 'urn:test', value: 'somebody' } },
}

test('what only gets flags is held against the profiles once, as it was sent; what a step makes beside is, too', async () => {
  await using desk = await openTestDesk()
  const own = desk.as('cell')
  const held: Resource[] = []
  const validate = (resource: Resource) => {
    held.push(resource)
    return own.validate(resource)
  }
  let made = 0
  const asked = { verb: 'create', type: 'ServiceRequest', resource: said } as const
  await transact(
    [asked],
    () => fixedId(`${made++}`),
    { ...own, validate },
    () => undefined,
  )
  expect(held.map(({ resourceType }) => resourceType)).toEqual(['ServiceRequest', 'Task'])
  const [kept] = await desk.all('ServiceRequest')
  expect(flagCodesOf(kept ?? {})).toContain('missing-purpose')
  expect(own.validate(kept ?? said)).toEqual([])
})

test('extensions that were sent are kept beside the flags, and no flag is taken from who sends it', async () => {
  await using desk = await openTestDesk()
  const other = { url: 'https://example.org/extension', valueString: 'kept' }
  const flag = {
    url: extensions.flag,
    valueCodeableConcept: { coding: [{ system: systems.flag, code: 'non-member' }] },
  }
  const resource: Resource = { ...said, extension: [flag, other] }
  const asked = { verb: 'create', type: 'ServiceRequest', resource } as const
  let made = 0
  await transact(
    [asked],
    () => fixedId(`${made++}`),
    desk.as('cell'),
    () => undefined,
  )
  const [kept] = await desk.all('ServiceRequest')
  expect(kept?.extension).toContainEqual(other)
  expect(flagCodesOf(kept ?? {})).not.toContain('non-member')
})

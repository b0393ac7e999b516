import type { Communication } from '@medplum/fhirtypes'
import { beforeEach, expect, test } from 'vitest'
import { received } from '../../../src/flows/referral/received.ts'
import { commented } from '../../../src/flows/results/commented.ts'
import { entries, openTestDesk, type TestDesk } from '../desk.ts'
import { patient, qualified, referral, request } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

const comment = (number: string, contentString = 'Rien de notable'): Communication => {
  const [identifier] = request(number).identifier ?? []
  return {
    resourceType: 'Communication',
    identifier: [{ system: 'urn:oid:1.2.250.1.999.3', value: `CR-${number}` }],
    status: 'completed',
    ...(identifier && { basedOn: [{ type: 'ServiceRequest', identifier }] }),
    payload: [{ contentString }],
  }
}

const says = (named: Parameters<typeof entries>[0]) =>
  desk.does('ris', commented, { entries: entries(named) })
const refers = (number: string, more: Parameters<typeof referral>[1] = {}) =>
  desk.does('practice', received, { ...referral(number, more), addressedTo: 'RIS' })

test('comments on two orders in one message are refused, and none is filed under the other', async () => {
  await refers('K-1')
  await refers('K-2')
  await expect(says({ 'said-0': comment('K-1'), 'said-1': comment('K-2') })).rejects.toMatchObject({
    case: 'business-rule',
  })
  expect(await desk.all('Communication')).toEqual([])
})

test('a comment whose patient has another INS than the order’s is refused', async () => {
  await refers('K-1', { patient: patient(qualified()) })
  const other = patient({ ...qualified('274075176079430'), name: [{ family: 'AUTRE' }] })
  await expect(
    says({ patient: { ...other, identifier: other.identifier?.slice(1) ?? [] }, said: comment('K-1') }),
  ).rejects.toMatchObject({ case: 'conflict' })
  expect(await desk.all('Communication')).toEqual([])
})

test('a comment is seen by who takes part in the order, and by nobody else', async () => {
  await refers('K-1')
  await says({ said: comment('K-1') })
  const [kept] = await desk.all('Communication')
  const keys = await desk.seenBy(`Communication/${kept?.id}`)
  expect([...keys].sort()).toEqual(['keeper:centre', 'org:centre', 'org:practice'])
})

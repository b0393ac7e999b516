import type { Task } from '@medplum/fhirtypes'
import { beforeEach, expect, test } from 'vitest'
import { received } from '../../../src/flows/referral/received.ts'
import { replied } from '../../../src/flows/results/replied.ts'
import { type ActorName, entries, openTestDesk, type TestDesk } from '../desk.ts'
import { referral, request } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

/** What an imaging structure says of a request that was addressed to it. */
const says = (by: ActorName, status: Task['status']) => {
  const [identifier] = request('T-1').identifier ?? []
  const task: Task = {
    resourceType: 'Task',
    status,
    intent: 'order',
    focus: { type: 'ServiceRequest', ...(identifier && { identifier }) },
  }
  return desk.does(by, replied, { entries: entries({ task }) })
}
const status = async () => (await desk.all('Task'))[0]?.status

test('the structure that a request is addressed to accepts it', async () => {
  await desk.does('practice', received, { ...referral('T-1'), addressedTo: 'RIS' })
  await says('ris', 'accepted')
  expect(await status()).toBe('accepted')
})

test('nobody else does, not even whoever asked', async () => {
  await desk.does('practice', received, { ...referral('T-1'), addressedTo: 'RIS' })
  for (const other of ['practice', 'other', 'ris-other'] as const) {
    expect(await says(other, 'accepted')).toMatchObject({ filtered: expect.any(String) })
  }
  expect(await status()).toBe('requested')
})

test('what has been refused is not accepted later', async () => {
  await desk.does('practice', received, { ...referral('T-1'), addressedTo: 'RIS' })
  await says('ris', 'rejected')
  await expect(says('ris', 'accepted')).rejects.toMatchObject({ case: 'business-rule' })
})

import type { Appointment, Resource, Task } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { transact } from '../../../src/flows/resource/transact.ts'
import { replied } from '../../../src/flows/results/replied.ts'
import { businessStatus } from '../../../src/flows/task.ts'
import { endHolds, offerPlaces } from '../../../src/gateway/bookings.ts'
import { silent } from '../../../src/log.ts'
import type { Kept } from '../../../src/store/index.ts'
import { nine, openStage, type Stage, slot } from '../booking/stage.ts'
import type { ActorName } from '../desk.ts'
import { entries } from '../desk.ts'
import { request as requestOf } from '../messages.ts'

let stage: Stage
let request: string
beforeEach(async () => {
  stage = await openStage()
  request = await stage.refers('E-1')
  return () => stage[Symbol.asyncDispose]()
})

const forEver = new AbortController().signal
const offers = () => offerPlaces(stage.desk.as('gateway'), silent, forEver)
const now = async <R extends Resource>(type: R['resourceType']): Promise<Kept<R>> => {
  const [found] = await stage.desk.all(type)
  return found as Kept<R> // there is one
}
const statuses = async () => {
  const [asks, task, appointments, questions] = [
    await now('ServiceRequest'),
    await now<Task>('Task'),
    await stage.desk.all('Appointment'),
    await stage.desk.all('CommunicationRequest'),
  ]
  const statusOf = (one: object) => ('status' in one ? one.status : undefined)
  return [asks, task, ...appointments, ...questions].map(statusOf)
}

const sends = (by: ActorName, ...resources: (Resource | Kept)[]) =>
  transact(
    resources.map((resource) =>
      resource.id === undefined
        ? { verb: 'create' as const, type: resource.resourceType, resource }
        : { verb: 'update' as const, type: resource.resourceType, resource, target: { id: resource.id } },
    ),
    () => crypto.randomUUID(),
    stage.desk.as(by),
    () => undefined,
  )
const moves = async (by: ActorName, status: Task['status'], more: Partial<Task> = {}) =>
  sends(by, { ...(await now<Task>('Task')), ...more, status })

/** The request waits for a place, and its prescriber is asked something. */
const waitsAndAsks = () => {
  const about = [{ reference: `ServiceRequest/${request}` }]
  const waits: Appointment = {
    resourceType: 'Appointment',
    status: 'waitlist',
    basedOn: about,
    requestedPeriod: [{ start: '2030-01-07T09:00:00Z', end: '2030-01-20T00:00:00Z' }],
    participant: [{ actor: { display: 'patient' }, status: 'accepted' }],
  }
  return sends('cell', waits, { resourceType: 'CommunicationRequest', status: 'active', basedOn: about })
}

describe('a request whose Task ends', () => {
  test('refused, waits for no place and is asked nothing more; it stays its author’s, and active', async () => {
    await waitsAndAsks()
    await moves('cell', 'rejected')
    expect(await statuses()).toEqual(['active', 'rejected', 'cancelled', 'revoked'])
    await stage.publishes({ nine: slot('nine', ...nine) })
    await offers()
    expect((await stage.slot('nine')).status).toBe('free')
  })

  test('refused while a place of the list is held for it, gives that place back for good', async () => {
    await waitsAndAsks()
    await stage.publishes({ nine: slot('nine', ...nine) })
    await offers()
    expect((await stage.slot('nine')).status).toBe('busy-tentative')
    await moves('cell', 'rejected')
    expect((await stage.slot('nine')).status).toBe('free')
    expect(await stage.sent()).toEqual([])
    stage.desk.clock.turn({ hours: 3 })
    await endHolds(stage.desk.as('gateway'), silent, forEver)
    await offers()
    expect(await statuses()).toEqual(['active', 'rejected', 'cancelled', 'revoked'])
  })

  test('cancelled by whoever asked, is taken back with all that', async () => {
    await waitsAndAsks()
    await moves('practice', 'cancelled')
    expect(await statuses()).toEqual(['revoked', 'cancelled', 'cancelled', 'revoked'])
  })

  test('completed, is completed itself: nobody takes it back, nor is a place offered to it', async () => {
    await waitsAndAsks()
    await moves('cell', 'in-progress', { businessStatus: businessStatus('visit-complete') })
    await moves('cell', 'completed')
    expect(await statuses()).toEqual(['completed', 'completed', 'cancelled', 'revoked'])
    const back = sends('practice', { ...(await now('ServiceRequest')), status: 'revoked' } as Resource)
    await expect(back).rejects.toMatchObject({ case: 'business-rule' })
  })

  test('refused by the structure that it is addressed to, ends as by the cell', async () => {
    await waitsAndAsks()
    const [identifier] = requestOf('E-1').identifier ?? []
    const task: Task = {
      resourceType: 'Task',
      status: 'rejected',
      intent: 'order',
      focus: { type: 'ServiceRequest', ...(identifier && { identifier }) },
    }
    await stage.desk.does('cell', replied, { entries: entries({ task }) })
    expect(await statuses()).toEqual(['active', 'rejected', 'cancelled', 'revoked'])
  })

  test('completed in one with its Task, is as it was said', async () => {
    await moves('cell', 'in-progress')
    const [asks, task] = [await now('ServiceRequest'), await now<Task>('Task')]
    await sends('cell', { ...asks, status: 'completed' } as Resource, { ...task, status: 'completed' })
    expect(await statuses()).toEqual(['completed', 'completed'])
  })
})

test('a request that is taken back waits for no place, and nobody has to answer about it', async () => {
  await waitsAndAsks()
  await sends('practice', { ...(await now('ServiceRequest')), status: 'revoked' } as Resource)
  expect(await statuses()).toEqual(['revoked', 'cancelled', 'cancelled', 'revoked'])
  expect(await stage.sent()).toEqual([])
})

test('a place is not offered to a request whose Task has ended, whatever still stands on the list', async () => {
  await moves('cell', 'rejected')
  await waitsAndAsks()
  await stage.publishes({ nine: slot('nine', ...nine) })
  await offers()
  expect((await stage.slot('nine')).status).toBe('free')
})

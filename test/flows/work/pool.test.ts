import type { Task } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { received } from '../../../src/flows/referral/received.ts'
import type { Desk, Step } from '../../../src/flows/step.ts'
import {
  byUrgency,
  claim,
  claimNext,
  giveBack,
  handOver,
  pool,
  whyHere,
} from '../../../src/flows/work/index.ts'
import { openTestDesk, type TestDesk } from '../desk.ts'
import { referral, request } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

/** A person of the cell. */
const person = (name: string): Desk => {
  const cell = desk.as('cell')
  return { ...cell, actor: { ...cell.actor, name, person: `Practitioner/${name}` } }
}
const refer = (number: string, more = {}) =>
  desk.does('practice', received, referral(number, { request: request(number, more) }))
const nameOf = async ({ focus }: Task) => {
  const found = await desk.store.reader().follow(focus?.reference)
  return found?.resourceType === 'ServiceRequest' ? found.identifier?.[0]?.value : undefined
}

describe('the pool', () => {
  test('has the most urgent first, then the oldest deadline', async () => {
    await refer('routine', { priority: 'routine' })
    desk.clock.turn({ hours: 1 })
    await refer('urgent-1')
    desk.clock.turn({ hours: 1 })
    await refer('urgent-2')
    await refer('stat', { priority: 'stat' })
    const waiting = await pool(10, desk.as('cell'))
    expect(await Promise.all(waiting.map(nameOf))).toEqual(['stat', 'urgent-1', 'urgent-2', 'routine'])
    expect(waiting[0] && whyHere(waiting[0], desk.clock().toISOString(), String).en).toMatch(
      /^immediate; answer due: /,
    )
  })

  test('gives a request to whoever comes first, and to nobody else', async () => {
    await refer('R-1')
    const mine = await claimNext(person('anne'))
    expect(mine).toMatchObject({ status: 'received', owner: { reference: 'Practitioner/anne' } })
    expect(await claimNext(person('brice'))).toBeUndefined()
    await expect(claim({ task: mine?.id ?? '' }, person('brice'))).rejects.toMatchObject({ case: 'conflict' })
    expect(await claim({ task: mine?.id ?? '' }, person('anne'))).toMatchObject({ meta: mine?.meta })
  })

  test('gets a request back, and a colleague goes on with it', async () => {
    await refer('R-1')
    const { id: task = '' } = (await claimNext(person('anne'))) ?? {}
    expect(await giveBack({ task }, person('anne'))).toMatchObject({
      owner: { reference: 'Organization/cell' },
    })
    expect((await claimNext(person('brice')))?.id).toBe(task)
    const to = { reference: 'Practitioner/chloe', display: 'Chloé' }
    expect(await handOver({ task, to }, person('brice'))).toMatchObject({ owner: to })
  })

  test('has requests only, however urgent the calls and the parts of others that the cell has', async () => {
    const more: readonly Partial<Task>[] = [
      { code: { coding: [{ code: 'confirm-booking' }] } },
      { code: { coding: [{ code: 'fulfill' }] }, partOf: [{ reference: 'Task/whole' }] },
    ]
    const besides: Step<void, void> = {
      name: 'test.besides',
      facts: async () => {},
      decide: (_, __, at) => ({
        write: more.map((one) => ({
          resourceType: 'Task',
          id: at.newId(),
          status: 'requested',
          intent: 'order',
          priority: 'stat',
          focus: { reference: 'Appointment/a' },
          owner: { reference: 'Organization/cell' },
          restriction: { period: { end: '2029-01-01T00:00:00Z' } },
          ...one,
        })),
      }),
    }
    await desk.does('cell', besides, undefined)
    await refer('R-1', { priority: 'routine' })
    expect(await Promise.all((await pool(1, desk.as('cell'))).map(nameOf))).toEqual(['R-1'])
    expect(await nameOf((await claimNext(person('anne'))) as Task)).toBe('R-1')
    expect(await claimNext(person('anne'))).toBeUndefined()
  })

  test('is the cell’s: whoever asked takes nothing from it', async () => {
    await refer('R-1')
    const [one] = await pool(1, desk.as('cell'))
    await expect(claim({ task: one?.id ?? '' }, desk.as('practice'))).rejects.toMatchObject({
      case: 'forbidden',
    })
  })

  test('is not worked on with what was seen before somebody changed it', async () => {
    await refer('R-1')
    const [one] = await pool(1, desk.as('cell'))
    await claim({ task: one?.id ?? '' }, person('anne'))
    await expect(claim({ task: one?.id ?? '', version: '1' }, person('anne'))).rejects.toMatchObject({
      case: 'stale-version',
    })
  })

  test('of 48 requests is shared out among 32 who reach at once: none gets what another has', async () => {
    for (let n = 0; n < 48; n++) await refer(`R-${n}`)
    const workers = Array.from({ length: 32 }, (_, n) => person(`w-${n}`))
    const got = await Promise.all(
      workers.map(async (worker) => {
        const all: string[] = []
        for (let one = await claimNext(worker); one; one = await claimNext(worker)) all.push(one.id)
        return all
      }),
    )
    const all = got.flat()
    expect(all).toHaveLength(48)
    expect(new Set(all).size).toBe(48)
  }, 60_000)
})

test('the order of work is total, and the same whatever the order of arrival', () => {
  const task = fc.record({
    priority: fc.constantFrom('stat', 'asap', 'urgent', 'routine', undefined),
    due: fc.integer({ min: 0, max: 5 }),
    asked: fc.integer({ min: 0, max: 3 }),
  })
  const instant = (hour: number) => `2026-11-17T0${hour}:00:00Z`
  fc.assert(
    fc.property(
      fc.array(task, { minLength: 2, maxLength: 20 }),
      fc.infiniteStream(fc.nat(100)),
      (said, order) => {
        const tasks = said.map(({ priority, due, asked }, n) => ({
          resourceType: 'Task' as const,
          id: String.fromCharCode(97 + n),
          status: 'requested' as const,
          intent: 'order' as const,
          authoredOn: instant(asked),
          restriction: { period: { end: instant(due) } },
          ...(priority && { priority }),
        }))
        const shuffled = tasks
          .map((one) => [order.next().value, one] as const)
          .sort(([a], [b]) => a - b)
          .map(([, one]) => one)
        const sorted = shuffled.toSorted(byUrgency)
        expect(sorted).toEqual(tasks.toSorted(byUrgency))
        const ranks = sorted.map(({ priority = 'routine' }) =>
          ['stat', 'asap', 'urgent', 'routine'].indexOf(priority),
        )
        expect(ranks).toEqual(ranks.toSorted())
      },
    ),
  )
})

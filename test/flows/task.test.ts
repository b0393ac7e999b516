import type { Task } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { businessStatus, isOpen, legalMoves, mayMove, mayMoveAs, taskMoves } from '../../src/flows/task.ts'
import { actors } from './desk.ts'

const task = (status: Task['status'], more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  status,
  intent: 'order',
  code: { coding: [{ code: 'fulfill' }] },
  owner: { reference: 'Organization/cell' },
  ...more,
})
const cell = 'Organization/cell'

/** Source: AU eRequesting, fulfilment task. */
const published: Readonly<Record<string, readonly Task['status'][]>> = {
  requested: ['received', 'accepted', 'rejected', 'cancelled'],
  received: ['accepted', 'rejected', 'cancelled'],
  accepted: ['in-progress', 'cancelled'],
  'in-progress': ['on-hold', 'completed', 'failed'],
  'on-hold': ['in-progress'],
}

describe('the moves of a Task', () => {
  test('hold all that are published, and say of each other one why it is there', () => {
    for (const [from, all] of Object.entries(published))
      for (const to of all) {
        const found = taskMoves.find((move) => move.from === from && move.to === to)
        expect(found, `${from} → ${to}`).toBeDefined()
        expect(found?.beyond, `${from} → ${to}`).toBeUndefined()
      }
    for (const { from, to, beyond } of taskMoves)
      if (!published[from]?.includes(to)) expect(beyond, `${from} → ${to}`).toBeTruthy()
  })

  test('are each there once, and none leads away from an end', () => {
    const all = taskMoves.map(({ from, to }) => `${from} → ${to}`)
    expect(new Set(all).size).toBe(all.length)
    for (const status of ['completed', 'rejected', 'cancelled', 'failed', 'entered-in-error'] as const)
      expect(isOpen({ status })).toBe(false)
  })

  test('that are not there are refused, and the legal ones are told', () => {
    expect(() => mayMove(task('received'), 'completed')).toThrow('accepted, rejected, cancelled')
    expect(() => mayMove(task('completed'), 'requested')).toThrow('none, for it has ended')
    expect(() =>
      mayMove(task('requested', { code: { coding: [{ code: 'confirm-booking' }] } }), 'completed'),
    ).not.toThrow()
    expect(() => mayMove(task('requested'), 'completed')).toThrow()
  })

  test('are made by whose they are: whoever asked takes back until work has begun, the owner does the rest', () => {
    expect(legalMoves(task('accepted'), actors.practice, cell)).toEqual(['cancelled'])
    expect(legalMoves(task('in-progress'), actors.practice, cell)).toEqual([])
    expect(() => mayMoveAs(task('in-progress'), 'cancelled', actors.practice, cell)).toThrow('abort')
    expect(legalMoves(task('in-progress'), actors.cell, cell)).toContain('completed')
    const part = task('requested', { owner: { reference: 'Organization/centre' } })
    expect(legalMoves(part, actors.ris, cell)).toContain('accepted')
    expect(legalMoves(part, actors['ris-other'], cell)).toEqual([])
    expect(legalMoves(task('requested'), actors.ris, cell), 'a centre takes no request back').toEqual([])
  })
})

test('a business status has our code, and the number of BSeR where it has one', () => {
  expect(businessStatus('visit-scheduled').coding?.map(({ code }) => code)).toEqual([
    'visit-scheduled',
    '5.1.1',
  ])
  expect(businessStatus('proposed').coding?.map(({ code }) => code)).toEqual(['proposed'])
})

import type { Task } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { extensions } from '../../../src/fhir/canonical.ts'
import { Failure } from '../../../src/fhir/outcome.ts'
import { businessStatus } from '../../../src/flows/task.ts'
import { mayMake, mayWrite } from '../../../src/flows/work/elements.ts'
import { type ActorName, actors } from '../desk.ts'

const cell = 'Organization/cell'
const codedAs = (code: string) => ({ coding: [{ code }] })
const own: Task = {
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  code: codedAs('fulfill'),
  priority: 'routine',
  focus: { reference: 'ServiceRequest/r' },
  for: { reference: 'Patient/p' },
  owner: { reference: cell },
  businessStatus: businessStatus('created'),
}
const part: Task = {
  ...own,
  partOf: [{ reference: 'Task/t' }],
  focus: { reference: 'Appointment/a' },
  owner: { reference: 'Organization/centre' },
}
const { code: _, ...noted } = own

/** The case and the places of a refusal; undefined when it passes. */
function refusalOf(does: () => void) {
  try {
    does()
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return [thrown.case, ...thrown.issues.map(({ expression }) => expression)]
  }
}
const made = (by: ActorName, task: Task) => refusalOf(() => mayMake(task, actors[by], (path) => path))
const written = (by: ActorName, before: Task, more: Partial<Task>) =>
  refusalOf(() => mayWrite(before, { ...before, ...more }, actors[by], cell, (path) => path))

describe('a Task that is made', () => {
  test('is no second one to fulfill a request, whoever makes it', () => {
    for (const by of ['practice', 'ris', 'cell'] as const)
      expect(made(by, { ...own, status: 'completed' })).toEqual(['business-rule', 'Task.code'])
  })

  test('is no part of a request, and no call: those are made when a centre is asked', () => {
    expect(made('practice', part)).toEqual(['forbidden', 'Task.partOf'])
    expect(made('ris', { ...noted, code: codedAs('capacity-call') })).toEqual(['forbidden', 'Task.code'])
    expect(made('practice', { ...noted, code: codedAs('cancel-booking') })).toEqual([
      'forbidden',
      'Task.code',
    ])
  })

  test('asks for an end, notes something, or stands for a requisition', () => {
    const { focus: _, ...group } = own
    const ofGroup = { ...own, partOf: [{ reference: 'Task/group' }] }
    for (const one of [{ ...noted, code: codedAs('abort') }, noted, group, ofGroup])
      expect(made('practice', one)).toBeUndefined()
  })
})

describe('the Task of a request', () => {
  test('has its stage, priority, focus and outputs from its owner alone: each place is told', () => {
    const said: Partial<Task> = {
      businessStatus: businessStatus('proposed'),
      priority: 'stat',
      output: [{ type: { text: 'proposal' }, valueString: 'a' }],
      partOf: [{ reference: 'Task/t' }],
      focus: { reference: 'ServiceRequest/other' },
    }
    for (const name of Object.keys(said) as (keyof Task)[])
      expect(written('practice', own, { [name]: said[name] }), name).toContain(`Task.${name}`)
    expect(written('practice', own, { priority: 'stat', description: 'Now' })).toEqual([
      'forbidden',
      'Task.priority',
      'Task.description',
    ])
    expect(written('cell', own, { priority: 'stat', businessStatus: businessStatus('proposed') })).toBe(
      undefined,
    )
  })

  test('does not lose what its owner said of it when whoever asked leaves that out', () => {
    const { priority: _, ...rest } = own
    const leftOut = refusalOf(() => mayWrite(own, rest, actors.practice, cell, (path) => path))
    expect(leftOut).toEqual(['forbidden', 'Task.priority'])
  })

  test('gets words of whoever asked, and is taken back with a reason', () => {
    const note = [{ text: 'The patient prefers mornings.' }]
    const statusReason = { text: 'Asked for twice' }
    expect(written('practice', own, { note, status: 'cancelled', statusReason })).toBeUndefined()
  })

  test('is sent back as it was read, in whatever order, with its clocks or without', () => {
    const clock = { url: extensions.clock, extension: [{ url: 'name', valueCode: 'answer' }] }
    const flag = { url: extensions.flag, valueCode: 'a' }
    const before = { ...own, extension: [clock, flag] }
    expect(written('practice', before, { extension: [flag] })).toBeUndefined()
    expect(written('practice', before, { extension: [flag, clock] })).toBeUndefined()
    expect(written('practice', before, { extension: [clock] })).toEqual(['forbidden', 'Task.extension'])
    expect(written('practice', before, { code: { coding: [{ ...own.code?.coding?.[0] }] } })).toBeUndefined()
  })

  test('stays that of its request, whoever writes it; and no other becomes one', () => {
    const other = { reference: 'ServiceRequest/other' }
    for (const more of [{ focus: other }, { partOf: [{ reference: 'Task/t' }] }, { code: codedAs('abort') }])
      expect(written('cell', own, more)).toEqual(['business-rule', 'Task.focus'])
    expect(written('cell', noted, { code: codedAs('fulfill') })).toEqual(['business-rule', 'Task.code'])
  })
})

test('a centre says how far its part has come, and not of what it is a part; another centre says neither', () => {
  const done: Partial<Task> = { status: 'accepted', businessStatus: businessStatus('visit-scheduled') }
  expect(written('ris', part, done)).toBeUndefined()
  expect(written('ris', part, { focus: { reference: 'Appointment/b' } })).toEqual(['forbidden', 'Task.focus'])
  expect(written('ris-other', part, done)).toEqual(['forbidden', 'Task.businessStatus'])
})

test('a client writes what it likes of a Task that it keeps for itself', () => {
  expect(written('practice', noted, { priority: 'stat', description: 'Call back' })).toBeUndefined()
})

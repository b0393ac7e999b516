import type { Task } from '@medplum/fhirtypes'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { worklist } from '../../src/console/worklist.ts'
import { extensions, systems } from '../../src/fhir/canonical.ts'
import { parseSearch } from '../../src/fhir/search.ts'
import type { Desk } from '../../src/flows/step.ts'
import { pool } from '../../src/flows/work/index.ts'
import type { Kept, Store } from '../../src/store/index.ts'
import { searchStatement } from '../../src/store/search/index.ts'
import { statement } from '../../src/store/sql.ts'
import { openTestStore } from '../support/database.ts'
import { recordStatements } from '../support/statements.ts'

const open = 10_000
const cell = 'Organization/cell'
const began = Date.parse('2026-03-02T07:00:00Z')

let store: Store & { url: string }
beforeAll(async () => {
  store = await openTestStore()
  for (let from = 0; from < open; from += 500) await keep(from, 500)
  await inDatabase('analyze')
}, 240_000)
afterAll(() => store[Symbol.asyncDispose]())

// What of a desk the worklist asks for.
const desk = () =>
  ({
    store,
    actor: { sight: 'all', person: 'Practitioner/me' },
    territory: { cell, zone: 'Europe/Paris' },
    clock: () => new Date(began),
  }) as unknown as Desk

test('of ten thousand open requests a page holds twenty-five, those due first, wherever it is', async () => {
  using statements = recordStatements()
  let cursor: string | undefined
  const seen: string[] = []
  for (let page = 0; page < 40; page++) {
    const { rows, next } = await worklist('open', cursor, desk())
    expect(rows).toHaveLength(25)
    expect(statements.take().length).toBeLessThanOrEqual(4)
    seen.push(...rows.map(({ task }) => task.restriction?.period?.end ?? ''))
    cursor = next
  }
  expect(new Set(seen).size).toBe(1_000)
  expect(seen).toEqual(seen.toSorted())
})

test('what is to be taken stands as it is given out, a page after the other', async () => {
  using statements = recordStatements()
  const seen: string[] = []
  let cursor: string | undefined
  for (let page = 0; page < 4; page++) {
    const { rows, next } = await worklist('pool', cursor, desk())
    expect(statements.take().length).toBeLessThanOrEqual(5)
    seen.push(...rows.map(({ task }) => task.id))
    cursor = next
  }
  const given = await pool(100, desk())
  expect(seen).toEqual(given.map(({ id }) => id))
  expect(given[0]).toMatchObject({ id: 'task-9998', priority: 'stat' })
  expect(await worklist('pool', '99999', desk())).toMatchObject({ rows: [] })
})

test('late is what its clocks say is late', async () => {
  const late = await worklist('late', undefined, desk())
  expect(late.rows.map(({ task }) => task.id)).toEqual(['task-5'])
})

test.each([
  ['open', 10_000],
  ['mine', 5_000],
] as const)('the list "%s" is read by an index, not sorted anew', async (list, there) => {
  const seen: string[] = []
  const search = {
    ...store,
    search: (asked: Parameters<Store['search']>[0], sight: Parameters<Store['search']>[1]) => {
      if (asked.type === 'Task') seen.push(JSON.stringify(statement(searchStatement(asked, sight))))
      return store.search(asked, sight)
    },
  }
  const { next } = await worklist(list, undefined, { ...desk(), store: search })
  await worklist(list, next, { ...desk(), store: search })
  expect(seen).toHaveLength(2)
  for (const one of seen) expect(await mostRows(JSON.parse(one))).toBeLessThan(there / 4)
  expect(parseSearch('Task', '_sort=answer-due').search.sort).toHaveLength(1)
})

/** The most rows that any part of the database's plan handles. */
async function mostRows({ text, values }: { text: string; values: unknown[] }): Promise<number> {
  const { rows } = await inDatabase(`explain (analyze, format json) ${text}`, values)
  const all: number[] = []
  const look = (node: Record<string, unknown>): void => {
    all.push(
      Number(node['Actual Rows']) * Number(node['Actual Loops']),
      Number(node['Rows Removed by Filter'] ?? 0),
    )
    for (const part of (node.Plans ?? []) as Record<string, unknown>[]) look(part)
  }
  look(rows[0]['QUERY PLAN'][0].Plan)
  return Math.max(...all)
}

async function inDatabase(text: string, values: unknown[] = []) {
  const client = new Client(store.url)
  await client.connect()
  try {
    return await client.query(text, values)
  } finally {
    await client.end()
  }
}

/** Tasks of requests that arrived one a minute, every other one somebody's. */
async function keep(from: number, count: number): Promise<void> {
  const at = new Date(began).toISOString()
  const tasks = Array.from({ length: count }, (_, n) => taskOf(from + n, at))
  const resources = tasks.map((resource) => ({ resource, replaces: 0, sight: [] }))
  if (!(await store.write({ at, resources }))) throw new Error('not written')
}

const late = {
  url: extensions.clockAlert,
  valueCodeableConcept: { coding: [{ system: systems.clockAlert, code: 'answer-late' }] },
}

function taskOf(n: number, at: string): Kept<Task> {
  const due = new Date(began + (n + 1) * 60_000).toISOString()
  return {
    resourceType: 'Task',
    id: `task-${n}`,
    meta: { versionId: '1', lastUpdated: at },
    extension: [
      {
        url: extensions.clock,
        extension: [
          { url: 'name', valueCode: 'answer' },
          { url: 'due', valueInstant: due },
        ],
      },
      ...(n === 5 ? [late] : []),
    ],
    status: 'requested',
    priority: n === 9_998 ? 'stat' : 'routine',
    intent: 'order',
    code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] },
    focus: { reference: `ServiceRequest/r-${n}` },
    for: { reference: 'Patient/p' },
    owner: { reference: n % 2 === 0 ? cell : 'Practitioner/me' },
    authoredOn: at,
    restriction: { period: { end: due } },
  }
}

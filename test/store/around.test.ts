import type { Slot, Task } from '@medplum/fhirtypes'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { changingSettings } from '../../src/store/database.ts'
import type { Kept } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import { recordStatements } from '../support/statements.ts'
import { create, minute, newId, patient } from './resources.ts'

const meta = { versionId: '1', lastUpdated: minute(0) }

const task = (id: string, focus: string): Kept<Task> => ({
  resourceType: 'Task',
  id,
  meta,
  status: 'requested',
  intent: 'order',
  focus: { reference: focus },
})

const slot = (id: string, schedule: string): Kept<Slot> => ({
  resourceType: 'Slot',
  id,
  meta,
  status: 'free',
  start: minute(10),
  end: minute(20),
  schedule: { reference: schedule },
})

test('what lies around a resource is read in one statement, and known from then on', async () => {
  await using store = await openTestStore()
  const [who, where, first, second, other] = [newId(), newId(), newId(), newId(), newId()]
  await create(store, patient(who))
  await create(store, slot(where, `Patient/${who}`))
  for (const [id, focus] of [
    [first, who],
    [second, who],
    [other, newId()],
  ] as const)
    await create(store, task(id, `Patient/${focus}`))
  const occupancy = {
    slot: where,
    place: 1,
    appointment: 'a',
    resources: ['Device/1'],
    start: minute(10),
    end: minute(20),
  }
  await store.write({ at: minute(1), take: [occupancy] })

  using statements = recordStatements()
  const reader = store.reader()
  await reader.around([
    {
      from: `Slot/${where}`,
      ways: [{ places: true }, { named: 'schedule', ways: [{ naming: 'Task?focus' }] }],
    },
    { from: `Patient/${other}`, ways: [{ naming: 'Task?focus' }] },
  ])
  expect(statements.take()).toHaveLength(1)

  expect(await reader.read('Slot', where)).toMatchObject({ id: where })
  expect(await reader.follow(`Patient/${who}`)).toMatchObject({ id: who })
  expect(await reader.sight(`Slot/${where}`)).toEqual(['public'])
  expect(await reader.search('Task', `focus=Patient/${who}`)).toMatchObject(
    [first, second]
      .sort()
      .reverse()
      .map((id) => ({ id })),
  )
  expect(await reader.occupancies([where])).toEqual([occupancy])
  expect(await reader.read('Patient', other)).toBeUndefined()
  expect(statements.take()).toEqual([])
  expect([...reader.versions.keys()].sort()).toEqual(
    [`Patient/${who}`, `Slot/${where}`, `Task/${first}`, `Task/${second}`].sort(),
  )
})

test('what has a number, and what is taken of a slot by name, is known too', async () => {
  await using store = await openTestStore()
  const who = newId()
  await create(store, patient(who, { identifier: [{ system: 'urn:oid:1.2.3', value: '42' }] }))
  const occupancy = {
    slot: 'holds/ehr',
    place: 2,
    appointment: 'a',
    resources: [],
    start: minute(10),
    end: minute(20),
  }
  await store.write({ at: minute(1), take: [occupancy] })
  using statements = recordStatements()
  const reader = store.reader()
  await reader.around([
    { carrying: 'Patient', system: 'urn:oid:1.2.3', value: '42' },
    { carrying: 'Patient', system: 'urn:oid:1.2.3', value: '43' },
    { places: 'holds/ehr' },
    { places: 'holds/other' },
  ])
  expect(await reader.search('Patient', 'identifier=urn:oid:1.2.3|42')).toMatchObject([{ id: who }])
  expect(await reader.search('Patient', 'identifier=urn:oid:1.2.3|43')).toEqual([])
  expect(await reader.occupancies(['holds/ehr', 'holds/other'])).toEqual([occupancy])
  expect(statements.take()).toHaveLength(1)
})

test('what lies elsewhere is read as ever', async () => {
  await using store = await openTestStore()
  const [who, id] = [newId(), newId()]
  await create(store, patient(who))
  await create(store, task(id, `Patient/${who}`))
  const reader = store.reader()
  await reader.around([{ from: `Patient/${newId()}`, ways: [{ naming: 'Task?focus' }] }])
  expect(await reader.search('Task', `focus=Patient/${who}`)).toMatchObject([{ id }])
  expect(await reader.occupancies([newId()])).toEqual([])
})

test('what is deleted leads nowhere', async () => {
  await using store = await openTestStore()
  const [who, id] = [newId(), newId()]
  await create(store, patient(who))
  await create(store, task(id, `Patient/${who}`))
  const removed = [{ type: 'Task', id, replaces: 1, lastUpdated: minute(1) }]
  await store.write({ at: minute(1), removed })
  const reader = store.reader()
  await reader.around([{ from: `Task/${id}`, ways: [{ named: 'focus' }] }])
  expect(await reader.read('Task', id)).toBeUndefined()
  expect(reader.versions.get(`Task/${id}`)).toBe(2)
  expect(await reader.follow(`Patient/${who}`)).toMatchObject({ id: who })
})

test('an index serves what is looked up, though the tables were empty when it was planned', async () => {
  await using store = await openTestStore()
  const request = `ServiceRequest/${newId()}`
  using statements = recordStatements()
  const reader = store.reader()
  await reader.around([
    { from: request, ways: [{ naming: 'Appointment?based-on' }, { naming: 'Task?focus' }] },
    { from: `Slot/${newId()}`, ways: [{ places: true }] },
  ])
  await store.messages.known('ris', '1', minute(0))
  const plans = await plansOnEmpty(store.url, statements.take())
  for (const probe of [
    /Bitmap Index Scan on search_appointment_terms\b.*\n *Index Cond/,
    /Index Only Scan using search_task_focus\b.*\n *Index Cond/,
    /Scan (using|on) occupancy_pkey\b.*\n *Index Cond/,
    /Index Scan using message_current\b.*\n *Index Cond/,
  ])
    expect(plans).toMatch(probe)
  // Of those, each resource by its type and id.
  expect(
    plans.match(/Scan using resource_pkey on .*\n *Index Cond: \(\(type = .*\) AND \(id = /g),
  ).toHaveLength(4)
  expect(plans).not.toMatch(/resource_\w*position/)
  expect(plans).not.toMatch(/Scan using \w+ on (search_\w+|message|occupancy)\b.*\n(?! *Index Cond)/)
})

/** How statements are planned, for any values, by who knows that there is nothing yet but slots. */
async function plansOnEmpty(url: string, texts: readonly string[]): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const settings = Object.entries(changingSettings).map(([name, value]) => `set ${name} = '${value}'`)
    await client.query(`insert into resource
      select 'Slot', n::text, 1, now(), false, '{}', '{}', 0, n from generate_series(1, 2000) n`)
    await client.query('vacuum analyze resource, search_appointment, search_task, occupancy, message')
    await client.query(settings.join('; '))
    const lines: string[] = []
    for (const text of texts) {
      const most = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
      await client.query(`prepare asked as ${text}`)
      const nothing = Array.from({ length: most }, () => 'null').join(', ')
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute asked(${nothing})`)
      await client.query('deallocate asked')
      lines.push(...rows.map((row) => row['QUERY PLAN']))
    }
    return lines.join('\n')
  } finally {
    await client.end()
  }
}

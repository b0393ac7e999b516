import type { AuditEvent } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openReadAudit, type Read } from '../../src/audit/reads.ts'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import { openLog } from '../../src/log.ts'
import type { Store, Write } from '../../src/store/index.ts'
import { openValidator } from '../../src/validate/index.ts'
import { openTestStore } from '../support/database.ts'

let store: Store
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store[Symbol.asyncDispose]())

const at = '2026-01-05T08:00:00.000Z'
const clock = () => new Date(at)
const keysOf = (organization = '') => [`org:${organization.replace('Organization/', '')}`]

const read = (client: string, reference: string, given: Partial<Read> = {}): Read => ({
  actor: { client, name: client, organization: `Organization/${client}` },
  interaction: 'read',
  references: [reference],
  ...given,
})

function open(everyMs = 60_000, write: Store['write'] = store.write) {
  const lines: string[] = []
  const log = openLog('debug', { write: (line) => lines.push(line) })
  return Object.assign(openReadAudit({ store: { write }, clock, log, keysOf, everyMs }), { lines })
}

async function trailOf(client: string): Promise<AuditEvent[]> {
  const { entries } = await store.history({ type: 'AuditEvent', order: 'oldest', count: 1000 }, [
    `org:${client}`,
  ])
  return entries.map(({ body }) => JSON.parse(body))
}

test('what one client reads in one way is one AuditEvent with a period, for its organisation to see', async () => {
  const audit = open()
  for (let n = 0; n < 50; n++) await audit.note(read('a', `Slot/${n}/_history/1`))
  await audit.note(read('a', 'Patient/p/_history/2', { interaction: 'vread', requestId: 'q1' }))
  await audit.note(read('b', 'Slot/1/_history/1'))
  await audit[Symbol.asyncDispose]()
  const trail = await trailOf('a')
  expect(trail.map(({ subtype, entity }) => [subtype?.[0]?.code, entity?.length])).toEqual([
    ['read', 50],
    ['vread', 1],
  ])
  expect(trail[0]).toMatchObject({ action: 'R', period: { start: at, end: at }, agent: [{ altId: 'a' }] })
  expect(trail[1]?.entity).toMatchObject([
    { what: { reference: 'Patient/p/_history/2' }, role: { code: '1' }, detail: [{ valueString: 'q1' }] },
  ])
  expect(await trailOf('b')).toHaveLength(1)
})

test('a search is kept with what was asked', async () => {
  const audit = open()
  await audit.note(read('s', 'Patient/p/_history/1', { interaction: 'search-type', query: 'Patient?name=x' }))
  await audit[Symbol.asyncDispose]()
  const [event] = await trailOf('s')
  expect(openValidator({ structures, bindings }).validate(event)).toEqual([])
  expect(event?.action).toBe('E')
  expect(Buffer.from(event?.entity?.[0]?.query ?? '', 'base64').toString()).toBe('Patient?name=x')
})

test('reads are written after their time, or when there are many, without being asked', async () => {
  await using timed = open(50)
  await timed.note(read('t', 'Slot/1/_history/1'))
  await expect.poll(async () => (await trailOf('t')).length).toBe(1)
  await using many = open()
  for (let n = 0; n < 200; n++) await many.note(read('m', `Slot/${n}/_history/1`))
  await expect.poll(async () => (await trailOf('m')).length).toBe(1)
})

test('while the store is away nothing is lost, and it is told', async () => {
  let away = true
  const written: Write[] = []
  const audit = open(60_000, async (write) => {
    if (away) throw new Error('away')
    written.push(write)
    return true
  })
  for (let n = 0; n < 450; n++) await audit.note(read('x', `Slot/${n}/_history/1`))
  await expect(audit.flush()).rejects.toThrow('away')
  expect(audit.lines.join('')).toContain('audit.delayed')
  away = false
  await audit[Symbol.asyncDispose]()
  const entities = written.flatMap(({ resources = [] }) =>
    resources.flatMap(({ resource }) =>
      resource.resourceType === 'AuditEvent' ? (resource.entity ?? []) : [],
    ),
  )
  expect(new Set(entities.map(({ what }) => what?.reference)).size).toBe(450)
  expect(entities).toHaveLength(450)
})

test('when the store stays away readers are refused rather than unseen', async () => {
  const audit = open(60_000, () => Promise.reject(new Error('away')))
  for (let n = 0; n < 5_000; n++) await audit.note(read('y', 'Slot/1/_history/1'))
  await expect(audit.note(read('y', 'Slot/1/_history/1'))).rejects.toMatchObject({ case: 'transient' })
  await audit[Symbol.asyncDispose]()
  expect(audit.lines.join('')).toContain('audit.lost')
})

import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseSearch } from '../../../src/fhir/search.ts'
import { keyedSettings } from '../../../src/store/database.ts'
import { type OfferQuery, offersStatement } from '../../../src/store/offers.ts'
import { roundsStatement } from '../../../src/store/search/include.ts'
import { searchStatement } from '../../../src/store/search/index.ts'
import { type Sql, sql, statement } from '../../../src/store/sql.ts'
import { type FreshDatabase, freshDatabase } from '../../support/database.ts'
import { commonSearches, fill } from './crowd.ts'

let database: FreshDatabase
let client: Client

beforeAll(async () => {
  database = await freshDatabase()
  client = new Client({ connectionString: database.url })
  await client.connect()
  await fill(client)
}, 120_000)

afterAll(async () => {
  await client.end()
  await database[Symbol.asyncDispose]()
})

test.each(commonSearches)('%s?%s is answered by an index', async (type, query) => {
  expect(await planOf(type, query, 'off')).not.toMatch(/Seq Scan/)
})

// A small table is read faster whole: there the planner may say so.
test.each(commonSearches.filter(([type]) => type === 'Slot'))(
  '%s?%s leaves 20,000 slots unread',
  async (type, query) => {
    expect(await planOf(type, query, 'on')).not.toMatch(/Seq Scan on search_slot/)
  },
)

const settings = Object.entries(keyedSettings)
  .map(([name, value]) => `set ${name} = '${value}'`)
  .join('; ')

test.each([
  [
    'Slot',
    'schedule=Schedule/0190-00000007&status=free&start=ge2026-01-20&start=lt2026-02-01&_sort=start&_count=50',
  ],
  ['Slot', 'status=free&start=ge2026-01-20&_sort=start&_count=50'],
  ['Slot', 'status=free&start=ge2026-01-20&_sort=start&_count=50&_include=Slot:schedule'],
  ['ServiceRequest', 'status=active&_sort=-authored&_count=50'],
])('%s?%s, planned for any values, reads its index from its place on and no further', async (type, query) => {
  const plan = await steadyPlanOf(type, query)
  expect(plan).toMatch(/Index Scan (Backward )?using search_\w+_(start|authored_low) on/)
  expect(plan).not.toMatch(/Seq Scan|Bitmap|resource_(type_)?position/)
})

test.each([
  ['Appointment', '_include:iterate=Appointment:slot&_include:iterate=Slot:schedule'],
  ['Appointment', '_include:iterate=Appointment:based-on&_include:iterate=ServiceRequest:subject:Patient'],
  ['ServiceRequest', '_revinclude:iterate=Task:focus&_revinclude:iterate=Appointment:based-on'],
  ['Patient', '_revinclude:iterate=*&_include:iterate=ServiceRequest:*'],
])(
  'rounds of %s?%s are gone through by keys and indexes alone, as far as they are asked for',
  async (type, query) => {
    const { includes } = parseSearch(type, query).search
    const names = [`${type}/0190-00000007`, `${type}/0190-00000008`]
    const rounds = roundsStatement([sql`select unnest(${names}::text[]) as reference`], includes, names, [
      'public',
      'org:1',
    ])
    if (!rounds) throw new Error('There is something to begin with')
    const plan = await steadyPlanFor(rounds)
    expect(plan).toMatch(/Recursive Union/)
    // Nothing is gathered before it goes on: what the limit cuts off is never read.
    expect(plan).not.toMatch(/Seq Scan|Sort|Hash Join|Materialize|resource_(type_)?position/)
  },
)

test.each(['full', 'empty'])(
  'the earliest places are read by their index, planned when it is %s',
  async (when) => {
    const query: OfferQuery = {
      diaries: [{ reference: 'Schedule/0190-00000007', keys: ['public', 'org:1'] }],
      reserved: 'each',
      exams: ['http://loinc.org|24558-9'],
      from: '2026-01-20T00:00:00Z',
      to: '2026-02-20T00:00:00Z',
      count: 14,
    }
    await client.query('begin')
    // As on a gateway's first day: nothing is known of the table.
    if (when === 'empty') await client.query('truncate search_slot cascade')
    const plan = await steadyPlanFor(offersStatement(query))
    await client.query('rollback')
    expect(plan.match(/Index Scan using search_slot_offers/g)).toHaveLength(2)
    expect(plan).not.toMatch(/Seq Scan|Bitmap/)
  },
)

test('diaries of those with a number are looked into one by one also when this is planned for any values', async () => {
  const plan = await steadyPlanOf(
    'Slot',
    'schedule.actor:Practitioner.identifier=urn:oid:1.2|1&status=free&start=ge2026-01-20&_sort=start&_count=1000',
  )
  expect(plan).toMatch(/Index Scan using search_slot_schedule_status_start on/)
  expect(plan).not.toMatch(/Seq Scan/)
})

test('diaries that are found by what they say are looked into one by one, not all slots until they have come', async () => {
  const query = 'schedule.actor=Location/0190-00000003&status=free&start=ge2026-01-20&_sort=start&_count=20'
  expect(await planOf('Slot', query, 'on')).toMatch(
    /Scan (using|on) search_slot_(schedule_status_start|offers)/,
  )
})

test('what has a business identifier is found by it, however few are asked for and whoever asks', async () => {
  const plan = await planOf('ServiceRequest', 'identifier=urn:oid:1.2|P-7&_count=1', 'on')
  expect(plan).toMatch(/Bitmap Index Scan on search_service_request_terms/)
  // By it alone: keys of access, and an order, come after.
  expect(plan).toMatch(/Index Cond: \(terms @>/)
})

test('a question that no index answers is seen by these tests', async () => {
  const { rows } = await client.query(
    `explain select id from search_slot where not exists (select from unnest(terms) term where starts_with(term, 'specialty='))`,
  )
  expect(JSON.stringify(rows)).toMatch(/Seq Scan on search_slot/)
})

/** As it is prepared once for all values. */
const steadyPlanOf = (type: string, query: string): Promise<string> =>
  steadyPlanFor(searchStatement(parseSearch(type, query).search, ['public', 'org:1']))

async function steadyPlanFor(piece: Sql): Promise<string> {
  const { text, values } = statement(piece)
  await client.query(`${settings}; prepare steady as ${text}`)
  const given = values.map((value) =>
    client.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : `${value}`),
  )
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute steady(${given.join(', ')})`)
  await client.query('deallocate steady; reset all')
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

async function planOf(type: string, query: string, seqscan: 'on' | 'off'): Promise<string> {
  const { search } = parseSearch(type, query)
  const { text, values } = statement(searchStatement(search, ['public', 'member', 'org:1']))
  await client.query(`set enable_seqscan = ${seqscan}`)
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

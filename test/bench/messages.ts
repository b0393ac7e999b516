import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { type MessageQuery, openStore } from '../../src/store/index.ts'
import type { Row } from './measure.ts'

/** So many messages, half of them in, half out, of half a year. */
const count = 1_000_000

/** Each question is asked so often, for other values each time. */
const times = 30

const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 15_000).toISOString()

/** What an operator asks. */
const questions: readonly [string, (n: number) => MessageQuery][] = [
  ['newest', () => ({ limit: 50 })],
  ['order number', (n) => ({ order: `D-${n}`, limit: 50 })],
  ['patient', (n) => ({ patient: `INS-${n % 50_000}`, limit: 50 })],
  ['control id', (n) => ({ id: `M-${n}`, limit: 50 })],
  ['resource', (n) => ({ about: `ServiceRequest/${n}`, limit: 50 })],
  ['connector', (n) => ({ peer: `peer-${n % 20}`, limit: 50 })],
  ['status', () => ({ status: 'error', limit: 50 })],
  ['connector and status', (n) => ({ peer: `peer-${n % 20}`, status: 'dead', limit: 50 })],
  ['kind and time', (n) => ({ kind: 'ORM^O01', since: at(n), until: at(n + 5_000), limit: 50 })],
  ['time', (n) => ({ since: at(n), until: at(n + 240), limit: 50 })],
]

/** Finding messages among a million, and the health of twenty lines. Prints how the database answers each. */
export async function messages(print: (text: string) => void): Promise<Row[]> {
  await using opening = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'relais-messages-'))
  opening.defer(() => rm(folder, { recursive: true, force: true }))
  const store = opening.use(await openStore({ dataDir: folder }))
  const client = new Client(store.connection)
  await client.connect()
  opening.defer(() => client.end())
  await filled(client)
  const rows: Row[] = []
  for (const [name, query] of questions) {
    rows.push(await measured(`messages by ${name}`, (n) => store.journal.find(query(n))))
  }
  const peers = Array.from({ length: 20 }, (_, n) => `peer-${n}`)
  rows.push(await measured('health of 20 lines', () => store.journal.health(peers, at(count))))
  for (const [name, condition] of plans) print(await planOf(client, name, condition))
  return rows
}

async function measured(name: string, ask: (n: number) => Promise<unknown[]>): Promise<Row> {
  const waits: number[] = []
  const began = performance.now()
  let found = 0
  for (let n = 0; n < times; n++) {
    const asked = performance.now()
    found += (await ask(Math.floor(((n + 0.5) / times) * (count / 2)))).length
    waits.push(performance.now() - asked)
  }
  waits.sort((a, b) => a - b)
  return {
    name,
    concurrency: 1,
    perSecond: times / ((performance.now() - began) / 1000),
    p50Ms: waits[Math.floor(times / 2)] ?? 0,
    p95Ms: waits[Math.floor(times * 0.95)] ?? 0,
    p99Ms: waits.at(-1) ?? 0,
    errors: found === 0 ? 1 : 0, // a question that finds nothing shows nothing
    conflicts: 0,
    slots: 0,
    gatewayCpuMs: 0,
    databaseCpuMs: null,
    floor: null,
    floorPerSecond: null,
    ratio: null,
  }
}

/** Orders of fifty thousand patients, by twenty partners; one in a hundred was refused, at the same rate left dead. */
async function filled(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(`
    select indexname as name, indexdef as definition from pg_indexes
    where tablename in ('message', 'departure') and indexname not like '%pkey'`)
  await client.query(`set synchronous_commit = off; set maintenance_work_mem = '256MB'`)
  for (const { name } of rows) await client.query(`drop index ${name}`)
  await client.query(
    `insert into message (row, peer, id, kind, received, by, raw, status, digest, known_until, current, keys)
     select gen_random_uuid(), 'peer-' || n % 20, 'M-' || n, case n % 3 when 0 then 'ORM^O01' when 1 then 'SIU^S12' else 'ORU^R01' end,
       $2::timestamptz + n * interval '15 seconds', 'mllp', 'MSH|', case when n % 100 = 0 then 'error' else 'transformed' end, 'd',
       $2::timestamptz + n * interval '15 seconds' + interval '7 days', n % 100 <> 0,
       array['id=M-' || n, 'order=D-' || n, 'patient=INS-' || n % 50000, 'ServiceRequest/' || n, 'Patient/' || n % 50000]
     from generate_series(1, $1::integer) as n`,
    [count / 2, at(0)],
  )
  await client.query(
    `insert into departure (row, peer, lane, kind, about, status, attempts, queued, ended, tried, keys)
     select gen_random_uuid(), 'peer-' || n % 20, 'Patient/' || n % 50000, 'request.ordered', array['ServiceRequest/' || n],
       case when n % 100 = 0 then 'dead' when n % 1000 = 1 then 'queued' else 'sent' end, 1,
       $2::timestamptz + n * interval '15 seconds',
       case when n % 1000 = 1 then null else $2::timestamptz + n * interval '15 seconds' end,
       $2::timestamptz + n * interval '15 seconds',
       array['ServiceRequest/' || n, 'id=X-' || n, 'order=D-' || n, 'patient=INS-' || n % 50000]
     from generate_series(1, $1::integer) as n`,
    [count / 2, at(0)],
  )
  for (const { definition } of rows) await client.query(definition)
  await client.query('vacuum analyze message')
  await client.query('vacuum analyze departure')
}

/** The halves of what is asked, as the database reads them. */
const plans: readonly [string, string][] = [
  ['by order number', `(select * from message where keys && array['order=D-4711'] offset 0) message`],
  ['by connector and status', `message where peer = 'peer-7' and status = 'error'`],
  ['by time', `message where received >= '2026-02-01' and received < '2026-02-02'`],
]

async function planOf(client: Client, name: string, from: string): Promise<string> {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, costs off, timing off) select row from ${from} order by received desc, row desc limit 50`,
  )
  return [`${name}:`, ...rows.map((row) => `  ${row['QUERY PLAN']}`)].join('\n')
}

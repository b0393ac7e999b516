import { Client } from 'pg'
import { readConfig } from '../../src/config.ts'
import { connectors } from '../../src/connectors/index.ts'
import { proposalId } from '../../src/flows/booking/proposal.ts'
import { openGateway } from '../../src/gateway.ts'
import { openLog } from '../../src/log.ts'
import { changingSettings, keyedSettings } from '../../src/store/database.ts'
import { readTerritory } from '../../src/territory/read.ts'
import { exam } from './dataset.ts'
import { windowOf } from './scenarios/slot-search.ts'
import { benchSystem } from './territory.ts'
import type { World } from './world.ts'

/** A statement as it went to the database. */
interface Statement {
  text: string
  values: unknown[]
  /** Planned once for all values, on connections that read by keys and indexes. */
  prepared: boolean
}

/** What the database does for the questions of each request, read by read. */
export async function plansOf(world: World): Promise<{ text: string; isIndexed: boolean }> {
  const parts: string[] = []
  let isIndexed = true
  for (const [name, statements] of await asked(world)) {
    parts.push(`\n${name}`)
    for (const { statement, reads } of await explained(world.gateway.databaseUrl, statements)) {
      parts.push(`  ${firstWords(statement)}`, ...reads.map((read) => `      ${read}`))
      isIndexed &&= !reads.some((read) => isWhole(read))
    }
  }
  parts.push('', isIndexed ? 'An index serves each.' : 'A BIG TABLE IS READ AS A WHOLE.')
  return { text: parts.join('\n'), isIndexed }
}

/** Tables that have, or may have, very many rows. */
const isWhole = (read: string) =>
  /^Seq Scan on (resource|identity|version|search_(slot|service_request|task|patient|appointment))\b/.test(
    read,
  )

const firstWords = ({ text }: Statement) => text.replaceAll(/\s+/g, ' ').trim().slice(0, 100)

/** The requests, each with the statements that a gateway on the same database makes of it. */
async function asked(world: World): Promise<Map<string, Statement[]>> {
  const { territory: folder } = await readTerritory(world.territory, connectors)
  using recording = record()
  await using gateway = await openGateway({
    config: readConfig({
      RELAIS_PORT: '0',
      RELAIS_MLLP_PORT: '0',
      RELAIS_DATABASE_URL: world.gateway.databaseUrl,
      RELAIS_OUTBOUND_LOOPBACK: 'yes',
      RELAIS_LOG_LEVEL: 'silent',
    }),
    folder,
    log: openLog('silent'),
    clock: () => new Date(),
  })
  const headers = {
    authorization: `Bearer ${await world.token(gateway.addresses.baseUrl)}`,
    'content-type': 'application/fhir+json',
  }
  const base = `${gateway.addresses.baseUrl}/fhir`
  const made = new Map<string, Statement[]>()
  for (const { name, path, body } of requestsOf(world)) {
    // Once before, so that what is looked up only once is known.
    const send = () => fetch(`${base}/${path}`, { headers, ...(body && { method: 'POST', body }) })
    if (!name.startsWith('$hold')) await send()
    recording.take()
    const answer = await send()
    if (answer.status !== 200) throw new Error(`${name}: HTTP ${answer.status}: ${await answer.text()}`)
    made.set(name, recording.take())
  }
  return made
}

interface Request {
  name: string
  path: string
  body?: string
}

/** The commonest searches, by name: of slots, of what hangs on a request, of people. */
function searchesOf({ data }: World): Request[] {
  const { schedules, begins, requests, patients } = data
  const [from, to] = windowOf(begins, 0)
  const window = `start=ge${from}&start=lt${to}&_sort=start&_count=50`
  const diary = `Slot?schedule=Schedule/${schedules[0]}&status=free&${window}`
  const number = `${benchSystem}/order|P-${requests.length - 1}`
  const searches: [name: string, path: string][] = [
    ['Slot: one diary, free, three days, in order', diary],
    ['the same, with the diary', `${diary}&_include=Slot:schedule`],
    ['Slot: anywhere, free, three days, in order', `Slot?status=free&${window}`],
    ['Slot: by the number of its diary', `Slot?schedule.identifier=centre-1-${exam.code}&${window}`],
    ['Slot: everything, a thousand a page', 'Slot?_count=1000'],
    ['ServiceRequest: by its number', `ServiceRequest?identifier=${number}`],
    [
      'ServiceRequest: active ones of a patient',
      `ServiceRequest?subject=Patient/${patients[7]}&status=active`,
    ],
    ['Task: of a request', `Task?focus=ServiceRequest/${requests[0]}`],
    ['Patient: by name and birth', 'Patient?family=Fictif-7&birthdate=1947-08-17'],
    ['Appointment: booked, from a day on, in order', `Appointment?status=booked&date=ge${from}&_sort=date`],
  ]
  return searches.map(([name, path]) => ({ name, path }))
}

function requestsOf(world: World): Request[] {
  const { begins, requests, slots } = world.data
  const [from, to] = windowOf(begins, 0)
  const last = requests.at(-1) ?? ''
  const number = requests.length - 1
  const slot = slots[0]?.at(-1) ?? ''
  const parameters = (parameter: unknown[]) => JSON.stringify({ resourceType: 'Parameters', parameter })
  return [
    {
      name: '$find, at all centres, within three days',
      path: 'Appointment/$find',
      body: parameters([
        { name: 'start', valueDateTime: from },
        { name: 'end', valueDateTime: to },
        {
          name: 'referral-identifier',
          valueIdentifier: { system: `${benchSystem}/order`, value: `P-${number}` },
        },
      ]),
    },
    ...searchesOf(world),
    {
      name: '$hold of a proposal',
      path: 'Appointment/$hold',
      body: parameters([
        {
          name: 'appointment-reference',
          valueReference: { reference: `Appointment/${proposalId({ slot, request: last })}` },
        },
      ]),
    },
  ]
}

/** From now on keeps what this process asks the database, without what begins or ends a connection or a transaction. */
function record(): Disposable & { take(): Statement[] } {
  const statements: Statement[] = []
  const { query } = Client.prototype
  const recording = function (this: Client, ...args: unknown[]): unknown {
    const [first, second] = args as [string | { text?: string; values?: unknown[]; name?: string }, unknown]
    const text = typeof first === 'string' ? first : first?.text
    const values = typeof first === 'object' ? first.values : second
    if (text && /^\s*(select|with|insert|update|delete)\b/i.test(text)) {
      const prepared = typeof first === 'object' && first.name !== undefined
      statements.push({ text, values: Array.isArray(values) ? values : [], prepared })
    }
    return Reflect.apply(query, this, args)
  }
  Client.prototype.query = recording as typeof query // the same, whatever it is handed
  return {
    take: () => statements.splice(0),
    [Symbol.dispose]() {
      Client.prototype.query = query
    },
  }
}

/** Runs statements again and undoes them; comes back with how tables were read, within functions too. */
async function explained(databaseUrl: string, statements: readonly Statement[]) {
  const client = new Client({ connectionString: databaseUrl })
  const told: string[] = []
  client.on('notice', ({ message }) => void told.push(message ?? ''))
  await client.connect()
  try {
    await client.query(explaining)
    const all: { statement: Statement; reads: string[] }[] = []
    for (const statement of statements) {
      told.length = 0
      await client.query(`begin; ${asPlanned(statement)}`)
      await client.query(statement.text, statement.values).catch(() => undefined) // a write may be refused: it was made
      await client.query('rollback')
      all.push({ statement, reads: readsIn(told) })
    }
    return all
  } finally {
    await client.end()
  }
}

/** The settings of the connections that a statement goes to. */
function asPlanned({ text, prepared }: Statement): string {
  if (!prepared) return ''
  const settings = /\b(insert into|update|delete from) /.test(text) ? changingSettings : keyedSettings
  const set = Object.entries(settings).map(([name, value]) => `set local ${name} = '${value}'`)
  return set.join('; ')
}

/** Source: PostgreSQL, auto_explain; what it logs comes as notices. */
const explaining = `
  load 'auto_explain';
  set auto_explain.log_min_duration = 0;
  set auto_explain.log_analyze = on;
  set auto_explain.log_timing = off;
  set auto_explain.log_nested_statements = on;
  set client_min_messages = log`

/** The lines of plans that say how a table is read, and how many rows came of it; those that were never needed left out. */
function readsIn(plans: readonly string[]): string[] {
  const lines = plans.flatMap((plan) => plan.split('\n'))
  const reads = lines
    .filter(
      (line) =>
        / Scan .*on /.test(line) &&
        !line.includes('never executed') &&
        !/CTE Scan|Function Scan|Values Scan/.test(line),
    )
    .map((line) => line.replace(/^[\s>-]*/, '').replace(/\(cost=[^)]*\) /, ''))
  return [...new Set(reads)]
}

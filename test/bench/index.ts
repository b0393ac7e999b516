import { parseArgs } from 'node:util'
import { mapping } from './mapping.ts'
import { Bench, type Durations, type Row } from './measure.ts'
import { messages } from './messages.ts'
import { outward } from './outward.ts'
import { plansOf } from './plans.ts'
import { scenarios } from './scenarios/index.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { growthOf, tableOf } from './table.ts'
import { openWorld } from './world.ts'

const concurrencies = [1, 8, 32]
const measured = scenarios.filter(({ floor }) => floor !== undefined)
const grown = measured.filter(({ bySlots }) => bySlots).map(({ name }) => name)
/** Measured beside what goes over the wire to a gateway. */
const others: Readonly<Record<string, () => Promise<Row[]>>> = {
  mapping,
  'v2-out': outward,
  messages: () => messages((text) => process.stderr.write(`${text}\n`)),
}
const names = [...measured.map(({ name }) => name), ...Object.keys(others)]
/** Takes a minute to prepare: only when it is named. */
const usual = names.filter((name) => name !== 'messages')

const help = `npm run bench -- [name …] [--json] [--seconds n] [--warm n] [--clients n,n] [--profile folder]
              [--slots n] [--plans]

Names: ${names.join(', ')}. Without any, all of them but messages.
--seconds  how long each cell is measured (4)
--warm     how long each scenario is warmed up before (3)
--clients  concurrencies (${concurrencies.join(',')})
--slots    measures what asks for slots a second time, among so many: ${grown.join(', ')}
--plans    shows how the database answers the commonest searches, $find and $hold; measures nothing
--profile  a folder: there goes a profile of the gateway for each cell, for Chrome's DevTools
`

interface Wanted extends Durations {
  names: readonly string[]
  json: boolean
  clients: readonly number[]
  profile: string | undefined
  /** So many slots there are when it is measured again; undefined: it is not. */
  slots: number | undefined
  plans: boolean
}

/** What the command line asks for; undefined when it is wrong, or asks for help. */
function wantedBy(args: readonly string[]): Wanted | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '4' },
      warm: { type: 'string', default: '3' },
      clients: { type: 'string', default: concurrencies.join(',') },
      profile: { type: 'string' },
      slots: { type: 'string' },
      plans: { type: 'boolean', default: false },
    },
  })
  const [seconds, warmSeconds, ...clients] = [values.seconds, values.warm, ...values.clients.split(',')].map(
    Number,
  )
  const known = positionals.every((name) => names.includes(name))
  const slots = values.slots === undefined ? undefined : Number(values.slots)
  const sensible = [seconds, warmSeconds, slots ?? 1, ...clients].every(
    (each) => each !== undefined && each > 0,
  )
  if (values.help || !known || !sensible || seconds === undefined || warmSeconds === undefined)
    return undefined
  return {
    names: positionals.length > 0 ? positionals : slots === undefined ? usual : grown,
    json: values.json,
    profile: values.profile,
    slots,
    plans: values.plans,
    clients,
    seconds,
    warmSeconds,
  }
}

async function rowsOf(asked: Wanted): Promise<Row[]> {
  const { names: wanted } = asked
  const chosen = measured.filter(({ name }) => wanted.includes(name))
  const overWires = chosen.length > 0 ? await overWire(chosen, asked) : []
  const beside: Row[] = []
  for (const [name, measure] of Object.entries(others))
    if (wanted.includes(name)) beside.push(...(await measure()))
  return [...overWires, ...beside]
}

async function overWire(
  chosen: readonly Scenario[],
  { clients, profile, slots, ...durations }: Wanted,
): Promise<Row[]> {
  await using world = await openWorld()
  const bench = new Bench(world, durations, profile)
  const rows: Row[] = []
  const measure = async (some: readonly Scenario[]) => {
    for (const scenario of some) {
      const floor = scenarios.find(({ name }) => name === scenario.floor)
      for (const concurrency of clients) rows.push(await bench.cell(scenario, concurrency, floor))
    }
  }
  await measure(chosen)
  if (slots !== undefined) {
    await world.grow(slots)
    await measure(chosen.filter(({ bySlots }) => bySlots))
  }
  return [...bench.floors, ...rows]
}

/** How the database answers, with as many slots as are wanted. Comes back with whether an index serves each question. */
async function plans({ slots }: Wanted): Promise<boolean> {
  await using world = await openWorld()
  if (slots !== undefined) await world.grow(slots)
  const { text, isIndexed } = await plansOf(world)
  process.stdout.write(`${world.slots.toLocaleString('en')} slots\n${text}\n`)
  return isIndexed
}

const wanted = wantedBy(process.argv.slice(2))
if (wanted?.plans) process.exitCode = (await plans(wanted)) ? 0 : 1
else if (wanted) {
  const rows = await rowsOf(wanted)
  process.stdout.write(
    wanted.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n${growthOf(rows)}`,
  )
  process.exitCode = rows.some(({ errors }) => errors > 0) ? 1 : 0
} else {
  process.stderr.write(help)
  process.exitCode = process.argv.includes('--help') ? 0 : 2
}

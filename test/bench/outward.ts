import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Link } from '../../src/connectors/connector.ts'
import { deliver } from '../../src/connectors/deliver.ts'
import { mllp } from '../../src/connectors/mllp/index.ts'
import { Line } from '../../src/connectors/mllp/line.ts'
import { silent } from '../../src/log.ts'
import { type Departure, openStore, type Store } from '../../src/store/index.ts'
import { openDesk } from '../connectors/pretend-desk.ts'
import type { Row } from './measure.ts'
import type { RisReady } from './processes/ris.ts'
import { orderMessage } from './scenarios/v2-intake.ts'

/** Messages of a backlog, and of the paced run by which waits are measured. */
const backlog = 2_000
const paced = 200
const pacedMs = 20

const receivers = [1, 20]

/**
 * HL7 v2 out: from the outbox, durably, over MLLP lines to receivers in another process, each message acknowledged and
 * noted before the next of its line. Rate: of a backlog. Waits: from the write to the note, fifty messages a second. The
 * floor is the same bytes over the same lines, without a store.
 */
export async function outward(): Promise<Row[]> {
  await using opening = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'relais-out-'))
  opening.defer(() => rm(folder, { recursive: true, force: true }))
  const store = opening.use(await openStore({ dataDir: folder }))
  const ris = fork(fileURLToPath(new URL('processes/ris.ts', import.meta.url)))
  opening.defer(() => void ris.disconnect())
  const [{ port }] = (await once(ris, 'message')) as [RisReady]
  const rows: Row[] = []
  for (const count of receivers) {
    const floor = await lines(port, count)
    const measured = await departures(store, port, count)
    rows.push(floor, {
      ...measured,
      floor: floor.name,
      floorPerSecond: floor.perSecond,
      ratio: measured.perSecond / floor.perSecond,
    })
  }
  return rows
}

const plain = {
  errors: 0,
  conflicts: 0,
  slots: 0,
  databaseCpuMs: null,
  floor: null,
  floorPerSecond: null,
  ratio: null,
}

async function lines(port: number, count: number): Promise<Row> {
  const options = {
    host: '127.0.0.1',
    port,
    connectTimeoutMs: 1_000,
    idleMs: 60_000,
    unasked: async () => [],
  }
  const open = Array.from({ length: count }, () => new Line(options))
  const bytes = (n: number) => Buffer.from(orderMessage(n))
  const waits: number[] = []
  const used = usage()
  await Promise.all(
    open.map(async (line) => {
      for (let n = 0; n < backlog / count; n++) {
        const began = performance.now()
        await line.exchange(bytes(n), () => true, 5_000, new AbortController().signal)
        waits.push(performance.now() - began)
      }
    }),
  )
  const seen = used(backlog)
  for (const line of open) await line[Symbol.asyncDispose]()
  return { ...plain, name: `floor-line-${count}`, concurrency: count, ...seen, ...percentiles(waits) }
}

async function departures(store: Store, port: number, count: number): Promise<Row> {
  await using opening = new AsyncDisposableStack()
  const names = Array.from({ length: count }, (_, n) => `ris-${count}-${n}`)
  const links = await Promise.all(
    names.map(async (name) => ({ name, link: opening.use(await linkTo(port)), receive: desk.receive })),
  )
  const sent = new Map<string, number>()
  let left = Promise.withResolvers<void>()
  let wanted = 0
  const onTried = ({ departure, status }: { departure: { row: string }; status: string }) => {
    if (status !== 'sent') throw new Error(`A message ended as ${status}`)
    sent.set(departure.row, performance.now())
    if (--wanted === 0) left.resolve()
  }
  for (let n = 0; n < backlog; n += 100) {
    await write(
      store,
      Array.from({ length: 100 }, (_, at) => departure(n + at, names)),
    )
  }
  wanted = backlog
  const used = usage()
  opening.use(deliver({ store, links, log: silent, clock: () => new Date(), onTried }))
  await left.promise
  const seen = used(backlog)

  left = Promise.withResolvers<void>()
  wanted = paced
  const began = new Map<string, number>()
  for (let n = 0; n < paced; n++) {
    const one = departure(backlog + n, names)
    began.set(one.row, performance.now())
    await write(store, [one])
    await new Promise((resolve) => setTimeout(resolve, pacedMs))
  }
  await left.promise
  const waits = [...began].map(([row, at]) => (sent.get(row) ?? 0) - at)
  return { ...plain, name: 'v2-out', concurrency: count, ...seen, ...percentiles(waits) }
}

const write = (store: Store, departures: Departure[]) =>
  store.write({ at: new Date().toISOString(), departures })

/** Each of a patient of its own, as orders are. */
const departure = (n: number, names: readonly string[]): Departure => ({
  row: randomUUID(),
  peer: names[n % names.length] ?? '',
  kind: 'request.ordered',
  about: [`ServiceRequest/${n}`],
  lane: `Patient/${n}`,
  rendered: { raw: Buffer.from(orderMessage(n)), contentType: 'x-application/hl7-v2+er7' },
})

const desk = openDesk({ name: 'bench', clock: () => new Date() })

const linkTo = (port: number): Promise<Link> =>
  mllp.open(mllp.settings.parse({ host: '127.0.0.1', port }), desk)

/** Time and processor time from now on, for so many. */
function usage() {
  const [began, before] = [performance.now(), process.cpuUsage()]
  return (count: number) => {
    const { user, system } = process.cpuUsage(before)
    return {
      perSecond: count / ((performance.now() - began) / 1000),
      gatewayCpuMs: (user + system) / 1000 / count,
    }
  }
}

function percentiles(waits: number[]): Pick<Row, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  const sorted = waits.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
}

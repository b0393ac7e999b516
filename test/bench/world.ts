import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importJWK, SignJWT } from 'jose'
import { Client } from 'pg'
import { type Dataset, loadDataset, slotsPerCentre } from './dataset.ts'
import { multiply } from './multiply.ts'
import type { FloorsReady } from './processes/floors.ts'
import type { GatewayReady } from './processes/gateway.ts'
import type { RisReady } from './processes/ris.ts'
import { type BenchClient, centreCount, writeTerritory } from './territory.ts'
import { statOf } from './usage.ts'

/** All that is measured and measures, each in a process of its own. */
export interface World extends AsyncDisposable {
  gateway: GatewayReady & { process: ChildProcess; pid: number }
  floors: FloorsReady & { process: ChildProcess }
  driver: ChildProcess
  /** Of the PostgreSQL server; undefined where there is no /proc. */
  databasePid: number | undefined
  data: Dataset
  /** How many slots there are now. */
  slots: number
  /** Makes many more slots, as a territory has after years. */
  grow(slots: number): Promise<void>
  /** The territory's folder. */
  territory: string
  /** An access token of the doctors' software, good for some minutes at this gateway, or at another on the same database. */
  token(baseUrl?: string): Promise<string>
  /** An access token of the cell's software. */
  cellToken(): Promise<string>
}

/** Starts a gateway with an embedded store in a folder of its own, fills it, and what it is held against. */
export async function openWorld(): Promise<World> {
  await using opening = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'relais-bench-'))
  opening.defer(() => rm(folder, { recursive: true, force: true }))
  const ris = await started<RisReady>('ris', [], opening)
  const territory = join(folder, 'territory')
  const { practice, cell } = await writeTerritory(territory, ris.ready.port)
  const gateway = await started<GatewayReady>('gateway', [territory, join(folder, 'data')], opening)
  const { databaseUrl, baseUrl } = gateway.ready
  const data = await loadDataset(databaseUrl)
  await settled(databaseUrl)
  const floors = await started<FloorsReady>('floors', [databaseUrl], opening)
  const driver = child('driver', [])
  opening.defer(() => ended(driver))
  const open = opening.move()
  const world: World = {
    gateway: { ...gateway.ready, process: gateway.process, pid: gateway.process.pid ?? 0 },
    floors: { ...floors.ready, process: floors.process },
    driver,
    databasePid: await databasePid(databaseUrl),
    data,
    slots: centreCount * slotsPerCentre,
    async grow(slots) {
      world.slots = await multiply(databaseUrl, data, slots)
    },
    territory,
    token: (at = baseUrl) => tokenFor(practice, at),
    cellToken: () => tokenFor(cell, baseUrl),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
  return world
}

function child(name: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(`processes/${name}.ts`, import.meta.url)), args)
}

/** A process, once it has said where it answers. */
async function started<Ready>(name: string, args: readonly string[], opening: AsyncDisposableStack) {
  const made = child(name, args)
  opening.defer(() => ended(made))
  const gone = once(made, 'exit').then(([code]) => {
    throw new Error(`The process ${name} ended (${code}) before it was ready`)
  })
  const [ready] = await Promise.race([once(made, 'message'), gone])
  gone.catch(() => {}) // later it may
  return { process: made, ready: ready as Ready } // what that process says first
}

async function ended(one: ChildProcess): Promise<void> {
  if (one.exitCode !== null || one.signalCode !== null) return
  const gone = once(one, 'exit')
  one.disconnect()
  await gone
}

/** As after some days: the planner knows the tables, and nothing of the loading is still to be written. */
async function settled(databaseUrl: string): Promise<void> {
  await asked(databaseUrl, 'vacuum analyze')
  await asked(databaseUrl, 'checkpoint')
}

/** The server notes its own number in its folder. */
async function databasePid(databaseUrl: string): Promise<number | undefined> {
  const [row] = await asked<{ file: string }>(databaseUrl, `select pg_read_file('postmaster.pid') as file`)
  const pid = Number.parseInt(row?.file ?? '', 10)
  return (await statOf(pid)) && pid
}

async function asked<Row extends object>(databaseUrl: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

/** SMART Backend Services, as any client asks. */
async function tokenFor({ id, key, scopes }: BenchClient, baseUrl: string): Promise<string> {
  const tokenUrl = `${baseUrl}/auth/token`
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES384', typ: 'JWT', kid: key.kid ?? '' })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(tokenUrl)
    .setExpirationTime('4m')
    .sign(await importJWK(key, 'ES384'))
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: scopes.join(' '),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  })
  const answer = await fetch(tokenUrl, { method: 'POST', body })
  const { access_token } = (await answer.json()) as { access_token?: string } // RFC 6749, 5.1
  if (access_token === undefined) throw new Error(`No token: HTTP ${answer.status}`)
  return access_token
}

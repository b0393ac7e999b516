import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Bundle, BundleEntry, Parameters, Resource } from '@medplum/fhirtypes'
import { importJWK, SignJWT } from 'jose'
import { readConfig } from '../../src/config.ts'
import { connectors as kinds } from '../../src/connectors/index.ts'
import { directory } from '../../src/demo/directory.ts'
import { type Demo, openDemo } from '../../src/demo/index.ts'
import { type DemoClient, demoClients, demoKeys, publicJwk } from '../../src/demo/keys.ts'
import { demoSystem } from '../../src/demo/naming.ts'
import { protocol } from '../../src/demo/protocol.ts'
import { visit, type World } from '../../src/demo/tour/world.ts'
import type { Address } from '../../src/gateway/http.ts'
import { type Gateway, openGateway } from '../../src/gateway.ts'
import { openLog } from '../../src/log.ts'
import type { Kept } from '../../src/store/index.ts'
import { readTerritory } from '../../src/territory/read.ts'
import { freshDatabase } from './database.ts'

/** A file of `connectors/`, and the demo's organisation that it belongs to. */
export interface ConnectorFile {
  kind: string
  organization: string
  client?: string
  maps?: Record<string, string>
  sheet?: Record<string, unknown>
  settings?: Record<string, unknown>
}

export interface TerritoryOptions {
  connectors: Readonly<Record<string, ConnectorFile>>
  /** Beside the demo's directory and protocol, or in their place by the same business identifier. */
  resources?: readonly Resource[]
}

/** A folder of a territory: the demo's people and places, with connectors of the test's own. */
export interface Territory extends AsyncDisposable {
  path: string
  clients: readonly DemoClient[]
}

/** Writes a territory's folder, as an operator would. */
export async function writeTerritory({ connectors, resources = [] }: TerritoryOptions): Promise<Territory> {
  const path = await mkdtemp(join(tmpdir(), 'relais-territory-'))
  const clients = await demoKeys(join(path, 'keys'), '')
  const write = async (name: string, value: unknown) => {
    await mkdir(join(path, name, '..'), { recursive: true })
    await writeFile(join(path, name), JSON.stringify(value, null, 2))
  }
  await write('resources/directory.json', collection(directory()))
  await write('resources/protocol.json', collection(protocol()))
  for (const [n, resource] of resources.entries()) await write(`resources/own-${n}.json`, resource)
  for (const [name, { organization, ...file }] of Object.entries(connectors)) {
    await write(`connectors/${name}.json`, { ...file, organization: `${demoSystem}|${organization}` })
  }
  for (const { name, organization, role, scopes } of demoClients) {
    const key = clients.find((one) => one.name === name)?.privateJwk ?? {}
    const jwks = { keys: [publicJwk(key)] }
    await write(`clients/${name}.json`, {
      id: name,
      name,
      organization: `${demoSystem}|${organization}`,
      role,
      scopes,
      jwks,
    })
  }
  return { path, clients, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

const collection = (entries: readonly { url: string; resource: Resource }[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: entries.map(({ url, resource }) => ({ fullUrl: url, resource })),
})

/** The doctor's software of the practice, by its v2 wire. */
export const practiceV2: ConnectorFile = {
  kind: 'mllp',
  organization: 'practice',
  client: 'ehr',
  settings: { sendingApplication: ['EHR'], addresses: ['127.0.0.1'] },
}

/** The centre that has only a telephone. */
export const telephone: ConnectorFile = { kind: 'manual', organization: 'centre-manual' }

/** The radiology system of the first centre, by its v2 wire; with a port, we speak to it too. */
export const centreV2 = (port?: number, more: Record<string, unknown> = {}): ConnectorFile => ({
  kind: 'mllp',
  organization: 'centre-v2',
  client: 'ris-v2',
  settings: {
    sendingApplication: ['RIS'],
    addresses: ['127.0.0.1'],
    ...(port !== undefined && { host: '127.0.0.1', port, ackTimeoutMs: 5_000 }),
    ...more,
  },
})

/** A whole gateway of a test, in this process. */
export interface TestGateway extends AsyncDisposable {
  gateway: Gateway
  territory: Pick<Territory, 'path' | 'clients'>
  baseUrl: string
  mllp: Address
  /** For a second gateway on the same server. */
  databaseUrl: string
  clock: () => Date
  /** Lines of its log so far. */
  log: readonly string[]
  /** Speaks on behalf of a client of the demo. */
  as(client: string): Caller
}

export interface StartOptions extends TerritoryOptions {
  clock: () => Date
  bookWaitMs: number
  /** Instead of a territory of its own; whoever made it disposes of it. */
  territory: Pick<Territory, 'path' | 'clients'>
  /** Instead of a database of its own. */
  databaseUrl: string
}

/** Starts a gateway on free ports: with a database and a territory of its own unless they are given. */
export async function startGateway(options: Partial<StartOptions> = {}): Promise<TestGateway> {
  await using opening = new AsyncDisposableStack()
  const databaseUrl = options.databaseUrl ?? opening.use(await freshDatabase()).url
  const territory =
    options.territory ??
    opening.use(await writeTerritory({ ...options, connectors: options.connectors ?? {} }))
  const { territory: folder, problems } = await readTerritory(territory.path, kinds)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  const clock = options.clock ?? (() => new Date())
  const log: string[] = []
  const gateway = opening.use(
    await openGateway({
      config: readConfig({
        RELAIS_PORT: '0',
        RELAIS_MLLP_PORT: '0',
        RELAIS_DATABASE_URL: databaseUrl,
        RELAIS_BOOK_WAIT_MS: String(options.bookWaitMs ?? 8_000),
        RELAIS_OUTBOUND_LOOPBACK: 'yes',
      }),
      folder,
      log: openLog('debug', { write: (line) => void log.push(line) }),
      clock,
    }),
  )
  const { baseUrl, mllp } = gateway.addresses
  if (!mllp) throw new Error('A gateway of a test listens for HL7 v2')
  const open = opening.move()
  return {
    gateway,
    territory,
    baseUrl,
    mllp,
    databaseUrl,
    clock,
    log,
    as: callersOf({ baseUrl, clients: territory.clients, clock }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** An answer over HTTP. */
export interface Reply<T = unknown> {
  status: number
  headers: Headers
  body: T
}

/** Calls a gateway on behalf of one client, with tokens that it asks for as any backend service does. */
export interface Caller {
  call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<T>>
  /** What is read; fails when the answer is no success. */
  get<T = unknown>(path: string): Promise<T>
  /** The matches of a search, and what it included. */
  search<R extends Resource>(query: string): Promise<Kept<R>[]>
  /** An operation of Appointment, by its parameters. */
  asks<T = Bundle>(operation: string, parameter: Parameters['parameter']): Promise<Reply<T>>
}

/** Where a gateway is, and with whose keys it is called. */
export interface Place {
  baseUrl: string
  clients: readonly DemoClient[]
  clock: () => Date
}

/** Callers by the client's name; each has one token, asked for again shortly before its end. */
export function callersOf(place: Place): (client: string) => Caller {
  const tokens = new Map<string, Token>()
  return (client) => callerAs(client, place, tokens)
}

interface Token {
  value: Promise<string>
  /** By the gateway's clock, ms since 1970. */
  askedAt: number
}

function callerAs(name: string, place: Place, tokens: Map<string, Token>): Caller {
  const client = place.clients.find((one) => one.name === name)
  if (!client) throw new Error(`There is no client ${name}`)
  const token = (): Promise<string> => {
    const now = place.clock().getTime()
    const known = tokens.get(name)
    if (known && now - known.askedAt < 120_000) return known.value
    const fresh = { value: tokenFor(client, place), askedAt: now }
    tokens.set(name, fresh)
    fresh.value.catch(() => tokens.delete(name)) // the next call asks again
    return fresh.value
  }
  // What an answer is follows from what was asked; a test that is wrong about it fails.
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> => {
    const response = await fetch(
      path.startsWith('/') ? place.baseUrl + path : `${place.baseUrl}/fhir/${path}`,
      {
        method,
        headers: {
          authorization: `Bearer ${await token()}`,
          ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      },
    )
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as T,
    }
  }
  const get = async <T>(path: string): Promise<T> => {
    const { status, body } = await call<T>('GET', path)
    if (status < 300) return body
    throw new Error(`GET ${path}: HTTP ${status}: ${JSON.stringify(body)}`)
  }
  return {
    call,
    get,
    search: async <R extends Resource>(query: string) => {
      const { entry = [] } = await get<Bundle<Kept<R>>>(query)
      return entry.flatMap(({ resource }: BundleEntry<Kept<R>>) => resource ?? [])
    },
    asks: (operation, parameter) =>
      call('POST', `Appointment/$${operation}`, { resourceType: 'Parameters', parameter }),
  }
}

/** SMART Backend Services: a signed assertion for an access token, by the gateway's own clock. */
async function tokenFor(
  { clientId, scope, privateJwk }: DemoClient,
  { baseUrl, clock }: Place,
): Promise<string> {
  const tokenUrl = `${baseUrl}/auth/token`
  const now = Math.floor(clock().getTime() / 1000)
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES384', typ: 'JWT', kid: privateJwk.kid ?? '' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(tokenUrl)
    .setIssuedAt(now)
    .setExpirationTime(now + 240)
    .sign(await importJWK(privateJwk, 'ES384'))
  const response = await fetch(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  })
  const answer = (await response.json()) as { access_token?: string }
  if (response.status === 200 && answer.access_token !== undefined) return answer.access_token
  throw new Error(`No token for ${clientId}: HTTP ${response.status}: ${JSON.stringify(answer)}`)
}

/** A whole gateway as a process of its own, to be killed. */
export interface SpawnedGateway extends AsyncDisposable {
  readonly process: ChildProcess
  readonly baseUrl: string
  readonly mllp: Address
  /** Lines of its log so far. */
  readonly log: readonly string[]
  /** SIGKILL; comes back when it has gone. */
  kill(): Promise<void>
}

/** Runs `src/main.ts` under settings, and comes back when it is ready. Fails with its last words when it ends before. */
export async function spawnGateway(settings: Readonly<Record<string, string>>): Promise<SpawnedGateway> {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
  const plain = Object.entries(process.env).filter(([name]) => !name.startsWith('RELAIS_'))
  const env = { ...Object.fromEntries(plain), RELAIS_PORT: '0', RELAIS_MLLP_PORT: '0', ...settings }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const log: string[] = []
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2_000)
  })
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  const gone = once(child, 'exit').finally(() => process.off('exit', end))
  const ready = Promise.withResolvers<Record<string, string>>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    log.push(line)
    if (line.includes('"gateway.ready"')) ready.resolve(JSON.parse(line))
  })
  void gone.then(([code]) => ready.reject(new Error(`The gateway ended (${code}): ${words}`)))
  const { baseUrl = '', mllp = '' } = await ready.promise
  const [host = '', port] = mllp.split(':')
  const kill = async () => {
    child.kill('SIGKILL')
    await gone
  }
  return {
    process: child,
    baseUrl,
    mllp: { host, port: Number(port) },
    log,
    kill,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 60_000)
      await gone
      clearTimeout(late)
    },
  }
}

/** The demo as `npm start` runs it, in this process: its partners on real sockets beside it. */
export interface TestDemo extends AsyncDisposable {
  demo: Demo
  world: World
  databaseUrl: string
  /** Lines of its log so far. */
  log: readonly string[]
  as(client: string): Caller
}

export async function startDemo(clock: () => Date = () => new Date()): Promise<TestDemo> {
  await using opening = new AsyncDisposableStack()
  const { url: databaseUrl } = opening.use(await freshDatabase())
  const dataDir = await mkdtemp(join(tmpdir(), 'relais-demo-'))
  opening.defer(() => rm(dataDir, { recursive: true, force: true }))
  const log: string[] = []
  const config = readConfig({
    RELAIS_PORT: '0',
    RELAIS_MLLP_PORT: '0',
    RELAIS_DATABASE_URL: databaseUrl,
    RELAIS_DATA_DIR: dataDir,
  })
  const lines = openLog('debug', { write: (line) => void log.push(line) })
  const demo = opening.use(await openDemo(config, lines, clock))
  const world = await visit(dataDir)
  const open = opening.move()
  return {
    demo,
    world,
    databaseUrl,
    log,
    as: callersOf({ ...world, clock }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

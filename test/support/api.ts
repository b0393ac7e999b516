import { readdirSync, readFileSync } from 'node:fs'
import type { Hono } from 'hono'
import { Registry } from 'prom-client'
import type { ApiSettings, House } from '../../src/api/house.ts'
import { api } from '../../src/api/index.ts'
import type { Role } from '../../src/auth/actor.ts'
import { sightOf } from '../../src/auth/gate.ts'
import type { Auth } from '../../src/auth/index.ts'
import { nobody } from '../../src/auth/nobody.ts'
import { badToken, noToken, type Permit } from '../../src/auth/permit.ts'
import { parseScope } from '../../src/auth/scopes.ts'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import type { Territory } from '../../src/flows/step.ts'
import { silent } from '../../src/log.ts'
import type { Store } from '../../src/store/index.ts'
import { openValidator } from '../../src/validate/index.ts'
import { loadProfiles } from '../../src/validate/profiles.ts'
import { openTestStore } from './database.ts'

export const baseUrl = 'https://gateway.example'

/** An API on a store of its own, for clients whose tokens are their names. */
export interface TestApi extends AsyncDisposable {
  app: Hono
  store: Store
  house: House
  /** Sends a request on behalf of a client (`cell` unless said otherwise). */
  send(method: string, path: string, options?: SendOptions): Promise<Reply>
}

export interface SendOptions {
  as?: string
  headers?: Record<string, string>
  /** A resource or another value, sent as JSON; a text is sent as it is. */
  body?: unknown
}

/** An answer, read. */
export interface Reply {
  status: number
  headers: Headers
  text: string
  /** The JSON that was answered. */
  json: unknown
  /** What stands in it at a path: `entry.0.resource.id`. */
  at(path: string): unknown
}

/** The resources of a folder of declarations. */
const declaredIn = (folder: string) =>
  readdirSync(new URL(`../../${folder}/`, import.meta.url))
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(new URL(`../../${folder}/${name}`, import.meta.url), 'utf8')))

const declared = declaredIn('profiles')
const profiles = loadProfiles(declared)
const validator = openValidator({ structures, bindings, profiles })

export const territory: Territory = {
  community: 'Organization/community',
  cell: 'Organization/cell',
  zone: 'Europe/Paris',
  peers: [],
  modalities: new Map(),
}

/** A client of a role and an organisation, that may do what its scopes say. */
export function permit(
  name: string,
  role: Role,
  {
    organization,
    scopes = 'system/*.cruds',
    member = false,
  }: { organization?: string; scopes?: string; member?: boolean } = {},
): Permit {
  const standing = { role, member, ...(organization !== undefined && { organization }) }
  return {
    actor: { client: name, name, ...standing, sight: sightOf(standing) },
    scopes: scopes.split(' ').flatMap((text) => parseScope(text).scope ?? []),
    lenient: false,
  }
}

/** A client of the cell, that may do what its scopes say. */
export const cellWith = (name: string, scopes: string): Permit =>
  permit(name, 'cell', { organization: 'Organization/cell', scopes })

export const clients: Readonly<Record<string, Permit>> = {
  cell: permit('cell', 'cell', { organization: 'Organization/cell' }),
  operator: permit('operator', 'operator'),
  region: permit('region', 'region'),
  ehr: permit('ehr', 'prescriber', { organization: 'Organization/practice', member: true }),
  'ehr-other': permit('ehr-other', 'prescriber', { organization: 'Organization/other' }),
  ris: permit('ris', 'ris', { organization: 'Organization/centre' }),
  narrow: permit('narrow', 'cell', { scopes: 'system/Condition.rs' }),
  reader: permit('reader', 'cell', { scopes: 'system/Patient.r' }),
}

const settings: ApiSettings = {
  baseUrl,
  maxBodyBytes: 100_000,
  trustedProxies: [],
  version: '0.0.0',
  bookWaitMs: 0,
  adminListener: false,
}

/** Opens an API; parts of the house and of its territory may be a test's own. */
export async function openTestApi(
  given: Partial<House> & { permits?: Record<string, Permit> } = {},
  served: Territory = territory,
): Promise<TestApi> {
  const store = given.store ?? (await openTestStore())
  const clock = given.clock ?? (() => new Date())
  const house: House = {
    settings,
    store,
    clock,
    log: silent,
    auth: byName({ ...clients, ...given.permits }),
    metrics: new Registry(),
    desk: (actor) => ({
      store,
      clock,
      actor,
      territory: served,
      validate: validator.validate,
      prepare: async (resource) => resource,
      notify: () => [],
    }),
    receive: () => async () => {
      throw new Error('This test has no intake')
    },
    answerV2: async () => {
      throw new Error('This test has no intake')
    },
    linkKey: 'the same in every gateway of a test',
    conformance: [...declared, ...declaredIn('mappings')],
    ...given,
  }
  const app = api(house) as unknown as Hono // the middleware's variables are its own
  return { app, store, house, send: senderTo(app), [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

function senderTo(app: Hono): TestApi['send'] {
  return async (method, path, { as = 'cell', headers = {}, body } = {}) => {
    const sent = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await app.request(path, {
      method,
      headers: {
        ...(as !== '' && { authorization: `Bearer ${as}` }),
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body !== undefined && { body: sent }),
    })
    const text = await response.text()
    const json = jsonIn(text)
    return {
      status: response.status,
      headers: response.headers,
      text,
      json,
      at: (path) => valueAt(json, path),
    }
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What stands in a JSON value at a path: `entry.0.resource.id`. */
export function valueAt(json: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], json) // or nothing
}

/** Knows clients by their names: where who may is not what is tested. */
function byName(permits: Readonly<Record<string, Permit>>): Auth {
  return {
    async authenticate(authorization) {
      if (authorization === undefined) throw noToken()
      const found = permits[authorization.replace('Bearer ', '')]
      if (!found) throw badToken()
      return found
    },
    permitOf: async (client) => permits[client],
    token: async () => ({ status: 400, headers: {}, body: '{"error":"invalid_request"}' }),
    nobody: async () => nobody,
    jwks: () => ({ keys: [] }),
    smartConfiguration: () => ({ token_endpoint: `${baseUrl}/auth/token` }),
  }
}

/** What a failure on `/fhir` is told with. */
export interface Told {
  code: string
  diagnostics: string
  severity: string
  expression?: string[]
}

/** The issues of an OperationOutcome. Fails when the answer is something else. */
export function issuesIn({ status, text, at }: Reply): Told[] {
  if (at('resourceType') !== 'OperationOutcome') throw new Error(`No outcome, but ${status} ${text}`)
  return at('issue') as Told[] // an OperationOutcome has issues
}

/** The entries of a bundle. */
export const entriesIn = ({ at }: Reply): Record<string, unknown>[] =>
  (at('entry') ?? []) as Record<string, unknown>[] // a list, if any

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tokenRequest } from '../../auth/asking.ts'
import type { DemoClient } from '../keys.ts'

/** What a visitor of a running demo knows: what the demo has written down for scripts. */
export interface World {
  baseUrl: string
  tokenUrl: string
  mllp: { host: string; port: number }
  deskUrl: string
  clients: readonly DemoClient[]
  centres: readonly { id: string; name: string; connector: string; kind: string }[]
  doctors: readonly { id: string; name: string; rpps: string; member: boolean }[]
}

/** Reads what a running demo has written down. Fails with what to do when there is none. */
export async function visit(dataDir: string): Promise<World> {
  const read = async (name: string) => JSON.parse(await readFile(join(dataDir, 'demo', name), 'utf8'))
  try {
    const [keys, territory] = await Promise.all([read('clients.json'), read('territory.json')])
    return { ...territory, tokenUrl: keys.tokenUrl, clients: keys.clients }
  } catch (thrown) {
    throw new Error(`There is no running demo in ${dataDir}: start it with npm start.`, { cause: thrown })
  }
}

/** Speaks FHIR on behalf of one of the demo's clients. */
export interface Caller {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<{ status: number; body: T }>
  put<T>(path: string, body: unknown): Promise<{ status: number; body: T }>
}

/** Gets a token as any backend service does, and calls with it. */
export async function callerAs(
  name: string,
  world: Pick<World, 'baseUrl' | 'tokenUrl' | 'clients'>,
): Promise<Caller> {
  const client = world.clients.find((one) => one.name === name)
  if (!client) throw new Error(`The demo has no client ${name}`)
  const token = await tokenFor(client, world.tokenUrl)
  // What an answer is follows from what was asked; a tour that is wrong about it stops.
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T }> => {
    const response = await fetch(path.startsWith('http') ? path : `${world.baseUrl}/fhir/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/fhir+json',
        'content-type': 'application/fhir+json',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as T }
  }
  return {
    get: async (path) => successful(await call('GET', path)),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
  }
}

function successful<T>({ status, body }: { status: number; body: T }): T {
  if (status < 300) return body
  throw new Error(`HTTP ${status}: ${JSON.stringify(body).slice(0, 500)}`)
}

/** SMART Backend Services: a signed assertion for an access token. */
export async function tokenFor(
  { clientId, scope, privateJwk: key }: DemoClient,
  tokenUrl: string,
): Promise<string> {
  const body = await tokenRequest({ clientId, scope, key, tokenUrl }, new Date())
  const response = await fetch(tokenUrl, { method: 'POST', body })
  const answer = (await response.json()) as { access_token: string }
  if (response.status !== 200) throw new Error(`No token: ${JSON.stringify(answer)}`)
  return answer.access_token
}

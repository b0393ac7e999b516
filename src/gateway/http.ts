import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer as createPlain, type Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { getRequestListener } from '@hono/node-server'
import { type Config, ConfigError } from '../config.ts'

export interface Address {
  host: string
  port: number
}

type Fetch = (request: Request, environment: object) => Response | Promise<Response>

/** A listener that has its port before anybody answers on it. */
export interface HttpListener extends AsyncDisposable {
  readonly address: Address
  /** From now on this answers; until then, 503. */
  answerBy(fetch: Fetch): void
}

/** Certificate and key, as PEM texts. */
export interface Tls {
  cert: string
  key: string
  /** Of the authority that signs the certificates of partners that send HL7 v2. */
  clientCa?: string
}

const notYet: Fetch = () => new Response(null, { status: 503, headers: { 'retry-after': '1' } })

/** How long requests in hand may take when a listener closes, unless it is said. */
const usualDrainMs = 10_000

/** Listens for HTTP, or HTTPS when there is a certificate. Fails when the address cannot be had, naming the setting. */
export async function listenHttp(
  host: string,
  port: number,
  setting: 'RELAIS_PORT' | 'RELAIS_ADMIN_PORT',
  tls?: Tls,
  drainMs: () => number = () => usualDrainMs,
): Promise<HttpListener> {
  let fetch = notYet
  const handle = getRequestListener((request, environment) => fetch(request, environment))
  const server: Server = tls
    ? createSecure({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' }, handle)
    : createPlain(handle)
  server.listen(port, host)
  await once(server, 'listening').catch((thrown) => {
    throw untakable(thrown, host, port, setting)
  })
  return {
    address: addressOf(server),
    answerBy: (other) => {
      fetch = other
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      const late = setTimeout(() => server.closeAllConnections(), drainMs())
      server.closeIdleConnections()
      await closed
      clearTimeout(late)
    },
  }
}

/** What a person can do about an address that cannot be listened on; any other fault as it is. */
export function untakable(thrown: unknown, host: string, port: number, setting: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  const why = {
    EADDRINUSE: `another process listens there: stop it, or set ${setting} to another port, or to 0 for a free one`,
    EACCES: 'this user may not listen there: take a port above 1023',
    EADDRNOTAVAIL: 'this machine has no such address: set another host',
  }[String(code)]
  return why === undefined ? thrown : new ConfigError([`${setting}: ${host}:${port} cannot be had; ${why}`])
}

function addressOf(server: Server): Address {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has an address')
  return { host: address.address, port: address.port }
}

export async function readTls(config: Config): Promise<Tls | undefined> {
  const { RELAIS_TLS_CERT, RELAIS_TLS_KEY, RELAIS_TLS_CLIENT_CA } = config
  if (!RELAIS_TLS_CERT || !RELAIS_TLS_KEY) return undefined
  const [cert, key, clientCa] = await Promise.all([
    readFile(RELAIS_TLS_CERT, 'utf8'),
    readFile(RELAIS_TLS_KEY, 'utf8'),
    RELAIS_TLS_CLIENT_CA && readFile(RELAIS_TLS_CLIENT_CA, 'utf8'),
  ])
  return { cert, key, ...(clientCa && { clientCa }) }
}

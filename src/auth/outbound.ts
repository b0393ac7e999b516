import { lookup as resolve } from 'node:dns'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { type RequestOptions, request as tlsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { SecureContextOptions } from 'node:tls'

/** How far a call may reach. */
export interface Reach {
  /** Loopback may be called, by plain http too: for tests and the demo. */
  loopback: boolean
  /** Private networks may be called, by plain http too: only for addresses that the operator wrote. */
  private?: boolean
}

export interface GuardedOptions extends Reach {
  /** For the whole exchange. */
  timeoutMs: number
  /** Of the answer's body; a longer one fails, or is cut there. */
  maxBytes: number
  /** Nobody reads the body: what is too much of it is left, and no failure. */
  cut?: boolean
  /** Own certificate, and whom to trust. */
  tls?: SecureContextOptions
  signal?: AbortSignal
}

export interface OutboundRequest {
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
}

export interface OutboundResponse {
  status: number
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
}

/** Why a call was not made, or not finished. The text names no more than the rule that was broken. */
export class OutboundError extends Error {
  readonly code: 'refused-url' | 'refused-address' | 'too-long' | 'unreachable' | 'timeout'

  constructor(code: OutboundError['code'], text: string, options?: ErrorOptions) {
    super(text, options)
    this.name = 'OutboundError'
    this.code = code
  }
}

/**
 * Calls an address that somebody else wrote: a webhook, a key set, a peer.
 *
 * Only https (http where `reach` says so), no user in the URL, no redirect followed (a 3xx comes back as it is).
 * The address is screened when connecting, after the name is resolved: a name cannot be turned to an
 * inner address later. Every call has its own connection, so none is borrowed that was not screened.
 * Fails with OutboundError.
 */
export async function guardedFetch(
  url: string | URL,
  init: OutboundRequest,
  options: GuardedOptions,
): Promise<OutboundResponse> {
  const target = acceptedUrl(url, options)
  const deadline = AbortSignal.timeout(options.timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline
  try {
    return await exchange(target, init, options, signal)
  } catch (thrown) {
    if (deadline.aborted) throw new OutboundError('timeout', `No answer within ${options.timeoutMs} ms.`)
    throw thrown instanceof OutboundError ? thrown : unreachable(thrown)
  }
}

/** The URL, when its form may be called. Fails: refused-url, refused-address. */
export function acceptedUrl(url: string | URL, reach: Reach): URL {
  const target = URL.canParse(String(url)) ? new URL(url) : undefined
  if (!target) throw new OutboundError('refused-url', 'This is not an absolute URL.')
  if (target.username || target.password) {
    throw new OutboundError('refused-url', 'A URL carries no user name or password.')
  }
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (!mayUseScheme(target.protocol, host, reach)) throw new OutboundError('refused-url', 'Use https.')
  if (isIP(host) !== 0 && !mayCall(host, reach)) throw refusedAddress()
  return target
}

/** Whether an address may be called. */
export function mayCall(address: string, { loopback, private: inner = false }: Reach): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(address) === 0) return false
  if (loopbackRanges.check(address, family)) return loopback
  if (privateRanges.check(address, family)) return inner
  if (reservedRanges.check(address, family)) return false
  return family === 'ipv4' || globalRange.check(address, family)
}

/** Plain http only where nothing leaves the machine, or the operator's own network. */
function mayUseScheme(protocol: string, host: string, { loopback, private: inner = false }: Reach): boolean {
  if (protocol === 'https:') return true
  if (protocol !== 'http:') return false
  if (inner) return true
  return loopback && (host === 'localhost' || (isIP(host) !== 0 && isLoopback(host)))
}

const isLoopback = (address: string): boolean =>
  loopbackRanges.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

function exchange(
  url: URL,
  { method = 'GET', headers = {}, body }: OutboundRequest,
  options: GuardedOptions,
  signal: AbortSignal,
): Promise<OutboundResponse> {
  const request = url.protocol === 'https:' ? tlsRequest : plainRequest
  const settings: RequestOptions = {
    method,
    agent: false,
    signal,
    lookup: screened(options),
    headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
    ...options.tls,
  }
  return new Promise((done, fail) => {
    const call = request(url, settings, (answer) => whole(answer, options).then(done, fail))
    call.on('error', fail)
    call.end(body)
  })
}

async function whole(
  answer: IncomingMessage,
  { maxBytes, cut = false }: GuardedOptions,
): Promise<OutboundResponse> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Leaving the loop destroys the answer, and with it the connection.
  for await (const chunk of answer) {
    bytes += chunk.length
    if (bytes > maxBytes && !cut)
      throw new OutboundError('too-long', `The answer is longer than ${maxBytes} bytes.`)
    if (bytes > maxBytes) break
    chunks.push(chunk)
  }
  return { status: answer.statusCode ?? 0, headers: flat(answer.headers), body: Buffer.concat(chunks) }
}

function flat(headers: IncomingMessage['headers']): OutboundResponse['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}

/** Resolves a name and hands on only addresses that may be called; none left is a refusal. */
function screened(reach: Reach): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const allowed = addresses.filter(({ address }) => mayCall(address, reach))
      const [first] = allowed
      if (!first) return callback(refusedAddress(), '', 0)
      if (options.all) return callback(null, allowed)
      callback(null, first.address, first.family)
    })
  }
}

const refusedAddress = () =>
  new OutboundError('refused-address', 'This address is not a public one: it may not be called from here.')

function unreachable(thrown: unknown): OutboundError {
  const code = thrown instanceof Error && 'code' in thrown ? ` (${String(thrown.code)})` : ''
  return new OutboundError('unreachable', `The server could not be reached${code}.`, { cause: thrown })
}

function ranges(...list: readonly string[]): BlockList {
  const block = new BlockList()
  for (const range of list) {
    const [net = '', bits = ''] = range.split('/')
    block.addSubnet(net, Number(bits), isIP(net) === 6 ? 'ipv6' : 'ipv4')
  }
  return block
}

// A BlockList checks an IPv6 address that maps an IPv4 one (::ffff:127.0.0.1) by the IPv4 ranges too.
const loopbackRanges = ranges('127.0.0.0/8', '::1/128')
const privateRanges = ranges('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7')

/** Source: IANA special-purpose address registries for IPv4 and IPv6. */
const reservedRanges = ranges(
  '0.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
)

/** Global unicast: whatever else IPv6 has is for inner use. */
const globalRange = ranges('2000::/3')

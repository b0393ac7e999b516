import type { Context } from 'hono'
import type { ApiSettings } from './house.ts'

/**
 * The address a request came from; `X-Forwarded-For` is believed only as far as trusted proxies have written it.
 * Empty when there is no socket, as in a test.
 */
export function addressOf(c: Context, { trustedProxies }: Pick<ApiSettings, 'trustedProxies'>): string {
  const direct = plain(remoteOf(c.env))
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map(plain).filter(Boolean)
  let address = direct
  while (trustedProxies.includes(address) && hops.length > 0) address = hops.pop() ?? address
  return address
}

/** An IPv4 address is the same address inside IPv6. */
const plain = (address: string): string => address.trim().replace(/^::ffff:/i, '')

/** What the node server hands over with each request. */
function remoteOf(env: unknown): string {
  const { incoming } = (env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } } // set by @hono/node-server
  return incoming?.socket?.remoteAddress ?? ''
}

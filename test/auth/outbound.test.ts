import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guardedFetch, mayCall } from '../../src/auth/outbound.ts'

const outside = { loopback: false }
const quick = { loopback: true, timeoutMs: 2_000, maxBytes: 1_000 }

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const { port } = server.address() as AddressInfo // listening on a TCP port
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

describe('addresses', () => {
  test.each([
    '127.0.0.1',
    '127.255.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.2.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    'localhost',
    '',
  ])('%s is not a public address', (address) => {
    expect(mayCall(address, outside)).toBe(false)
  })

  test.each([
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '193.0.0.1',
    '2a00:1450:4007:80a::200e',
    '2606:4700::1111',
  ])('%s is one', (address) => {
    expect(mayCall(address, outside)).toBe(true)
  })

  test('loopback and private networks are opened apart, and nothing else with them', () => {
    expect(mayCall('127.0.0.1', { loopback: true })).toBe(true)
    expect(mayCall('::1', { loopback: true })).toBe(true)
    expect(mayCall('10.0.0.1', { loopback: true })).toBe(false)
    expect(mayCall('10.0.0.1', { loopback: false, private: true })).toBe(true)
    expect(mayCall('127.0.0.1', { loopback: false, private: true })).toBe(false)
    expect(mayCall('169.254.169.254', { loopback: true, private: true })).toBe(false)
  })

  test('no inner IPv4 address passes by being written as an IPv6 one', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(byte, byte, byte, (b, c, d) => {
        expect(mayCall(`::ffff:127.${b}.${c}.${d}`, outside)).toBe(false)
        expect(mayCall(`::ffff:10.${b}.${c}.${d}`, outside)).toBe(false)
      }),
    )
  })
})

describe('URLs', () => {
  test.each([
    ['http://example.org/', 'refused-url'],
    ['http://127.0.0.1/', 'refused-url'],
    ['https://127.0.0.1/', 'refused-address'],
    ['https://2130706433/', 'refused-address'],
    ['https://0x7f.1/', 'refused-address'],
    ['https://[::1]/', 'refused-address'],
    ['https://[::ffff:10.0.0.1]/', 'refused-address'],
    ['https://169.254.169.254/latest/meta-data', 'refused-address'],
    ['https://user:secret@example.org/', 'refused-url'],
    ['ftp://example.org/', 'refused-url'],
    ['file:///etc/passwd', 'refused-url'],
    ['example.org', 'refused-url'],
  ])('%s: %s', async (url, code) => {
    await expect(guardedFetch(url, {}, { ...quick, loopback: false })).rejects.toMatchObject({ code })
  })

  test('a name is judged by the address it has when it is called', async () => {
    await using peer = await serve((_, res) => res.end('reached'))
    const url = `https://localhost:${peer.port}/`
    await expect(guardedFetch(url, {}, { ...quick, loopback: false })).rejects.toMatchObject({
      code: 'refused-address',
    })
    const allowed = await guardedFetch(`http://localhost:${peer.port}/`, {}, quick)
    expect(allowed.body.toString()).toBe('reached')
  })
})

describe('calls', () => {
  test('method, headers and body arrive, status and headers come back', async () => {
    await using peer = await serve(async (req, res) => {
      const chunks = []
      for await (const chunk of req) chunks.push(chunk)
      res.writeHead(201, { 'x-seen': `${req.method} ${req.headers['x-own']}` }).end(Buffer.concat(chunks))
    })
    const answer = await guardedFetch(
      peer.url,
      { method: 'PUT', headers: { 'x-own': 'yes' }, body: 'é' },
      quick,
    )
    expect(answer).toMatchObject({ status: 201, headers: { 'x-seen': 'PUT yes' } })
    expect(answer.body.toString('utf8')).toBe('é')
  })

  test('a redirect is an answer, and is not followed', async () => {
    let calls = 0
    await using peer = await serve((_, res) => {
      calls += 1
      res.writeHead(302, { location: '/elsewhere' }).end()
    })
    expect(await guardedFetch(peer.url, {}, quick)).toMatchObject({ status: 302 })
    expect(calls).toBe(1)
  })

  test('an answer that is too long is cut off', async () => {
    await using peer = await serve((_, res) => {
      const more = () => res.write('x'.repeat(10_000)) && setImmediate(more)
      more()
    })
    await expect(guardedFetch(peer.url, {}, quick)).rejects.toMatchObject({ code: 'too-long' })
  })

  test('a peer that does not answer, or does not end, is left at the deadline', async () => {
    await using silent = await serve(() => {})
    await using endless = await serve((_, res) => res.write('x'))
    const options = { ...quick, timeoutMs: 100 }
    await expect(guardedFetch(silent.url, {}, options)).rejects.toMatchObject({ code: 'timeout' })
    await expect(guardedFetch(endless.url, {}, options)).rejects.toMatchObject({ code: 'timeout' })
  })

  test('a peer that closes in the middle, or is not there, is unreachable', async () => {
    await using rude = await serve((req, res) => {
      res.write('x')
      setTimeout(() => req.socket.destroy(), 10)
    })
    await expect(guardedFetch(rude.url, {}, quick)).rejects.toMatchObject({ code: 'unreachable' })
    const gone = await serve(() => {})
    await gone[Symbol.asyncDispose]()
    await expect(guardedFetch(gone.url, {}, quick)).rejects.toMatchObject({ code: 'unreachable' })
  })
})

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { Received } from '../../../src/connectors/connector.ts'
import {
  type Listening,
  type ListenOptions,
  listen,
  type Peer,
  peerOf,
} from '../../../src/connectors/mllp/index.ts'
import { settings } from '../../../src/connectors/mllp/settings.ts'
import { allOk, failure, outcomeOf } from '../../../src/fhir/outcome.ts'
import { field, parseMessage } from '../../../src/hl7v2/message.ts'
import { frame } from '../../../src/hl7v2/mllp.ts'
import { until } from '../../support/clock.ts'
import { connected, inbox, order, Pretend } from './pretend.ts'

const peer = (name: string, own: object): Peer => {
  const made = peerOf(name, settings.parse(own))
  if (!made) throw new Error('the settings let nobody send')
  return made
}
const practice = peer('practice', { sendingApplication: ['GP'], addresses: ['127.0.0.0/8'] })
const centre = peer('centre', { sendingApplication: ['RIS'], addresses: ['127.0.0.1', '::1'] })

const open = (options: Partial<ListenOptions> & Pick<ListenOptions, 'receive'>) =>
  listen({ host: '127.0.0.1', port: 0, peers: [practice, centre], ...options })

const file = (name: string) => readFileSync(new URL(`tls/${name}`, import.meta.url), 'utf8')
/** Waits until so many connections stand. */
const stand = (server: Listening, many: number) =>
  until(
    () => server.connections,
    (count) => count === many,
  )
const gate = () => Promise.withResolvers<Received>()
const well: Received = { outcome: allOk('Kept.') }

describe('a message', () => {
  test('is handed in byte for byte under the name of its peer, and acknowledged', async () => {
    const box = inbox()
    await using server = await open(box)
    await using gp = await connected(server.address)
    gp.says(order('1'))
    expect(await gp.isTold()).toBe('AA 1')
    expect(box.messages[0]).toMatchObject({
      raw: Buffer.from(order('1')),
      id: '1',
      kind: 'ORM^O01',
      peer: 'practice',
      by: 'mllp',
      content: { form: 'v2' },
    })
  })

  test('is acknowledged only when its fate is committed', async () => {
    const commit = gate()
    await using server = await open(inbox(() => commit.promise))
    await using gp = await connected(server.address)
    gp.says(order('1'))
    const told = gp.isTold()
    expect(await Promise.race([told, setTimeout(100, 'nothing yet')])).toBe('nothing yet')
    commit.resolve(well)
    expect(await told).toBe('AA 1')
  })

  test('in one packet with others is answered in its turn, one at a time', async () => {
    let atOnce = 0
    const box = inbox(async () => {
      expect(++atOnce).toBe(1)
      await setImmediate()
      atOnce--
      return well
    })
    await using server = await open(box)
    await using gp = await connected(server.address)
    gp.says(order('1'), order('2'), order('3'))
    expect([await gp.isTold(), await gp.isTold(), await gp.isTold()]).toEqual(['AA 1', 'AA 2', 'AA 3'])
    expect(box.ids()).toEqual(['1', '2', '3'])
  })

  test('is whole wherever the packets cut it', async () => {
    const box = inbox()
    await using server = await open(box)
    await using gp = await connected(server.address)
    gp.socket.setNoDelay(true)
    const bytes = frame(Buffer.from(order('1')))
    for (let cut = 1; cut < bytes.length; cut++) {
      gp.socket.write(bytes.subarray(0, cut))
      await setImmediate()
      gp.socket.write(bytes.subarray(cut))
      expect(await gp.isTold()).toBe('AA 1')
    }
    expect(new Set(box.messages.map(({ raw }) => raw.toString())).size).toBe(1)
  })

  test('is answered though its sender has already said that nothing follows', async () => {
    await using server = await open(inbox(() => setTimeout(20, well)))
    await using gp = await connected(server.address)
    gp.socket.end(frame(Buffer.from(order('1'))))
    expect(await gp.isTold()).toBe('AA 1')
    expect(await gp.isTold()).toBeUndefined()
  })

  test('that breaks off half-way is not handed in', async () => {
    const box = inbox()
    await using server = await open(box)
    const gp = await connected(server.address)
    gp.socket.write(frame(Buffer.from(order('1'))).subarray(0, 40))
    await setTimeout(20)
    await gp[Symbol.asyncDispose]()
    await using again = await connected(server.address)
    again.says(order('2'))
    expect(await again.isTold()).toBe('AA 2')
    expect(box.ids()).toEqual(['2'])
  })

  test('that came before is answered as then, byte for byte', async () => {
    const then = Buffer.from('MSH|^~\\&|RELAIS||GP||2020||ACK|old|P|2.5\rMSA|AA|1\r')
    await using server = await open(inbox(() => ({ outcome: allOk('Known.'), answer: then })))
    await using gp = await connected(server.address)
    gp.says(order('1'))
    expect(await gp.hears()).toBe(then.toString())
  })

  test('is answered with the very bytes that were kept', async () => {
    let kept: Buffer | undefined
    await using server = await open({
      receive: async (_, answer) => {
        kept = answer?.(well.outcome, [])
        return well
      },
    })
    await using gp = await connected(server.address)
    gp.says(order('1'))
    expect(await gp.hears()).toBe(kept?.toString())
  })
})

describe('enhanced mode', () => {
  test('tells that the message is kept, and then what became of it', async () => {
    const refused = outcomeOf(failure('required', 'Why.', 'ORC-2').issues)
    await using server = await open(inbox(() => ({ outcome: refused })))
    await using gp = await connected(server.address)
    gp.says(order('1', '|||AL|AL'))
    expect([await gp.isTold(), await gp.isTold()]).toEqual(['CA 1', 'AE 1'])
  })

  test('an acknowledgement is never acknowledged', async () => {
    const box = inbox()
    await using server = await open(box)
    await using gp = await connected(server.address)
    gp.says('MSH|^~\\&|GP|||||| ACK^O01^ACK|9|P|2.5\rMSA|AA|1'.replace(' ACK', 'ACK'), order('2'))
    expect(await gp.isTold()).toBe('AA 2')
    expect(box.ids()).toEqual(['9', '2'])
  })
})

describe('what is wrong is answered, and the line stays', () => {
  const told = async (text: string | Buffer, options: Partial<ListenOptions> = {}) => {
    const box = inbox(({ unreadable }) => ({ outcome: unreadable ?? allOk('Kept.') }))
    await using server = await open({ ...box, ...options })
    await using gp = await connected(server.address)
    gp.says(text, order('next'))
    const answer = parseMessage((await gp.hears()) ?? '')
    const [code, err, place] = ['MSA-1', 'ERR-3', 'ERR-2.3'].map((one) => field(answer, one))
    expect(await gp.isTold()).toBe('AA next')
    return { code, err, place, id: field(answer, 'MSA-2'), box }
  }

  test.each([
    ['no HL7 at all', 'GET / HTTP/1.1', 'AE', '100', undefined, undefined],
    ['no delimiters', 'MSH|', 'AE', '100', '2', undefined],
    ['two messages', `${order('1')}\r${order('2')}`, 'AE', '100', undefined, '1'],
    ['no type', 'MSH|^~\\&|GP||||||x', 'AE', '101', '10', undefined],
    ['no control id', order(''), 'AE', '101', '10', undefined],
    ['a line that is no segment', `${order('1')}\rnonsense`, 'AE', '100', undefined, '1'],
    ['a version that nobody knows', order('1').replace('|2.5.1', '|3.0'), 'AE', '203', '12', '1'],
    ['a version after 2.8', order('1').replace('|2.5.1', '|2.9'), 'AE', '203', '12', '1'],
    ['an unknown wish for acknowledgements', order('1', '||||XX'), 'AE', '102', '16', '1'],
    ['a character set that nobody knows', order('1', '||||||KLINGON'), 'AE', '103', '18', '1'],
    ['an unknown sender', order('1').replace('|GP|', '|WHO|'), 'AR', '207', '3', '1'],
  ])('%s', async (_, text, code, err, place, id) => {
    const answer = await told(text)
    expect([answer.code, answer.err, answer.place, answer.id]).toEqual([code, err, place, id])
    expect(answer.box.messages[0]).toMatchObject({ raw: Buffer.from(text), unreadable: expect.anything() })
  })

  test('a version before 2.3, told in ERR-1 as before 2.5', async () => {
    await using server = await open(inbox(({ unreadable }) => ({ outcome: unreadable ?? allOk('Kept.') })))
    await using gp = await connected(server.address)
    gp.says(order('1').replace('|2.5.1', '|2.1'))
    expect(await gp.hears()).toMatch(/MSA\|AE\|1\|.*\rERR\|MSH\^1\^12\^203&/)
  })

  test('bytes that are not in the character set', async () => {
    const text = Buffer.from(order('1', '||||||UNICODE UTF-8'), 'latin1')
    expect(await told(text)).toMatchObject({ code: 'AE', place: '18' })
  })

  test('a sender of a good name from the wrong place', async () => {
    const peers = [peer('practice', { sendingApplication: ['GP'], addresses: ['10.0.0.0/8'] })]
    const box = inbox(({ unreadable }) => ({ outcome: unreadable ?? allOk('Kept.') }))
    await using server = await open({ ...box, peers })
    await using gp = await connected(server.address)
    gp.says(order('1'))
    expect(await gp.isTold()).toBe('AR 1')
    expect(box.messages[0]?.peer).toBe('?')
  })

  test('a fault of ours, of which only a number is told', async () => {
    await using server = await open(
      inbox(() => {
        throw new Error('Dupont is in the message')
      }),
    )
    await using gp = await connected(server.address)
    gp.says(order('1'))
    const answer = await gp.hears()
    expect(answer).toMatch(/MSA\|AR\|1\rERR\|.*Internal error \w+/)
    expect(answer).not.toContain('Dupont')
  })
})

describe('a sender that', () => {
  test('never ends its message is refused at the limit and cut', async () => {
    const box = inbox()
    await using server = await open({ ...box, maxBytes: 10_000 })
    await using gp = await connected(server.address)
    gp.socket.write(`\x0b${order('1')}${'x'.repeat(20_000)}`)
    expect(await gp.isTold()).toBe('AR 1')
    expect(await gp.hears()).toBeUndefined()
    expect(box.messages).toEqual([])
  })

  test('is nobody we know may say little before it is cut', async () => {
    const peers = [peer('practice', { sendingApplication: ['GP'], addresses: ['10.0.0.0/8'] })]
    await using server = await open({ ...inbox(), peers })
    await using gp = await connected(server.address)
    gp.socket.write(`\x0b${'x'.repeat(70_000)}`)
    expect(await gp.isTold()).toBe('AR')
  })

  test('sends faster than we commit is slowed down', async () => {
    const commit = gate()
    const box = inbox(() => commit.promise)
    await using server = await open(box)
    await using gp = await connected(server.address)
    const large = order('1', '', [`NTE|||${'x'.repeat(1024 * 1024)}`])
    for (let n = 0; n < 48; n++) gp.says(large)
    while (box.messages.length === 0) await setTimeout(5)
    await setTimeout(200)
    expect(box.messages).toHaveLength(1)
    expect(gp.socket.writableLength).toBeGreaterThan(36 * 1024 * 1024)
    commit.resolve(well)
    for (let n = 0; n < 48; n++) expect(await gp.isTold()).toBe('AA 1')
  })

  test('is slow to be served does not delay another', async () => {
    const commit = gate()
    await using server = await open(inbox(({ id }) => (id === 'slow' ? commit.promise : well)))
    await using gp = await connected(server.address)
    await using ris = await connected(server.address)
    gp.says(order('slow'))
    ris.says(order('quick').replace('|GP|', '|RIS|'))
    expect(await ris.isTold()).toBe('AA quick')
    commit.resolve(well)
    expect(await gp.isTold()).toBe('AA slow')
  })

  test('does nothing for long is hung up on', async () => {
    await using server = await open({ ...inbox(), idleMs: 50 })
    await using gp = await connected(server.address)
    expect(await gp.hears()).toBeUndefined()
  })

  test('comes when there are too many is not let in', async () => {
    const refused: string[] = []
    await using server = await open({ ...inbox(), maxConnections: 1, onRefused: (why) => refused.push(why) })
    await using first = await connected(server.address)
    first.says(order('1'))
    expect(await first.isTold()).toBe('AA 1')
    await using second = await connected(server.address)
    expect(await second.hears()).toBeUndefined()
    expect([server.connections, refused]).toEqual([1, ['full']])
  })

  test('is nobody we know takes no room from whoever is known', async () => {
    const refused: string[] = []
    const peers = [peer('practice', { sendingApplication: ['GP'], addresses: ['127.0.0.2'] })]
    await using server = await open({ ...inbox(), peers, onRefused: (why) => refused.push(why) })
    const strangers = await Promise.all(Array.from({ length: 20 }, () => connected(server.address)))
    await until(
      () => refused.length,
      (count) => count === 16,
    )
    expect(new Set(refused)).toEqual(new Set(['stranger']))
    await using gp = new Pretend(connect({ ...server.address, localAddress: '127.0.0.2' }))
    gp.says(order('1'))
    expect(await gp.isTold()).toBe('AA 1')
    for (const one of strangers) await one[Symbol.asyncDispose]()
    await stand(server, 1)
    await using later = await connected(server.address)
    later.says(order('2'))
    expect(await later.isTold()).toBe('AA 2')
  })

  test('has half of all connections gets no more from its address, until one is gone', async () => {
    await using server = await open({ ...inbox(), maxConnections: 4 })
    await using first = await connected(server.address)
    await using second = await connected(server.address)
    await using third = await connected(server.address)
    expect(await third.hears()).toBeUndefined()
    await first[Symbol.asyncDispose]()
    await stand(server, 1)
    second.says(order('1'))
    expect(await second.isTold()).toBe('AA 1')
    await using fourth = await connected(server.address)
    fourth.says(order('2'))
    expect(await fourth.isTold()).toBe('AA 2')
  })
})

test('closing answers the message in hand, and no other', async () => {
  const commit = gate()
  const box = inbox(() => commit.promise)
  const server = await open(box)
  await using gp = await connected(server.address)
  await using idle = await connected(server.address)
  gp.says(order('1'), order('2'))
  while (box.messages.length === 0) await setTimeout(5)
  const closed = server[Symbol.asyncDispose]()
  expect(await idle.hears()).toBeUndefined()
  commit.resolve(well)
  expect(await gp.isTold()).toBe('AA 1')
  expect(await gp.hears()).toBeUndefined()
  await closed
  expect(box.ids()).toEqual(['1'])
  await expect(connected(server.address)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('closing waits for the message in hand as long as it is given, and no longer', async () => {
  const commit = gate()
  const box = inbox(() => commit.promise)
  const server = await open({ ...box, drainMs: () => 50 })
  await using gp = await connected(server.address)
  gp.says(order('1'))
  await until(() => box.messages.length === 1)
  const closed = server[Symbol.asyncDispose]()
  expect(await gp.hears()).toBeUndefined()
  commit.resolve(well)
  await closed
})

describe('over TLS', () => {
  const tls = { cert: file('gateway.pem'), key: file('gateway.key'), ca: file('ca.pem') }
  const trusting = { ca: file('ca.pem'), servername: 'gateway.example' }
  const certified = (name: string) => ({ ...trusting, cert: file(`${name}.pem`), key: file(`${name}.key`) })
  const certifiedPeer = peer('practice', { certificates: ['peer.example'] })
  const told = async (certificates: string[], options: object, own: ListenOptions['tls'] = tls) => {
    const box = inbox(({ unreadable }) => ({ outcome: unreadable ?? allOk('Kept.') }))
    await using server = await open({ ...box, tls: own, peers: [peer('practice', { certificates })] })
    await using gp = await connected(server.address, options)
    gp.says(order('1'))
    return await gp.isTold()
  }

  test('a peer is known by the name in a certificate of our authority', async () => {
    expect(await told(['peer.example'], certified('peer'))).toBe('AA 1')
  })

  test('a peer is known by the fingerprint of its certificate', async () => {
    const { X509Certificate } = await import('node:crypto')
    const { fingerprint256 } = new X509Certificate(file('stranger.pem'))
    expect(await told([fingerprint256], certified('stranger'))).toBe('AA 1')
  })

  test('the same name in a certificate of nobody is refused', async () => {
    expect(await told(['peer.example'], certified('stranger'))).toBe('AR 1')
  })

  test('a connection that is gone makes room for another from its address', async () => {
    await using server = await open({ ...inbox(), tls, maxConnections: 2, peers: [certifiedPeer] })
    for (const id of ['1', '2', '3']) {
      await using gp = await connected(server.address, certified('peer'))
      gp.says(order(id))
      expect(await gp.isTold()).toBe(`AA ${id}`)
      await gp[Symbol.asyncDispose]()
      await stand(server, 0)
    }
  })

  test('a name in a certificate that an authority of the web signed is refused', async () => {
    const usual = getCACertificates('default')
    setDefaultCACertificates([file('ca.pem')])
    try {
      const { ca: _, ...own } = tls
      expect(await told(['peer.example'], certified('peer'), own)).toBe('AR 1')
    } finally {
      setDefaultCACertificates(usual)
    }
  })

  test('no certificate is refused', async () => {
    expect(await told(['peer.example'], trusting)).toBe('AR 1')
  })

  test('a sender that speaks none does not stop the listener', async () => {
    const box = inbox()
    await using server = await open({
      ...box,
      tls,
      peers: [certifiedPeer],
    })
    const plain = new Pretend(connect(server.address))
    plain.says(order('0'))
    await once(plain.socket, 'close')
    await using gp = await connected(server.address, certified('peer'))
    gp.says(order('1'))
    expect(await gp.isTold()).toBe('AA 1')
  })
})

test('a name alone is no proof of who sends', () => {
  const faults = (own: object) => settings.safeParse(own).error?.issues.map(({ path }) => path.join('.'))
  expect(faults({ sendingApplication: ['GP'] })).toEqual(['addresses'])
  expect(faults({ addresses: ['10.0.0.1'] })).toEqual(['addresses'])
  expect(faults({ sendingApplication: ['GP'], addresses: ['10.0.0.1'] })).toBeUndefined()
  expect(faults({ host: 'ris.example', port: 2575 })).toBeUndefined()
  expect(faults({ host: 'ris.example' })).toEqual(['port'])
})

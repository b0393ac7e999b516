import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { createServer as createSecure } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { Link, LinkDesk } from '../../../src/connectors/connector.ts'
import { mllp } from '../../../src/connectors/mllp/index.ts'
import { allOk } from '../../../src/fhir/outcome.ts'
import { field, parseMessage } from '../../../src/hl7v2/message.ts'
import type { DepartureRow } from '../../../src/store/index.ts'
import { openDesk } from '../pretend-desk.ts'
import { ackOf, inbox, listening, order, Pretend } from './pretend.ts'

const departure = (text: string): DepartureRow & { raw: Buffer; contentType: string } => ({
  row: '0193e9a2-0000-7000-8000-000000000001',
  peer: 'ris',
  kind: 'request.ordered',
  about: [],
  status: 'queued',
  attempts: 0,
  queuedAt: '2026-01-06T12:00:00Z',
  raw: Buffer.from(text),
  contentType: 'x-application/hl7-v2+er7',
})

const open = (port: number, own: object = {}, deskOwn: Partial<LinkDesk> = {}): Promise<Link> =>
  mllp.open(
    mllp.settings.parse({ host: '127.0.0.1', port, ackTimeoutMs: 10_000, ...own }),
    openDesk({ name: 'ris', transform: () => ({}), ...deskOwn }),
  )

const sent = (link: Link, text: string, signal = new AbortController().signal) => {
  if (!link.send) throw new Error('a line that does not send')
  return link.send(departure(text), signal)
}

/** A peer that answers each message as it is told. */
const answering = (...answers: (string | ((text: string) => string))[]) =>
  listening(async (line) => {
    for (let text = await line.hears(); text !== undefined; text = await line.hears()) {
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      line.says(typeof answer === 'function' ? answer(text) : (answer ?? ''))
    }
  })

const srm = order('1').replace('ORM^O01^ORM_O01', 'SRM^S01^SRM_S01')

describe('what is sent', () => {
  test('is sent when the peer says AA, and the line stays', async () => {
    await using ris = await answering((text) => ackOf(text))
    await using link = await open(ris.port)
    expect([await sent(link, order('1')), await sent(link, order('2'))]).toEqual([
      { end: 'sent' },
      { end: 'sent' },
    ])
    expect(ris.lines).toHaveLength(1)
  })

  test('goes by a connection of its own where the peer wants it so', async () => {
    await using ris = await answering((text) => ackOf(text))
    await using link = await open(ris.port, { connection: 'per-message' })
    expect([await sent(link, order('1')), await sent(link, order('2'))]).toEqual([
      { end: 'sent' },
      { end: 'sent' },
    ])
    expect(ris.lines).toHaveLength(2)
  })

  test('goes by a new connection after the line has been given up and taken back', async () => {
    await using ris = await answering((text) => ackOf(text))
    await using link = await open(ris.port)
    await sent(link, order('1'))
    link.rest?.()
    await once(ris.lines[0]?.socket ?? expect.unreachable('a line stood'), 'close')
    expect(await sent(link, order('2'))).toEqual({ end: 'sent' })
    expect(ris.lines).toHaveLength(2)
  })

  test('is no question for places while the line is another’s, or held', async () => {
    const heard: string[] = []
    await using ris = await answering((text) => {
      heard.push(text)
      return ackOf(text, 'AE')
    })
    let isOurs = false
    const desk = openDesk({ transform: () => ({}), maySpeak: async () => isOurs })
    const slots = { everyMs: 1_000, days: 1 }
    const own = mllp.settings.parse({ host: '127.0.0.1', port: ris.port, slots })
    await using _ = await mllp.open(own, desk)
    await desk.round()
    expect([heard, desk.looks]).toEqual([[], []])
    isOurs = true
    await expect(desk.round()).rejects.toThrow('does not tell its places')
    expect(heard).toHaveLength(1)
  })

  test('goes one at a time', async () => {
    const heard: (string | undefined)[] = []
    await using ris = await listening(async (line) => {
      for (let text = await line.hears(); text !== undefined; text = await line.hears()) {
        heard.push(field(parseMessage(text), 'MSH-10'))
        await setTimeout(20)
        expect(heard.at(-1)).toBe(field(parseMessage(text), 'MSH-10'))
        line.says(ackOf(text))
      }
    })
    await using link = await open(ris.port)
    const all = await Promise.all(['1', '2', '3'].map((id) => sent(link, order(id))))
    expect(all.map(({ end }) => end)).toEqual(['sent', 'sent', 'sent'])
    expect(heard).toEqual(['1', '2', '3'])
  })

  test.each([
    ['AE', order('1'), '', { end: 'refused', reason: 'AE' }],
    ['AR', order('1'), '', { end: 'later', reason: 'AR' }],
    ['CE', order('1'), '', { end: 'refused', reason: 'CE' }],
    ['CR', order('1'), '', { end: 'later', reason: 'CR' }],
    ['AR', srm, '', { end: 'refused', reason: 'AR' }],
    ['AE', order('1'), '\rERR||ORC^1^2|101^^HL70357|E', { end: 'refused', reason: 'AE 101 ORC-2' }],
    ['AR', order('1'), '\rERR|||207^^HL70357^conflict|E', { end: 'refused', reason: 'AR 207 conflict' }],
    ['AR', srm, '\rERR|||207^^HL70357^transient|E', { end: 'later', reason: 'AR 207 transient' }],
    ['AE', order('1'), '\rERR|||206^^HL70357|E', { end: 'later', reason: 'AE 206' }],
  ])('ends by what the peer answers: %s', async (code, text, rest, expected) => {
    await using ris = await answering((heard) => ackOf(heard, code, 'ACK', rest))
    await using link = await open(ris.port)
    expect(await sent(link, text)).toEqual(expected)
  })

  test('ends as the settings read the peer that means it the other way', async () => {
    await using ris = await answering((text) => ackOf(text, 'AE'))
    await using link = await open(ris.port, { reads: { '*': { AE: 'later', AR: 'refused' } } })
    expect((await sent(link, order('1'))).end).toBe('later')
  })

  test.each([
    ['AR', srm, '', 'refused'],
    ['AE', order('1'), '', 'refused'],
    ['AR', order('1'), '\rERR|||207^^HL70357|E', 'parked'],
  ])('ends as usual by what the settings do not read: %s', async (code, text, rest, end) => {
    await using ris = await answering((heard) => ackOf(heard, code, 'ACK', rest))
    await using link = await open(ris.port, { reads: { '*': { 207: 'park' } } })
    expect((await sent(link, text)).end).toBe(end)
  })

  test('is to come later when the peer is silent, and goes out the same then', async () => {
    const heard: string[] = []
    await using ris = await listening(async (line, count) => {
      const text = await line.hears()
      heard.push(text ?? '')
      if (count > 1) line.says(ackOf(text ?? ''))
    })
    await using link = await open(ris.port, { ackTimeoutMs: 50 })
    expect(await sent(link, order('1'))).toEqual({ end: 'later', reason: 'silent', isLineDown: true })
    expect(await sent(link, order('1'))).toEqual({ end: 'sent' })
    expect(heard).toEqual([order('1'), order('1')])
  })

  test('goes again at once when the line had been closed unnoticed, with the same id', async () => {
    const heard: string[] = []
    await using ris = await listening(async (line, count) => {
      for (let text = await line.hears(); text !== undefined; text = await line.hears()) {
        heard.push(text)
        if (count === 1 && heard.length === 2) line.socket.destroy()
        else line.says(ackOf(text))
      }
    })
    await using link = await open(ris.port)
    await sent(link, order('1'))
    expect(await sent(link, order('2'))).toEqual({ end: 'sent' })
    expect(heard).toEqual([order('1'), order('2'), order('2')])
  })

  test('is to come later when a new line breaks', async () => {
    await using ris = await listening(async (line) => {
      await line.hears()
      line.socket.destroy()
    })
    await using link = await open(ris.port)
    expect(await sent(link, order('1'))).toEqual({ end: 'later', reason: 'broken', isLineDown: true })
  })

  test('is to come later when nobody listens, and ever later', async () => {
    const ris = await answering('')
    await ris[Symbol.asyncDispose]()
    await using link = await open(ris.port)
    const first = await sent(link, order('1'))
    expect(first).toEqual({ end: 'later', reason: 'unreachable', isLineDown: true, retryAfterSeconds: 1 })
    await setTimeout(600)
    expect(await sent(link, order('1'))).toEqual({ ...first, retryAfterSeconds: 1 })
    expect((await sent(link, order('1'))).retryAfterSeconds).toBeGreaterThanOrEqual(1)
  })

  test('fails when the line is closed meanwhile', async () => {
    await using ris = await listening(async () => {})
    const link = await open(ris.port, { ackTimeoutMs: 10_000 })
    const pending = sent(link, order('1'))
    await setTimeout(30)
    await link[Symbol.asyncDispose]()
    expect(await pending).toEqual({ end: 'later', reason: 'closed', isLineDown: true })
    expect(await sent(link, order('1'))).toEqual({ end: 'later', reason: 'closed', isLineDown: true })
  })

  test('fails when it is called off, and the next answer is not taken for its own', async () => {
    await using ris = await answering((text) => ackOf(text))
    await using link = await open(ris.port)
    await expect(sent(link, order('1'), AbortSignal.abort(new Error('called off')))).rejects.toThrow(
      'called off',
    )
    expect(await sent(link, order('2'))).toEqual({ end: 'sent' })
  })
})

describe('an answer', () => {
  test('to another message is not taken for this one’s', async () => {
    await using ris = await listening(async (line) => {
      const text = (await line.hears()) ?? ''
      line.says(ackOf(order('other'), 'AE'), ackOf(text))
    })
    await using link = await open(ris.port)
    expect(await sent(link, order('1'))).toEqual({ end: 'sent' })
  })

  test('of a peer that could not read the id is taken', async () => {
    await using ris = await answering('MSH|^~\\&|RIS||||||ACK|9|P|2.5\rMSA|AE|')
    await using link = await open(ris.port)
    expect(await sent(link, order('1'))).toEqual({ end: 'refused', reason: 'AE' })
  })

  test('that cannot be read is silence', async () => {
    await using ris = await answering('OK')
    await using link = await open(ris.port, { ackTimeoutMs: 50 })
    expect(await sent(link, order('1'))).toEqual({ end: 'later', reason: 'silent', isLineDown: true })
  })

  test('that says something itself is handed on', async () => {
    await using ris = await answering((text) => ackOf(text, 'AA', 'SRR^S01^SRR_S01', '\rSCH|1|F-7'))
    await using link = await open(ris.port)
    const { end, reply } = await sent(link, srm)
    expect(end).toBe('sent')
    expect(reply).toMatchObject({
      id: 'A1',
      kind: 'SRR^S01',
      peer: 'ris',
      by: 'mllp',
      content: { form: 'v2' },
    })
  })

  test('that refuses and says so itself is handed on too', async () => {
    await using ris = await answering((text) =>
      ackOf(text, 'AR', 'SRR^S01^SRR_S01', '\rERR|||207^^^conflict'),
    )
    await using link = await open(ris.port)
    expect(await sent(link, srm)).toMatchObject({ end: 'refused', reply: { kind: 'SRR^S01' } })
  })

  test('that comes after the acknowledgement, as a message of its own, is received and answered', async () => {
    const told = Promise.withResolvers<string | undefined>()
    const box = inbox()
    await using ris = await listening(async (line) => {
      const text = (await line.hears()) ?? ''
      line.says(ackOf(text), ackOf(text, 'AA', 'SRR^S01^SRR_S01', '\rSCH|1|F-7'))
      told.resolve(await line.isTold())
    })
    await using link = await open(ris.port, {}, { receive: box.receive })
    expect(await sent(link, srm)).toEqual({ end: 'sent' })
    expect(await told.promise).toBe('AA A1')
    expect(box.messages).toMatchObject([{ id: 'A1', kind: 'SRR^S01', peer: 'ris' }])
  })

  test('does not wait for what the peer says besides, which is taken one after the other', async () => {
    const [first, told] = [Promise.withResolvers<void>(), Promise.withResolvers<(string | undefined)[]>()]
    const now: string[] = []
    let most = 0
    const box = inbox(async ({ id = '?' }) => {
      most = Math.max(most, now.push(id))
      if (id === 'U1') await first.promise
      now.pop()
      return { outcome: allOk('Kept.') }
    })
    const unasked = (id: string) => order(id).replace('ORM^O01^ORM_O01', 'SIU^S14^SIU_S12')
    await using ris = await listening(async (line) => {
      const text = (await line.hears()) ?? ''
      line.says(unasked('U1'), unasked('U2'), ackOf(text), unasked('U3'))
      told.resolve([await line.isTold(), await line.isTold(), await line.isTold()])
    })
    await using link = await open(ris.port, {}, { receive: box.receive })
    expect(await sent(link, order('1'))).toEqual({ end: 'sent' })
    expect(box.ids()).toEqual(['U1'])
    first.resolve()
    expect(await told.promise).toEqual(['AA U1', 'AA U2', 'AA U3'])
    expect([most, box.ids()]).toEqual([1, ['U1', 'U2', 'U3']])
  })

  test('in enhanced mode ends with the accept acknowledgement', async () => {
    await using ris = await answering((text) => ackOf(text, 'CA'))
    await using link = await open(ris.port, { acknowledgment: 'accept' })
    expect(await sent(link, order('1'))).toEqual({ end: 'sent' })
  })

  test('in enhanced mode is waited for after the accept acknowledgement where both are asked for', async () => {
    await using ris = await listening(async (line) => {
      const text = (await line.hears()) ?? ''
      line.says(ackOf(text, 'CA'))
      await setTimeout(20)
      line.says(ackOf(text, 'AE'))
    })
    await using link = await open(ris.port, { acknowledgment: 'both' })
    expect(await sent(link, order('1'))).toEqual({ end: 'refused', reason: 'AE' })
  })

  test('that stays away after the accept acknowledgement leaves the message with the peer', async () => {
    await using ris = await answering((text) => ackOf(text, 'CA'))
    await using link = await open(ris.port, { acknowledgment: 'both', ackTimeoutMs: 500 })
    expect(await sent(link, order('1'))).toEqual({ end: 'sent' })
  })
})

describe('over TLS', () => {
  const path = (name: string) => new URL(`tls/${name}`, import.meta.url).pathname
  const file = (name: string) => readFileSync(path(name), 'utf8')

  async function secure() {
    const seen: (string | undefined)[] = []
    const options = {
      cert: file('peer.pem'),
      key: file('peer.key'),
      ca: file('ca.pem'),
      requestCert: true,
      rejectUnauthorized: false,
    }
    const server = createSecure(options, async (socket) => {
      seen.push(socket.authorized ? [socket.getPeerCertificate().subject.CN].flat()[0] : undefined)
      const line = new Pretend(socket)
      for (let text = await line.hears(); text !== undefined; text = await line.hears())
        line.says(ackOf(text))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return { port: address.port, seen, [Symbol.dispose]: () => void server.close() }
  }

  test('the peer is believed by its authority, and sees our certificate', async () => {
    using ris = await secure()
    const tls = {
      caFile: path('ca.pem'),
      certFile: path('gateway.pem'),
      keyFile: path('gateway.key'),
      serverName: 'peer.example',
    }
    await using link = await open(ris.port, { tls })
    expect(await sent(link, order('1'))).toEqual({ end: 'sent' })
    expect(ris.seen).toEqual(['gateway.example'])
  })

  test('a peer of another name, or of nobody, is not spoken to', async () => {
    using ris = await secure()
    for (const tls of [
      { caFile: path('ca.pem'), serverName: 'other.example' },
      { serverName: 'peer.example' },
    ]) {
      await using link = await open(ris.port, { tls })
      expect(await sent(link, order('1'))).toMatchObject({ end: 'later', reason: 'unreachable' })
    }
  })
})

describe('a departure is said', () => {
  const row = departure('')
  const tree = {
    PATIENT: { PID: { patientName: [{ familyName: { surname: 'Łuć’s' } }] } },
    ORDER: [{ ORC: { orderControl: 'NW' } }],
  }
  const said = async (own: object = {}, made: unknown = tree) => {
    await using link = await open(2575, own, { transform: () => made as never })
    const rendered = await link.render?.(row, [])
    if (!rendered) throw new Error('nothing made')
    return { ...rendered, message: parseMessage(rendered.raw.toString('latin1')) }
  }

  test('under a header of ours, with a control id of at most 20 characters', async () => {
    const { message, contentType } = await said({
      ownFacility: 'REGION^1.2^ISO',
      receivingApplication: 'RIS',
    })
    expect(contentType).toBe('x-application/hl7-v2+er7')
    const at = (place: string) => field(message, place)
    expect(['MSH-3', 'MSH-4', 'MSH-4.2', 'MSH-5', 'MSH-7', 'MSH-9', 'MSH-9.2', 'MSH-9.3'].map(at)).toEqual([
      'RELAIS',
      'REGION',
      '1.2',
      'RIS',
      '20260106130000.000+0100',
      'ORM',
      'O01',
      'ORM_O01',
    ])
    expect(['MSH-11', 'MSH-12', 'MSH-15', 'MSH-17', 'MSH-18'].map(at)).toEqual([
      'P',
      '2.5.1',
      undefined,
      'FRA',
      'UNICODE UTF-8',
    ])
    expect(at('MSH-10')).toMatch(/^[0-9A-Z]{20}$/)
    expect(message.segments.map(({ name }) => name)).toEqual(['MSH', 'PID', 'ORC'])
  })

  test('with the same control id each time', async () => {
    expect(field((await said()).message, 'MSH-10')).toBe(field((await said()).message, 'MSH-10'))
  })

  test('in the character set of the peer, by like characters where it lacks some', async () => {
    const { raw } = await said({ charset: '8859/15' })
    expect(raw.toString('latin1')).toContain("PID|||||Luc's")
  })

  test('asking for the acknowledgements that we wait for', async () => {
    const { message } = await said({ acknowledgment: 'both' })
    expect([field(message, 'MSH-15'), field(message, 'MSH-16')]).toEqual(['AL', 'AL'])
  })

  test('as the message that the map makes of it', async () => {
    const own = { ...tree, MSH: { messageType: { messageCode: 'OMI', triggerEvent: 'O23' } } }
    const { message } = await said({}, own)
    expect([field(message, 'MSH-9'), field(message, 'MSH-9.2')]).toEqual(['OMI', 'O23'])
  })

  test('not at all when the settings have no map for it', async () => {
    await expect(said({ sends: {} })).rejects.toMatchObject({ case: 'unsupported-value' })
  })
})

import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'

import { silent } from '../../log.ts'
import { type Ability, mapsIn } from '../ability.ts'
import { connector, type Link, type LinkDesk, type Sent } from '../connector.ts'
import { type Answering, answersFor } from './answer.ts'
import { type Heard, heardIn, isAbout, sentBy } from './heard.ts'
import { Line, LineError } from './line.ts'
import { type Peer, peerOf } from './peer.ts'
import { saidIn, say } from './say.ts'
import { type MllpSettings, settings } from './settings.ts'
import { askingForSlots } from './slots.ts'

export { type Answering, answerMessage } from './answer.ts'
export { type Origin, type Peer, peerOf } from './peer.ts'
export { type Listening, type ListenOptions, listen } from './server.ts'

const able = (own: MllpSettings): Ability => {
  const { host, sends, slots, sendingApplication, certificates, inwardCharset } = own
  return {
    ways: host === undefined ? [] : Object.keys(sends),
    publish: slots && host !== undefined ? 'asked' : 'declared',
    pushes: sendingApplication.length > 0 || certificates.length > 0,
    maps: mapsIn(sends, 'settings.sends'),
    applications: sendingApplication,
    inwardCharset,
  }
}

/** HL7 v2 over TCP. What a peer sends comes by the one listener of the gateway; what leaves goes by a line of its own. */
export const mllp = connector(settings, able, async (own, desk): Promise<Link> => {
  const peer = peerOf(desk.name, own)
  if (own.host === undefined || own.port === undefined) {
    return { ...(peer && { peer }), async [Symbol.asyncDispose]() {} }
  }
  const line = new Line({
    host: own.host,
    port: own.port,
    ...(own.tls && { tls: await secrets(own.tls) }),
    connectTimeoutMs: own.connectTimeoutMs,
    idleMs: own.idleMs,
    perMessage: own.connection === 'per-message',
    unasked: (message) => hear(message, own, desk),
  })
  if (own.slots) askingForSlots(own.slots, own, desk, (raw, signal) => send(raw, line, own, desk, signal))
  return {
    ...(peer && { peer }),
    async render(departure, about) {
      const { lost, ...rendered } = say(departure, about, own, desk)
      if (lost.length > 0) desk.log?.warn('message.transliterated', { row: departure.row, characters: lost })
      return rendered
    },
    isOneOwners: true,
    rest: () => line.rest(),
    send: ({ raw }, signal) => send(raw, line, own, desk, signal),
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  }
})

async function send(
  raw: Buffer,
  line: Line,
  own: MllpSettings,
  desk: LinkDesk,
  signal: AbortSignal,
): Promise<Sent> {
  const { controlId, type } = saidIn(raw)
  let last: Heard | undefined
  const listener = (bytes: Buffer): boolean => {
    const heard = heardIn(bytes, own)
    if (!heard || !isAbout(heard, controlId)) return false
    last = heard
    return own.acknowledgment !== 'both' || heard.acknowledgment.code !== 'CA'
  }
  try {
    await line.exchange(raw, listener, own.ackTimeoutMs, signal)
  } catch (error) {
    if (!(error instanceof LineError)) throw error
    if (!last) return later(error, line)
  }
  // With a CA alone the peer has it in its keeping, and owes us what became of it.
  const sent = last && sentBy(last, type, own, desk.clock())
  return sent?.reply ? { ...sent, reply: { ...sent.reply, peer: desk.name } } : (sent ?? { end: 'later' })
}

function later(error: LineError, line: Line): Sent {
  const retryAfterSeconds = Math.ceil(line.restMs / 1000)
  const down = { end: 'later', reason: error.kind, isLineDown: true } as const
  return { ...down, ...(retryAfterSeconds > 0 && { retryAfterSeconds }) }
}

/** A message that came on our own line unasked: who is at its other end is known. */
function hear(message: Buffer, own: MllpSettings, desk: LinkDesk): Promise<readonly Buffer[]> {
  const sender: Peer = {
    name: desk.name,
    charset: own.inwardCharset,
    isSender: () => true,
    isOrigin: () => true,
  }
  const answering: Answering = {
    peers: [sender],
    origin: { address: undefined },
    receive: desk.receive,
    clock: desk.clock,
    log: desk.log ?? silent,
    by: 'mllp',
  }
  return answersFor(message, answering)
}

async function secrets(tls: NonNullable<MllpSettings['tls']>): Promise<ConnectionOptions> {
  const [ca, cert, key] = await Promise.all([tls.caFile, tls.certFile, tls.keyFile].map(textOf))
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(tls.serverName && { servername: tls.serverName }),
    minVersion: 'TLSv1.2',
  }
}

const textOf = async (file: string | undefined): Promise<string | undefined> =>
  file === undefined ? undefined : readFile(file, 'utf8')

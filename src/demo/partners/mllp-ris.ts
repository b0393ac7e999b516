import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { field, kindOf, type Message, parseMessage } from '../../hl7v2/message.ts'
import { Deframer, frame } from '../../hl7v2/mllp.ts'
import { toInstant } from '../../hl7v2/timestamps.ts'
import type { Booking, Diary } from './diary.ts'

/** A pretend radiology system that speaks HL7 v2 over MLLP: it is asked for appointments, gets orders, sends comments. */
export interface MllpRis extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** Orders that it was sent, by placer order number. */
  readonly orders: ReadonlyMap<string, Message>
  /** The radiologist comments on an order: an ORU^R01 to the gateway; its acknowledgement comes back. */
  comment(placerOrderNumber: string, text: string): Promise<string>
}

/** What it takes beside requests for places: orders, replies to comments, what changes of a patient. */
const heard: ReadonlySet<string> = new Set(['ORM^O01', 'ORU^R01', 'ADT^A08', 'ADT^A40'])

const application = 'DEMO_RIS'
const facility = 'PORT'

export async function openMllpRis(
  diary: Diary,
  gateway: () => { host: string; port: number },
  { listen, name, ports }: { listen: string; name: string; ports: { mllp: number } },
): Promise<MllpRis> {
  const orders = new Map<string, Message>()
  const server = createServer((socket) => serveLine(socket, (text) => answer(text, diary, orders)))
  server.listen(ports.mllp, listen)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has an address')
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    host: name,
    port: address.port,
    orders,
    comment: (placer, text) => sendOne(result(orders.get(placer), placer, text, diary), gateway()),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function serveLine(socket: Socket, answerTo: (text: string) => string): void {
  const deframer = new Deframer()
  socket.on('error', () => socket.destroy()) // whoever broke off asks again
  socket.on('data', (chunk: Buffer) => {
    for (const message of deframer.push(chunk))
      socket.write(frame(Buffer.from(answerTo(message.toString('utf8')))))
  })
}

function answer(text: string, diary: Diary, orders: Map<string, Message>): string {
  const message = parseMessage(text)
  const kind = kindOf(message)
  if (kind === 'SRM^S01') return booked(message, diary)
  if (kind === 'SRM^S04') return unbooked(message, diary)
  const placer = field(message, 'ORC-2')
  if (kind === 'ORM^O01' && placer) orders.set(placer, message)
  const said = heard.has(kind)
    ? `AA|${controlId(message)}`
    : `AR|${controlId(message)}|Type de message inconnu`
  return segments(headerTo(message, `ACK^${kind.split('^')[1]}^ACK`), `MSA|${said}`)
}

/** Asked for a place: by the start that the request names, in any diary that has it free. */
function booked(message: Message, diary: Diary): string {
  const placer = field(message, 'ARQ-1') ?? ''
  const wanted = field(message, 'AIS-4') ?? field(message, 'ARQ-11.1') ?? ''
  const start = wanted ? Date.parse(toInstant(wanted)) : Number.NaN
  const known = [...diary.bookings.values()].find((one) => one.placer === placer && one.status === 'booked')
  const place = diary.places.find((one) => Date.parse(one.start) === start && one.status === 'free')
  const booking = known ?? (place && diary.book(place, placer, field(message, 'ARQ-24')))
  return booking ? reply(message, booking) : refusal(message, placer)
}

function unbooked(message: Message, diary: Diary): string {
  const placer = field(message, 'ARQ-1') ?? ''
  const booking = [...diary.bookings.values()].find((one) => one.placer === placer)
  if (!booking) return refusal(message, placer)
  if (booking.status === 'booked') diary.cancel(booking)
  return reply(message, booking)
}

function reply(message: Message, { number, placer, place, status }: Booking): string {
  const [start, end] = [hl7(place.start), hl7(place.end)]
  const state = status === 'booked' ? 'Booked' : 'Cancelled'
  const timing = `^^^${start}^${end}`
  return segments(
    headerTo(message, `SRR^${field(message, 'MSH-9.2')}^SRR_S01`),
    `MSA|AA|${controlId(message)}`,
    `SCH|${placer}|${number}|||||||||${timing}||||||||||||||${state}`,
  )
}

function refusal(message: Message, placer: string): string {
  return segments(
    headerTo(message, `SRR^${field(message, 'MSH-9.2')}^SRR_S01`),
    `MSA|AR|${controlId(message)}|Le créneau n'est plus libre`,
    `SCH|${placer}||||||||||||||||||||||||Cancelled`,
  )
}

const controlId = (message: Message) => field(message, 'MSH-10') ?? ''
const newId = () => randomBytes(8).toString('hex').toUpperCase()
const segments = (...lines: string[]) => lines.map((line) => `${line}\r`).join('')
const hl7 = (instant: string) =>
  `${instant.slice(0, 19).replaceAll(/[-:T]/g, '')}${instant.slice(-6).replace(':', '')}`

function headerTo(message: Message, type: string): string {
  const to = `${field(message, 'MSH-3') ?? ''}|${field(message, 'MSH-4') ?? ''}`
  return `MSH|^~\\&|${application}|${facility}|${to}|${now()}||${type}|${newId()}|P|2.5.1|||||FRA|UNICODE UTF-8`
}

const now = () => hl7(`${new Date().toISOString().slice(0, 19)}.000+00:00`)

function result(order: Message | undefined, placer: string, text: string, diary: Diary): string {
  const namespace = order ? (field(order, 'ORC-2.2') ?? '') : ''
  const universal = order ? `${field(order, 'ORC-2.3') ?? ''}^${field(order, 'ORC-2.4') ?? ''}` : '^'
  const number = `${placer}^${namespace}^${universal}`.replace(/\^+$/, '')
  const patient = order && field(order, 'PID-3')
  return segments(
    `MSH|^~\\&|${application}|${facility}|RELAIS||${hl7(diary.at().replace('Z', '+00:00'))}||ORU^R01^ORU_R01|${newId()}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    // The comment may come before the order: then the order's own patient is meant.
    ...(patient ? [`PID|||${patient}`] : []),
    `ORC|RE|${number}`,
    `OBR|1|${number}|CR-${placer}|18748-4^Compte rendu d'imagerie^LN|||||||||||||||||||||F`,
    `OBX|1|FT|48767-8^Commentaire^LN||${text.replaceAll('|', '\\F\\').replaceAll('\n', '\\.br\\')}||||||F`,
  )
}

/** Sends one message on a line of its own and comes back with the acknowledgement's text. */
export async function sendOne(
  message: string,
  { host, port }: { host: string; port: number },
): Promise<string> {
  const socket = connect(port, host)
  await once(socket, 'connect')
  const deframer = new Deframer()
  socket.write(frame(Buffer.from(message)))
  try {
    for await (const chunk of socket) {
      const [first] = deframer.push(chunk)
      if (first) return first.toString('utf8')
    }
    throw new Error('The gateway closed the line without an answer')
  } finally {
    socket.destroy()
  }
}

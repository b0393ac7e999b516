import { readdirSync, readFileSync } from 'node:fs'
import { decode } from '../../src/hl7v2/charset.ts'
import { type Message, parseMessage } from '../../src/hl7v2/message.ts'

const folder = new URL('../samples/', import.meta.url)

/** The sample messages: name, bytes and what they say. */
export const samples: { name: string; bytes: Buffer; message: Message }[] = [
  'hl7v2',
  'hl7v2-fr-teleradiology',
].flatMap((source) =>
  readdirSync(new URL(`${source}/`, folder)).map((file) => {
    const bytes = readFileSync(new URL(`${source}/${file}`, folder))
    return { name: file, bytes, message: parseMessage(decode(bytes).text) }
  }),
)

export function sample(name: string): { name: string; bytes: Buffer; message: Message } {
  const found = samples.find((one) => one.name.startsWith(name))
  if (!found) throw new Error(`No sample ${name}`)
  return found
}

import { createHash, randomUUID } from 'node:crypto'
import { failure } from '../fhir/outcome.ts'
import type { ArrivalRow } from '../store/index.ts'
import { keysOf } from './found-by.ts'
import type { Incoming } from './message.ts'

/** So many characters, whichever they are, fit into any index. */
const mostCharacters = 512

/**
 * The row that an arrival is kept as, whatever becomes of it. What a sender has put into its number, its kind and its
 * keys is shortened to what the store can hold: a message is kept even where it is refused for just that.
 */
export function rowOf(incoming: Incoming, knownDays: number): ArrivalRow {
  const { raw, id, kind, peer, receivedAt, by } = incoming
  return {
    row: incoming.row ?? randomUUID(),
    raw,
    id: id === undefined ? undefined : storable(id),
    kind: storable(kind),
    peer,
    receivedAt,
    by,
    status: 'error',
    digest: digestOf(incoming),
    keys: keysOf(incoming).map(storable),
    knownUntil: new Date(Date.parse(receivedAt) + knownDays * 86_400_000).toISOString(),
  }
}

const storable = (text: string) => text.replaceAll('\0', '').slice(0, mostCharacters).toWellFormed()

/** Holds a message to a number by which it can be known again. Fails: value. */
export function refuseBadNumber({ id }: Incoming): void {
  if (id === undefined || storable(id) === id) return
  const text = `The number of a message has at most ${mostCharacters} characters, and no U+0000. Give it another.`
  throw failure('value', text, 'Message')
}

/** What makes two messages the same: all their bytes, but not the time at which a v2 message was sent (MSH-7). */
function digestOf({ raw, content }: Incoming): string {
  const hash = createHash('sha256')
  if (content?.form !== 'v2') return hash.update(raw).digest('hex')
  const text = raw.toString('latin1')
  const end = text.search(/[\r\n]/)
  const header = text.slice(0, end < 0 ? text.length : end).split(text[text.indexOf('MSH') + 3] ?? '|')
  header.splice(6, 1)
  return hash.update(header.join('|') + text.slice(end < 0 ? text.length : end), 'latin1').digest('hex')
}

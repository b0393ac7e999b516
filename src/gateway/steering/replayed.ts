import type { Replay, Replayed, Who } from '../../api/steering.ts'
import { controlIdOf } from '../../connectors/mllp/control-id.ts'
import { failure, issue, outcomeOf } from '../../fhir/outcome.ts'
import { isV2 } from '../../flows/form.ts'
import { decode, encode, isCharset } from '../../hl7v2/charset.ts'
import { foundBy } from '../../hl7v2/found-by.ts'
import { field, parseMessage } from '../../hl7v2/message.ts'
import type { ArrivalRow, Departure, DepartureRow, Store } from '../../store/index.ts'
import { questions } from '../ended.ts'
import { inwardCharsetOf, replayArrival } from '../replay.ts'
import type { Rooms } from '../rooms.ts'
import { trail } from './trail.ts'
import { refuseLeaving } from './waiting.ts'
import { v2Media } from './whole.ts'

export interface ReplayDesk {
  store: Store
  /** What arrivals are carried out in: opened when one is to be. */
  rooms: () => Promise<Rooms>
  /** Names of the lines that there are. */
  names: () => Promise<readonly string[]>
}

interface Moment {
  now: string
  newRow(): string
}

/**
 * Takes a message once more.
 *
 * What came goes the same road again, with a fresh decision: business identifiers see to it that nothing is made twice.
 * What leaves is queued again under its own control id, so that a receiver that has it answers as it did then. What says
 * something else now is another message, with an id of its own; the one that it takes the place of ends as cancelled.
 */
export async function replayed(replay: Replay, who: Who, desk: ReplayDesk, at: Moment): Promise<Replayed> {
  const { row } = replay
  const [arrival, departure] = await Promise.all([desk.store.messages.get(row), desk.store.outbox.get(row)])
  if (arrival) return taken(arrival, replay, who, desk, at)
  if (!departure) throw failure('not-found', `There is no message ${row}.`)
  await mayLeave(departure, replay, desk, at.now)
  return replay.text !== undefined || replay.anew
    ? replaced(departure, replay, who, desk.store, at)
    : again(departure, who, desk.store, at)
}

async function taken(
  arrival: ArrivalRow,
  { as = arrival.peer, text }: Replay,
  who: Who,
  { rooms, store }: ReplayDesk,
  { now, newRow }: Moment,
): Promise<Replayed> {
  const open = await rooms()
  const sender = open.loaded.connectors.find(({ name }) => name === as)
  const charset = isV2(arrival) ? inwardCharsetOf(sender) : undefined
  // What came is evidence, and stays: what was edited is kept beside it.
  const taken: ArrivalRow =
    text === undefined ? arrival : { ...arrival, row: newRow(), id: undefined, raw: edit(text, charset) }
  const outcome = await replayArrival(taken, as, open)
  await store.write({ resources: trail(who, 'message.replayed', `message ${arrival.row}`, now), at: now })
  return { row: taken.row, outcome }
}

/**
 * Fails: business-rule where its effect has been undone, or it may still leave by itself. What waits for a line that is
 * held may be put right: another message takes its place.
 */
async function mayLeave(
  departure: DepartureRow,
  { text, anew }: Replay,
  desk: ReplayDesk,
  now: string,
): Promise<void> {
  const { status, kind } = departure
  if (status === 'queued' && text === undefined && !anew) {
    throw failure(
      'business-rule',
      'This message is queued: it leaves by itself. Resume its connector if it is held.',
    )
  }
  if (status === 'queued') return refuseLeaving(departure, desk, now)
  if (status === 'cancelled') {
    throw failure(
      'business-rule',
      'This message has been cancelled: what it told no longer holds, or another took its place.',
    )
  }
  if (questions.includes(kind) && status !== 'parked') {
    throw failure('business-rule', 'This request for an appointment has been answered: book again instead.')
  }
}

async function again(departure: DepartureRow, who: Who, store: Store, { now }: Moment): Promise<Replayed> {
  const { row, peer } = departure
  const resources = trail(who, 'departure.replayed', `message ${row}`, now)
  await store.write({ settlements: [{ row, status: 'queued', again: true }], resources, at: now })
  return { row, outcome: told(`Queued again for ${peer}, under the same control id.`) }
}

/** Another message in its place. */
async function replaced(
  departure: DepartureRow,
  { text }: Replay,
  who: Who,
  store: Store,
  { now, newRow }: Moment,
): Promise<Replayed> {
  const row = newRow()
  const { peer, kind, about, lane, status } = departure
  const next: Departure = {
    row,
    peer,
    kind,
    about,
    ...(lane !== undefined && { lane }),
    ...(text !== undefined && { rendered: rendered(text, departure, row) }),
  }
  const settlements =
    status === 'sent'
      ? []
      : [{ row: departure.row, status: 'cancelled', reason: `replaced by ${row}` } as const]
  const resources = trail(who, 'departure.replaced', `message ${departure.row}`, now)
  await store.write({ departures: [next], settlements, resources, at: now })
  return { row, outcome: told(`Queued for ${peer} as message ${row}.`) }
}

const told = (text: string) => outcomeOf([issue('informational', text, undefined, 'information')])

function rendered(
  text: string,
  { raw, contentType }: DepartureRow,
  row: string,
): Departure['rendered'] & object {
  if (!raw || contentType === undefined) {
    throw failure(
      'business-rule',
      'This message has never been made: there is nothing to edit. Replay it anew.',
    )
  }
  if (contentType !== v2Media) return { raw: edit(text), contentType }
  const numbered = withControlId(text, controlIdOf(row))
  return { raw: edit(numbered, decode(raw).charset), contentType, keys: foundBy(parseMessage(numbered)) }
}

/** MSH-10: what says something else is another message. */
function withControlId(text: string, id: string): string {
  const [header = '', ...rest] = text.replaceAll(/\r\n?|\n/g, '\r').split('\r')
  const fields = header.split(header[3] ?? '|')
  fields[9] = id
  return [fields.join(header[3] ?? '|'), ...rest].join('\r')
}

/** A person's text as bytes: of a v2 message in the character set that it names, else in `charset`. Fails: structure when it is no message. */
function edit(text: string, charset?: string): Buffer {
  if (charset === undefined) return Buffer.from(text)
  const message = text.replaceAll(/\r\n?|\n/g, '\r')
  const named = field(parseMessage(message), 'MSH-18') ?? ''
  return encode(message, isCharset(named) ? named : charset).bytes
}

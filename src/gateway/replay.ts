import type { OperationOutcome } from '@medplum/fhirtypes'
import { contentOf, headerIn } from '../connectors/mllp/answer.ts'
import { abilityOf } from '../connectors/sheet.ts'
import { parseJson } from '../fhir/json.ts'
import { failure } from '../fhir/outcome.ts'
import { isV2 } from '../flows/form.ts'
import type { Content } from '../flows/message.ts'
import { receiveFrom, type Sender } from '../flows/receive.ts'
import { intake1 } from '../flows/referral/intake-schema.ts'
import { diaryKind } from '../flows/slots/rows.ts'
import { decode } from '../hl7v2/charset.ts'
import { valueAt } from '../hl7v2/message.ts'
import type { ArrivalRow } from '../store/index.ts'
import type { LoadedConnector } from '../territory/load.ts'
import type { Rooms } from './rooms.ts'

/**
 * Takes a kept arrival once more, by the same road and with a fresh decision. `peer` says from whom, when it was an
 * unknown sender then.
 *
 * One that was refused keeps its row, which then tells of the new end; of one that was not, a new row does.
 * Fails: not-found without a sender; structure when it cannot be read again.
 */
export async function replayArrival(
  arrival: ArrivalRow,
  peer: string,
  rooms: Rooms,
): Promise<OperationOutcome> {
  const { raw, kind, by, row, status } = arrival
  const connector = rooms.loaded.connectors.find(({ name }) => name === peer)
  const sender = await senderOf(peer, connector, rooms)
  const incoming = {
    raw,
    kind,
    by,
    peer,
    content: contentAgain(arrival, peer, connector),
    receivedAt: rooms.reception.clock().toISOString(),
    ...(status === 'error' ? { row, id: idOf(arrival) } : { id: undefined }),
  }
  const { outcome } = await receiveFrom(async () => sender, rooms.reception)(incoming)
  return outcome
}

async function senderOf(peer: string, connector: LoadedConnector | undefined, rooms: Rooms): Promise<Sender> {
  const permit = connector ? undefined : await rooms.auth.permitOf(peer)
  if (permit) return { desk: rooms.deskOf(permit.actor), permit }
  const sender = await rooms.senderOf(peer)
  if (sender) return sender
  throw failure(
    'not-found',
    `No connector and no active client is called ${peer}. Say from whom it is with --as.`,
  )
}

/** The sender's own number, which was not kept with what was refused. */
function idOf(arrival: ArrivalRow): string | undefined {
  if (arrival.id !== undefined || !isV2(arrival)) return arrival.id
  const header = headerIn(arrival.raw)
  return header && valueAt(header, { field: 10 })
}

function contentAgain(arrival: ArrivalRow, peer: string, connector: LoadedConnector | undefined): Content {
  const { raw, kind, by } = arrival
  if (kind === diaryKind) return { form: 'json', value: parseJson(raw.toString('utf8')) }
  if (by === 'poll' && /^(Slot|Schedule|SQR.*)$/.test(kind)) {
    throw failure('business-rule', 'A diary is not replayed: it is read again by itself.')
  }
  if (isV2(arrival)) return contentOf(decode(raw, inwardCharsetOf(connector)))
  const value = parseJson(raw.toString('utf8'))
  if (kind === 'intake/1') return { form: 'json', value: { ...intake1.parse(value), sender: peer } }
  if (connector?.kind === 'json') return { form: 'json', value }
  // A FHIR partner's own resource: profiles check it on its way.
  return { form: 'fhir', resource: value as Extract<Content, { form: 'fhir' }>['resource'] }
}

/** In which character set a sender's messages are read that name none. */
export function inwardCharsetOf(connector: LoadedConnector | undefined): string {
  return (connector && abilityOf(connector).inwardCharset) ?? '8859/15'
}

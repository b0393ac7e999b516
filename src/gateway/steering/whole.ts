import type { MessageWhole } from '../../api/steering.ts'
import { isV2 } from '../../flows/form.ts'
import { decode } from '../../hl7v2/charset.ts'
import { parseSegments } from '../../hl7v2/message.ts'
import { toTree } from '../../hl7v2/tree.ts'
import type { ArrivalRow, DepartureRow } from '../../store/index.ts'

/** HL7 v2 with its delimiters, as it goes over wires. */
export const v2Media = 'x-application/hl7-v2+er7'

/** A kept message for a person to look at. */
export function wholeOf(
  arrival: ArrivalRow | undefined,
  departure: DepartureRow | undefined,
): MessageWhole | undefined {
  if (arrival) return came(arrival)
  return departure && leaves(departure)
}

function came(arrival: ArrivalRow): MessageWhole {
  const { row, receivedAt, peer, kind, status, id, reason, raw, answer, keys = [] } = arrival
  const mediaType = isV2(arrival) ? v2Media : 'application/json'
  return {
    row,
    direction: 'in',
    at: receivedAt,
    peer,
    kind,
    status,
    ...(id !== undefined && { id }),
    ...(reason !== undefined && { reason }),
    ...said(raw, mediaType),
    ...(answer && { answer: textOf(answer, mediaType) }),
    about: keys.filter((key) => /^[A-Z][A-Za-z]+\//.test(key)),
    keys,
  }
}

function leaves(departure: DepartureRow): MessageWhole {
  const { row, queuedAt, peer, kind, status, attempts, lastError, notBefore, raw, contentType } = departure
  const { about, keys = [], triedAt, endedAt } = departure
  const id = keys.find((key) => key.startsWith('id='))?.slice('id='.length)
  return {
    row,
    direction: 'out',
    at: queuedAt,
    peer,
    kind,
    status,
    ...(id !== undefined && { id }),
    ...(lastError !== undefined && { reason: lastError }),
    attempts,
    ...(status === 'queued' && { nextTry: notBefore ?? queuedAt }),
    ...(triedAt !== undefined && { triedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(raw && said(raw, contentType ?? 'application/json')),
    about,
    keys,
  }
}

function said(raw: Buffer, mediaType: string): Pick<MessageWhole, 'raw' | 'mediaType' | 'parsed'> {
  const text = textOf(raw, mediaType)
  const parsed = parsedOf(text, mediaType)
  return { raw: text, mediaType, ...(parsed !== undefined && { parsed }) }
}

/** As it reads; bytes that are of no character set are shown as Latin-1. */
function textOf(bytes: Buffer, mediaType: string): string {
  if (mediaType !== v2Media) return bytes.toString('utf8')
  try {
    return decode(bytes).text
  } catch {
    return bytes.toString('latin1')
  }
}

/** Undefined where it cannot be read: then its bytes are all that there is. */
function parsedOf(text: string, mediaType: string): unknown {
  try {
    return mediaType === v2Media ? toTree(parseSegments(text)) : JSON.parse(text)
  } catch {
    return undefined
  }
}

import type { Arrival } from '../store/index.ts'
import type { Content } from './message.ts'
import { diaryKind } from './slots/rows.ts'

/** What its road, its kind and its bytes say of an arrival: those of a kept row, or of one that is in hand. */
export type Formed = Pick<Arrival, 'by' | 'kind' | 'raw'>

/**
 * In which form an arrival came, without reading it: of what cannot be read as well.
 *
 * HL7 v2 comes by a line, over HTTP, dropped as a file, or as a partner's answer to what it is asked now and then (SQR).
 */
export function formOf({ by, kind, raw }: Formed): Content['form'] {
  if (kind === diaryKind) return 'json'
  if (by === 'mllp' || by === 'http' || by === 'file') return 'v2'
  if (by === 'poll' && raw.subarray(0, 3).toString('latin1') === 'MSH') return 'v2'
  return by === 'json' || by === 'console' ? 'json' : 'fhir'
}

export const isV2 = (arrival: Formed): boolean => formOf(arrival) === 'v2'

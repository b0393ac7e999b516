import { type Message, type Segment, valueAt } from './message.ts'

/**
 * The answer to a referral as whoever refers may want it: in place of the plain acknowledgement RRI, with the referral's
 * own segments and, in RF1-11, the number that we have given it. RF1-1 says P (pending) where it was taken, R where not.
 *
 * An accept acknowledgement, and the answer to what is no referral, stay as they are.
 *
 * Source: HL7 v2.8.2 chapter 11, RRI_I12; table 0283.
 */
export function asReferralAnswer(answer: Message, request: Message, number: string | undefined): Message {
  const [header, acknowledged] = answer.segments
  const code = valueAt(acknowledged, { field: 1 })
  if (!header || !code?.startsWith('A') || typeOf(request) !== 'REF') return answer
  const event = valueAt(request.segments[0], { field: 9, component: 2 }) ?? ''
  const named = replaced(header, 9, [[['RRI'], [event], ['RRI_I12']]])
  return { segments: [named, ...answer.segments.slice(1), ...echoed(request, code === 'AA', number)] }
}

const typeOf = ({ segments: [header] }: Message) => header && valueAt(header, { field: 9 })

/** What the answer says again of the referral. */
function echoed({ segments }: Message, isTaken: boolean, number: string | undefined): Segment[] {
  const own = segments.filter(({ name }) => ['RF1', 'PRD', 'PID'].includes(name))
  return own.map((segment) => {
    if (segment.name !== 'RF1') return segment
    const judged = replaced(segment, 1, [[[isTaken ? 'P' : 'R']]])
    return number === undefined ? judged : replaced(judged, 11, [[[number], ['RELAIS']]])
  })
}

/** The segment with one field replaced; those before it that it lacks are empty. */
function replaced({ name, fields }: Segment, at: number, field: Segment['fields'][number]): Segment {
  const all = Array.from({ length: Math.max(fields.length, at + 1) }, (_, n) => fields[n] ?? [])
  return { name, fields: all.with(at, field) }
}

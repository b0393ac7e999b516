import type { ServiceRequest } from '@medplum/fhirtypes'
import { type Message, type Segment, segmentsNamed, valueAt } from '../hl7v2/message.ts'

/**
 * A field that is read for a request, in the order that the request was made of: `OBR-4` → `OBR[2]-4`.
 *
 * A segment that its order lacks is named itself: `OBR[2]`. What does not belong to an order stays as it is.
 */
export function placeInOrder(message: Message, request: ServiceRequest, place: string): string {
  const [name = ''] = place.split('-')
  if (!ofOrders.includes(name)) return place
  const { before, order } = orderOf(message, request)
  const segment = order.find((one) => one.name === name)
  const alike = segmentsNamed({ segments: [...before, ...order] }, name).length
  const nth = segment ? segmentsNamed(message, name).indexOf(segment) + 1 : alike + 1
  const at = nth > 1 ? `${name}[${nth}]` : name
  return segment ? place.replace(name, at) : at
}

const ofOrders: readonly string[] = ['ORC', 'OBR', 'TQ1']

/** The segments of the order a request was made of, and all before it. */
function orderOf({ segments }: Message, request: ServiceRequest) {
  const opening = segments.some(({ name }) => name === 'ORC') ? 'ORC' : 'OBR'
  const starts = segments.flatMap(({ name }, at) => (name === opening ? [at] : []))
  const orders = starts.map((start, n) => segments.slice(start, starts[n + 1]))
  const numbers = request.identifier?.flatMap(({ value }) => value ?? []) ?? []
  const numbered = orders.findIndex((order) =>
    order.some((segment) => numbers.includes(numberOf(segment) ?? '')),
  )
  const nth = numbered >= 0 ? numbered : placeOfUnnumbered(numbers, orders.length)
  return { before: segments.slice(0, starts[nth] ?? segments.length), order: orders[nth] ?? [] }
}

/** ORC-2, or OBR-2. */
const numberOf = (segment: Segment): string | undefined =>
  segment.name === 'ORC' || segment.name === 'OBR' ? valueAt(segment, { field: 2 }) : undefined

/** Orders without a number of their own are numbered by the maps: `…`, `….2`, `….3`. */
function placeOfUnnumbered(numbers: readonly string[], count: number): number {
  const counted = numbers.map((number) => Number(/\.(\d+)$/.exec(number)?.[1] ?? 1))
  return (counted.find((nth) => nth > 1 && nth <= count) ?? 1) - 1
}

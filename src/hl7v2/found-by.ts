import { type Message, type Segment, valueAt } from './message.ts'

/** Where a message says whom and what it is about: field by segment. */
const places: Readonly<Record<string, readonly (readonly ['id' | 'order' | 'patient', number])[]>> = {
  MSH: [['id', 10]],
  PID: [
    ['patient', 2],
    ['patient', 3],
    ['patient', 4],
  ],
  MRG: [
    ['patient', 1],
    ['patient', 4],
  ],
  ORC: [
    ['order', 2],
    ['order', 3],
    ['order', 4],
  ],
  OBR: [
    ['order', 2],
    ['order', 3],
  ],
  ARQ: [
    ['order', 1],
    ['order', 2],
    ['order', 24],
    ['order', 25],
  ],
  SCH: [
    ['order', 1],
    ['order', 2],
    ['order', 26],
    ['order', 27],
  ],
  RF1: [
    ['order', 6],
    ['order', 11],
  ],
  TXA: [
    ['order', 12],
    ['order', 14],
    ['order', 15],
  ],
}

/** So many numbers are enough to find a message by. */
const most = 40

/**
 * By what a message is found: `id=<MSH-10>`, and every number that it gives an order, an appointment or a patient, as
 * `order=…` and `patient=…`.
 */
export function foundBy({ segments }: Message): string[] {
  const keys = new Set<string>()
  for (const segment of segments) {
    for (const [what, field] of places[segment.name] ?? []) {
      for (const value of valuesOf(segment, field)) keys.add(`${what}=${value}`)
      if (keys.size >= most) return [...keys].slice(0, most)
    }
  }
  return [...keys]
}

const valuesOf = (segment: Segment, field: number): string[] =>
  (segment.fields[field] ?? []).flatMap((_, n) => valueAt(segment, { field, repetition: n + 1 }) ?? [])

/**
 * A parsed HL7 v2 message: segments in order, fields by number.
 * Values are unescaped text; an absent value is undefined, `""` (HL7 null) is kept as `""` two quotes.
 */
export interface Message {
  readonly segments: readonly Segment[]
}

/** `field[0]` is unused but for MSH; `fields[n]` is field n of the segment (MSH-1 and MSH-2 included). */
export interface Segment {
  readonly name: string
  /** Repetitions of a field → components → subcomponents. Empty array: absent. */
  readonly fields: readonly (readonly Repetition[])[]
}

export type Repetition = readonly Component[]
export type Component = readonly string[]

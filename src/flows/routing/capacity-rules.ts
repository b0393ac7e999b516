import type { Texts } from '../protocol/protocol.ts'

/** What is done for a request that no centre has a place for. */
export type Overflow =
  /** It is put on the waiting list; a place that comes free in so many days is held for it. */
  | { do: 'wait'; modalities: readonly string[]; days: number }
  /** The prescriber is told of the exams that the protocol has beside the one asked for: a doctor chooses. */
  | { do: 'alternative'; modalities: readonly string[] }
  /** The prescriber is told where else to turn, in the territory's own words. */
  | { do: 'elsewhere'; modalities: readonly string[]; text: Texts }

/** What a territory has agreed for the days on which there are more requests than places: `rules/capacity.json`. */
export interface CapacityRules {
  /** A modality is short when so many requests wait for it without a place: its centres are then called for more. */
  shortFrom: number
  /** A centre is called again for the same modality after so long, at the earliest. */
  callEveryHours: number
  /** In this order; each that is for the modality is done. */
  overflow: readonly Overflow[]
}

/** Where a territory says nothing, nobody is called and nothing is promised: that there is no place is told. */
export const noCapacityRules: CapacityRules = {
  shortFrom: Number.POSITIVE_INFINITY,
  callEveryHours: 24,
  overflow: [],
}

/** What is done for these modalities; those that name none are for all. */
export const overflowFor = (modalities: readonly string[], { overflow }: CapacityRules): Overflow[] =>
  overflow.filter((one) => one.modalities.length === 0 || one.modalities.some((m) => modalities.includes(m)))

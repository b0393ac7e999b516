import type { Slot } from '@medplum/fhirtypes'
import type { Kept } from '../../../store/index.ts'
import type { Diary } from '../../slots/diaries.ts'
import { limitsOf, tokensOf } from '../../slots/limits.ts'
import { labelsOf } from '../../slots/rules.ts'

/** Slots by their diary and when they begin. */
export type Beginnings = ReadonlyMap<string, readonly Kept<Slot>[]>

const keyOf = (schedule: string | undefined, at: string) => `${schedule} ${Date.parse(at)}`

export const byBeginning = (slots: readonly Kept<Slot>[]): Beginnings =>
  Map.groupBy(slots, ({ schedule, start }) => keyOf(schedule.reference, start))

/** Whether a slot may be taken together with the next one: as it says itself, else as its diary does. */
export const isJoinable = (slot: Slot, { limits }: Pick<Diary, 'limits'>): boolean =>
  ({ ...limits, ...limitsOf(slot) }).joinable === true

/**
 * A slot and those after it that may be joined to it, until there are so many minutes, or as far as they reach: in the
 * same diary, without a gap, for the same exam, under the same label. It follows from the slots alone, so that it is the
 * same whenever it is computed.
 */
export function chainFrom(
  first: Kept<Slot>,
  minutes: number,
  beginnings: Beginnings,
  diary: Pick<Diary, 'limits'>,
): [Kept<Slot>, ...Kept<Slot>[]] {
  const chain: [Kept<Slot>, ...Kept<Slot>[]] = [first]
  for (let last = first; isJoinable(last, diary) && minutesOf(chain) < minutes; ) {
    const next = (beginnings.get(keyOf(last.schedule.reference, last.end)) ?? [])
      .filter((one) => isJoinable(one, diary) && kindOf(one) === kindOf(first))
      .toSorted(byPreference)[0]
    if (!next || Date.parse(next.end) <= Date.parse(last.end)) break
    chain.push(next)
    last = next
  }
  return chain
}

/** From the beginning of the first to the end of the last. */
export function minutesOf(chain: readonly [Slot, ...Slot[]]): number {
  const last = chain.at(-1) ?? chain[0]
  return (Date.parse(last.end) - Date.parse(chain[0].start)) / 60_000
}

const kindOf = (slot: Slot) =>
  [...(slot.serviceType ?? []).flatMap(tokensOf).sort(), ...labelsOf(slot).sort()].join(' ')

const byPreference = (a: Kept<Slot>, b: Kept<Slot>) =>
  Number(b.status === 'free') - Number(a.status === 'free') || (a.id < b.id ? -1 : 1)

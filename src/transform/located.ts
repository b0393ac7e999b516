import { fieldsOf } from '../hl7v2/dictionary.ts'
import { placeOf } from '../hl7v2/message.ts'
import { type Origin, type Origins, originsIn } from '../hl7v2/origins.ts'
import type { Frame, Run } from './run.ts'

/**
 * The place in a v2 message of what is at fault in a rule: `OBR[2]-27.4`.
 *
 * A rule is named after the field that it reads, but may read another where that is empty, and the segment may be one
 * of several. The value at fault says which: it is looked for in what the rule can see, first in the field of the
 * rule's name, then under the names that its expression (`written`) mentions. Without a value it is the field of the
 * name, in the segment in hand. Of what is no v2 message, it is the name of the rule.
 */
export function located(rule: string, run: Run, value?: unknown, written = ''): string {
  run.origins ??= originsIn(run.input)
  if (run.origins.places.size === 0) return rule
  for (let depth = run.depth; depth > 0; depth--) {
    const frame = run.frames[depth] ?? []
    const found =
      placeOfValue(rule, run.origins.texts, frame, value, written) ?? inHand(rule, frame, run.origins)
    if (found !== undefined) return found
  }
  return rule
}

function placeOfValue(
  rule: string,
  texts: readonly Origin[],
  frame: Frame,
  value: unknown,
  written: string,
): string | undefined {
  const ranked = texts
    .filter(({ text }) => text === value)
    .map((origin) => ({
      place: origin.place,
      rank: rankOf(origin, rule, written),
      near: nearness(origin, frame),
    }))
    .filter(({ rank, near }) => near >= 0 && (rank > 0 || !isPlace(rule)))
  return ranked.sort((a, b) => b.rank - a.rank || b.near - a.near)[0]?.place
}

/** How closely what a frame holds is around an origin: the higher the closer; -1 when it is elsewhere. */
const nearness = ({ within }: Origin, frame: Frame): number =>
  within.findLastIndex((one) => frame.includes(one))

function rankOf({ place, name }: Origin, rule: string, written: string): number {
  if (isIn(place, rule)) return 2
  return new RegExp(`\\b${name}\\b`).test(written) ? 1 : 0
}

/** Whether a place is in the field, or the segment, that a rule is named after. */
function isIn(place: string, rule: string): boolean {
  const plain = place.replaceAll(/\[\d+\]/g, '')
  return plain === rule || plain.startsWith(`${rule}.`) || plain.startsWith(`${rule}-`)
}

const isPlace = (rule: string): boolean => fieldsOf(rule.slice(0, 3)) !== undefined || rule.startsWith('Z')

/** The rule's field in the segment that its group has in hand; of a rule of a datatype, the field itself. */
function inHand(rule: string, frame: Frame, { texts, places }: Origins): string | undefined {
  const held = frame.flatMap((one) => (isObject(one) ? (places.get(one) ?? []) : [])).reverse()
  if (!isPlace(rule)) return held.find((place) => placeOf(place))
  const name = rule.slice(0, 3)
  const around = texts
    .filter(({ place }) => place.startsWith(name))
    .map((origin) => ({ place: origin.place, near: nearness(origin, frame) }))
    .filter(({ near }) => near >= 0)
    .sort((a, b) => b.near - a.near)
  const own = held.find((place) => place.startsWith(name)) ?? around[0]?.place
  return own && rule.replace(name, own.replace(/-.*$/, ''))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

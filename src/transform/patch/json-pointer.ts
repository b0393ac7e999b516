import { writeAs, writtenIn } from '../../fhir/decimals.ts'
import { failure } from '../../fhir/outcome.ts'

/** Where a JSON Pointer leads: a property of an object, or an item of a list; `-` is the one after its last. */
export type Spot = { holder: Record<string, unknown>; key: string } | { holder: unknown[]; index: number }

/** What stands there; of a number how it is written, where that is not as JavaScript would write it. */
export interface Said {
  value: unknown
  written: string | undefined
}

/** Source: RFC 6901, 3. */
export const isPointer = (value: unknown): value is string =>
  typeof value === 'string' && /^(\/([^~/]|~[01])*)*$/.test(value)

/** Whether a pointer leads to a part of what another leads to. */
export const isWithin = (pointer: string, other: string): boolean => pointer.startsWith(`${other}/`)

/** Where a pointer leads in a resource; only the last step may lead to what is not there yet. Fails: business-rule. */
export function spotOf(resource: unknown, pointer: string, place: string): Spot {
  const steps = stepsOf(pointer)
  const last = steps.pop()
  if (last === undefined)
    throw failure('business-rule', 'This is the resource itself: use PUT or DELETE.', place)
  let holder = resource
  for (const step of steps) holder = saidAt(within(holder, step, place), place).value
  return within(holder, last, place)
}

const stepsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Source: RFC 6901, 4. */
function within(holder: unknown, step: string, place: string): Spot {
  if (Array.isArray(holder)) {
    if (step === '-') return { holder, index: holder.length }
    if (/^(0|[1-9]\d{0,8})$/.test(step)) return { holder, index: Number(step) }
    throw failure('business-rule', 'This path names no index of a list.', place)
  }
  if (typeof holder === 'object' && holder !== null && !prototypes.includes(step))
    return { holder: holder as Record<string, unknown>, key: step } // no list
  throw nothing(place)
}

/** By these an object would get what it has not said. */
const prototypes: readonly string[] = ['__proto__', 'constructor', 'prototype']

const nothing = (place: string) =>
  failure('business-rule', 'There is nothing at this path. Read the resource again.', place)

/** What stands at a spot. Fails: business-rule when there is nothing. */
export function saidAt(spot: Spot, place: string): Said {
  if ('index' in spot) {
    if (spot.index < spot.holder.length) return { value: spot.holder[spot.index], written: undefined }
  } else if (Object.hasOwn(spot.holder, spot.key)) {
    return { value: spot.holder[spot.key], written: writtenIn(spot.holder, spot.key) }
  }
  throw nothing(place)
}

/** Puts it in the place of what is there. Fails: business-rule when there is nothing. */
export function replace(spot: Spot, said: Said, place: string): void {
  saidAt(spot, place)
  if ('index' in spot) spot.holder[spot.index] = said.value
  else put(spot.holder, spot.key, said)
}

function put(holder: Record<string, unknown>, key: string, { value, written }: Said): void {
  holder[key] = value
  // The same number may have stood there, written in another way.
  if (written !== undefined || writtenIn(holder, key) !== undefined)
    writeAs(holder, key, written ?? String(value))
}

/** Puts it there as one more of a list, or as a property. Fails: business-rule beyond the end of a list. */
export function insert(spot: Spot, said: Said, place: string): void {
  if (!('index' in spot)) put(spot.holder, spot.key, said)
  else if (spot.index <= spot.holder.length) spot.holder.splice(spot.index, 0, said.value)
  else throw nothing(place)
}

/** Takes away what stands there, and gives it. Fails: business-rule when there is nothing. */
export function remove(spot: Spot, place: string): Said {
  const said = saidAt(spot, place)
  if ('index' in spot) spot.holder.splice(spot.index, 1)
  else delete spot.holder[spot.key]
  return said
}

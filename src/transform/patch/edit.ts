import type { Resource } from '@medplum/fhirtypes'

/** A property of an object in a resource, as JSON has it. */
export interface Spot {
  holder: Record<string, unknown>
  key: string
}

/** What stands at the end of these steps. */
export function valueAt(resource: Resource, steps: readonly (string | number)[]): unknown {
  let at: unknown = resource
  for (const step of steps) at = (at as Record<string | number, unknown>)[step] // steps lead through what is there
  return at
}

/** The property at which steps end; an index at their end is left out. */
export function spotAt(resource: Resource, steps: readonly (string | number)[]): Spot {
  const named = typeof steps.at(-1) === 'number' ? steps.slice(0, -1) : steps
  const holder = valueAt(resource, named.slice(0, -1)) as Record<string, unknown> // what holds a property is an object
  return { holder, key: String(named.at(-1)) }
}

/** How many are in a list; none when there is no list. */
export const lengthOf = ({ holder, key }: Spot): number => listIn(holder, key).length

const listIn = (holder: Record<string, unknown>, key: string): unknown[] => {
  const list = holder[key] ?? holder[`_${key}`]
  return Array.isArray(list) ? list : []
}

/**
 * Takes items out of a list and puts others in their place. Ids and extensions of primitives, which JSON keeps in a list
 * beside, stay with their own; an empty list is none.
 */
export function splice(spot: Spot, at: number, out: number, given: readonly unknown[]): void {
  const { holder, key } = spot
  const beside = `_${key}`
  const values = [...listIn(holder, key)]
  values.splice(at, out, ...given)
  if (Array.isArray(holder[beside])) {
    const extras: unknown[] = [...holder[beside]]
    extras.splice(at, out, ...given.map(() => null))
    set(holder, beside, extras.some((extra) => extra !== null) ? extras : undefined)
  }
  set(holder, key, values.length > 0 ? values : undefined)
}

/** Moves an item within its list, with its id and extensions. */
export function move({ holder, key }: Spot, source: number, destination: number): void {
  for (const name of [key, `_${key}`]) {
    const list: unknown = holder[name]
    if (Array.isArray(list)) list.splice(destination, 0, ...list.splice(source, 1))
  }
}

/** Takes away a property with all of its ids and extensions. */
export function unset({ holder, key }: Spot): void {
  set(holder, key, undefined)
  set(holder, `_${key}`, undefined)
}

function set(holder: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) delete holder[key]
  else holder[key] = value
}

import { type Context, isObject, type Json, own, valuesOf } from './check.ts'

/** Whether an invariant holds for a value that is sound in structure. */
export type Holds = (value: unknown, context: Context) => boolean

/**
 * Invariants of R4 written out by hand, by their key: where dates of different precision meet, where all of a resource
 * is searched, and where a regular expression has escapes that engines refuse.
 */
export const natives: Readonly<Record<string, Holds>> = {
  'per-1': on(
    ({ start, end }) => typeof start !== 'string' || typeof end !== 'string' || isNotAfter(start, end),
  ),
  'ref-1': on(
    ({ reference }, { root }) =>
      isExternal(reference) || containedOf(root).some(({ id }) => `#${id}` === reference),
  ),
  'dom-3': on((resource) => {
    const contained = containedOf(resource)
    return contained.length === 0 || areReferred(resource, contained)
  }),
  'eld-16': on(({ sliceName }) => typeof sliceName !== 'string' || /^[\w\-/[\]@]+$/.test(sliceName)),
  'eld-19': on(({ path }) => typeof path === 'string' && /^[^\s.,:;'"/|?!@#$%&*()[\]{}]{1,64}/.test(path)),
  'eld-20': on(({ path }) => typeof path === 'string' && /[A-Za-z]/.test(path)),
}

function on(holds: (value: Json, context: Context) => boolean): Holds {
  return (value, context) => isObject(value) && holds(value, context)
}

function isExternal(reference: unknown): boolean {
  return typeof reference !== 'string' || !reference.startsWith('#') || reference === '#'
}

function containedOf(resource: Json): Json[] {
  return valuesOf(own(resource, 'contained')).filter(isObject)
}

/** Every contained resource is referred to from somewhere, or itself refers to the one that contains it. */
function areReferred(resource: Json, contained: readonly Json[]): boolean {
  const named = new Set<string>()
  collectFragments(resource, named)
  return contained.every((inner) => {
    if (named.has(`#${inner.id}`)) return true
    const mine = new Set<string>()
    collectFragments(inner, mine)
    return mine.has('#')
  })
}

function collectFragments(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') {
    if (value.startsWith('#')) into.add(value)
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) collectFragments(inner, into)
  }
}

/** Whether one dateTime may be before or at another: where one is vaguer, only what both say is compared. */
export function isNotAfter(start: string, end: string): boolean {
  if (start.length > 10 && end.length > 10) return Date.parse(start) <= Date.parse(end)
  const both = Math.min(start.length, end.length, 10)
  return start.slice(0, both) <= end.slice(0, both)
}

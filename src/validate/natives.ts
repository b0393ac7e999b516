import { type Context, isObject, type Json, own, valuesOf } from './check.ts'

/** Whether an invariant holds for a value that is sound in structure. */
export type Holds = (value: unknown, context: Context) => boolean

/**
 * Invariants of R4 written out by hand, by their key: those met in nearly every resource, since FHIRPath takes 2 to
 * 20 µs for each; and `eld`, whose regular expressions have escapes that engines refuse. Tests compare with FHIRPath.
 */
export const natives: Readonly<Record<string, Holds>> = {
  'qty-3': on((quantity) => !has(quantity, 'code') || has(quantity, 'system')),
  'att-1': on((file) => !has(file, 'data') || has(file, 'contentType')),
  'cpt-2': on((contact) => !has(contact, 'value') || has(contact, 'system')),
  'per-1': on(
    ({ start, end }) => typeof start !== 'string' || typeof end !== 'string' || isNotAfter(start, end),
  ),
  'sqty-1': on((quantity) => !has(quantity, 'comparator')),
  'ref-1': on(
    ({ reference }, { root }) =>
      isExternal(reference) || containedOf(root).some(({ id }) => `#${id}` === reference),
  ),
  'pat-1': on((contact) => ['name', 'telecom', 'address', 'organization'].some((name) => has(contact, name))),
  'prr-1': on((request) => !has(request, 'orderDetail') || has(request, 'code')),
  'app-1': on((participant) => has(participant, 'type') || has(participant, 'actor')),
  'app-2': on((appointment) => has(appointment, 'start') === has(appointment, 'end')),
  'app-3': on(
    (appointment) =>
      (has(appointment, 'start') && has(appointment, 'end')) ||
      ['proposed', 'cancelled', 'waitlist'].includes(`${appointment.status}`),
  ),
  'app-4': on(
    (appointment) =>
      !has(appointment, 'cancelationReason') || ['noshow', 'cancelled'].includes(`${appointment.status}`),
  ),
  'apr-1': on((response) => has(response, 'participantType') || has(response, 'actor')),
  'obs-6': on((observation) => !has(observation, 'dataAbsentReason') || !hasChoice(observation, 'value')),
  'org-1': on((thing) => has(thing, 'identifier') || has(thing, 'name')),
  'org-3': on(({ use }) => use !== 'home'),
  'dom-2': on((resource) => containedOf(resource).every((inner) => !has(inner, 'contained'))),
  'dom-4': on((resource) =>
    containedOf(resource).every(
      ({ meta }) => !isObject(meta) || !(has(meta, 'versionId') || has(meta, 'lastUpdated')),
    ),
  ),
  'dom-5': on((resource) =>
    containedOf(resource).every(({ meta }) => !isObject(meta) || !has(meta, 'security')),
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

/** Also true of a primitive that has only extensions. */
function has(value: Json, name: string): boolean {
  return own(value, name) !== undefined || own(value, `_${name}`) !== undefined
}

function hasChoice(value: Json, element: string): boolean {
  return Object.keys(value).some(
    (name) => name.startsWith(element) && /[A-Z]/.test(name.charAt(element.length)),
  )
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

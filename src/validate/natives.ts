import { type Context, isObject, type Json, own, valuesOf } from './check.ts'

/** Whether an invariant holds for a value that is sound in structure. */
export type Holds = (value: unknown, context: Context) => boolean

/**
 * The invariants met in nearly every resource, by their expression, written out by hand: FHIRPath takes
 * 2 to 20 µs for each. All others are evaluated. Tests compare these with FHIRPath.
 */
export const natives: Readonly<Record<string, Holds>> = {
  // qty-3
  'code.empty() or system.exists()': on((quantity) => !has(quantity, 'code') || has(quantity, 'system')),
  // att-1
  'data.empty() or contentType.exists()': on((file) => !has(file, 'data') || has(file, 'contentType')),
  // cpt-2
  'value.empty() or system.exists()': on((contact) => !has(contact, 'value') || has(contact, 'system')),
  // per-1
  'start.hasValue().not() or end.hasValue().not() or (start <= end)': on(
    ({ start, end }) => typeof start !== 'string' || typeof end !== 'string' || isNotAfter(start, end),
  ),
  // sqty-1
  'comparator.empty()': on((quantity) => !has(quantity, 'comparator')),
  // ref-1
  "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))":
    on(
      ({ reference }, { root }) =>
        isExternal(reference) || containedOf(root).some(({ id }) => `#${id}` === reference),
    ),
  // pat-1
  'name.exists() or telecom.exists() or address.exists() or organization.exists()': on((contact) =>
    ['name', 'telecom', 'address', 'organization'].some((name) => has(contact, name)),
  ),
  // prr-1
  'orderDetail.empty() or code.exists()': on(
    (request) => !has(request, 'orderDetail') || has(request, 'code'),
  ),
  // app-1
  'type.exists() or actor.exists()': on(
    (participant) => has(participant, 'type') || has(participant, 'actor'),
  ),
  // app-2
  'start.exists() = end.exists()': on((appointment) => has(appointment, 'start') === has(appointment, 'end')),
  // app-3
  "(start.exists() and end.exists()) or (status in ('proposed' | 'cancelled' | 'waitlist'))": on(
    (appointment) =>
      (has(appointment, 'start') && has(appointment, 'end')) ||
      ['proposed', 'cancelled', 'waitlist'].includes(`${appointment.status}`),
  ),
  // app-4
  "Appointment.cancelationReason.exists() implies (Appointment.status='noshow' or Appointment.status='cancelled')":
    on(
      (appointment) =>
        !has(appointment, 'cancelationReason') || ['noshow', 'cancelled'].includes(`${appointment.status}`),
    ),
  // apr-1
  'participantType.exists() or actor.exists()': on(
    (response) => has(response, 'participantType') || has(response, 'actor'),
  ),
  // obs-6
  'dataAbsentReason.empty() or value.empty()': on(
    (observation) => !has(observation, 'dataAbsentReason') || !hasChoice(observation, 'value'),
  ),
  // org-1
  '(identifier.count() + name.count()) > 0': on((thing) => has(thing, 'identifier') || has(thing, 'name')),
  // org-3
  "where(use = 'home').empty()": on(({ use }) => use !== 'home'),
  // dom-2
  'contained.contained.empty()': on((resource) =>
    containedOf(resource).every((inner) => !has(inner, 'contained')),
  ),
  // dom-4
  'contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()': on((resource) =>
    containedOf(resource).every(
      ({ meta }) => !isObject(meta) || !(has(meta, 'versionId') || has(meta, 'lastUpdated')),
    ),
  ),
  // dom-5
  'contained.meta.security.empty()': on((resource) =>
    containedOf(resource).every(({ meta }) => !isObject(meta) || !has(meta, 'security')),
  ),
  // dom-3
  "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | %resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()":
    on((resource) => {
      const contained = containedOf(resource)
      return contained.length === 0 || areReferred(resource, contained)
    }),
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

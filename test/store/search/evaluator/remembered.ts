import type { Resource } from '@medplum/fhirtypes'

/** The same function, which reads a text once: each is met thousands of times. */
export function remembered<Read>(read: (text: string) => Read): (text: string) => Read {
  const known = new Map<string, Read>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const made = read(text)
    known.set(text, made)
    return made
  }
}

/** Likewise of a resource, under a name: it is looked into once. */
export function rememberedOf<Found>(find: (resource: Resource, name: string) => Found) {
  const known = new WeakMap<Resource, Map<string, Found>>()
  return (resource: Resource, name: string): Found => {
    const of = known.get(resource) ?? new Map<string, Found>()
    known.set(resource, of)
    if (!of.has(name)) of.set(name, find(resource, name))
    return of.get(name) as Found // just set
  }
}

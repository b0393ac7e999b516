import type { ArrivalRow, Write } from '../writes.ts'
import { type Identity, identitiesOf } from './identity.ts'

/** What one statement writes: one write, or several that have nothing to do with one another. */
export interface Whole extends Omit<Write, 'arrival'> {
  arrivals: readonly ArrivalRow[]
}

/** Several writes as one: all or nothing. Who is granted the same by several is granted it once. */
export function wholeOf(writes: readonly Write[]): Whole {
  const [first, ...others] = writes
  if (!first) throw new Error('There is nothing to write')
  const { arrival, ...alone } = first
  const arrivals = writes.flatMap((write) => write.arrival ?? [])
  if (others.length === 0) return { ...alone, arrivals }
  const grants = new Map<string, readonly string[]>()
  for (const { reference, sight } of writes.flatMap(({ grants = [] }) => grants)) {
    grants.set(reference, [...new Set([...(grants.get(reference) ?? []), ...sight])])
  }
  return {
    at: first.at,
    resources: writes.flatMap(({ resources = [] }) => resources),
    departures: writes.flatMap(({ departures = [] }) => departures),
    grants: [...grants].map(([reference, sight]) => ({ reference, sight })),
    relies: new Map(writes.flatMap(({ relies = new Map() }) => [...relies])),
    conditions: new Map(writes.flatMap(({ conditions = new Map() }) => [...conditions])),
    arrivals,
  }
}

/** What a write touches, so that others can tell whether it has to do with theirs. */
export interface Reach {
  write: Write
  /** New resources, identifiers and messages: nobody else may touch these. */
  own: ReadonlySet<string>
  /** What it relies on and what it lets be seen: with the version that it must have, if any. */
  shared: ReadonlyMap<string, number | undefined>
}

/** A larger one keeps others waiting. */
const mostResources = 12

/**
 * The reach of a write that may be written together with others: one that is small and only adds. What waits for a row
 * that another holds would keep the others waiting, and is written by itself.
 */
export function reachOf(write: Write): Reach | undefined {
  const { resources = [], grants = [], relies = new Map<string, number>(), arrival } = write
  if (resources.length > mostResources || !onlyAdds(write)) return undefined
  const identities = identitiesOf(resources.map(({ resource }) => resource))
  const own = [
    ...resources.map(({ resource }) => `${resource.resourceType}/${resource.id}`),
    ...identities.map(nameOf),
    ...(arrival ? [JSON.stringify([arrival.peer, arrival.id ?? arrival.row])] : []),
    ...[...(write.conditions?.keys() ?? [])].map((key) => `condition ${key}`),
  ]
  const shared = new Map<string, number | undefined>(grants.map(({ reference }) => [reference, undefined]))
  for (const [reference, version] of relies) shared.set(reference, version)
  return { write, own: new Set(own), shared }
}

const nameOf = ({ type, system, value }: Identity) => JSON.stringify([type, system, value])

function onlyAdds({ resources = [], removed, take, count, release, settlements, leases }: Write): boolean {
  const others = [removed, take, count, release, settlements]
  return (
    resources.every(({ replaces }) => replaces === 0) &&
    others.every((part) => !part?.length) &&
    !leases?.size
  )
}

/** Whether two writes have nothing to do with one another: then it is the same who comes first, and both may come at once. */
export function areApart(one: Reach, other: Reach): boolean {
  return (
    isApart(one.own, other) &&
    isApart(other.own, one) &&
    [...one.shared].every(([name, version]) => {
      const theirs = other.shared.get(name)
      return version === undefined || theirs === undefined || version === theirs
    })
  )
}

const isApart = (own: ReadonlySet<string>, { own: others, shared }: Reach) =>
  [...own].every((name) => !others.has(name) && !shared.has(name))

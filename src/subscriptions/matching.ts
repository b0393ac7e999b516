import { referenceTo } from '../fhir/reference.ts'
import { matches } from '../fhir/search/match.ts'
import { searchRow } from '../fhir/search/row.ts'
import type { Departure, Kept } from '../store/index.ts'
import type { Criteria } from './criteria.ts'

/** A subscription that is to hear of what is written. */
export interface Listening {
  id: string
  criteria: Criteria
  /** Instant from which it hears no more. */
  end?: string
}

/** Under this name the outbox holds what subscribers are to be told. */
export const peer = 'subscriptions'

/**
 * What subscribers are to be told of the new values of resources: one departure a subscription and version.
 *
 * They are committed with what they tell of, and tried for as long as any departure. Whether the subscriber may see it is
 * asked when it is sent, since rights may have changed by then.
 */
export function notificationsFor(
  written: readonly Kept[],
  listening: ReadonlyMap<string, readonly Listening[]>,
  zone?: string,
): Omit<Departure, 'row'>[] {
  return written.flatMap((resource) => {
    const interested = listening.get(resource.resourceType)
    if (!interested) return []
    const row = searchRow(resource, zone)
    const { lastUpdated } = resource.meta
    return interested
      .filter(({ criteria, end }) => !isOver(end, lastUpdated) && matches(criteria.search, row))
      .map(({ id }) => notification(resource, id))
  })
}

/** Whether the end of a subscription has come. */
export const isOver = (end: string | undefined, at: string): boolean =>
  end !== undefined && Date.parse(end) <= Date.parse(at)

/** Notifications of one subscription leave in the order of their commits; one subscription does not wait for another. */
export const laneOf = (subscription: string): string => `Subscription/${subscription}`

function notification({ resourceType, id, meta }: Kept, subscription: string): Omit<Departure, 'row'> {
  return {
    peer,
    kind: 'notification',
    about: [referenceTo(resourceType, id, meta.versionId)],
    lane: laneOf(subscription),
  }
}

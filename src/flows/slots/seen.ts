import type { Identifier } from '@medplum/fhirtypes'
import { Failure } from '../../fhir/outcome.ts'
import { field } from '../../hl7v2/message.ts'
import { toInstant } from '../../hl7v2/timestamps.ts'
import type { Kept } from '../../store/index.ts'
import type { Incoming } from '../message.ts'

/** When slots were changed at their source (instants), by their identifiers there: `system|value`. */
export type ChangedAt = ReadonlyMap<string, string>

const keyOf = ({ system = '', value = '' }: Identifier) => `${system}|${value}`

/**
 * How long after their change at the source slots were committed here: seconds, one for each that a message has changed.
 *
 * A message is sent at the time of the change (MSH-7). Of what is read, its source tells the time of each
 * (`meta.lastUpdated`); it is news when it has changed since the last look (instant): what is read for the first time, or
 * once more, is as old as it is. Where the source does not tell, there is nothing to measure. Not below nothing, when its
 * clock is ahead.
 */
export function agesAtSight(
  { content, changedAt }: Incoming,
  written: readonly Kept[],
  now: Date,
  { zone, lookedAt }: { zone: string; lookedAt: string | undefined },
): number[] {
  const slots = written.filter((one) => one.resourceType === 'Slot')
  const ageOf = (instant: string) => Math.max(0, (now.getTime() - Date.parse(instant)) / 1000)
  if (content?.form === 'v2') {
    const sentAt = sentAtOf(field(content.message, 'MSH-7'), zone)
    return sentAt === undefined ? [] : slots.map(() => ageOf(sentAt))
  }
  if (lookedAt === undefined) return []
  return slots
    .flatMap(({ identifier = [] }) =>
      identifier.flatMap((one) => changedAt?.get(keyOf(one)) ?? []).slice(0, 1),
    )
    .filter((instant) => Date.parse(instant) > Date.parse(lookedAt))
    .map(ageOf)
}

/** A message that was taken though its time is none is no measure. */
function sentAtOf(text: string | undefined, zone: string): string | undefined {
  if (!text) return undefined
  try {
    return toInstant(text, { zone })
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined
    throw thrown
  }
}

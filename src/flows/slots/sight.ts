import type { Slot } from '@medplum/fhirtypes'
import { keptKeys, sourceKey } from '../../auth/gate.ts'
import { centreOf, zoneOf } from '../booking/states.ts'
import type { Peer, Territory } from '../step.ts'
import { type Convention, isAgreed } from './conventions.ts'
import { type Audience, audienceOf, labelsOf, noRules } from './rules.ts'

/** The key of each audience; the cell sees the whole territory anyway. */
const keys: Readonly<Record<Audience, readonly string[]>> = {
  everybody: ['public'],
  professionals: ['professional'],
  members: ['member'],
  cell: [],
}

/**
 * Who sees slots: whom their reservation labels let in, while a convention speaks of them, and the centre whose diary
 * they are in. What may be closed to all at any moment has keys of its source, which whoever looks holds while it is open.
 */
export function sightOfSlots(
  slots: readonly (Slot & { id?: string })[],
  territory: Territory,
  conventions: readonly Convention[] = [],
) {
  return Object.fromEntries(
    slots.map((slot) => [`Slot/${slot.id}`, sightOfSlot(slot, territory, conventions)]),
  )
}

function sightOfSlot(slot: Slot, territory: Territory, conventions: readonly Convention[]): string[] {
  const peer = centreOf(slot, territory)
  const centre = keptKeys(peer?.organization)
  if (!isAgreed(slot, conventions, zoneOf(slot, territory))) return centre
  return [...audienceKeys(slot, peer, territory), ...centre]
}

function audienceKeys(slot: Slot, peer: Peer | undefined, { slots = noRules }: Territory): string[] {
  const labels = labelsOf(slot)
  const audiences =
    labels.length === 0
      ? (['everybody'] as const)
      : labels.flatMap((label) => audienceOf(label, peer?.organization, slots) ?? [])
  const all = [...new Set(audiences)].flatMap((audience) => keys[audience])
  const open = all.includes('public') ? ['public'] : all
  return peer?.gated ? open.map((key) => sourceKey(key, peer.name)) : open
}

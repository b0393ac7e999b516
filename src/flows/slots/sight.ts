import type { Slot } from '@medplum/fhirtypes'
import { gateway } from '../../auth/actor.ts'
import { sightOfNew } from '../../auth/gate.ts'
import { sourceOf } from '../booking/states.ts'
import type { Territory } from '../step.ts'

/** Who sees slots: whom their reservation labels let in, and the centre whose diary they are in. */
export function sightOfSlots(slots: readonly (Slot & { id?: string })[], territory: Territory) {
  return Object.fromEntries(slots.map((slot) => [`Slot/${slot.id}`, sightOfSlot(slot, territory)]))
}

function sightOfSlot(slot: Slot, { peers }: Territory): string[] {
  const centre = peers.find(({ name }) => sourceOf(name) === slot.meta?.source)
  const actor = centre ? { ...gateway, organization: centre.organization } : gateway
  return sightOfNew(actor, slot)
}

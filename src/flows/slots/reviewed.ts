import type { Slot } from '@medplum/fhirtypes'
import type { Kept } from '../../store/index.ts'
import { centreOf } from '../booking/states.ts'
import type { Step } from '../step.ts'
import { type Convention, conventionsOf } from './conventions.ts'
import { underRules } from './published.ts'
import { labelsOf } from './rules.ts'
import { sightOfSlots } from './sight.ts'

/** Slots of one centre (ids) that a rule, or what was agreed with the centre, may have something new to say of. */
export interface Review {
  slots: readonly string[]
  /** `Organization/<id>` */
  centre: string
}

interface Facts {
  slots: readonly Kept<Slot>[]
  /** Who sees them now, by reference. */
  sights: Readonly<Record<string, readonly string[]>>
  conventions: readonly Convention[]
}

/** Slots are under the label that the rules give them by now, and for the eyes that it and the conventions let in. */
export const reviewed: Step<Review, Facts> = {
  name: 'slots.reviewed',

  async facts({ slots: ids, centre }, store) {
    const [slots, sights, conventions] = await Promise.all([
      Promise.all(ids.map((id) => store.read('Slot', id))),
      Promise.all(ids.map(async (id) => [`Slot/${id}`, await store.sight(`Slot/${id}`)] as const)),
      conventionsOf(centre, store),
    ])
    return { slots: slots.flatMap((slot) => slot ?? []), sights: Object.fromEntries(sights), conventions }
  },

  decide({ centre }, { slots, sights, conventions }, at) {
    const next = slots
      .filter((slot) => centreOf(slot, at.territory)?.organization === centre)
      .map((slot) => underRules(slot, at))
    const wanted = sightOfSlots(next, at.territory, conventions)
    const labels = new Map(slots.map((slot) => [slot.id, sameOrder(labelsOf(slot))]))
    const write = next.filter(
      (slot) =>
        labels.get(slot.id) !== sameOrder(labelsOf(slot)) ||
        sameOrder(sights[`Slot/${slot.id}`] ?? []) !== sameOrder(wanted[`Slot/${slot.id}`] ?? []),
    )
    return { write, regrant: sightOfSlots(write, at.territory, conventions) }
  },
}

const sameOrder = (words: readonly string[]) => [...words].sort().join(' ')

import type { Slot } from '@medplum/fhirtypes'
import { Counter, type Registry } from 'prom-client'
import { systems } from '../fhir/canonical.ts'
import { derivedId } from '../fhir/id.ts'
import { centreOf, sourceOf } from '../flows/booking/states.ts'
import { perform } from '../flows/perform.ts'
import { slotsBetween } from '../flows/slots/between.ts'
import { conventionsOf } from '../flows/slots/conventions.ts'
import { reviewed } from '../flows/slots/reviewed.ts'
import { labelsOf, noRules, releases } from '../flows/slots/rules.ts'
import type { Desk } from '../flows/step.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Log } from '../log.ts'
import type { Kept } from '../store/index.ts'

/** Where it is told what was released. */
export interface ReviewDesk {
  log: Log
  metrics: Registry
}

/** So many slots in one statement. */
const atOnce = 100

/** From now on releases reserved places in time, and follows what is agreed with centres; once, whatever the number of gateways. */
export function startReviews(jobs: Jobs, desk: Desk, told: ReviewDesk): void {
  jobs.every('releases', 15_000, releasing(desk, told))
  jobs.every('conventions', 15_000, (signal) => reviewConventions(desk, signal))
}

/** Looks for reserved places whose time has come: they get their next label, and who that lets in sees them. */
export function releasing(desk: Desk, { log, metrics }: ReviewDesk): (signal: AbortSignal) => Promise<void> {
  const counter = new Counter({
    name: 'relais_slots_released_total',
    help: 'Reserved slots that were released, by the label they had and the one they got',
    labelNames: ['from', 'to'],
    registers: [metrics],
  })
  return async (signal) => {
    for (const { label, hoursBefore } of releases(desk.territory.slots ?? noRules)) {
      if (signal.aborted) return
      const now = desk.clock().getTime()
      const token = encodeURIComponent(`${systems.slotType}|${label}`)
      const due = await slotsBetween(
        `_security=${token}&status=free,busy-tentative`,
        new Date(now).toISOString(),
        new Date(now + hoursBefore * 3_600_000).toISOString(),
        desk.store.reader(),
      )
      for (const { centre, slots } of byCentre(due, desk)) {
        const to = await review(slots, centre, desk, signal)
        for (const next of to) counter.inc({ from: label, to: next })
        if (to.length > 0) log.event('slots.released', { from: label, slots: to.length })
      }
    }
  }
}

/** Looks at a centre's places once more when what was agreed with it, or a rule, has changed. */
export async function reviewConventions(desk: Desk, signal: AbortSignal): Promise<void> {
  const rules = JSON.stringify(desk.territory.slots ?? noRules)
  for (const { name, organization } of desk.territory.peers.filter(({ gated }) => gated)) {
    const reader = desk.store.reader()
    const conventions = await conventionsOf(organization, reader)
    const agreed = conventions.map(({ id, meta }) => `${id}.${meta.versionId}`).sort()
    const done = derivedId(rules, ...agreed)
    if ((await desk.store.recall(`slots.reviewed.${name}`)) === done) continue
    const now = desk.clock()
    const slots = await slotsBetween(`_source=${sourceOf(name)}`, now.toISOString(), yearAfter(now), reader)
    await review(slots, organization, desk, signal)
    if (signal.aborted) return
    await desk.store.remember(`slots.reviewed.${name}`, done)
  }
}

const yearAfter = (now: Date) => new Date(now.getTime() + 366 * 86_400_000).toISOString()

/** The labels of those that were written. */
async function review(
  slots: readonly Kept<Slot>[],
  centre: string,
  desk: Desk,
  signal: AbortSignal,
): Promise<string[]> {
  const labels: string[] = []
  for (let n = 0; n < slots.length && !signal.aborted; n += atOnce) {
    const ids = slots.slice(n, n + atOnce).map(({ id }) => id)
    const { written } = await perform(reviewed, { slots: ids, centre }, desk)
    labels.push(
      ...written.flatMap((one) => (one.resourceType === 'Slot' ? (labelsOf(one)[0] ?? 'none') : [])),
    )
  }
  return labels
}

function byCentre(slots: readonly Kept<Slot>[], { territory }: Desk) {
  const centres = new Map<string, Kept<Slot>[]>()
  for (const slot of slots) {
    const centre = centreOf(slot, territory)?.organization
    if (centre !== undefined) centres.set(centre, [...(centres.get(centre) ?? []), slot])
  }
  return [...centres].map(([centre, slots]) => ({ centre, slots }))
}

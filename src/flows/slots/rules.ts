import type { Coding, Slot } from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'

/** Who may have a place: everybody, health professionals, members of the community, or the coordination cell alone. */
export type Audience = 'everybody' | 'professionals' | 'members' | 'cell'

/** What a territory has agreed for places under one reservation label. */
export interface Reservation {
  /** Code of TRE_R314. */
  label: string
  /** `Organization/<id>` of the centre that it is for; all, unless it is said. */
  centre?: string
  for: Audience
  /** So long before it begins, a place that nobody has taken gets another label. */
  release?: { hoursBefore: number; to: string }
}

/** How many places under a label one may have in a period. */
export interface Quota {
  /** Names it in messages and counts. */
  name: string
  label: string
  centre?: string
  /** `practice`: the organisation that books. `prescriber`: the doctor who asks. */
  per: 'practice' | 'prescriber'
  /** By the day of the place, in the territory's zone; weeks begin on Monday. */
  period: 'day' | 'week' | 'month'
  most: number
}

export interface SlotRules {
  reservations: readonly Reservation[]
  quotas: readonly Quota[]
}

export const noRules: SlotRules = { reservations: [], quotas: [] }

/** Labels that keep a place from being everybody's. Source: ANS, SAS 1.2.0, TRE_R314; for whom it is, unless a territory says otherwise. */
const usual: Readonly<Record<string, Audience>> = {
  PUBLIC: 'everybody',
  PRO: 'members',
  SNP: 'members',
  CPTS: 'members',
}

const isLabel = ({ system }: Coding) => system === systems.slotType

/** The reservation labels of a slot; none means that it is for everybody. */
export const labelsOf = ({ meta }: Pick<Slot, 'meta'>): string[] =>
  (meta?.security ?? []).filter(isLabel).flatMap(({ code }) => code ?? [])

/** The label that keeps a slot for some; undefined when it is for everybody. */
export function reservationOf(slot: Pick<Slot, 'meta'>): string | undefined {
  const labels = labelsOf(slot)
  return labels.includes('PUBLIC') ? undefined : labels[0]
}

/** What is agreed for a label at a centre: what is said for that centre wins. */
function agreedFor(label: string, centre: string | undefined, { reservations }: SlotRules) {
  const all = reservations.filter((one) => one.label === label)
  return (
    all.find((one) => one.centre !== undefined && one.centre === centre) ?? all.find((one) => !one.centre)
  )
}

/** Whom a label lets in; nobody but the centre, when it is not one of the table. */
export function audienceOf(
  label: string,
  centre: string | undefined,
  rules: SlotRules,
): Audience | undefined {
  return agreedFor(label, centre, rules)?.for ?? usual[label]
}

/**
 * The slot under the label that it has by a time (ms since 1970): what is released is so whatever its source goes on
 * saying. A release may lead to a label that is itself released.
 */
export function labelledAt<S extends Slot>(
  slot: S,
  centre: string | undefined,
  rules: SlotRules,
  now: number,
): S {
  const label = reservationOf(slot)
  const release = label === undefined ? undefined : agreedFor(label, centre, rules)?.release
  if (!release || Date.parse(slot.start) - now > release.hoursBefore * 3_600_000) return slot
  return labelledAt(withLabel(slot, release.to), centre, rules, now)
}

function withLabel<S extends Slot>(slot: S, code: string): S {
  const others = (slot.meta?.security ?? []).filter((one) => !isLabel(one))
  return { ...slot, meta: { ...slot.meta, security: [...others, { system: systems.slotType, code }] } }
}

/** The labels that are released, and the longest time before which that happens. */
export function releases({ reservations }: SlotRules): { label: string; hoursBefore: number }[] {
  const hours = new Map<string, number>()
  for (const { label, release } of reservations) {
    if (release) hours.set(label, Math.max(hours.get(label) ?? 0, release.hoursBefore))
  }
  return [...hours].map(([label, hoursBefore]) => ({ label, hoursBefore }))
}

/** What cannot be meant: a release that comes back to where it began, a rule said twice. By place in the list. */
export function faultsIn({ reservations, quotas }: SlotRules): string[] {
  const keyOf = ({ label, centre = '' }: Reservation) => `${label} ${centre}`
  const twice = reservations.flatMap((one, n) =>
    reservations.findIndex((other) => keyOf(other) === keyOf(one)) < n
      ? [`reservations.${n}: ${one.label} has a rule for the same places already`]
      : [],
  )
  const round = reservations.flatMap((one, n) =>
    isRound(one, { reservations, quotas })
      ? [`reservations.${n}.release.to: comes back to ${one.label}: a place would never be released`]
      : [],
  )
  const names = quotas.flatMap(({ name }, n) =>
    quotas.findIndex((other) => other.name === name) < n
      ? [`quotas.${n}.name: there is a quota ${name} already`]
      : [],
  )
  return [...twice, ...round, ...names]
}

function isRound({ label, centre, release }: Reservation, rules: SlotRules): boolean {
  const seen = new Set([label])
  for (let to = release?.to; to !== undefined; to = agreedFor(to, centre, rules)?.release?.to) {
    if (seen.has(to)) return true
    seen.add(to)
  }
  return false
}

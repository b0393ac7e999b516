import type { CodeableConcept, Coding, ConceptMap } from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'
import type { Territory } from '../step.ts'

/** Reasons of cancellations in the dialects, and in our own list: `system|code` → codings. */
export interface Reasons {
  /** To our list. */
  inward: ReadonlyMap<string, Coding>
  /** From a code of our list to those of the dialects. */
  outward: ReadonlyMap<string, readonly Coding[]>
}

/** The reasons that ConceptMaps lead to our list, and from it. */
export function reasonsIn(conceptMaps: readonly ConceptMap[]): Reasons {
  const pairs = conceptMaps.flatMap(({ group = [] }) =>
    group.flatMap(({ source = '', target = '', element }) =>
      element.flatMap(({ code = '', target: targets = [] }) =>
        targets.map((to) => ({
          from: { system: source, code },
          to: { system: target, code: to.code ?? '' },
        })),
      ),
    ),
  )
  const out = pairs.filter(({ from }) => from.system === systems.cancellation)
  const byCode = Map.groupBy(out, ({ from }) => from.code)
  return {
    inward: new Map(
      pairs
        .filter(({ to }) => to.system === systems.cancellation)
        .map(({ from, to }) => [`${from.system}|${from.code}`, to]),
    ),
    outward: new Map([...byCode].map(([code, all]) => [code, all.map(({ to }) => to)])),
  }
}

/**
 * A reason as it is kept: as it was said; when a table knows it, by our list; and as that is called in each other dialect,
 * so that whoever reads it, by whichever wire, finds a code of its own.
 */
export function listed(reason: CodeableConcept, { reasons }: Pick<Territory, 'reasons'>): CodeableConcept {
  const { coding: said = [] } = reason
  const ours =
    said.find(({ system }) => system === systems.cancellation) ??
    said.map(({ system, code }) => reasons?.inward.get(`${system}|${code}`)).find((one) => one !== undefined)
  if (!ours) return reason
  const words = Map.groupBy([ours, ...(reasons?.outward.get(ours.code ?? '') ?? [])], ({ system }) => system)
  const added = [...words].flatMap(([system, [first]]) =>
    first && !said.some((one) => one.system === system) ? [first] : [],
  )
  return { ...reason, coding: [...said, ...added] }
}

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

/** A reason as it is kept: as it was said, and by our list, when a table knows it. */
export function listed(reason: CodeableConcept, { reasons }: Pick<Territory, 'reasons'>): CodeableConcept {
  const { coding = [] } = reason
  if (coding.some(({ system }) => system === systems.cancellation)) return reason
  const known = coding
    .map(({ system, code }) => reasons?.inward.get(`${system}|${code}`))
    .find((one) => one !== undefined)
  return known ? { ...reason, coding: [...coding, known] } : reason
}

/** A reason in the words of one dialect: what was said in it, otherwise what our list is called there. */
export function reasonIn(
  system: string,
  { coding = [] }: CodeableConcept,
  { reasons }: Pick<Territory, 'reasons'>,
): Coding | undefined {
  const own = coding.find((one) => one.system === system)
  if (own) return own
  const ours = coding.find((one) => one.system === systems.cancellation)?.code
  return reasons?.outward.get(ours ?? '')?.find((one) => one.system === system)
}

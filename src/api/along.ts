import { bringable } from '../fhir/search/controls.ts'
import { isConformance } from '../fhir/served.ts'
import type { Base } from './base.ts'

/** What may come along with what a search finds, as `_include` and `_revinclude` name it. */
export interface Along {
  includes: readonly string[]
  revIncludes: readonly string[]
}

/** What may come along with resources of a type under a base. */
export function alongOf(type: string, { searched }: Pick<Base, 'searched'>): Along {
  if (isConformance(type)) return { includes: [], revIncludes: [] }
  const said = searched?.[type]
  if (said) return { includes: said.includes ?? [], revIncludes: said.revIncludes ?? [] }
  const namesOf = (reverse: boolean) =>
    bringable(type, reverse).map(({ type: from, parameter }) => `${from}:${parameter.code}`)
  return { includes: namesOf(false), revIncludes: namesOf(true) }
}

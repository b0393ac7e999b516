import type { CodeableConcept, Coding, Resource } from '@medplum/fhirtypes'
import { isNamedBy } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Call } from '../call.ts'

/** How an operation on a declaration names it: by its canonical, with or without version, or by its id in the address. */
export interface Naming {
  url?: string
}

/** A code as the terminology operations take it. */
export interface Coded {
  code?: string
  system?: string
  coding?: Coding
  codeableConcept?: CodeableConcept
}

/** The declaration that is meant. Fails: required, not-found. */
export function declaredAs<R extends Resource>(
  type: R['resourceType'],
  { url }: Naming,
  { house, path: { id } }: Call,
): R {
  if (url === undefined && id === undefined) throw failure('required', `Say which ${type} by its url.`, 'url')
  const found = house.conformance.find(
    (each): each is R =>
      each.resourceType === type &&
      (id === undefined || each.id === id) &&
      (url === undefined || ('url' in each && isNamedBy(each, url))),
  )
  if (found) return found
  throw failure('not-found', `There is no such ${type} here.`, url === undefined ? undefined : 'url')
}

/** The codes that were given, in one way. Fails: required, value. */
export function codingsIn({ code, system, coding, codeableConcept }: Coded): Coding[] {
  const ways = [code, coding, codeableConcept].filter((way) => way !== undefined)
  if (ways.length !== 1) {
    throw failure('required', 'Give one of code (with its system), coding and codeableConcept.', 'code')
  }
  if (code !== undefined) return [{ code, ...(system !== undefined && { system }) }]
  return coding ? [coding] : (codeableConcept?.coding ?? [])
}

/** What every operation on declarations takes to say which code is meant. */
export const coded = [
  { use: 'in', name: 'code', type: 'code', min: 0, max: '1' },
  { use: 'in', name: 'system', type: 'uri', min: 0, max: '1' },
  { use: 'in', name: 'coding', type: 'Coding', min: 0, max: '1' },
  { use: 'in', name: 'codeableConcept', type: 'CodeableConcept', min: 0, max: '1' },
] as const

/** What they take to say which declaration. */
export const byUrl = { use: 'in', name: 'url', type: 'uri', min: 0, max: '1' } as const

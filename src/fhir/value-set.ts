import type {
  CodeSystem,
  CodeSystemConcept,
  Resource,
  ValueSet,
  ValueSetComposeInclude,
  ValueSetExpansionContains,
} from '@medplum/fhirtypes'
import { isNamedBy, unversioned } from './canonical.ts'
import { failure } from './outcome.ts'

/** A code that a value set holds. */
export interface Member {
  system: string
  code: string
  display?: string
}

/**
 * The codes of a value set, each once, in its order; `known` holds the value sets and code systems that it is built from.
 *
 * Fails: not-found for a value set it imports; unsupported-value where the codes of a system are not here, or chosen by a
 * filter. Source: FHIR R4, ValueSet, expansion.
 */
export function membersOf(set: ValueSet, known: readonly Resource[]): Member[] {
  if (set.expansion?.contains) return distinct(listed(set.expansion.contains))
  const excluded = new Set((set.compose?.exclude ?? []).flatMap((each) => included(each, known)).map(keyOf))
  const all = (set.compose?.include ?? []).flatMap((each) => included(each, known))
  return distinct(all.filter((member) => !excluded.has(keyOf(member))))
}

const distinct = (members: readonly Member[]): Member[] =>
  [...new Map(members.toReversed().map((member) => [keyOf(member), member])).values()].toReversed()

/** An expansion that is kept has no more to be made. */
const listed = (contains: readonly ValueSetExpansionContains[]): Member[] =>
  contains.flatMap((one) => [
    ...(one.system && one.code && !one.abstract ? [memberOf(one.system, one)] : []),
    ...listed(one.contains ?? []),
  ])

/** The codes of the value set of a canonical. Fails: not-found; as `membersOf`. */
export const codesIn = (url: string, known: readonly Resource[]): Member[] =>
  membersOf(named(url, known), known)

const keyOf = ({ system, code }: Member) => `${system}|${code}`

/** What is in each of the value sets named, and in the system: one include says all of it at once. */
function included(include: ValueSetComposeInclude, known: readonly Resource[]): Member[] {
  const { system, valueSet = [] } = include
  const sets = valueSet.map((url) => membersOf(named(url, known), known))
  const lists = system === undefined ? sets : [inSystem(include, unversioned(system), known), ...sets]
  const [first = [], ...others] = lists
  const keys = others.map((members) => new Set(members.map(keyOf)))
  return first.filter((member) => keys.every((each) => each.has(keyOf(member))))
}

function named(url: string, known: readonly Resource[]): ValueSet {
  const found = known.find(
    (each): each is ValueSet => each.resourceType === 'ValueSet' && isNamedBy(each, url),
  )
  if (found) return found
  throw failure(
    'unsupported-value',
    'The value set that is named is not kept here, or not in this version.',
    'ValueSet',
  )
}

function inSystem(
  { concept, filter, version }: ValueSetComposeInclude,
  system: string,
  known: readonly Resource[],
): Member[] {
  const complete = known.find(
    (each): each is CodeSystem =>
      each.resourceType === 'CodeSystem' &&
      isNamedBy(each, version === undefined ? system : `${system}|${version}`),
  )
  const all = concepts(complete?.concept ?? []).map((each) => memberOf(system, each))
  if (concept) {
    const displays = new Map(all.map(({ code, display }) => [code, display]))
    return concept.map(({ code, display = displays.get(code) }) => memberOf(system, { code, display }))
  }
  if (filter?.length || complete?.content !== 'complete') {
    throw failure(
      'unsupported-value',
      'The codes of this value set are chosen from a code system that is not kept here. Ask a terminology server.',
      'ValueSet.compose',
    )
  }
  return all
}

function memberOf(
  system: string,
  { code, display }: { code?: string | undefined; display?: string | undefined },
): Member {
  return { system, code: code ?? '', ...(display !== undefined && { display }) }
}

const concepts = (list: readonly CodeSystemConcept[]): CodeSystemConcept[] =>
  list.flatMap((each) => [each, ...concepts(each.concept ?? [])])

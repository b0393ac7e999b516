import { Failure, failure, failures, type Issue, issue } from '../outcome.ts'
import { elementsOf } from '../part.ts'
import { type Pair, type Part, parseSearch, type Search, type SearchOptions } from '../search.ts'
import { controlOf } from './controls.ts'
import { parametersOf } from './parameters.ts'
import { shown } from './refusals.ts'

/** A search of several types: one for each, all in one order, with one page size and one place to go on from. */
export interface Across {
  searches: readonly [Search, ...Search[]]
  warnings: Issue[]
  /** Parameters that were left out of the search of each type. */
  left: readonly Pair[]
}

/**
 * The search that a query asks for of several types at once: each parameter is one that all of them have.
 *
 * What is to be brought along begins where it may; of elements each type has its own. Fails: as `parseSearch`;
 * unknown-parameter for what only some of the types have.
 *
 * Source: FHIR R4, http.html 3.1.0.11 (search); search.html 3.1.1.2.
 */
export function parseAcross(
  types: readonly string[],
  query: URLSearchParams,
  options: SearchOptions = {},
): Across {
  const others = [...query].filter(([name]) => !isOfAll(types, name))
  const foreign = others.map(([name]) => unshared(types, name))
  if (foreign.length > 0 && !options.lenient) throw failures(foreign)
  const shared = [...query].filter(([name]) => isOfAll(types, name))
  const parsed = types.map((type) => parseSearch(type, asked(type, types, shared, options), options))
  const searches = parsed.map(({ search }) => search)
  const [first, ...more] = searches
  if (!first) throw failure('value', 'A search has at least one type.', '_type')
  refuseUnlike(searches)
  const warnings = [
    ...foreign.map((each) => ({ ...each, severity: 'warning' as const })),
    ...parsed.flatMap((each) => each.warnings),
  ]
  const left = shared.filter((pair) => parsed.every((each) => each.left.some((one) => isSame(one, pair))))
  return { searches: [first, ...more], warnings: distinct(warnings), left: [...others, ...left] }
}

const isSame = (one: Pair, other: Pair) => one[0] === other[0] && one[1] === other[1]

/** Whether all types may be asked for it, or it says something of the result. */
function isOfAll(types: readonly string[], name: string): boolean {
  const code = codeOf(name)
  return (
    ['_has', '_list'].includes(code) ||
    controlOf(name) !== undefined ||
    types.every((type) => parametersOf(type).has(code))
  )
}

const codeOf = (name: string) => name.split(/[:.]/, 1)[0] ?? ''

function unshared(types: readonly string[], name: string): Issue {
  const [first = '', ...others] = types
  const common = [...parametersOf(first).keys()].filter((code) =>
    others.every((type) => parametersOf(type).has(code)),
  )
  const text = `Not all types that are searched have the search parameter "${shown(name)}". They have in common: ${common.join(', ')}. Name others with _type.`
  return issue('unknown-parameter', text, shown(name))
}

/** What of the query concerns one of the types. */
function asked(
  type: string,
  types: readonly string[],
  pairs: readonly Pair[],
  options: SearchOptions,
): URLSearchParams {
  const own = pairs.flatMap(([name, value]): Pair[] => {
    if (name === '_elements') return [[name, ownElements(type, types, value)]]
    return isInclude(name) && !concerns(type, types, [name, value], options) ? [] : [[name, value]]
  })
  return new URLSearchParams(own.map(([name, value]): [string, string] => [name, value]))
}

const isInclude = (name: string) => /^_(rev)?include\b/.test(name)

/** Whether it begins at this type; what begins at none is this one's fault as well as any other's. */
function concerns(type: string, types: readonly string[], pair: Pair, options: SearchOptions): boolean {
  const begins = (each: string) =>
    faultOf(() => parseSearch(each, new URLSearchParams([[...pair]]), options)) === undefined
  return begins(type) || !types.some(begins)
}

function faultOf(parse: () => unknown): Failure | undefined {
  try {
    parse()
    return undefined
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
}

/** Those of the elements that the type has; what none of the types has is told by each. */
function ownElements(type: string, types: readonly string[], value: string): string {
  const names = value.split(',')
  const isKnown = names.every((name) => types.some((each) => elementsOf(each).includes(name)))
  if (!isKnown) return value
  const own = names.filter((name) => elementsOf(type).includes(name))
  return own.length > 0 ? own.join(',') : 'id'
}

/** What of each resource is wanted: of elements those that any of the types has. */
export function partAcross(searches: readonly Search[]): Part | undefined {
  const parts = searches.flatMap(({ part }) => part ?? [])
  const names = parts.flatMap((part) => (part.is === 'elements' ? part.names : []))
  return names.length > 0 ? { is: 'elements', names } : parts[0]
}

/** One order needs one kind of value. */
function refuseUnlike(searches: readonly Search[]): void {
  const [first] = searches
  for (const [index, { parameter }] of (first?.sort ?? []).entries()) {
    const isAlike = ({ sort }: Search) =>
      sort.length === first?.sort.length && sort[index]?.parameter.kind === parameter.kind
    if (searches.every(isAlike)) continue
    throw failure('value', `"${parameter.code}" is not the same in all types that are searched.`, '_sort')
  }
}

const distinct = (issues: readonly Issue[]): Issue[] => [
  ...new Map(issues.map((each) => [`${each.expression} ${each.text}`, each])).values(),
]

import { type Issue, issue } from '../outcome.ts'
import { elementsOf } from '../part.ts'
import type { Contained, Include, Pair, Part, Search, SearchOptions, SortKey } from '../search.ts'
import { isServed, servedTypes } from '../served.ts'
import { isReference } from './filter.ts'
import { isSortable, type Parameter, parametersOf } from './parameters.ts'
import { targetsOf } from './references.ts'
import { badValue, unknownParameter, unsupportedModifier, unsupportedParameter } from './refusals.ts'

/** A search that is being built. */
export type Draft = { -readonly [Key in keyof Search]: Search[Key] } & {
  /** As it was said, before or after what it goes with. */
  containedType?: Contained['as']
}

type Control = (draft: Draft, name: string, value: string, options: SearchOptions) => void

const ignored: Control = () => {}

const refused =
  (why: string): Control =>
  (_, name) => {
    throw unsupportedParameter(name, why)
  }

/** A parameter that takes no modifier: with one it would mean something else, and is refused. */
const plainly =
  (control: Control): Control =>
  (draft, name, value, options) => {
    const [code = '', modifier] = name.split(/:(.*)/s)
    if (modifier !== undefined) throw unsupportedModifier(code, modifier, [])
    control(draft, name, value, options)
  }

/** What a query says of the result rather than of what is looked for. Source: FHIR R4 search, 3.1.1.5. */
const controls = new Map<string, Control>([
  ...Object.entries<Control>({
    _count: (draft, name, value, { maxCount = 1000 }) => {
      if (!/^\d{1,9}$/.test(value)) throw badValue(name, 'a number of resources')
      draft.count = Math.min(Number(value), maxCount)
      if (draft.count === 0) draft.totalOnly = true
    },
    _cursor: (draft, _, value) => {
      draft.cursor = value
    },
    _sort: (draft, name, value) => {
      draft.sort = [...draft.sort, ...value.split(',').map((key) => sortKey(draft.type, name, key))]
    },
    _summary: (draft, name, value) => {
      const part = summaries[value]
      if (part === undefined) throw badValue(name, 'true, text, data, count or false')
      if (value === 'count') draft.totalOnly = true
      if (part) draft.part = part
    },
    _elements: (draft, name, value) => {
      const names = value.split(',')
      const own = elementsOf(draft.type)
      if (!names.every((each) => own.includes(each)))
        throw badValue(name, `elements of ${draft.type}: ${own.join(', ')}`)
      draft.part = { is: 'elements', names }
    },
    _contained: (draft, name, value, { contained: isServed }) => {
      if (!['false', 'true', 'both'].includes(value)) throw badValue(name, 'false, true or both')
      if (value === 'false') return
      if (!isServed) throw unsupportedParameter(name, 'contained resources are found by a search of one type')
      draft.contained = { beside: value === 'both', as: 'container' }
    },
    _containedType: (draft, name, value) => {
      if (value !== 'container' && value !== 'contained') throw badValue(name, 'container or contained')
      draft.containedType = value
    },
    _total: (draft, name, value) => {
      if (!['none', 'estimate', 'accurate'].includes(value))
        throw badValue(name, 'none, estimate or accurate')
      draft.total = value !== 'none'
      draft.estimated = value === 'estimate'
    },
    _format: ignored,
    _pretty: ignored,
  }).map(([code, control]): [string, Control] => [code, plainly(control)]),
  ...Object.entries<Control>({
    _include: (draft, name, value) => include(draft, name, value, false),
    _revinclude: (draft, name, value) => include(draft, name, value, true),
    _content: refused('texts are not indexed'),
    _text: refused('texts are not indexed'),
    _filter: refused('its language is not executed'),
    _query: refused('there are no named queries'),
  }),
])

/** What is said once of a result. */
const single = ['_count', '_cursor', '_summary', '_elements', '_contained', '_containedType', '_total']

/** What is said of a result in two ways: one of them would be ignored. */
export const saidTwice = (pairs: readonly Pair[]): Issue[] =>
  single
    .filter((code) => new Set(pairs.flatMap(([name, value]) => (name === code ? [value] : []))).size > 1)
    .map((code) => issue('value', `"${code}" stands once in a search.`, code))

/** What each value of `_summary` leaves of a resource; null: all of it, or none at all. */
const summaries: Readonly<Record<string, Part | null>> = {
  true: { is: 'summary' },
  text: { is: 'text' },
  data: { is: 'data' },
  count: null,
  false: null,
}

/** What the parameter says of the result; undefined when it says what to look for. */
export const controlOf = (name: string): Control | undefined => controls.get(name.split(':', 1)[0] ?? '')

function sortKey(type: string, name: string, key: string): SortKey {
  const code = key.replace(/^-/, '')
  if (code === '') throw badValue(name, `one of ${sortable(type).join(', ')}`)
  const parameter = parametersOf(type).get(code)
  if (!parameter) throw unknownParameter(type, code)
  if (!isSortable(parameter)) throw badValue(name, `one of ${sortable(type).join(', ')}`)
  return { parameter, descending: key.startsWith('-') }
}

const sortable = (type: string) => [...parametersOf(type).values()].filter(isSortable).map(({ code }) => code)

function include(draft: Draft, name: string, value: string, reverse: boolean): void {
  const [, modifier] = name.split(/:(.*)/s)
  if (modifier !== undefined && modifier !== 'iterate') throw unsupportedModifier(name, modifier, ['iterate'])
  const iterate = modifier === 'iterate'
  const wanted = value.endsWith('*')
    ? all(draft.type, name, value, reverse).map((each) => ({ ...each, iterate }))
    : [includeOf(name, value, reverse, iterate)]
  for (const each of wanted) {
    if (!each.iterate && !begins(each, draft.type))
      throw badValue(name, `what goes out from ${draft.type}; for more distant ones there is ${name}:iterate`)
  }
  draft.includes = [...draft.includes, ...wanted]
}

/** `*`, `Slot:*`: every reference that goes out from the matches, or (reverse) leads to them. */
function all(searched: string, name: string, value: string, reverse: boolean): Omit<Include, 'iterate'>[] {
  const [, said] = /^(?:([A-Za-z]+):)?\*$/.exec(value) ?? []
  if (value !== '*' && (said === undefined || !isServed(said)))
    throw badValue(name, '*, Type:* or Type:parameter')
  return bringable(searched, reverse, said === undefined ? undefined : [said])
}

/** The references that go out from resources of a type, or (reverse) that those of `types` have to them. */
export const bringable = (
  searched: string,
  reverse: boolean,
  types: readonly string[] = reverse ? servedTypes : [searched],
): Omit<Include, 'iterate'>[] =>
  types.flatMap((type) =>
    [...parametersOf(type).values()]
      .filter((parameter) => isReference(parameter) && (!reverse || targetsOf(parameter).includes(searched)))
      .map((parameter) => ({ reverse, type, parameter })),
  )

const begins = ({ reverse, type, parameter, target }: Include, searched: string) =>
  reverse ? (target ?? searched) === searched && targetsOf(parameter).includes(searched) : type === searched

/** `Slot:schedule`, or `Task:focus:ServiceRequest`. */
function includeOf(name: string, value: string, reverse: boolean, iterate: boolean): Include {
  const [type = '', code, target, ...more] = value.split(':')
  if (code === undefined || more.length > 0) throw badValue(name, 'Type:parameter or Type:parameter:Target')
  const parameter = parametersOf(type).get(code)
  if (!parameter) throw unknownParameter(type, code)
  if (!isReference(parameter)) throw badValue(name, `one of ${referencing(type).join(', ')}`)
  if (target !== undefined && !targetsOf(parameter).includes(target)) throw badValue(name, targets(parameter))
  return { reverse, type, parameter, ...(target !== undefined && { target }), iterate }
}

const referencing = (type: string) =>
  [...parametersOf(type).values()].filter(isReference).map(({ code }) => `${type}:${code}`)

const targets = (parameter: Parameter) =>
  `as target of ${parameter.code} one of ${targetsOf(parameter).join(', ')}`

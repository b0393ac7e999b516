import { Failure, failure, failures } from '../outcome.ts'
import type { SearchOptions } from '../search.ts'
import { isServed } from '../served.ts'
import { clip, parentsOf, tokenForm, typedForm } from './forms.ts'
import { type Area, areaOf } from './near.ts'
import {
  aboveOf,
  halvesOf,
  isWorded,
  logicalOf,
  type Parameter,
  parametersOf,
  typedOf,
} from './parameters.ts'
import { referenceValues, targetsOf } from './references.ts'
import { badValue, unknownParameter, unsupportedModifier, unsupportedParameter } from './refusals.ts'
import { soundsOf } from './sounds.ts'
import {
  type Amount,
  amountComparison,
  type Comparison,
  codeValue,
  dateComparison,
  split,
  stringValue,
  tokenValue,
  unescaped,
} from './values.ts'

/** One condition on a resource; of several values (`any`) one is enough. */
export type Filter =
  /** Whether there is any value. */
  | { is: 'missing'; parameter: Parameter; missing: boolean }
  /** The one text that is kept is one of these (or, negated, none of them). */
  | { is: 'text'; parameter: Parameter; not: boolean; any: readonly string[] }
  /** Among the texts that are kept is one of these (or, negated, none of them). */
  | { is: 'overlap'; parameter: Parameter; not: boolean; any: readonly string[] }
  | { is: 'date'; parameter: Parameter; any: readonly Comparison<string>[] }
  | { is: 'quantity'; parameter: Parameter; any: readonly Amount[] }
  | { is: 'string'; parameter: Parameter; how: 'start' | 'exact' | 'contains'; any: readonly string[] }
  /** Among the words that go with its codes is a text that begins so. */
  | { is: 'words'; parameter: Parameter; any: readonly string[] }
  | { is: 'near'; parameter: Parameter; any: readonly Area[] }
  /** All of one of these lists hold: pairs, and scopes with several filters. */
  | { is: 'either'; any: readonly (readonly Filter[])[] }
  /** In one element both halves are one of these. */
  | { is: 'pairs'; parameter: Parameter; any: readonly Pair[] }
  /** What it refers to fulfils the filter of its type: one of them is enough. */
  | { is: 'chain'; parameter: Parameter; any: readonly { type: string; filter: Filter }[] }
  /** Something of this type refers to it by the parameter, and fulfils the filter. */
  | { is: 'has'; type: string; parameter: Parameter; filter: Filter }

/** What is asked of one element: a token, and a text to be found by or an amount. */
export interface Pair {
  one: string
  other: readonly string[] | Amount
}

/** Links of a chain: each is a search of its own; nothing that is kept here goes further. */
const longestChain = 10
/** Types that one link may lead to: with several links their number is multiplied. */
const maxTargets = 8
/** Values of one parameter: enough for a page of ids. */
const maxValues = 1000

/** The condition that one parameter of a query makes. */
export function filterOf(
  type: string,
  name: string,
  value: string,
  options: SearchOptions,
  depth = 0,
): Filter {
  if (depth > longestChain) throw badValue(name, `a chain of at most ${longestChain} links`)
  if (name.startsWith('_has:')) return has(type, name, value, options, depth)
  if (name === '_list') return listed(type, value, options, depth)
  const [, head = '', rest] = /^([^.]*)(?:\.(.*))?$/s.exec(name) ?? []
  const [code = '', modifier] = head.split(/:(.*)/s)
  const parameter = supported(type, code, name)
  if (rest !== undefined) return chain(parameter, modifier, rest, value, options, depth)
  if (value === '') throw badValue(code, 'a value')
  if (parameter.kind === 'pair' && modifier === 'missing') return pairMissing(type, parameter, value)
  if (parameter.kind === 'pair') return pair(type, parameter, modifier, value, options)
  if (parameter.kind === 'pairs' && modifier !== 'missing')
    return pairs(type, parameter, modifier, value, options)
  return plain(type, parameter, modifier, value, options)
}

/** `_has:Appointment:slot:status`. Source: FHIR R4 search, 3.1.1.4.4 (reverse chaining). */
function has(type: string, name: string, value: string, options: SearchOptions, depth: number): Filter {
  const [, source = '', code = '', rest = ''] = /^_has:(\w+):([\w-]+):(.+)$/s.exec(name) ?? []
  if (!isServed(source))
    throw failure('unknown-parameter', '"_has" is written _has:Type:reference:parameter.', '_has')
  const parameter = supported(source, code, name)
  if (!isReference(parameter)) throw notAReference(name, parameter)
  if (!targetsOf(parameter).includes(type)) {
    throw failure('unknown-parameter', `"${code}" of ${source} does not refer to ${type}.`, '_has')
  }
  return { is: 'has', type: source, parameter, filter: filterOf(source, rest, value, options, depth + 1) }
}

/** Whatever stands in one of these lists. Source: FHIR R4 search, 3.1.1.4.2 (`_list`); functional lists are not kept. */
function listed(type: string, value: string, options: SearchOptions, depth: number): Filter {
  if (value.split(',').some((id) => id.startsWith('$')))
    throw failure(
      'unsupported-value',
      'Only lists that are kept are searched: say the ids of Lists.',
      '_list',
    )
  return has(type, '_has:List:item:_id', value, options, depth)
}

/** `subject:Patient.identifier`. Without a type: every type that has such a parameter. */
function chain(
  parameter: Parameter,
  modifier: string | undefined,
  rest: string,
  value: string,
  options: SearchOptions,
  depth: number,
): Filter {
  if (!isReference(parameter)) throw notAReference(parameter.code, parameter)
  const targets = targetsOf(parameter).filter((type) => modifier === undefined || type === modifier)
  const [next = ''] = rest.split(/[.:]/, 1)
  const able = targets.filter((type) => next === '_has' || parametersOf(type).has(next))
  if (able.length === 0) throw unchainable(parameter, modifier, rest, targets)
  if (able.length > maxTargets) throw badValue(parameter.code, `a type: ${parameter.code}:${able[0]}.${next}`)
  const any = able.map((type) => ({ type, filter: filterOf(type, rest, value, options, depth + 1) }))
  return { is: 'chain', parameter, any }
}

function unchainable(
  { code }: Parameter,
  modifier: string | undefined,
  rest: string,
  targets: readonly string[],
): Failure {
  const [target] = targets
  if (target === undefined) return unsupportedModifier(code, modifier ?? '', [])
  return targets.length === 1
    ? unknownParameter(target, rest)
    : failure('unknown-parameter', `Nothing that "${code}" refers to has such a parameter.`, code)
}

function supported(type: string, code: string, name: string): Parameter {
  const parameter = parametersOf(type).get(code)
  if (!parameter) throw unknownParameter(type, code === '' ? name : code)
  if (parameter.kind === 'unsupported') throw unsupportedParameter(code, reasonOf(parameter))
  return parameter
}

function reasonOf({ type }: Parameter): string {
  return `a ${type} of this kind is not executed`
}

export const isReference = ({ kind }: Parameter): boolean => kind === 'reference' || kind === 'references'

const notAReference = (name: string, { code }: Parameter) =>
  failure('unknown-parameter', `"${code}" does not refer to resources: nothing can follow it.`, name)

/** Modifiers that are executed, by what is kept. */
const modifiers: Readonly<Record<string, readonly string[]>> = {
  token: ['not', 'text', 'in', 'not-in', 'of-type', 'missing'],
  string: ['exact', 'contains', 'missing'],
  reference: ['identifier', 'missing'],
  uri: ['above', 'below', 'missing'],
}

/** `code$value`: of the same element. Source: FHIR R4 search, 3.1.1.4.13 (composite). */
function pair(
  type: string,
  parameter: Parameter,
  modifier: string | undefined,
  value: string,
  options: SearchOptions,
): Filter {
  const { halves, values } = halved(type, parameter, modifier, value)
  const any = values.map(([one, other]) => [
    filterOf(type, halves[0].code, one, options),
    filterOf(type, halves[1].code, other, options),
  ])
  return { is: 'either', any }
}

/** The same of elements that repeat: both halves of one of them. */
function pairs(
  type: string,
  parameter: Parameter,
  modifier: string | undefined,
  value: string,
  { base }: SearchOptions,
): Filter {
  const { halves, values } = halved(type, parameter, modifier, value)
  const [first, second] = halves
  const any = values.map(([one, other]) => ({
    one: tokenValue(first.code, one),
    other: otherHalf(second, other, base),
  }))
  return { is: 'pairs', parameter, any }
}

function otherHalf(parameter: Parameter, text: string, base: string | undefined): Pair['other'] {
  if (parameter.type === 'quantity') return amountComparison(parameter.code, text)
  if (parameter.type === 'reference') return referenceValues(parameter, unescaped(text), undefined, base)
  return [tokenValue(parameter.code, text)]
}

function halved(type: string, parameter: Parameter, modifier: string | undefined, value: string) {
  const { code: name } = parameter
  const found = halvesOf(type, parameter)
  if (modifier !== undefined || !found) throw unsupportedModifier(name, modifier ?? '', ['missing'])
  const halves = [found[0].parameter, found[1].parameter] as const
  const shape = halves.map(({ code }) => code).join('$')
  const values = valuesOf(name, value).map((each) => {
    const [one, other, ...more] = split(each, '$')
    if (!one || !other || more.length > 0) throw badValue(name, `${shape}, such as 8480-6$gt140`)
    return [one, other] as const
  })
  return { halves, values }
}

/** A pair is there when both of its halves are. */
function pairMissing(type: string, parameter: Parameter, value: string): Filter {
  const filter = missing(parameter, value)
  const halves = halvesOf(type, parameter) ?? []
  const each = halves.map((half) => ({ ...filter, parameter: half.parameter }))
  return { is: 'either', any: filter.missing ? each.map((half) => [half]) : [each] }
}

function plain(
  resourceType: string,
  parameter: Parameter,
  modifier: string | undefined,
  value: string,
  options: SearchOptions,
): Filter {
  const { code, type } = parameter
  if (modifier === 'missing') return missing(parameter, value)
  const known = modifiers[type] ?? ['missing']
  const target = isReference(parameter) && modifier !== undefined && targetsOf(parameter).includes(modifier)
  if (modifier !== undefined && !known.includes(modifier) && !target) {
    throw unsupportedModifier(code, modifier, known)
  }
  const values = valuesOf(code, value)
  const special = modifier === undefined ? undefined : modified[modifier]
  return special?.(resourceType, parameter, values, options) ?? tested(parameter, modifier, values, options)
}

type Modified = (
  resourceType: string,
  parameter: Parameter,
  values: readonly string[],
  options: SearchOptions,
) => Filter

/** Modifiers that ask for something else than the value itself. Source: FHIR R4 search, 3.1.1.4.5 (modifiers). */
const modified: Readonly<Record<string, Modified>> = {
  text: (resourceType, parameter, values) => {
    if (!isWorded(resourceType, parameter))
      throw unsupportedModifier(parameter.code, 'text', ['not', 'missing'])
    const any = values.map((text) => stringValue(parameter.code, 'start', unescaped(text)))
    return { is: 'words', parameter, any }
  },
  in: (_, parameter, values, options) => inSets(parameter, values, false, options),
  'not-in': (_, parameter, values, options) => inSets(parameter, values, true, options),
  'of-type': (_, parameter, values) => {
    const typed = typedOf(parameter)
    if (!typed) throw unsupportedModifier(parameter.code, 'of-type', ['not', 'missing'])
    const any = values.map((text) => {
      const [system, code, value, ...more] = split(text, '|').map(unescaped)
      if (!system || !code || !value || more.length > 0)
        throw badValue(`${parameter.code}:of-type`, 'system|code|value of an identifier')
      return typedForm(system, code, value)
    })
    return { is: 'overlap', parameter: typed, not: false, any }
  },
  identifier: (_, parameter, values) => {
    const logical = logicalOf(parameter)
    if (!logical) throw unsupportedModifier(parameter.code, 'identifier', ['missing'])
    const any = values.map((text) => tokenValue(`${parameter.code}:identifier`, text))
    return { is: 'overlap', parameter: logical, not: false, any }
  },
  above: (_, parameter, values) => {
    const any = values.map(unescaped).flatMap((uri) => [uri, ...parentsOf(uri)])
    return { is: parameter.kind === 'uri' ? 'text' : 'overlap', parameter, not: false, any: any.map(clip) }
  },
  below: (_, parameter, values) => {
    const above = aboveOf(parameter)
    if (!above) throw unsupportedModifier(parameter.code, 'below', ['missing'])
    const any = values.map((uri) => clip(unescaped(uri).replace(/\/$/, '')))
    return { is: 'overlap', parameter: above, not: false, any }
  },
}

/** The codes of value sets, in the one form in which the index has them. */
function inSets(
  parameter: Parameter,
  urls: readonly string[],
  not: boolean,
  { codesOf }: SearchOptions,
): Filter {
  const { code: name, system: own } = parameter
  if (!codesOf) throw unsupportedModifier(name, not ? 'not-in' : 'in', ['not', 'missing'])
  const members = urls.map(unescaped).flatMap((url) => namedBy(name, () => codesOf(url)))
  if (parameter.kind === 'code') {
    const fits = members.filter(({ system }) => own === undefined || system === own)
    return { is: 'text', parameter, not, any: fits.map(({ code }) => clip(code)) }
  }
  return { is: 'overlap', parameter, not, any: members.map(({ system, code }) => tokenForm(system, code)) }
}

/** What is wrong with a value is told of its parameter. */
function namedBy<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    throw failures(thrown.issues.map((each) => ({ ...each, expression: name })))
  }
}

function valuesOf(name: string, value: string): string[] {
  const values = split(value, ',')
  if (values.length > maxValues) throw badValue(name, `at most ${maxValues} values`)
  if (values.includes('')) throw badValue(name, 'values between its commas')
  return values
}

function missing(parameter: Parameter, value: string): Filter & { is: 'missing' } {
  if (value !== 'true' && value !== 'false') throw badValue(`${parameter.code}:missing`, 'true or false')
  return { is: 'missing', parameter, missing: value === 'true' }
}

function tested(
  parameter: Parameter,
  modifier: string | undefined,
  values: readonly string[],
  { zone, base }: SearchOptions,
): Filter {
  const { code: name } = parameter
  const not = modifier === 'not'
  switch (parameter.kind) {
    case 'code':
      return { is: 'text', parameter, not, any: values.flatMap((text) => codeValue(parameter, text)) }
    case 'token':
      return { is: 'overlap', parameter, not, any: values.map((text) => tokenValue(name, text)) }
    case 'reference':
    case 'references':
    case 'canonical': {
      const any = values.flatMap((text) => referenceValues(parameter, unescaped(text), modifier, base))
      return { is: parameter.kind === 'reference' ? 'text' : 'overlap', parameter, not, any }
    }
    case 'uri':
      return { is: 'text', parameter, not, any: values.map(unescaped).map(clip) }
    case 'uris':
      return { is: 'overlap', parameter, not, any: values.map(unescaped).map(clip) }
    case 'instant':
    case 'period':
    case 'periods':
      return { is: 'date', parameter, any: values.map((text) => dateComparison(name, text, zone)) }
    case 'quantity':
    case 'quantities':
      return { is: 'quantity', parameter, any: values.map((text) => amountComparison(name, text)) }
    case 'string': {
      const how = modifier === 'exact' || modifier === 'contains' ? modifier : 'start'
      return {
        is: 'string',
        parameter,
        how,
        any: values.map((text) => stringValue(name, how, unescaped(text))),
      }
    }
    case 'phonetic':
      return {
        is: 'overlap',
        parameter,
        not,
        any: values.map(unescaped).flatMap((text) => heard(name, text)),
      }
    case 'position':
      return { is: 'near', parameter, any: values.map((text) => areaOf(name, text)) }
    case 'pair':
    case 'pairs':
    case 'typed':
    case 'logical':
    case 'above':
    case 'unsupported':
      throw unsupportedParameter(name, reasonOf(parameter))
  }
}

function heard(name: string, text: string): string[] {
  const sounds = soundsOf(text)
  if (sounds.length === 0) throw badValue(name, 'a name that can be spoken')
  return sounds
}

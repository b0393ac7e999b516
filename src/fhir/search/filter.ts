import { type Failure, failure } from '../outcome.ts'
import type { SearchOptions } from '../search.ts'
import { isServed } from '../served.ts'
import { clip } from './forms.ts'
import { type Parameter, parametersOf } from './parameters.ts'
import { referenceValues, targetsOf } from './references.ts'
import { badValue, unknownParameter, unsupportedModifier, unsupportedParameter } from './refusals.ts'
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
  /** All of one of these lists hold. No query says so; scopes with several filters do. */
  | { is: 'either'; any: readonly (readonly Filter[])[] }
  /** What it refers to fulfils the filter of its type: one of them is enough. */
  | { is: 'chain'; parameter: Parameter; any: readonly { type: string; filter: Filter }[] }
  /** Something of this type refers to it by the parameter, and fulfils the filter. */
  | { is: 'has'; type: string; parameter: Parameter; filter: Filter }

/** Links of a chain: further is a question for a report, not for a search. */
const longestChain = 3
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
  const [, head = '', rest] = /^([^.]*)(?:\.(.*))?$/s.exec(name) ?? []
  const [code = '', modifier] = head.split(/:(.*)/s)
  const parameter = supported(type, code, name)
  if (rest !== undefined) return chain(parameter, modifier, rest, value, options, depth)
  return plain(parameter, modifier, value, options)
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
  if (type === 'composite') return 'use the two parameters it is made of'
  return type === 'special' ? 'distances are not computed' : 'its values are not indexed'
}

export const isReference = ({ kind }: Parameter): boolean => kind === 'reference' || kind === 'references'

const notAReference = (name: string, { code }: Parameter) =>
  failure('unknown-parameter', `"${code}" does not refer to resources: nothing can follow it.`, name)

/** Modifiers that are executed, by what is kept. */
const modifiers: Readonly<Record<string, readonly string[]>> = {
  token: ['not', 'missing'],
  string: ['exact', 'contains', 'missing'],
  reference: ['missing'],
}

function plain(
  parameter: Parameter,
  modifier: string | undefined,
  value: string,
  options: SearchOptions,
): Filter {
  const { code, type } = parameter
  if (value === '') throw badValue(code, 'a value')
  if (modifier === 'missing') return missing(parameter, value)
  const known = modifiers[type] ?? ['missing']
  const target = isReference(parameter) && modifier !== undefined && targetsOf(parameter).includes(modifier)
  if (modifier !== undefined && !known.includes(modifier) && !target) {
    throw unsupportedModifier(code, modifier, known)
  }
  return tested(parameter, modifier, valuesOf(code, value), options)
}

function valuesOf(name: string, value: string): string[] {
  const values = split(value, ',')
  if (values.length > maxValues) throw badValue(name, `at most ${maxValues} values`)
  if (values.includes('')) throw badValue(name, 'values between its commas')
  return values
}

function missing(parameter: Parameter, value: string): Filter {
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
      return { is: 'date', parameter, any: values.map((text) => dateComparison(name, text, zone)) }
    case 'quantity':
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
    case 'unsupported':
      throw unsupportedParameter(name, reasonOf(parameter))
  }
}

import type { OperationDefinitionParameter } from '@medplum/fhirtypes'
import { parseDate } from '../../fhir/dates.ts'
import { failure, failures, type Issue, issue } from '../../fhir/outcome.ts'
import { unheardIn } from '../../transform/shapes/unheard.ts'
import { quoted } from '../parameters.ts'
import type { Definition } from './operation.ts'

/** One parameter as it was sent, and its place. */
interface Sent {
  name: string
  part: Record<string, unknown>
  place: string
}

/**
 * The input of an operation by the names of its parameters: one value where at most one may be, else a list.
 *
 * Beside a resource that is sent by itself, others may stand in the query (`besideIn`).
 * Fails: unknown-parameter for names the definition does not know; required, structure and value for the others, and for
 * what would be ignored; all at once.
 */
export function inputOf(
  definition: Definition,
  sent: unknown,
  query = new URLSearchParams(),
): Record<string, unknown> {
  const { parameter = [] } = definition
  const known = parameter.filter(({ use }) => use === 'in')
  const bare = bareName(sent, known)
  const whole = bare === undefined ? sent : parametersWith(bare, sent, saidIn(definition, query, ['_count']))
  const parts = partsOf(whole)
  const faults = [
    ...unheardIn('Parameters', Object(whole), 'Parameters'),
    ...parts.flatMap((part) => partFaults(part, known)),
    ...known.flatMap((each) => countFaults(each, parts)),
  ]
  if (faults.length > 0) throw failures(faults)
  return Object.fromEntries(
    known.flatMap((each) => {
      const values = parts.filter(({ name }) => name === each.name).map(({ part }) => valueIn(part, each))
      if (each.max !== '1') return [[each.name, values]]
      return values.length > 0 ? [[each.name, values[0]]] : []
    }),
  )
}

/**
 * The same from a query, where parameters of primitive types may stand; those set apart say something else. Fails: as
 * `inputOf`.
 *
 * Source: FHIR R4, operations, executing synchronously by GET.
 */
export function inputIn(
  definition: Definition,
  query: URLSearchParams,
  apart: readonly string[] = [],
): Record<string, unknown> {
  return inputOf(definition, { resourceType: 'Parameters', parameter: saidIn(definition, query, apart) })
}

/**
 * The parameters that may stand in the query of a POST: those of primitive types, where a resource is sent by itself.
 *
 * Source: FHIR R4, operations, executing synchronously; Resource $validate (`?profile=`).
 */
export function besideIn({ parameter = [] }: Definition, sent: unknown): readonly string[] {
  const known = parameter.filter(({ use }) => use === 'in')
  if (bareName(sent, known) === undefined) return []
  return known.filter(({ type = '' }) => /^[a-z]/.test(type)).map(({ name }) => name)
}

function saidIn(definition: Definition, query: URLSearchParams, apart: readonly string[] = []): object[] {
  const said = [...query].filter(([name]) => !['_format', '_pretty', ...apart].includes(name))
  return said.map(([name, text]) => {
    const known = definition.parameter?.find((each) => each.use === 'in' && each.name === name)
    return { name, ...(known && { [elementOf(known)]: readAs(known, text) }) }
  })
}

/** A text as a value of the parameter's type. */
function readAs({ type = '' }: OperationDefinitionParameter, text: string): unknown {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  // A `+` that was not escaped arrives as a blank.
  if (type === 'instant' || type === 'dateTime') return text.replace(' ', '+')
  return /^(integer|positiveInt|unsignedInt)$/.test(type) && /^-?\d{1,9}$/.test(text) ? Number(text) : text
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The parameter that is meant when only a resource is sent, without Parameters around it: the one that is called so, or
 * the one of this type that has to be there. Source: FHIR R4, operations, executing synchronously.
 */
function bareName(sent: unknown, known: readonly OperationDefinitionParameter[]): string | undefined {
  if (!isObject(sent) || sent.resourceType === 'Parameters') return undefined
  return known.find(({ name, type, min }) => name === 'resource' || (min === 1 && type === sent.resourceType))
    ?.name
}

const parametersWith = (name: string, resource: unknown, others: readonly object[]) => ({
  resourceType: 'Parameters',
  parameter: [{ name, resource }, ...others],
})

function partsOf(sent: unknown): Sent[] {
  if (!isObject(sent) || sent.resourceType !== 'Parameters') {
    throw failure('structure', 'An operation takes a Parameters resource.', 'Parameters')
  }
  const { parameter = [] } = sent
  if (!Array.isArray(parameter)) throw failure('structure', 'Parameters are a list.', 'Parameters.parameter')
  return parameter.map((part, index) => {
    const place = `Parameters.parameter[${index}]`
    if (isObject(part) && typeof part.name === 'string') return { name: part.name, part, place }
    throw failure('required', 'Each parameter has a name.', `${place}.name`)
  })
}

function partFaults({ name, part, place }: Sent, known: readonly OperationDefinitionParameter[]): Issue[] {
  const parameter = known.find((each) => each.name === name)
  if (!parameter) {
    const names = known.map((each) => each.name).join(', ')
    return [
      issue(
        'unknown-parameter',
        `${quoted(name)} is no parameter of this operation. It has: ${names}.`,
        place,
      ),
    ]
  }
  const unheard = unheardIn('Parameters.parameter', part, place)
  if (unheard.length > 0) return unheard
  const own = elementOf(parameter)
  const said = `${name} is a ${parameter.type}, in ${own}`
  if (valueIn(part, parameter) === undefined) return [issue('structure', `${said}.`, `${place}.${own}`)]
  return Object.keys(part)
    .filter((key) => !['name', 'id', 'extension', own].includes(key.replace(/^_/, '')))
    .map((key) => issue('structure', `${said} alone: take ${key} out.`, `${place}.${key}`))
}

function countFaults({ name, min = 0, max }: OperationDefinitionParameter, parts: readonly Sent[]): Issue[] {
  const given = parts.filter((part) => part.name === name)
  if (given.length < min)
    return [issue('required', `The parameter ${name} is required.`, 'Parameters.parameter')]
  const second = given[1]
  return max === '1' && second ? [issue('value', `The parameter ${name} stands once.`, second.place)] : []
}

/** Datatypes begin with a capital as resources do: these are the ones that our operations take. */
const datatypes: readonly string[] = [
  'Reference',
  'Identifier',
  'Timing',
  'CodeableConcept',
  'Coding',
  'Period',
]

/** The element of a parameter that holds its value: `valueDateTime`, `resource`. */
function elementOf({ type = '' }: OperationDefinitionParameter): string {
  const isResource = /^[A-Z]/.test(type) && !datatypes.includes(type)
  return isResource ? 'resource' : `value${type.charAt(0).toUpperCase()}${type.slice(1)}`
}

function valueIn(part: Record<string, unknown>, parameter: OperationDefinitionParameter): unknown {
  const value = part[elementOf(parameter)]
  return isFitting(value, parameter) ? value : undefined
}

/** Whether a value is of the type, at its top: what is below is held against it by `refuseMisshapen`. */
function isFitting(value: unknown, parameter: OperationDefinitionParameter): boolean {
  const { type = '' } = parameter
  if (elementOf(parameter) === 'resource') {
    return (
      isObject(value) &&
      typeof value.resourceType === 'string' &&
      (type === 'Resource' || value.resourceType === type)
    )
  }
  if (datatypes.includes(type)) return isObject(value)
  return primitives[type]?.(value) ?? false
}

const text = (shape: RegExp) => (value: unknown) => typeof value === 'string' && shape.test(value)

/** Source: FHIR R4, datatypes. */
const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: text(/\S/),
  uri: text(/^\S+$/),
  code: text(/^\S+( \S+)*$/),
  integer: (value) => Number.isInteger(value) && Number(value) >= 0,
  positiveInt: (value) => Number.isInteger(value) && Number(value) > 0,
  boolean: (value) => typeof value === 'boolean',
  date: (value) => text(/^\d{4}(-\d\d(-\d\d)?)?$/)(value) && parseDate(String(value)) !== undefined,
  instant: (value) =>
    text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)(value) &&
    parseDate(String(value)) !== undefined,
  dateTime: (value) =>
    text(/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$/)(value) &&
    parseDate(String(value)) !== undefined,
}

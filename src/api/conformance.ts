import type { Resource } from '@medplum/fhirtypes'
import { failure, failures, issue } from '../fhir/outcome.ts'
import { type Answer, answer } from './answer.ts'
import { type Call, idOf, typeOf } from './call.ts'
import { expectOnly } from './parameters.ts'
import { searchsetOf } from './searchset.ts'

/** One profile, value set, map or other declaration, by its id. Fails: not-found. */
export function readConformance(call: Call): Answer {
  expectOnly(call.query, [])
  const [type, id] = [typeOf(call), idOf(call)]
  const found = ofType(call, type).find((resource) => resource.id === id)
  if (!found) throw failure('not-found', `There is no ${type}/${id}.`)
  return answer(found)
}

/** How a declaration is searched for, by parameter. All of them are declared in `/metadata`. */
export const conformanceParameters: Readonly<
  Record<string, { type: 'token' | 'uri' | 'string'; element: string }>
> = {
  _id: { type: 'token', element: 'id' },
  url: { type: 'uri', element: 'url' },
  name: { type: 'string', element: 'name' },
  title: { type: 'string', element: 'title' },
  status: { type: 'token', element: 'status' },
  version: { type: 'token', element: 'version' },
}

/** What says of the result, not of what is looked for. */
const controls = ['_count', '_cursor', '_sort']

/** Declarations that fit every parameter; a comma says «or». */
export function searchConformance(call: Call, query: URLSearchParams): Answer {
  const codes = [...query.keys()].map((name): [string, string] => [codeOf(name), ''])
  expectOnly(new URLSearchParams(codes), [...Object.keys(conformanceParameters), ...controls])
  refuseEmpty(query)
  const type = typeOf(call)
  const tests = [...query].filter(([name]) => isCondition(name)).map(([name, value]) => testOf(name, value))
  const found = ofType(call, type).filter((resource) => tests.every((test) => test(resource)))
  const [from, count] = [numberIn(query, '_cursor') ?? 0, numberIn(query, '_count') ?? found.length]
  const page = sorted(found, query).slice(from, from + count)
  const { base } = call
  const urlOf = (asked: URLSearchParams) => `${base}/${type}${asked.size > 0 ? `?${asked}` : ''}`
  const next = new URLSearchParams(query)
  next.set('_cursor', String(from + count))
  const isLast = count === 0 || from + count >= found.length
  return answer(
    searchsetOf(base, page, urlOf(query), [], {
      total: found.length,
      ...(!isLast && { next: urlOf(next) }),
    }),
  )
}

/** A parameter's name without its modifier. */
const codeOf = (name: string) => name.split(':', 1)[0] ?? ''
const isCondition = (name: string) => codeOf(name) in conformanceParameters

type Test = (resource: Resource) => boolean

function testOf(name: string, value: string): Test {
  const [code = '', modifier] = name.split(':')
  const { element, type } = conformanceParameters[code] ?? { element: code, type: 'token' }
  if (modifier === 'missing') {
    if (value !== 'true' && value !== 'false') throw failure('value', 'Say true or false.', code)
    return (resource) => (elementOf(resource, element) === undefined) === (value === 'true')
  }
  if (modifier !== undefined)
    throw failure('unsupported-value', `Of modifiers only ${code}:missing is served here.`, code)
  const fits = type === 'string' ? startsWith : (kept: unknown, asked: string) => kept === asked
  return (resource) => value.split(',').some((each) => fits(elementOf(resource, element), each))
}

const elementOf = (resource: Resource, name: string): unknown =>
  Object.entries(resource).find(([key]) => key === name)?.[1]

const startsWith = (text: unknown, start: string) =>
  typeof text === 'string' && text.toLowerCase().startsWith(start.toLowerCase())

/** In the order that is asked for, else as they are declared. */
function sorted(resources: readonly Resource[], query: URLSearchParams): Resource[] {
  const keys = query.getAll('_sort').flatMap((value) => value.split(','))
  const orders = keys.map((key) => {
    const parameter = conformanceParameters[key.replace(/^-/, '')]
    const served = Object.keys(conformanceParameters).join(', ')
    if (!parameter) throw failure('value', `_sort takes one of ${served}.`, '_sort')
    return { element: parameter.element, sign: key.startsWith('-') ? -1 : 1 }
  })
  const textOf = (resource: Resource, element: string) => String(elementOf(resource, element) ?? '')
  return resources.toSorted((a, b) => {
    for (const { element, sign } of orders) {
      const [x, y] = [textOf(a, element), textOf(b, element)]
      if (x !== y) return x < y ? -sign : sign
    }
    return 0
  })
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const said = query.get(name)
  if (said === null) return undefined
  if (/^\d{1,9}$/.test(said)) return Number(said)
  throw failure('value', `${name} is a number.`, name)
}

function refuseEmpty(query: URLSearchParams): void {
  const empty = [...query].filter(([, value]) => value === '').map(([name]) => name)
  if (empty.length > 0) throw failures(empty.map((name) => issue('value', `"${name}" takes a value.`, name)))
}

const ofType = ({ house }: Call, type: string) =>
  house.conformance.filter(({ resourceType }) => resourceType === type)

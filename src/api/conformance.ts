import type { Resource } from '@medplum/fhirtypes'
import { failure, failures, issue } from '../fhir/outcome.ts'
import { type Answer, answer } from './answer.ts'
import { type Call, idOf, typeOf } from './call.ts'
import { fhirBase } from './house.ts'
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
  Record<string, { type: 'token' | 'uri' | 'string'; fits: Test }>
> = {
  _id: { type: 'token', fits: ({ id }, value) => id === value },
  url: { type: 'uri', fits: (resource, value) => elementOf(resource, 'url') === value },
  name: { type: 'string', fits: (resource, value) => startsWith(elementOf(resource, 'name'), value) },
  title: { type: 'string', fits: (resource, value) => startsWith(elementOf(resource, 'title'), value) },
  status: { type: 'token', fits: (resource, value) => elementOf(resource, 'status') === value },
  version: { type: 'token', fits: (resource, value) => elementOf(resource, 'version') === value },
}

type Test = (resource: Resource, value: string) => boolean

const elementOf = (resource: Resource, name: string): unknown =>
  Object.entries(resource).find(([key]) => key === name)?.[1]

const startsWith = (text: unknown, start: string) =>
  typeof text === 'string' && text.toLowerCase().startsWith(start.toLowerCase())

/** Declarations that fit every parameter; a comma says «or». All on one page: they are few. */
export function searchConformance(call: Call, query: URLSearchParams): Answer {
  expectOnly(query, Object.keys(conformanceParameters))
  refuseEmpty(query)
  const tests = [...query].flatMap(([name, value]) => {
    const parameter = conformanceParameters[name]
    return parameter
      ? [(resource: Resource) => value.split(',').some((each) => parameter.fits(resource, each))]
      : []
  })
  const type = typeOf(call)
  const found = ofType(call, type).filter((resource) => tests.every((test) => test(resource)))
  const base = fhirBase(call.house)
  const url = `${base}/${type}${query.size > 0 ? `?${query}` : ''}`
  return answer(searchsetOf(base, found, url))
}

function refuseEmpty(query: URLSearchParams): void {
  const empty = [...query].filter(([, value]) => value === '').map(([name]) => name)
  if (empty.length > 0) throw failures(empty.map((name) => issue('value', `"${name}" takes a value.`, name)))
}

const ofType = ({ house }: Call, type: string) =>
  house.conformance.filter(({ resourceType }) => resourceType === type)

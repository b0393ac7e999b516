import { readableTypes } from '../../auth/gate.ts'
import { searchset } from '../../fhir/bundle.ts'
import { canonical } from '../../fhir/canonical.ts'
import { careDates, patientCompartment } from '../../fhir/compartment.ts'
import { failure } from '../../fhir/outcome.ts'
import { parseAcross } from '../../fhir/search/across.ts'
import { type Filter, filterOf } from '../../fhir/search/filter.ts'
import type { Search } from '../../fhir/search.ts'
import { isServed, type ServedType } from '../../fhir/served.ts'
import { type Answer, versionsOf } from '../answer.ts'
import { type Call, idOf } from '../call.ts'
import { current } from '../kept.ts'
import { withinReach, withinReadable } from '../reach.ts'
import { linksOf, opened, optionsOf, remarksOn } from '../searching.ts'
import { operation } from './operation.ts'

interface Asked {
  /** Of care: dates or partial dates, both included. */
  start?: string
  end?: string
  /** Instant. */
  _since?: string
  _type: readonly string[]
  _count?: number
}

/** All that is kept about a patient and that the caller may search, with what it refers to. */
export const patientEverything = operation<Asked>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'patient-everything',
    url: `${canonical}/OperationDefinition/patient-everything`,
    base: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
    name: 'PatientEverything',
    title: 'All that is kept about a patient',
    status: 'active',
    kind: 'operation',
    description:
      'What is in the compartment of the patient, oldest first, page by page, each page with what it refers to. Care without a date is left out by no start or end. AuditEvent and Provenance only when _type names them.',
    affectsState: false,
    code: 'everything',
    resource: ['Patient'],
    system: false,
    type: false,
    instance: true,
    parameter: [
      { use: 'in', name: 'start', type: 'date', min: 0, max: '1' },
      { use: 'in', name: 'end', type: 'date', min: 0, max: '1' },
      { use: 'in', name: '_since', type: 'instant', min: 0, max: '1' },
      { use: 'in', name: '_type', type: 'code', min: 0, max: '*' },
      { use: 'in', name: '_count', type: 'integer', min: 0, max: '1' },
      { use: 'out', name: 'return', type: 'Bundle', min: 1, max: '1' },
    ],
  },
  paged: true,
  async handle(asked, call) {
    const { house, base, permit } = call
    await current(call, 'Patient', idOf(call))
    const types = typesOf(asked, call)
    const said = queryOf(asked, call)
    const searches = searchesOf(types, asked, opened(call, said), call)
    const page = searches && (await house.store.searchAcross(searches, permit.actor.sight))
    const found = page ? withinReadable(page.entries, permit) : []
    const entries =
      asked._type.length === 0
        ? found
        : found.filter(({ type }) => (types as readonly string[]).includes(type))
    const answer: Answer = {
      status: 200,
      headers: {},
      body: searchset(base, entries, { links: linksOf(call, said, page?.next) }, remarksOn([], page ?? {})),
      shown: { interaction: 'everything', references: versionsOf(entries) },
    }
    return answer
  },
})

/** Types of the compartment that are asked for, of those that the caller may search. Fails: value. */
function typesOf({ _type }: Asked, { permit }: Call): ServedType[] {
  const readable = readableTypes(permit)
  const named = _type.flatMap((said) => said.split(','))
  const strange = named.find((type) => !isServed(type))
  if (strange !== undefined) throw failure('value', 'Types are those that /metadata names.', '_type')
  const all = Object.keys(patientCompartment) as ServedType[] // of which it is made
  const wanted = named.length === 0 ? all.filter((type) => !trails.includes(type)) : named
  return all.filter((type) => readable.includes(type) && wanted.includes(type))
}

/** Who did what: not of care, and more of it than of all else. */
const trails: readonly string[] = ['AuditEvent', 'Provenance']

/** What was asked, as links say it: the same by GET and by POST. */
function queryOf({ start, end, _since, _type, _count }: Asked, { query }: Call): URLSearchParams {
  const said = {
    start,
    end,
    _since,
    _type: _type.join(',') || undefined,
    _count,
    _cursor: query.get('_cursor'),
  }
  const pairs = Object.entries(said).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  )
  return new URLSearchParams(pairs)
}

type Searches = readonly [Search, ...Search[]]

function searchesOf(
  types: readonly ServedType[],
  asked: Asked,
  said: URLSearchParams,
  call: Call,
): Searches | undefined {
  if (types.length === 0) return undefined
  const cursor = said.get('_cursor')
  const query = new URLSearchParams([
    ['_sort', '_id'],
    ['_include', '*'],
    ['_count', String(asked._count ?? 100)],
    ...(asked._since === undefined ? [] : [['_lastUpdated', `ge${asked._since}`] as [string, string]]),
    ...(cursor === null ? [] : [['_cursor', cursor] as [string, string]]),
  ])
  const [first, ...others] = parseAcross(types, query, optionsOf(call)).searches.map((search) =>
    withinReach(
      { ...search, filters: [...search.filters, ...filtersOf(search.type, asked, call)] },
      call.permit,
    ),
  )
  return first && [first, ...others]
}

/** That a resource is the patient's, and of the time that is asked for. */
function filtersOf(type: string, { start, end }: Asked, call: Call): Filter[] {
  const [id, options] = [idOf(call), optionsOf(call)]
  const held = (patientCompartment[type as ServedType] ?? []).map((code) => [
    filterOf(type, code, `Patient/${id}`, options),
  ])
  const itself = type === 'Patient' ? [[filterOf(type, '_id', id, options)]] : []
  const date = careDates[type as ServedType]
  const limits = [...(start === undefined ? [] : [`ge${start}`]), ...(end === undefined ? [] : [`le${end}`])]
  if (date === undefined || limits.length === 0) return [{ is: 'either', any: [...held, ...itself] }]
  const within = limits.map((limit) => filterOf(type, date, limit, options))
  const undated = [filterOf(type, `${date}:missing`, 'true', options)]
  return [
    { is: 'either', any: [...held, ...itself] },
    { is: 'either', any: [within, undated] },
  ]
}

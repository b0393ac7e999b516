import type { Resource } from '@medplum/fhirtypes'
import fc from 'fast-check'
import type { Kept } from '../../../src/store/index.ts'
import { newId } from '../resources.ts'

/** Small pools, so that questions and what is kept meet often. */
const systems = ['http://loinc.org', 'http://a|b', 'urn:oid:1.2']
const codes = ['24531-6', 'x|y', 'a,b', 'A', 'a', '$1']
const families = ['Élan', 'elan', "O'Neill", 'Dupont-Noël', 'DUPONT', 'Œuvré', 'Ng', '日本', '100%_sure']
const words = ['Jean Noël', 'Jean', 'jeanne', 'Dr', 'd’Arc']
const days = ['2026-03-28', '2026-03-29', '2026-10-25', '2026-12-31', '2027-01-01']
const dates = ['2026', '2026-03', '0001-01-01', '1905-06', '9999-12-31', ...days]
const times = days.flatMap((day) => [
  `${day}T00:30:00+01:00`,
  `${day}T12:00:00.123Z`,
  `${day}T23:59:59+02:00`,
])

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const of = <Value>(values: readonly Value[]) => fc.constantFrom(...values)
const some = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  maybe(fc.array(arbitrary, { minLength: 1, maxLength: 3 }))

const coding = fc.record({ system: of(systems), code: of(codes) }, { requiredKeys: [] })
const concept = fc.record({ coding: some(coding), text: of(['Scanner du thorax', 'scanner', 'Échographie']) })
/** Former ones: several may have had the same. */
const identifier = fc.record({
  use: fc.constant('old'),
  system: of(systems),
  value: of(['7', 'a|b']),
  type: maybe(fc.record({ coding: fc.tuple(fc.record({ system: of(systems), code: of(['NI', 'PI']) })) })),
})
const position = fc.record({
  latitude: of([49.1829, 49.2764, 48.8566, -20.8789, 89.9]),
  longitude: of([-0.3707, -0.7024, 2.3522, 55.4481, 179.9, -179.9]),
})
const period = fc.record(
  { start: of([...dates, ...times]), end: of([...dates, ...times]) },
  { requiredKeys: [] },
)
const quantity = fc.record({
  value: of([5, 5.4, 5.45, 5.449, -1, 100]),
  comparator: maybe(of(['<', '>'])),
  unit: maybe(of(['mg', 'g'])),
  system: maybe(of(systems)),
  code: maybe(of(['mg', 'x|y'])),
})

export interface Ids {
  Patient: readonly string[]
  Schedule: readonly string[]
  Slot: readonly string[]
  ServiceRequest: readonly string[]
}

const to = (ids: Ids, ...types: (keyof Ids)[]) =>
  fc.record({
    reference: of([
      ...types.flatMap((type) => ids[type].map((id) => `${type}/${id}`)),
      `${types[0]}/${ids[types[0] ?? 'Patient'][0]}/_history/2`,
      'https://elsewhere.example/fhir/Patient/1',
      'urn:uuid:0d0f3c4e-0000-4000-8000-000000000000',
    ]),
  })

const meta = fc.record({
  tag: some(coding),
  source: maybe(of(['urn:a:b', 'urn:a:bc', 'http://a/b', 'http://a/b/c', 'http://a/bc'])),
})

/** Arbitrary resources of each type: what search looks at, in every form that it may have. */
const shapes: Readonly<Record<string, (ids: Ids) => fc.Arbitrary<{ meta: object }>>> = {
  Patient: () =>
    fc.record({
      meta,
      active: maybe(fc.boolean()),
      birthDate: maybe(of(dates)),
      deceasedBoolean: maybe(fc.boolean()),
      name: some(fc.record({ family: of(families), given: some(of(words)) }, { requiredKeys: [] })),
      identifier: some(identifier),
      telecom: some(fc.record({ system: of(['phone', 'email']), value: of(['1', 'a@b']) })),
    }),
  Schedule: (ids) =>
    fc.record({
      meta,
      active: maybe(fc.boolean()),
      actor: some(to(ids, 'Patient')),
      planningHorizon: maybe(period),
    }),
  Slot: (ids) =>
    fc.record({
      meta,
      status: of(['free', 'busy', 'busy-tentative']),
      start: of(times),
      schedule: fc.oneof(to(ids, 'Schedule'), fc.constant({ display: 'somewhere' })),
      serviceType: some(concept),
    }),
  ServiceRequest: (ids) =>
    fc.record({
      meta,
      status: of(['active', 'revoked']),
      priority: maybe(of(['routine', 'urgent'])),
      code: maybe(concept),
      subject: fc.oneof(to(ids, 'Patient'), fc.record({ identifier, type: maybe(of(['Patient', 'Group'])) })),
      authoredOn: maybe(of([...dates, ...times])),
      occurrencePeriod: maybe(period),
      basedOn: some(to(ids, 'ServiceRequest')),
    }),
  Observation: (ids) =>
    fc.record({
      meta,
      status: fc.constant('final'),
      code: concept,
      subject: to(ids, 'Patient'),
      valueQuantity: maybe(quantity),
      component: some(
        fc.oneof(
          fc.record({ code: concept, valueQuantity: quantity }),
          fc.record({ code: concept, valueCodeableConcept: concept }),
        ),
      ),
    }),
  Encounter: (ids) =>
    fc.record({
      meta,
      status: fc.constant('finished'),
      subject: to(ids, 'Patient'),
      location: some(fc.record({ period: maybe(period) })),
    }),
  DocumentReference: (ids) =>
    fc.record({
      meta,
      relatesTo: some(fc.record({ code: of(['replaces', 'appends']), target: to(ids, 'ServiceRequest') })),
    }),
  Location: () => fc.record({ meta, name: of(families), position: maybe(position) }),
  Task: (ids) =>
    fc.record({ meta, status: of(['requested', 'accepted']), focus: to(ids, 'ServiceRequest', 'Slot') }),
}

export const types = Object.keys(shapes)

/** What is said of nothing is not said: no resource that is kept has an empty element. */
function withoutEmpty(_: string, value: unknown): unknown {
  const rest = Array.isArray(value) ? value.filter((each) => each !== undefined) : value
  return typeof rest === 'object' && rest !== null && Object.keys(rest).length === 0 ? undefined : rest
}

/** As many of each type, from a seed: the same ones each time but for their ids. */
export function randomResources(each: number, seed: number): Kept[] {
  const made = new Map(types.map((type) => [type, Array.from({ length: each }, newId)]))
  const ids = Object.fromEntries(made) as unknown as Ids // every type is there
  return types.flatMap((type, order) =>
    fc
      .sample(shapes[type]?.(ids) ?? fc.constant({ meta: {} }), { numRuns: each, seed: seed + order })
      .map((shape, index) => {
        const id = made.get(type)?.[index] ?? ''
        const lastUpdated = new Date(Date.UTC(2026, 2, 1, 0, index)).toISOString()
        const resource = {
          ...shape,
          resourceType: type,
          id,
          meta: { ...shape.meta, versionId: '1', lastUpdated },
        }
        return JSON.parse(JSON.stringify(resource), withoutEmpty) as Kept<Resource> // shaped as one; undefined is gone
      }),
  )
}

const escaped = (text: string) => text.replace(/[\\,|$]/g, String.raw`\$&`)
const prefix = of(['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'])

const anyOf = (values: fc.Arbitrary<string>) =>
  fc.array(values, { minLength: 1, maxLength: 2 }).map((chosen) => chosen.join(','))

const token = fc.oneof(
  of(codes).map(escaped),
  of(codes).map((code) => `|${escaped(code)}`),
  of(systems).map((system) => `${escaped(system)}|`),
  fc.tuple(of(systems), of(codes)).map(([system, code]) => `${escaped(system)}|${escaped(code)}`),
)
const date = fc.tuple(prefix, of([...dates, ...times, '2026-03-29T02:30'])).map((parts) => parts.join(''))
const amount = fc
  .tuple(prefix, of(['5', '5.4', '5.45', '-1', '1e2', '100']), of(['', '', '||mg', `|${systems[0]}|mg`]))
  .map((parts) => parts.join(''))
const text = of([...families, ...words, 'e', 'ON', 'dup', 'noel', 'jean n']).map(escaped)
const truth = of(['true', 'false'])
const typed = fc
  .tuple(of(systems), of(['NI', 'PI']), of(['7', 'a|b']))
  .map((parts) => parts.map(escaped).join('|'))
const area = fc
  .tuple(
    of(['49.18|-0.37', '48.85|2.35', '-20.9|55.4', '89.95|0']),
    of(['1|km', '40|km', '300|km', '9000000|m']),
  )
  .map((parts) => parts.join('|'))

/** `name=value` for each of the values. */
const asks = (values: fc.Arbitrary<string>, ...names: string[]) =>
  fc.tuple(of(names), anyOf(values)).map(([name, value]) => [name, value] as const)

const missing = (...names: string[]) =>
  fc.tuple(of(names), truth).map(([name, value]) => [`${name}:missing`, value] as const)

const everywhere = (ids: readonly string[]) =>
  fc.oneof(
    asks(token, '_tag', '_tag:not'),
    asks(
      of(['urn:a:b', 'urn:a', 'http://a/b', 'http://a/b/c', 'http://a', 'http://a/b/']),
      '_source',
      '_source:above',
      '_source:below',
    ),
    asks(of(ids), '_id', '_id:not'),
    asks(
      fc.tuple(prefix, of(['2026-03-01T00:03:00Z', '2026-03-01', '2026-03-01T01:10'])).map((p) => p.join('')),
      '_lastUpdated',
    ),
    missing('_tag', '_source'),
  )

const near = (ids: readonly string[], type: string) =>
  fc.oneof(
    of(ids),
    of(ids).map((id) => `${type}/${id}`),
  )

const reference = (ids: readonly string[], type: string) =>
  fc.oneof(near(ids, type), fc.constant('https://elsewhere.example/fhir/Patient/1'))

/** One parameter of a query on a type. */
const parametersFor = (ids: Ids): Readonly<Record<string, fc.Arbitrary<readonly [string, string]>>> => ({
  Patient: fc.oneof(
    asks(text, 'family', 'name', 'given', 'family:exact', 'name:contains'),
    asks(date, 'birthdate'),
    asks(truth, 'active', 'active:not', 'deceased'),
    asks(of(['1', 'phone|1', 'a@b', 'email|']), 'telecom', 'phone', 'email'),
    asks(typed, 'identifier:of-type'),
    asks(of(['Dupont', 'elan', 'jean noel', 'Ng']), 'phonetic'),
    missing('family', 'birthdate', 'active', 'telecom'),
    asks(of(['revoked', 'active']), '_has:ServiceRequest:subject:status'),
    asks(of(['free']), '_has:Schedule:actor:_has:Slot:schedule:status'),
  ),
  Schedule: fc.oneof(
    asks(reference(ids.Patient, 'Patient'), 'actor'),
    asks(near(ids.Patient, 'Patient'), 'actor:Patient'),
    asks(date, 'date'),
    asks(text, 'actor:Patient.family'),
    missing('actor', 'date', 'active'),
  ),
  Slot: fc.oneof(
    asks(
      of(['free', 'busy', 'http://hl7.org/fhir/slotstatus|free', '|busy', 'http://else.where|free']),
      'status',
      'status:not',
    ),
    asks(date, 'start'),
    asks(reference(ids.Schedule, 'Schedule'), 'schedule'),
    asks(token, 'service-type', 'service-type:not'),
    asks(truth, 'schedule.active'),
    asks(text, 'schedule.actor:Patient.family'),
    missing('schedule', 'service-type'),
  ),
  ServiceRequest: fc.oneof(
    asks(token, 'code', 'code:not'),
    asks(of(['scanner', 'echo', 'Scanner du', 'thorax']), 'code:text'),
    asks(of(['7', 'urn:oid:1.2|7', '|7']), 'subject:identifier', 'patient:identifier'),
    asks(date, 'authored', 'occurrence'),
    asks(reference(ids.Patient, 'Patient'), 'subject', 'patient'),
    asks(near(ids.Patient, 'Patient'), 'subject:Patient'),
    asks(reference(ids.ServiceRequest, 'ServiceRequest'), 'based-on'),
    asks(text, 'subject:Patient.name', 'patient.family'),
    asks(date, 'based-on.authored'),
    missing('code', 'authored', 'priority', 'based-on', 'patient'),
    asks(of(['requested']), '_has:Task:focus:status'),
  ),
  Observation: fc.oneof(
    asks(amount, 'value-quantity'),
    asks(token, 'code'),
    asks(
      fc.tuple(token, amount).map((parts) => parts.join('$')),
      'code-value-quantity',
    ),
    asks(amount, 'component-value-quantity', 'combo-value-quantity'),
    asks(
      fc.tuple(token, amount).map((parts) => parts.join('$')),
      'component-code-value-quantity',
      'combo-code-value-quantity',
    ),
    asks(
      fc.tuple(token, token).map((parts) => parts.join('$')),
      'component-code-value-concept',
    ),
    missing(
      'value-quantity',
      'code',
      'code-value-quantity',
      'component-value-quantity',
      'component-code-value-concept',
      'combo-code-value-quantity',
    ),
  ),
  Encounter: fc.oneof(asks(date, 'location-period'), missing('location-period')),
  DocumentReference: fc.oneof(
    asks(
      fc
        .tuple(
          of(['replaces', '|replaces', 'http://hl7.org/fhir/document-relationship-type|appends']),
          near(ids.ServiceRequest, 'ServiceRequest'),
        )
        .map((parts) => parts.join('$')),
      'relationship',
    ),
    missing('relationship'),
  ),
  Location: fc.oneof(asks(area, 'near'), asks(text, 'name'), missing('near')),
  Task: fc.oneof(
    asks(reference(ids.Slot, 'Slot'), 'focus'),
    asks(near(ids.Slot, 'Slot'), 'focus:Slot'),
    asks(of(['free']), 'focus:Slot.status'),
    asks(of(['active', 'revoked']), 'focus:ServiceRequest.status'),
  ),
})

const sorts: Readonly<Record<string, readonly string[]>> = {
  Patient: ['family', 'birthdate', 'active', '_lastUpdated', '_id'],
  Schedule: ['date', 'active'],
  Slot: ['start', 'status', 'schedule'],
  ServiceRequest: ['authored', 'priority', 'subject'],
  Observation: ['value-quantity', 'combo-value-quantity'],
  Encounter: ['location-period'],
  DocumentReference: ['_lastUpdated'],
  Location: ['name'],
  Task: ['status', 'focus'],
}

export interface RandomQuery {
  type: string
  query: string
  sight: 'all' | string[]
}

/** Arbitrary questions: parameters that all have to hold, an order, a page size, and whose eyes. */
export function randomQueries(resources: readonly Kept[]): fc.Arbitrary<RandomQuery> {
  const ids = Object.groupBy(resources, ({ resourceType }) => resourceType) as Record<keyof Ids, Kept[]> // each has some
  const few = (type: keyof Ids) => ids[type].slice(0, 4).map(({ id }) => id)
  const parameters = parametersFor({
    Patient: few('Patient'),
    Schedule: few('Schedule'),
    Slot: few('Slot'),
    ServiceRequest: few('ServiceRequest'),
  })
  return of(types).chain((type) => {
    const one = fc.oneof(parameters[type] ?? fc.constant(['_id', '?'] as const), everywhere(few('Slot')))
    const key = fc.tuple(of(['', '-']), of(sorts[type] ?? [])).map((parts) => parts.join(''))
    return fc
      .record({
        asked: fc.array(one, { maxLength: 3 }),
        sort: fc.array(key, { maxLength: 2 }),
        count: fc.integer({ min: 1, max: 20 }),
        sight: fc.oneof(fc.constant('all' as const), fc.subarray(['public', 'member', 'org:1'])),
      })
      .map(({ asked, sort, count, sight }) => {
        const sorted = sort.length > 0 ? [['_sort', sort.join(',')] as const] : []
        const pairs = [...asked, ...sorted, ['_count', String(count)] as const]
        return {
          type,
          query: pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&'),
          sight,
        }
      })
  })
}

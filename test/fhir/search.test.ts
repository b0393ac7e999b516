import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Failure } from '../../src/fhir/outcome.ts'
import { parseSearch, type SearchOptions } from '../../src/fhir/search.ts'

/** Conditions with the codes of their parameters in place of their definitions. */
const filters = (type: string, query: string, options?: SearchOptions) =>
  parseSearch(type, query, options).search.filters.map((filter) =>
    'parameter' in filter ? { ...filter, parameter: undefined, code: filter.parameter.code } : filter,
  )

const issuesOf = (type: string, query: string, options?: SearchOptions) => {
  try {
    parseSearch(type, query, options)
    return []
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return thrown.issues
  }
}

test('repeated parameters have all to hold, of values between commas one', () => {
  expect(filters('Slot', 'status=free,busy&status:not=busy&schedule=1')).toEqual([
    { code: 'status', is: 'text', not: false, any: ['free', 'busy'] },
    { code: 'status', is: 'text', not: true, any: ['busy'] },
    { code: 'schedule', is: 'text', not: false, any: ['Schedule/1'] },
  ])
})

test.each([
  ['a', ['a']],
  ['urn:s|a', ['urn:s|a']],
  ['urn:s|', ['urn:s|']],
  ['|a', ['|a']],
  [String.raw`a\,b,c`, ['a,b', 'c']],
  [String.raw`a\|b`, [String.raw`a\|b`]],
  [String.raw`urn:s|a\|b\$\\`, [String.raw`urn:s|a\|b$\\`]],
])('a token %s is looked for as %j', (value, any) => {
  expect(filters('ServiceRequest', `code=${encodeURIComponent(value)}`)).toEqual([
    { code: 'code', is: 'overlap', not: false, any },
  ])
})

test('a code whose system goes without saying is found with it, and with no other', () => {
  const of = (value: string) => filters('Slot', `status=${value}`)[0]
  expect(of('http://hl7.org/fhir/slotstatus|free')).toMatchObject({ any: ['free'] })
  expect(of('|free')).toMatchObject({ any: ['free'] })
  expect(of('http://else.where|free')).toMatchObject({ any: [] })
})

test.each([
  ['subject=1', ['Device/1', 'Group/1', 'Location/1', 'Patient/1']],
  ['subject:Patient=1', ['Patient/1']],
  ['subject=Patient/1', ['Patient/1']],
  ['subject=https://us.example/fhir/Patient/1', ['Patient/1']],
  ['subject=https://them.example/fhir/Patient/1', ['https://them.example/fhir/Patient/1']],
  ['patient=1', ['Patient/1']],
])('%s is %j', (query, any) => {
  expect(filters('ServiceRequest', query, { base: 'https://us.example/fhir' })).toMatchObject([
    { is: 'text', any },
  ])
})

test.each([
  ['ge2026-03-29', 'ge', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'],
  ['2026-03-29T10:00:00Z', 'eq', '2026-03-29T10:00:00.000Z', '2026-03-29T10:00:00.999Z'],
  ['lt2026-03-29T10:00:00 02:00', 'lt', '2026-03-29T08:00:00.000Z', '2026-03-29T08:00:00.999Z'],
  ['ap2026-03-29', 'ap', '2026-03-27T23:00:00.000Z', '2026-03-30T21:59:59.999Z'],
])('a date %s is %s from %s to %s', (value, prefix, low, high) => {
  expect(filters('Slot', `start=${value}`)).toMatchObject([{ is: 'date', any: [{ prefix, low, high }] }])
})

test.each([
  ['5.4', 'eq', 5.35, 5.45],
  ['5.40', 'eq', 5.395, 5.405],
  ['1e2', 'eq', 50, 150],
  ['gt5.4', 'gt', 5.4, 5.4],
  ['ap-10', 'ap', -11, -9],
])('a number %s is %s from %d to %d', (value, prefix, low, high) => {
  expect(filters('Observation', `value-quantity=${value}`)).toMatchObject([{ any: [{ prefix, low, high }] }])
})

test('a unit goes with its number', () => {
  const unit = (value: string) => filters('Observation', `value-quantity=${encodeURIComponent(value)}`)
  expect(unit('5|http://unitsofmeasure.org|mg')).toMatchObject([
    { any: [{ unit: 'http://unitsofmeasure.org|mg' }] },
  ])
  expect(unit('5||mg')).toMatchObject([{ any: [{ unit: 'mg' }] }])
})

test('a chain follows every type that has such a parameter, or the one that is named', () => {
  expect(filters('Slot', 'schedule.actor=Location/1')).toMatchObject([
    {
      is: 'chain',
      code: 'schedule',
      any: [{ type: 'Schedule', filter: { is: 'overlap', any: ['Location/1'] } }],
    },
  ])
  expect(filters('ServiceRequest', 'subject.name=a')).toMatchObject([
    { any: [{ type: 'Location' }, { type: 'Patient' }] },
  ])
  expect(filters('ServiceRequest', 'subject:Patient.name=a')).toMatchObject([{ any: [{ type: 'Patient' }] }])
})

test('what refers to a resource can be asked for, through further references too', () => {
  expect(filters('Location', '_has:Schedule:actor:_has:Slot:schedule:status=free')).toMatchObject([
    {
      is: 'has',
      type: 'Schedule',
      filter: { is: 'has', type: 'Slot', filter: { is: 'text', any: ['free'] } },
    },
  ])
})

test('what a search says of its result is told apart from what it looks for', () => {
  const query =
    '_sort=status,-start&_count=7&_total=accurate&_include=Slot:schedule&_include:iterate=Schedule:actor:Location'
  const { search } = parseSearch('Slot', `${query}&_revinclude=Appointment:slot&_format=json&_pretty=true`)
  expect(search).toMatchObject({
    count: 7,
    total: true,
    totalOnly: false,
    filters: [],
    sort: [
      { parameter: { code: 'status' }, descending: false },
      { parameter: { code: 'start' }, descending: true },
    ],
    includes: [
      { type: 'Slot', reverse: false, iterate: false },
      { type: 'Schedule', target: 'Location', iterate: true },
      { type: 'Appointment', reverse: true },
    ],
  })
})

test('nobody gets more than the greatest page; none at all is a count', () => {
  expect(parseSearch('Slot', '_count=5000', { maxCount: 200 }).search.count).toBe(200)
  expect(parseSearch('Slot', '', { defaultCount: 20 }).search.count).toBe(20)
  expect(parseSearch('Slot', '_count=0').search.totalOnly).toBe(true)
  expect(parseSearch('Slot', '_summary=count').search.totalOnly).toBe(true)
})

test('an unknown parameter is refused by name, with those that are known', () => {
  const [issue] = issuesOf('Slot', 'colour=red')
  expect(issue).toMatchObject({ case: 'unknown-parameter', expression: 'colour' })
  expect(issue?.text).toContain('"colour"')
  for (const known of ['status', 'start', 'schedule', '_lastUpdated', '_include'])
    expect(issue?.text).toContain(known)
})

test('all faults of a search are told at once', () => {
  expect(
    issuesOf('Slot', 'colour=red&start=soon&_count=many&status:text=x').map((issue) => issue.expression),
  ).toEqual(expect.arrayContaining(['colour', 'start', '_count', 'status']))
})

test.each(['true', 'false', 'text', 'count'])(
  'a page of none and _summary=%s: nothing but the number, in either order',
  (summary) => {
    for (const query of [`_count=0&_summary=${summary}`, `_summary=${summary}&_count=0`]) {
      const { search } = parseSearch('Slot', query)
      expect([search.totalOnly, search.count], query).toEqual([true, 0])
    }
  },
)

test('what is left out is told parameter by parameter', () => {
  const kept: [string, string][] = [
    ['_has:Appointment:slot:status', 'booked'],
    ['schedule', 'Schedule/1'],
    ['_include', 'Slot:schedule'],
  ]
  const unknown: [string, string][] = [
    ['_has:Foo:bar:baz', '1'],
    ['schedule.colour', 'red'],
    ['_include', 'Slot:colour'],
    ['_sort', 'status,colour'],
  ]
  const query = new URLSearchParams([...unknown, ...kept])
  const { search, left } = parseSearch('Slot', query, { lenient: true })
  expect(left).toEqual(unknown)
  expect([search.filters.length, search.includes.length, search.sort.length]).toEqual([2, 1, 0])
})

test('handled leniently, what is unknown is left out with a warning; what is wrong is not', () => {
  const { search, warnings } = parseSearch('Slot', 'colour=red&status=free', { lenient: true })
  expect(search.filters).toHaveLength(1)
  expect(warnings).toMatchObject([{ case: 'unknown-parameter', severity: 'warning', expression: 'colour' }])
  expect(issuesOf('Slot', 'start=soon', { lenient: true })).toMatchObject([{ case: 'value' }])
  expect(issuesOf('Slot', 'status:text=free', { lenient: true })).toMatchObject([
    { case: 'unsupported-value' },
  ])
})

test.each([
  ['Slot', 'status=', 'value'],
  ['Slot', 'status=free,', 'value'],
  ['Slot', 'start=2026-02-30', 'value'],
  ['Slot', 'status:in=http://x', 'unsupported-value'],
  ['Slot', 'status:missing=perhaps', 'value'],
  ['Slot', 'schedule:Patient=1', 'unsupported-value'],
  ['Slot', 'schedule=not an id', 'value'],
  ['Slot', 'schedule.colour=red', 'unknown-parameter'],
  ['Slot', 'status.code=red', 'unknown-parameter'],
  ['Slot', 'service-type=|', 'value'],
  ['Patient', 'family=...', 'value'],
  ['Patient', 'phonetic=...', 'value'],
  ['Location', 'near=48', 'value'],
  ['Location', 'near=91|2|5|km', 'value'],
  ['Location', 'near=48|2|5|miles', 'value'],
  ['Observation', 'code-value-quantity=a', 'value'],
  ['Observation', 'code-value-quantity=a$5$6', 'value'],
  ['Observation', 'component-code-value-quantity=a', 'value'],
  ['Observation', 'component-code-value-quantity=a$b', 'value'],
  ['Observation', 'component-code-value-quantity:not=a$5', 'unsupported-value'],
  ['Patient', 'identifier:of-type=NI|7', 'value'],
  ['Patient', 'gender:of-type=a|b|c', 'unsupported-value'],
  ['Slot', 'service-type:below=x', 'unsupported-value'],
  ['Slot', '_list=$current-problems', 'unsupported-value'],
  ['Slot', '_list=', 'value'],
  ['Observation', 'value-quantity=five', 'value'],
  ['Observation', 'value-quantity=7.7|http://unitsofmeasure.org', 'value'],
  ['Observation', 'value-quantity=7.7|http://unitsofmeasure.org|', 'value'],
  ['Observation', 'value-quantity=7.7|http://unitsofmeasure.org|kg|g', 'value'],
  ['Observation', 'component-code-value-quantity=a$7.7|urn:u', 'value'],
  ['Slot', 'start=2026-03-29T10:00:00+99:99', 'value'],
  ['Slot', 'start=ge2026-03-29T10:00:00-14:30', 'value'],
  ['Slot', '_count=-1', 'value'],
  ['Slot', '_count:foo=5', 'unsupported-value'],
  ['Slot', '_count=5&_count=6', 'value'],
  ['Slot', '_sort:desc=start', 'unsupported-value'],
  ['Slot', '_total:bar=none', 'unsupported-value'],
  ['Slot', '_summary:x=true', 'unsupported-value'],
  ['Slot', '_elements:exact=start', 'unsupported-value'],
  ['Slot', '_cursor:x=WyJ4Il0', 'unsupported-value'],
  ['Slot', '_format:x=json', 'unsupported-value'],
  ['Slot', '_sort=service-type', 'value'],
  ['Slot', '_sort=colour', 'unknown-parameter'],
  ['Slot', '_include=*:*', 'value'],
  ['Slot', '_include=Task:*', 'value'],
  ['Slot', '_include=Slot:status', 'value'],
  ['Slot', '_include=Slot:schedule:Patient', 'value'],
  ['Slot', '_include=Schedule:actor', 'value'],
  ['Slot', '_include:recurse=Slot:schedule', 'unsupported-value'],
  ['Slot', '_revinclude=Task:owner', 'value'],
  ['Slot', '_elements=colour', 'value'],
  ['Slot', '_summary=some', 'value'],
  ['Slot', '_contained=true', 'unknown-parameter'],
  ['Slot', '_total=some', 'value'],
  ['Slot', '_has:Task:owner:status=x', 'unknown-parameter'],
  ['Slot', '_has:Nothing:at:all=x', 'unknown-parameter'],
  ['Slot', '_has=x', 'unknown-parameter'],
  ['Slot', 'constructor=x', 'unknown-parameter'],
  ['Slot', '__proto__=x', 'unknown-parameter'],
  ['Task', 'focus.status=active', 'value'],
  ['Task', 'focus.focus.focus.status=active', 'value'],
  [
    'Slot',
    'schedule.actor:Location.partof.partof.partof.partof.partof.partof.partof.partof.partof.partof.name=x',
    'value',
  ],
])('%s?%s is refused: %s', (type, query, what) => {
  expect(issuesOf(type, query)).toMatchObject([{ case: what }])
})

test('a search of hundreds of parameters or values is refused', () => {
  expect(issuesOf('Slot', 'status=free&'.repeat(101))).toMatchObject([{ case: 'value' }])
  expect(issuesOf('Slot', `_id=${'a,'.repeat(1000)}a`)).toMatchObject([{ case: 'value' }])
})

test('a refusal never says a value, which may be a patient’s', () => {
  for (const query of [
    'birthdate=Martin',
    '_sort=Martin%0A',
    'birthdate:Martin=1',
    'general-practitioner=Martin Jean',
  ]) {
    const texts = issuesOf('Patient', query).map(({ text }) => text)
    if (query.startsWith('birthdate=') || query.startsWith('general'))
      expect(texts.join()).not.toContain('Martin')
    expect(texts.join()).not.toContain('\n')
  }
})

test('whatever is asked is a search or a failure that says what is wrong with it', () => {
  const names = fc.oneof(
    fc.constantFrom(
      'status',
      'start',
      'schedule',
      '_include',
      '_sort',
      '_has:Task:focus:status',
      'schedule.actor.name',
    ),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.string({ unit: 'binary' })), { maxLength: 4 }), (pairs) => {
      const query = new URLSearchParams(pairs).toString()
      for (const issue of issuesOf('Slot', query)) expect(issue.text.length).toBeGreaterThan(10)
    }),
    { numRuns: 2000 },
  )
})

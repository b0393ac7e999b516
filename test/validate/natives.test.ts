import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { structures } from '../../src/fhir/definitions/index.ts'
import { invariantCheck } from '../../src/validate/invariants.ts'
import { isNotAfter, natives } from '../../src/validate/natives.ts'
import { top } from '../../src/validate/place.ts'

const constraints = structures.flatMap(({ snapshot }) =>
  (snapshot?.element ?? []).flatMap(({ constraint = [], path }) =>
    constraint.map((one) => ({ ...one, path })),
  ),
)

/** Whether an invariant holds by its FHIRPath. */
function holds(key: string, value: object): boolean {
  const constraint = constraints.find((one) => one.key === key)
  if (!constraint) throw new Error(`${key} is none of R4`)
  const issues: [] = []
  const json = value as Record<string, unknown>
  invariantCheck(constraint, constraint.path)?.(json, top('X'), { issues, root: json, resource: json })
  return issues.length === 0
}

const text = fc.constantFrom('a', 'b')
const concept = fc.record({ text })
const instant = fc.constantFrom('2026-01-01T10:00:00Z', '2026-01-01T10:00:00+01:00', '2026-06-01T00:00:00Z')
const inner = fc.record(
  {
    resourceType: fc.constant('Patient'),
    id: fc.constantFrom('p', 'q'),
    meta: fc.record(
      { versionId: text, lastUpdated: instant, security: fc.constant([{ code: 'a' }]), source: text },
      { requiredKeys: [] },
    ),
    contained: fc.constant([{ resourceType: 'Patient', id: 'r' }]),
  },
  { requiredKeys: ['resourceType'] },
)
const contained = {
  resourceType: fc.constant('ServiceRequest'),
  contained: fc.array(inner, { minLength: 1, maxLength: 2 }),
}

/** Elements that each hand-written invariant looks at. */
const elements: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  'qty-3': { code: text, system: text, value: fc.integer() },
  'att-1': { data: fc.constant('YQ=='), contentType: text },
  'cpt-2': { value: text, system: fc.constant('phone') },
  'per-1': { start: instant, end: instant },
  'sqty-1': { comparator: fc.constant('<'), value: fc.integer() },
  'pat-1': {
    name: concept,
    telecom: fc.constant([{ value: '1' }]),
    address: concept,
    organization: fc.constant({ display: 'o' }),
    gender: fc.constant('male'),
  },
  'prr-1': { orderDetail: fc.constant([{ text: 'a' }]), code: concept, status: text },
  'app-1': { type: fc.constant([{ text: 'a' }]), actor: fc.constant({ display: 'x' }), status: text },
  'app-2': { start: instant, end: instant, status: text },
  'app-3': {
    start: instant,
    end: instant,
    status: fc.constantFrom('proposed', 'cancelled', 'waitlist', 'booked'),
  },
  'app-4': {
    resourceType: fc.constant('Appointment'),
    cancelationReason: concept,
    status: fc.constantFrom('noshow', 'cancelled', 'booked'),
  },
  'apr-1': { participantType: fc.constant([{ text: 'a' }]), actor: fc.constant({ display: 'x' }) },
  'obs-6': {
    resourceType: fc.constant('Observation'),
    dataAbsentReason: concept,
    valueString: text,
    valueQuantity: fc.constant({ value: 1 }),
  },
  'org-1': { identifier: fc.constant([{ value: 'a' }]), name: text, alias: fc.constant(['a']) },
  'org-3': { use: fc.constantFrom('home', 'work') },
  'dom-2': contained,
  'dom-4': contained,
  'dom-5': contained,
}

/** Objects with any of these elements, each as often there as not. */
function someOf(shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  return fc.tuple(fc.record(shape), fc.subarray(Object.keys(shape))).map(([value, names]) => {
    const kept = Object.entries(value).filter(([name]) => name === 'resourceType' || names.includes(name))
    return Object.fromEntries(kept)
  })
}

/** Those that FHIRPath engines stumble over: examples instead. */
const byExample = ['ref-1', 'dom-3', 'eld-16', 'eld-19', 'eld-20']

test('every hand-written invariant is compared or has examples', () => {
  expect(Object.keys(natives).sort()).toEqual([...Object.keys(elements), ...byExample].sort())
})

describe.each(Object.entries(elements))('%s by hand', (key, shape) => {
  test('is as by FHIRPath', () => {
    const verdicts = new Set<boolean>()
    fc.assert(
      fc.property(someOf(shape), (value) => {
        const native = natives[key]?.(value, { issues: [], root: value, resource: value })
        verdicts.add(native === true)
        expect(native).toBe(holds(key, value))
      }),
      { numRuns: 300 },
    )
    expect(verdicts.size).toBe(2)
  })
})

test.each([
  ['2026-01-01', '2026-01-01', true],
  ['2026-01', '2026-01-15', true],
  ['2026-02', '2026-01-15', false],
  ['2026-01-15', '2026-01', true],
  ['2027', '2026-12-31T23:00:00Z', false],
  ['2026-01-01T00:30:00+01:00', '2025-12-31T23:40:00Z', true],
  ['2026-01-01T10:00:00Z', '2026-01-01T10:00:00+01:00', false],
])('%s may be before or at %s: %s', (start, end, expected) => {
  expect(isNotAfter(start, end)).toBe(expected)
})

test.each([
  ['ref-1', { reference: '#p' }, { contained: [{ id: 'p' }] }, true],
  ['ref-1', { reference: '#q' }, { contained: [{ id: 'p' }] }, false],
  ['ref-1', { reference: '#' }, {}, true],
  ['ref-1', { reference: 'Patient/1' }, {}, true],
  ['dom-3', { contained: [{ id: 'p' }], subject: { reference: '#p' } }, {}, true],
  ['dom-3', { contained: [{ id: 'p', subject: { reference: '#' } }] }, {}, true],
  ['dom-3', { contained: [{ id: 'p' }], subject: { reference: '#q' } }, {}, false],
  ['dom-3', {}, {}, true],
  ['eld-16', { sliceName: 'a/b-c_d[x]@1' }, {}, true],
  ['eld-16', { sliceName: 'a b' }, {}, false],
  ['eld-16', {}, {}, true],
  ['eld-19', { path: 'Patient.name' }, {}, true],
  ['eld-19', { path: '.name' }, {}, false],
  ['eld-20', { path: '1' }, {}, false],
  ['eld-20', { path: 'Patient' }, {}, true],
])('%s of %j in %j: %s', (key, value, root, expected) => {
  expect(natives[key]?.(value, { issues: [], root, resource: value })).toBe(expected)
})

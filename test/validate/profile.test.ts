import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import { openValidator } from '../../src/validate/index.ts'
import { loadProfiles } from '../../src/validate/profiles.ts'

const url = 'https://site.example/StructureDefinition/p'

type Element = Partial<ElementDefinition> & { id: string }

/** A profile from the elements that it constrains, the path taken from the id. */
function profileOf(
  type: string,
  elements: readonly Element[],
  kind: 'resource' | 'complex-type' = 'resource',
): StructureDefinition {
  const element = [{ id: type }, ...elements].map(
    (one) => ({ path: one.id.replace(/:[^.]*/g, ''), ...one }) as ElementDefinition, // only what is read of them
  )
  return {
    resourceType: 'StructureDefinition',
    url,
    name: 'P',
    status: 'active',
    kind,
    abstract: false,
    type,
    derivation: 'constraint',
    snapshot: { element },
  }
}

function open(...files: unknown[]) {
  return openValidator({ structures, bindings, profiles: loadProfiles(files) })
}

/** What an Observation breaks of a profile with these elements. */
function broken(elements: readonly Element[], resource: object, ...others: unknown[]): string[] {
  const whole = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...resource }
  return open(profileOf('Observation', elements), ...others)
    .validate(whole, { against: url })
    .map(({ case: what, expression }) => `${what} ${expression}`)
}

describe('an element', () => {
  test('required, limited, or not used', () => {
    const elements = [
      { id: 'Observation.subject', min: 1, max: '1' },
      { id: 'Observation.note', min: 0, max: '1' },
      { id: 'Observation.device', min: 0, max: '0' },
    ]
    expect(broken(elements, { subject: { reference: 'Patient/1' }, note: [{ text: 'a' }] })).toEqual([])
    expect(broken(elements, { note: [{ text: 'a' }, { text: 'b' }], device: { display: 'x' } })).toEqual([
      'profile-required Observation.subject',
      'business-rule Observation.note',
      'business-rule Observation.device',
    ])
  })

  test('fixed, or after a pattern', () => {
    const fixed = [{ id: 'Observation.code', fixedCodeableConcept: { text: 'x' } }]
    expect(broken(fixed, {})).toEqual([])
    expect(broken(fixed, { code: { text: 'x', coding: [{ code: 'a' }] } })).toEqual([
      'business-rule Observation.code',
    ])
    const pattern = [
      { id: 'Observation.code', patternCodeableConcept: { coding: [{ system: 's', code: 'a' }] } },
    ]
    expect(
      broken(pattern, {
        code: { text: 'y', coding: [{ code: 'b' }, { system: 's', code: 'a', display: 'A' }] },
      }),
    ).toEqual([])
    expect(broken(pattern, { code: { coding: [{ system: 's', code: 'b' }] } })).toEqual([
      'business-rule Observation.code',
    ])
  })

  test('of a length, at least, at most', () => {
    const elements = [
      { id: 'Observation.value[x]', maxLength: 3 },
      { id: 'Observation.issued', minValueInstant: '2026-01-01T00:00:00Z' },
      { id: 'Observation.component' },
      { id: 'Observation.component.value[x]', minValueInteger: 2, maxValueInteger: 4 },
    ]
    const component = (valueInteger: number) => [{ code: { text: 'c' }, valueInteger }]
    expect(
      broken(elements, { valueString: 'abc', issued: '2026-01-01T00:00:00Z', component: component(3) }),
    ).toEqual([])
    expect(
      broken(elements, { valueString: 'abcd', issued: '2025-12-31T23:59:59Z', component: component(5) }),
    ).toEqual([
      'business-rule Observation.value',
      'business-rule Observation.issued',
      'business-rule Observation.component[0].value',
    ])
    expect(broken(elements, { component: component(1) })).toEqual([
      'business-rule Observation.component[0].value',
    ])
  })

  test('a choice in fewer types', () => {
    const elements = [{ id: 'Observation.value[x]', type: [{ code: 'Quantity' }, { code: 'string' }] }]
    expect(broken(elements, { valueString: 'a' })).toEqual([])
    expect(broken(elements, { valueQuantity: { value: 1 } })).toEqual([])
    expect(broken(elements, { valueBoolean: true })).toEqual(['business-rule Observation.value'])
  })

  test('a reference to fewer types', () => {
    const elements = [
      {
        id: 'Observation.subject',
        type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Patient'] }],
      },
    ]
    expect(broken(elements, { subject: { reference: 'https://x/fhir/Patient/1/_history/2' } })).toEqual([])
    expect(
      broken(elements, { subject: { reference: 'urn:uuid:0198a5c2-0000-7000-8000-000000000000' } }),
    ).toEqual([])
    expect(broken(elements, { subject: { reference: 'Group/1' } })).toEqual([
      'business-rule Observation.subject',
    ])
    expect(broken(elements, { subject: { type: 'Group', identifier: { value: '1' } } })).toEqual([
      'business-rule Observation.subject',
    ])
  })

  test('from a value set: of the folder, of R4, or unknown and told so', () => {
    const bound = (valueSet: string) => [
      { id: 'Observation.code', binding: { strength: 'required' as const, valueSet } },
    ]
    const set = {
      resourceType: 'ValueSet',
      url: 'urn:set',
      compose: { include: [{ system: 's', concept: [{ code: 'a' }] }, { system: 'urn:system|1' }] },
    }
    const system = {
      resourceType: 'CodeSystem',
      url: 'urn:system',
      content: 'complete',
      concept: [{ code: 'b', concept: [{ code: 'c' }] }],
    }
    const coded = (system: string, code: string) => ({ code: { coding: [{ system, code }] } })
    expect(broken(bound('urn:set|2'), coded('s', 'a'), set, system)).toEqual([])
    expect(broken(bound('urn:set'), coded('urn:system', 'c'), set, system)).toEqual([])
    expect(broken(bound('urn:set'), coded('s', 'b'), set, system)).toEqual(['code-invalid Observation.code'])
    expect(broken(bound('urn:set'), { code: { text: 'a' } }, set, system)).toEqual([
      'code-invalid Observation.code',
    ])
    expect(broken(bound('http://hl7.org/fhir/ValueSet/days-of-week'), coded('s', 'b'))).toEqual([
      'code-invalid Observation.code',
    ])
    const unknown = open(profileOf('Observation', bound('urn:unknown')))
    expect(unknown.unchecked).toEqual([expect.stringContaining('urn:unknown')])
    const filtered = {
      ...set,
      compose: { include: [{ system: 's', filter: [{ property: 'p', op: '=', value: 'v' }] }] },
    }
    expect(open(profileOf('Observation', bound('urn:set')), filtered).unchecked).toHaveLength(1)
  })

  test('of a profile of its type', () => {
    const short: StructureDefinition = {
      ...profileOf('Identifier', [{ id: 'Identifier.value', min: 1, maxLength: 2 }], 'complex-type'),
      url: 'urn:short',
    }
    const elements = (...profile: string[]) => [
      { id: 'Observation.identifier', type: [{ code: 'Identifier', profile }] },
    ]
    expect(broken(elements('urn:short'), { identifier: [{ value: 'ab' }] }, short)).toEqual([])
    expect(broken(elements('urn:short'), { identifier: [{ system: 'urn:s' }] }, short)).toEqual([
      'profile-required Observation.identifier[0].value',
    ])
    const empty = {
      ...short,
      url: 'urn:any',
      snapshot: { element: [{ id: 'Identifier', path: 'Identifier' }] },
    }
    expect(open(profileOf('Observation', elements('urn:other'))).unchecked).toHaveLength(1)
    expect(
      broken(elements('urn:short', 'urn:any'), { identifier: [{ value: 'abc' }] }, short, {
        ...empty,
        snapshot: {
          element: [
            { id: 'Identifier', path: 'Identifier' },
            { id: 'Identifier.value', path: 'Identifier.value', maxLength: 3 },
          ],
        },
      }),
    ).toEqual([])
  })

  test('with an invariant of its own, by FHIRPath', () => {
    const constraint = [
      {
        key: 'x-1',
        severity: 'error' as const,
        human: 'Said.',
        expression: 'value.exists() or dataAbsentReason.exists()',
      },
    ]
    const elements = [{ id: 'Observation.component', constraint }]
    expect(broken(elements, { component: [{ code: { text: 'c' }, valueString: 'a' }] })).toEqual([])
    expect(broken(elements, { component: [{ code: { text: 'c' } }] })).toEqual([
      'invariant Observation.component[0]',
    ])
  })

  test('an invariant that cannot be evaluated does not hold, and one that cannot be read is refused', () => {
    const elements = (expression: string) => [
      {
        id: 'Observation.note',
        constraint: [{ key: 'x-1', severity: 'error' as const, human: 'Said.', expression }],
      },
    ]
    expect(broken(elements('text.toInteger() > 1 and (1 | 2)'), { note: [{ text: 'a' }] })).toEqual([
      'invariant Observation.note[0]',
    ])
    expect(() => broken(elements('text.exists('), {})).toThrow()
  })
})

describe('slices', () => {
  const sliced = (discriminator: object, slices: readonly Element[], more: object = {}) => [
    {
      id: 'Observation.category',
      slicing: { discriminator: [discriminator], rules: 'open', ...more } as NonNullable<
        ElementDefinition['slicing']
      >,
    },
    ...slices,
  ]
  const category = (...codes: string[]) => ({
    category: codes.map((code) => ({ coding: [{ system: 's', code }] })),
  })

  test('are told apart by a value, counted, and closed', () => {
    const elements = (rules: string) =>
      sliced(
        { type: 'value', path: 'coding.code' },
        [
          { id: 'Observation.category:a', sliceName: 'a', min: 1, max: '1' },
          { id: 'Observation.category:a.coding' },
          { id: 'Observation.category:a.coding.code', fixedCode: 'a' },
          {
            id: 'Observation.category:b',
            sliceName: 'b',
            min: 0,
            max: '*',
            patternCodeableConcept: { coding: [{ code: 'b' }] },
          },
        ],
        { rules },
      )
    expect(broken(elements('closed'), category('a', 'b', 'b'))).toEqual([])
    expect(broken(elements('open'), category('a', 'z'))).toEqual([])
    expect(broken(elements('closed'), category('a', 'z'))).toEqual(['business-rule Observation.category[1]'])
    expect(broken(elements('open'), category('b'))).toEqual(['profile-required Observation.category'])
    expect(broken(elements('open'), category('a', 'a'))).toEqual(['business-rule Observation.category'])
  })

  test('constrain what is of them, and nothing else', () => {
    const elements = sliced({ type: 'pattern', path: '$this' }, [
      { id: 'Observation.category:a', sliceName: 'a', patternCodeableConcept: { coding: [{ code: 'a' }] } },
      { id: 'Observation.category:a.text', min: 1, max: '1' },
    ])
    expect(broken(elements, category('z'))).toEqual([])
    expect(broken(elements, category('z', 'a'))).toEqual(['profile-required Observation.category[1].text'])
  })

  test('are told apart by existence', () => {
    const elements = sliced({ type: 'exists', path: 'text' }, [
      { id: 'Observation.category:worded', sliceName: 'worded', max: '1' },
      { id: 'Observation.category:worded.text', min: 1 },
      { id: 'Observation.category:coded', sliceName: 'coded', max: '1' },
      { id: 'Observation.category:coded.text', max: '0' },
    ])
    expect(broken(elements, { category: [{ text: 'a' }, { coding: [{ code: 'a' }] }] })).toEqual([])
    expect(broken(elements, { category: [{ text: 'a' }, { text: 'b' }] })).toEqual([
      'business-rule Observation.category',
    ])
    expect(broken(elements, category('a', 'b'))).toEqual(['business-rule Observation.category'])
  })

  test('are told apart by value set', () => {
    const elements = sliced({ type: 'value', path: '$this' }, [
      {
        id: 'Observation.category:set',
        sliceName: 'set',
        max: '1',
        binding: { strength: 'required', valueSet: 'urn:set' },
      },
    ])
    const set = {
      resourceType: 'ValueSet',
      url: 'urn:set',
      compose: { include: [{ system: 's', concept: [{ code: 'a' }, { code: 'b' }] }] },
    }
    expect(broken(elements, category('a', 'z'), set)).toEqual([])
    expect(broken(elements, category('a', 'b'), set)).toEqual(['business-rule Observation.category'])
  })

  test('of a choice are told apart by type', () => {
    const elements = [
      {
        id: 'Observation.value[x]',
        slicing: { discriminator: [{ type: 'type' as const, path: '$this' }], rules: 'open' as const },
      },
      { id: 'Observation.value[x]:valueQuantity', sliceName: 'valueQuantity', type: [{ code: 'Quantity' }] },
      { id: 'Observation.value[x]:valueQuantity.unit', min: 1 },
    ]
    expect(broken(elements, { valueString: 'a' })).toEqual([])
    expect(broken(elements, { valueQuantity: { value: 1, unit: 'mm' } })).toEqual([])
    expect(broken(elements, { valueQuantity: { value: 1 } })).toEqual([
      'profile-required Observation.value.unit',
    ])
  })

  test('of references are told apart by where they lead', () => {
    const target = (type: string) => [
      { code: 'Reference', targetProfile: [`http://hl7.org/fhir/StructureDefinition/${type}`] },
    ]
    const elements = [
      {
        id: 'Observation.performer',
        slicing: { discriminator: [{ type: 'type' as const, path: 'resolve()' }], rules: 'open' as const },
      },
      { id: 'Observation.performer:who', sliceName: 'who', max: '1', type: target('Practitioner') },
    ]
    const performed = (...references: string[]) => ({
      performer: references.map((reference) => ({ reference })),
    })
    expect(broken(elements, performed('Practitioner/1', 'Organization/1', 'Organization/2'))).toEqual([])
    expect(broken(elements, performed('Practitioner/1', 'Practitioner/2'))).toEqual([
      'business-rule Observation.performer',
    ])
  })

  test('that cannot be told apart here are refused when the profile is loaded', () => {
    const slice = { id: 'Observation.category:a', sliceName: 'a' }
    const refused = (discriminator: object) => () => broken(sliced(discriminator, [slice]), {})
    expect(refused({ type: 'profile', path: '$this' })).toThrow(/category:a: .* by profile/)
    expect(refused({ type: 'value', path: 'coding.where(x)' })).toThrow(/not supported/)
    expect(refused({ type: 'value', path: 'coding.code' })).toThrow(/nothing fixes coding.code/)
    expect(refused({ type: 'exists', path: 'text' })).toThrow(/neither requires nor forbids/)
    expect(() => broken(sliced({ type: 'value', path: 'x' }, [slice], { discriminator: [] }), {})).toThrow(
      /without a discriminator/,
    )
  })
})

test('slices of slices are refused, and an order of slices is told to be unchecked', () => {
  const elements = (slicing: object, sliceName: string) => [
    {
      id: 'Observation.category',
      slicing: { discriminator: [{ type: 'value', path: 'text' }], rules: 'open', ...slicing } as NonNullable<
        ElementDefinition['slicing']
      >,
    },
    { id: `Observation.category:${sliceName}`, sliceName, patternCodeableConcept: { text: 'a' } },
  ]
  expect(() => open(profileOf('Observation', elements({}, 'a/b')))).toThrow(/slices of slices/)
  expect(open(profileOf('Observation', elements({ ordered: true }, 'a'))).unchecked).toHaveLength(1)
  expect(open(profileOf('Observation', elements({}, 'a'))).unchecked).toEqual([])
})

test('an extension that is known is held against its definition, wherever it stands', () => {
  const definition: StructureDefinition = {
    ...profileOf(
      'Extension',
      [{ id: 'Extension.value[x]', min: 1, type: [{ code: 'code' }] }],
      'complex-type',
    ),
    url: 'urn:extension',
  }
  const validator = open(definition)
  const extended = (extension: object) => ({
    resourceType: 'Patient',
    name: [{ family: 'A', _family: { extension: [extension] } }],
  })
  expect(validator.validate(extended({ url: 'urn:extension', valueCode: 'a' }))).toEqual([])
  expect(
    validator
      .validate(extended({ url: 'urn:extension', valueString: 'a' }))
      .map(({ expression }) => expression),
  ).toEqual(['Patient.name[0].family.extension[0].value'])
})

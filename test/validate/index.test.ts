import type { StructureDefinition } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import { openValidator } from '../../src/validate/index.ts'
import { loadProfiles } from '../../src/validate/profiles.ts'
import { baseValidator, projectFiles, projectValidator } from './support.ts'

const base = baseValidator()
const project = projectValidator()

const told = (resource: unknown, validator = base) =>
  validator.validate(resource).map(({ case: what, expression }) => `${what} ${expression}`)

const request = {
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  code: { text: 'Échographie rénale' },
  subject: { reference: 'Patient/p1' },
}

describe('base R4', () => {
  test('a sound resource has nothing against it', () => {
    expect(told(request)).toEqual([])
  })

  test('all faults are told at once, each at its place', () => {
    const wrong = {
      ...request,
      status: 'bogus',
      intent: undefined,
      identifier: [{ system: 'urn:x', value: '' }, { system: 'a b' }],
      category: [],
      note: { text: 'a' },
      occurrencePeriod: { start: '2026-02-30' },
      authoredOn: '2026-11-21T10:00:00',
      priority: 7,
      colour: 'red',
      subject: null,
      requester: { reference: 'Slot/1' },
    }
    expect(told(wrong).sort()).toEqual(
      [
        'code-invalid ServiceRequest.status',
        'required ServiceRequest.intent',
        'value ServiceRequest.identifier[0].value',
        'value ServiceRequest.identifier[1].system',
        'structure ServiceRequest.category',
        'structure ServiceRequest.note',
        'value ServiceRequest.occurrence.start',
        'value ServiceRequest.authoredOn',
        'structure ServiceRequest.priority',
        'structure ServiceRequest.colour',
        'structure ServiceRequest.subject',
        'value ServiceRequest.requester',
      ].sort(),
    )
  })

  test.each([
    null,
    [],
    1,
    'x',
    true,
    {},
    { resourceType: 1 },
    { resourceType: [] },
    { resourceType: 'toString' },
    { resourceType: 'DomainResource' },
  ])('%j is no resource', (value) => {
    expect(told(value)).toEqual(
      ['structure Resource'].map((text) =>
        JSON.stringify(value).includes('Domain') ? 'structure DomainResource' : text,
      ),
    )
  })

  test('names of a prototype are properties that FHIR does not know', () => {
    const text = '{"resourceType":"Slot","__proto__":{"a":1},"constructor":1,"toString":"x"}'
    expect(told(JSON.parse(text))).toEqual(
      expect.arrayContaining([
        'structure Slot.__proto__',
        'structure Slot.constructor',
        'structure Slot.toString',
      ]),
    )
  })

  test('a property whose name is no name of an element is not quoted', () => {
    const issues = base.validate({ ...request, 'Jeanne Martin': 1 })
    expect(issues).toHaveLength(1)
    expect(JSON.stringify(issues)).not.toContain('Jeanne')
  })

  test('a value of a primitive list may be null where its extension stands, and only there', () => {
    const named = (name: object) => told({ resourceType: 'Patient', name: [name] })
    const absent = { extension: [{ url: 'urn:absent', valueCode: 'masked' }] }
    expect(named({ given: ['A', null], _given: [null, absent] })).toEqual([])
    expect(named({ given: ['A', null] })).toEqual(['structure Patient.name[0].given[1]'])
    expect(named({ given: ['A'], _given: [null, absent] })).toEqual(['structure Patient.name[0].given'])
    expect(named({ given: ['A'], _given: [{ extension: [{ url: 'urn:x' }] }] })).toEqual([
      'invariant Patient.name[0].given[0].extension[0]',
    ])
  })

  test('a required primitive may be there by its extension alone', () => {
    const absent = { extension: [{ url: 'urn:absent', valueCode: 'unknown' }] }
    expect(told({ ...request, status: undefined, _status: absent })).toEqual([])
    expect(told({ ...request, status: undefined, _status: { id: 'a' } })).toEqual([
      'invariant ServiceRequest.status',
    ])
  })

  test('an extension has a value or extensions', () => {
    const extended = (extension: object) => told({ ...request, extension: [extension] })
    expect(extended({ url: 'urn:x', valueString: 'a' })).toEqual([])
    expect(extended({ url: 'urn:x' })).toEqual(['invariant ServiceRequest.extension[0]'])
    expect(extended({ url: 'urn:x', valueString: 'a', extension: [{ url: 'y', valueCode: 'b' }] })).toEqual([
      'invariant ServiceRequest.extension[0]',
    ])
    expect(extended({ url: 'urn:x', valueString: 'a', valueCode: 'b' })).toEqual([
      'structure ServiceRequest.extension[0].value',
    ])
    expect(extended({ valueString: 'a' })).toEqual(['required ServiceRequest.extension[0].url'])
  })

  test('a contained resource is looked at, and must be referred to', () => {
    const containing = (inner: object, reference: string) =>
      told({ ...request, contained: [inner], subject: { reference } })
    const patient = { resourceType: 'Patient', id: 'p' }
    expect(containing(patient, '#p')).toEqual([])
    expect(containing({ ...patient, birthDate: '21/11/2026' }, '#p')).toEqual([
      'value ServiceRequest.contained[0].birthDate',
    ])
    expect(containing(patient, 'Patient/1')).toEqual(['invariant ServiceRequest'])
    expect(containing(patient, '#q')).toEqual([
      'invariant ServiceRequest.subject',
      'invariant ServiceRequest',
    ])
    expect(containing({ resourceType: 'Slot', id: 'p' }, '#p')).toContain('value ServiceRequest.subject')
    expect(containing({ id: 'p' }, '#p')).toEqual(['structure ServiceRequest.contained[0]'])
  })

  test('the resources of a bundle are looked at, each a root of its own', () => {
    const entry = {
      ...request,
      contained: [{ resourceType: 'Patient', id: 'p' }],
      subject: { reference: '#p' },
    }
    const bundle = (resource: object) =>
      told({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }] })
    expect(bundle(entry)).toEqual([])
    expect(bundle({ ...entry, intent: 'bogus' })).toEqual(['code-invalid Bundle.entry[0].resource.intent'])
  })

  test('elements that are defined by another element are looked at likewise', () => {
    const item = (inner: object) =>
      told({
        resourceType: 'Questionnaire',
        status: 'draft',
        item: [{ linkId: '1', type: 'group', item: [inner] }],
      })
    expect(item({ linkId: '2', type: 'string' })).toEqual([])
    expect(item({ linkId: '2', type: 'bogus' })).toEqual(['code-invalid Questionnaire.item[0].item[0].type'])
  })

  test('a best practice that is not followed is a warning', () => {
    const warned = base.validate({ resourceType: 'Questionnaire', status: 'draft', name: 'a b' })
    expect(warned).toEqual([expect.objectContaining({ case: 'invariant', severity: 'warning' })])
  })

  test('an invariant over values that cannot be read is not told: the values are', () => {
    expect(told({ ...request, occurrencePeriod: { start: 'tomorrow', end: '2026-01-01' } })).toEqual([
      'value ServiceRequest.occurrence.start',
    ])
  })
})

describe('profiles', () => {
  const declaring = (...profile: string[]) => ({ ...request, meta: { profile } })

  test("the project's profile of a type is for every resource of it", () => {
    expect(told({ ...request, code: undefined })).toEqual([])
    expect(told({ ...request, code: undefined }, project)).toEqual(['invariant ServiceRequest'])
    expect(project.validate({ ...request, code: undefined }, { against: 'base' })).toEqual([])
  })

  test('faults in the base and in the profile are told together', () => {
    expect(told({ ...request, code: undefined, status: 'bogus' }, project)).toEqual([
      'code-invalid ServiceRequest.status',
      'invariant ServiceRequest',
    ])
  })

  test('a declared profile that is not known is a warning', () => {
    const issues = project.validate(declaring('https://example.org/StructureDefinition/unknown'))
    expect(issues).toEqual([
      expect.objectContaining({ severity: 'warning', expression: 'ServiceRequest.meta.profile[0]' }),
    ])
  })

  test('a declared profile of another version is not known', () => {
    const url = 'https://relais.example/fhir/StructureDefinition/relais-service-request'
    expect(told(declaring(url, `${url}|1.0.0`), project)).toEqual([])
    expect(told(declaring(`${url}|9.9.9`), project)).toEqual([
      'unsupported-value ServiceRequest.meta.profile[0]',
    ])
  })

  test('a declared profile of another type is a fault; the base is known', () => {
    const core = 'http://hl7.org/fhir/StructureDefinition'
    expect(told(declaring(`${core}/ServiceRequest`), project)).toEqual([])
    expect(told(declaring(`${core}/Patient`), project)).toEqual(['business-rule ServiceRequest'])
  })

  test('a resource can be held against a profile that it does not declare', () => {
    const site = openValidator({ structures, bindings, profiles: loadProfiles([profile({ min: 1 })]) })
    const url = 'https://site.example/StructureDefinition/p'
    expect(site.validate(request)).toEqual([])
    expect(site.validate(request, { against: url })).toEqual([
      expect.objectContaining({ case: 'profile-required', expression: 'ServiceRequest.requester' }),
    ])
    expect(site.validate(declaring(url))).toHaveLength(1)
  })

  test('a profile without a snapshot is refused by its name', () => {
    const { snapshot, ...differential } = profile({ min: 1 })
    expect(() => loadProfiles([differential])).toThrow(/StructureDefinition\/p has no snapshot/)
  })

  test('two profiles of one URL, and two of the project for one type, are refused', () => {
    expect(() => loadProfiles([...projectFiles(), ...projectFiles()])).toThrow(/defined twice/)
    const second = { ...profile({ min: 1 }), url: 'https://relais.example/fhir/StructureDefinition/second' }
    const profiles = loadProfiles([...projectFiles(), second])
    expect(() => openValidator({ structures, bindings, profiles })).toThrow(/both for every ServiceRequest/)
  })
})

/** A profile of a site on ServiceRequest that constrains one element. */
function profile(requester: object): StructureDefinition {
  return {
    resourceType: 'StructureDefinition',
    url: 'https://site.example/StructureDefinition/p',
    name: 'P',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'ServiceRequest',
    derivation: 'constraint',
    snapshot: {
      element: [
        { id: 'ServiceRequest', path: 'ServiceRequest' },
        { id: 'ServiceRequest.requester', path: 'ServiceRequest.requester', ...requester },
      ] as NonNullable<StructureDefinition['snapshot']>['element'], // only what is read of them
    },
  }
}

import { expect, test } from 'vitest'
import { hasLuhn } from '../../src/validate/identifiers.ts'
import { baseValidator } from './support.ts'

const validator = baseValidator()
const ins = 'urn:oid:1.2.250.1.213.1.4.8'
const finess = 'https://finess.esante.gouv.fr'
const sirene = 'https://sirene.fr'
const rpps = 'https://rpps.esante.gouv.fr'
const structure = 'urn:oid:1.2.250.1.71.4.2.2'
const rppsRang = 'https://rppsrang.esante.gouv.fr'

const issuesOf = (system: string, value: string, resource: object = { resourceType: 'Organization' }) =>
  validator.validate({ ...resource, identifier: [{ system, value }] })

test.each([
  [ins, '279035121518989'],
  ['urn:oid:1.2.250.1.213.1.4.9', '274075176079430'],
  ['urn:oid:1.2.250.1.213.1.4.10', '185052A00401270'],
  ['urn:oid:1.2.250.1.213.1.4.11', '285052B03304517'],
  ['urn:oid:1.2.250.1.213.1.4.13', '279035121518989'],
  [finess, '770816478'],
  [finess, '350005179'],
  [finess, '920008059'],
  [finess, '010000347'],
  [finess, '2A0000014'],
  [sirene, '732829320'],
  [sirene, '73282932000074'],
  [sirene, '35600000049837'],
  [rpps, '10003461034'],
  [structure, '1770816478'],
  [structure, '12A0000014'],
  [structure, '373282932000074'],
  [structure, '410005531586003'],
  [rppsRang, '1000553158603'],
  ['urn:oid:1.2.250.1.71.4.2.1', '810003461033'],
  ['https://www.ameli.fr', 'anything'],
])('%s %s has nothing against it', (system, value) => {
  expect(issuesOf(system, value)).toEqual([])
})

test.each([
  [ins, '223042545611404'],
  [ins, '123456789012244'],
  [ins, '185052a00401270'],
  [ins, '279035121518'],
  ['urn:oid:1.2.250.1.213.1.4.14', '279035121518980'],
  [rpps, '1000346103'],
  [rpps, '10003461033'],
  [finess, '120456789'],
  [finess, '77081647'],
  [sirene, '732829321'],
  [sirene, '7328293200007'],
  [sirene, '35600000049838'],
  [structure, '177081647'],
  [structure, '37328293200007'],
  [rppsRang, '100055315860'],
])('%s %s is a warning at its place', (system, value) => {
  expect(issuesOf(system, value)).toEqual([
    {
      case: 'business-rule',
      severity: 'warning',
      text: expect.any(String),
      expression: 'Organization.identifier[0].value',
    },
  ])
})

test('no warning quotes the number', () => {
  expect(JSON.stringify(issuesOf(ins, '223042545611404'))).not.toContain('2230425')
})

test("a PractitionerRole's own number, of the system of RPPS, has ten digits", () => {
  expect(issuesOf(rpps, '1234567890', { resourceType: 'PractitionerRole' })).toEqual([])
})

test('a wrong key is an error only for a production INS that is said to be qualified', () => {
  const qualified = (status: string) => ({
    resourceType: 'Patient',
    extension: [
      {
        url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability',
        extension: [{ url: 'identityStatus', valueCoding: { code: status } }],
      },
    ],
  })
  const severity = (system: string, status: string) =>
    issuesOf(system, '223042545611404', qualified(status)).map((issue) => issue.severity ?? 'error')
  expect(severity(ins, 'VALI')).toEqual(['error'])
  expect(severity('urn:oid:1.2.250.1.213.1.4.9', 'VALI')).toEqual(['error'])
  expect(severity('urn:oid:1.2.250.1.213.1.4.10', 'VALI')).toEqual(['warning'])
  expect(severity(ins, 'PROV')).toEqual(['warning'])
})

test('an identifier is looked at wherever it stands', () => {
  const request = {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    subject: { identifier: { system: ins, value: '223042545611404' } },
  }
  expect(validator.validate(request).map(({ expression }) => expression)).toEqual([
    'ServiceRequest.subject.identifier.value',
  ])
})

test('the check digit of Luhn', () => {
  expect(['0', '18', '79927398713'].every(hasLuhn)).toBe(true)
  expect(['1', '19', '79927398710'].some(hasLuhn)).toBe(false)
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bindings, searchParameters, structures } from '../../src/fhir/definitions/index.ts'
import { definitionFiles } from '../../src/fhir/definitions/published.ts'
import { conformanceTypes, servedTypes } from '../../src/fhir/served.ts'

const kept = [...servedTypes, ...conformanceTypes]

test('the definitions kept are those that are made from the published ones', { timeout: 60_000 }, () => {
  for (const [name, text] of Object.entries(definitionFiles())) {
    const path = new URL(`../../src/fhir/definitions/${name}`, import.meta.url)
    expect(readFileSync(path, 'utf8') === text, `${name}: run npm run definitions`).toBe(true)
  }
})

test('every type served has its structure and its search parameters', () => {
  const names = structures.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining([...kept, 'Bundle', 'OperationOutcome', 'Parameters']))
  expect(Object.keys(searchParameters)).toEqual(kept)
  for (const type of kept) expect(searchParameters[type]).toHaveProperty('_lastUpdated')
})

test('of the required value sets only two are left out, whose codes are kept by others', () => {
  const wanted = structures
    .flatMap(({ snapshot }) => snapshot?.element ?? [])
    .flatMap(({ binding }) =>
      binding?.strength === 'required' ? [binding.valueSet?.replace(/\|.*/, '')] : [],
    )
  const missing = new Set(wanted.filter((url) => url !== undefined && !(url in bindings)))
  expect([...missing].sort()).toEqual([
    'http://hl7.org/fhir/ValueSet/currencies',
    'http://hl7.org/fhir/ValueSet/mimetypes',
  ])
  expect(bindings['http://hl7.org/fhir/ValueSet/slotstatus']).toEqual({
    'http://hl7.org/fhir/slotstatus': [
      'busy',
      'free',
      'busy-unavailable',
      'busy-tentative',
      'entered-in-error',
    ],
  })
})

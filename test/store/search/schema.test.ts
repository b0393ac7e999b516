import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parametersOf } from '../../../src/fhir/search/parameters.ts'
import { conformanceTypes, servedTypes } from '../../../src/fhir/served.ts'
import { searchSchema, searchTable } from '../../../src/store/search/schema.ts'

test('the migration is what the definitions make', () => {
  const path = new URL('../../../src/store/migrations/0002-search.sql', import.meta.url)
  expect(readFileSync(path, 'utf8') === searchSchema(), 'run npm run definitions').toBe(true)
})

test('no two parameters of a type share a column', () => {
  for (const type of [...servedTypes, ...conformanceTypes]) {
    const columns = [...parametersOf(type).values()].map(({ column }) => column)
    expect(new Set(columns).size).toBe(columns.length)
  }
})

test('a table has the name of its type', () => {
  expect(searchTable('ServiceRequest')).toBe('search_service_request')
})

import { expect, test } from 'vitest'
import { freshDatabase } from '../../support/database.ts'
import { season } from './index.ts'

test('two weeks of a season forget nobody, give no place twice, and are counted as they were', async () => {
  await using database = await freshDatabase()
  const { entries, checked } = await season({ seed: 3, days: 14, perDay: 3, databaseUrl: database.url })
  expect(checked.breaches).toEqual([])
  expect(checked.compared.length).toBeGreaterThan(20)
  const ways = new Set(entries.map(({ way }) => way))
  expect(ways).toEqual(new Set(['v2', 'fhir', 'json', 'telephone']))
}, 600_000)

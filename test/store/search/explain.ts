/**
 * How the database goes about common searches: `node test/store/search/explain.ts <database url>`.
 *
 * Fills an empty migrated database with 20,000 Slots and 5,000 ServiceRequests, and prints each plan.
 */
import { Client } from 'pg'
import { parseSearch } from '../../../src/fhir/search.ts'
import { searchStatement } from '../../../src/store/search/index.ts'
import { statement } from '../../../src/store/sql.ts'
import { commonSearches, fill } from './crowd.ts'

const [url] = process.argv.slice(2)
if (!url) throw new Error('Give the URL of an empty migrated database')
const client = new Client({ connectionString: url })
await client.connect()
await fill(client)
for (const [type, query] of commonSearches) {
  const { text, values } = statement(
    searchStatement(parseSearch(type, query).search, ['public', 'member', 'org:1']),
  )
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, costs off, timing off) ${text}`,
    values,
  )
  console.log(`\n== ${type}?${query}\n${rows.map((row) => row['QUERY PLAN']).join('\n')}`)
}
await client.end()

/**
 * Writes the R4 definitions that the gateway reads at start, from the published ones (`npm run definitions`).
 *
 * Run when the list of served types, or the published definitions, change. A test compares.
 */
import { writeFileSync } from 'node:fs'
import { definitionFiles } from './published.ts'

for (const [name, text] of Object.entries(definitionFiles())) {
  writeFileSync(new URL(name, import.meta.url), text)
}

/** Writes the migration that makes the search tables (`npm run definitions`). A test compares. */
import { writeFileSync } from 'node:fs'
import { searchSchema } from './schema.ts'

writeFileSync(new URL('../migrations/0002-search.sql', import.meta.url), searchSchema())

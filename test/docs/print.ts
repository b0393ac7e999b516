import { readFile, writeFile } from 'node:fs/promises'
import { withPart } from './page.ts'
import { tables } from './tables.ts'

/** Writes what is printed from the code into the pages: `npx --no-install node test/docs/print.ts`. */
for (const { page, name, print } of tables) {
  const path = new URL(`../../${page}`, import.meta.url)
  await writeFile(path, withPart(await readFile(path, 'utf8'), name, print()))
}

import { expect, test } from 'vitest'
import { pageAt, partOf } from './page.ts'
import { tables } from './tables.ts'

test.for(tables)('$page: $name is as the code has it', async ({ page, name, print }) => {
  expect(partOf(await pageAt(page), name), 'run test/docs/print.ts').toBe(print())
})

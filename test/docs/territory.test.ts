import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { relais } from '../../src/cli/index.ts'
import { blocksOf, pageAt } from './page.ts'

const files = ['resources/directory.json', 'connectors/telephone.json', 'clients/cell-desk.json']

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relais-docs-'))
  const shown = blocksOf(await pageAt('src/territory/README.md')).filter(
    ({ language }) => language === 'json',
  )
  for (const [n, name] of files.entries()) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), shown[n]?.text ?? '')
  }
})

afterAll(() => rm(folder, { recursive: true }))

test('the smallest folder that the page shows has nothing wrong', async () => {
  const printed: string[] = []
  const say = (text: string) => void printed.push(text)
  expect(await relais(['check-config', folder], {}, { out: say, error: say }), printed.join('\n')).toBe(0)
})

test('without its cell the command says so', async () => {
  const printed: string[] = []
  const say = (text: string) => void printed.push(text)
  const page = await pageAt('src/territory/README.md')
  const [text = ''] = blocksOf(page).map((block) => block.text)
  await writeFile(join(folder, 'resources/directory.json'), text.replace('"code": "cell"', '"code": "desk"'))
  expect(await relais(['check-config', folder], {}, { out: say, error: say })).not.toBe(0)
  expect(printed.join('\n')).toContain('coordination cell')
})

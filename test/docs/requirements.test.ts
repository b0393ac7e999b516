import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** The table of what the action sheets ask for names tests: they are there, and say so. */

const root = new URL('../../', import.meta.url)
const textOf = (path: string) => readFileSync(new URL(path, root), 'utf8')
const rows = textOf('src/flows/referral/REQUIREMENTS.md')
  .split('\n')
  .filter((line) => /^\| R\d+ \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))

/** What a row shows by a test: its file without ending, and words of its sentence. */
const shown = rows.flatMap(([, number = '', , stands = '']) =>
  [...stands.matchAll(/`(test\/[^`]+)`(?:: ([^;`]+))?/g)].map(([, file = '', words]) => ({
    number,
    file,
    words,
  })),
)

test('all sixty-two are there, each done, partly done, for later or not software', () => {
  expect(rows.map(([, number]) => number)).toEqual(Array.from({ length: 62 }, (_, n) => `R${n + 1}`))
  const unsaid = rows.filter(
    ([, , , stands = '']) => !/^(done|partly|elsewhere|not software|not recoverable)/.test(stands),
  )
  expect(unsaid.map(([, number]) => number)).toEqual([])
  for (const [, number, , stands = ''] of rows)
    if (/^(done|partly)/.test(stands)) expect(stands, number).toContain('`test/')
})

test('each test that is named exists, and says what it is named for', () => {
  const missing = shown.filter(({ file }) => !existsSync(new URL(`${file}.test.ts`, root)))
  expect(missing).toEqual([])
  const wrong = shown.filter(
    ({ file, words }) => words !== undefined && !titlesIn(file).some((title) => says(title, words)),
  )
  expect(wrong).toEqual([])
})

/** Titles of tests and of what they are grouped by, each test's with its groups'. */
function titlesIn(file: string): string[] {
  const text = textOf(`${file}.test.ts`)
  const found = [
    ...text.matchAll(/\b(test|describe)(?:\.[a-z]+(?:\([^\n]*?\))?)*\(\s*(['"`])((?:\\.|(?!\2).)*)\2/gs),
  ]
  const titles = found.map(([, kind, , title = '']) => ({ kind, title: title.replaceAll("\\'", "'") }))
  let group = ''
  return titles.flatMap(({ kind, title }) => {
    if (kind === 'describe') group = title
    return kind === 'describe' ? [title] : [`${group} ${title}`, title]
  })
}

/** Whether words stand in a title in their order; what a row leaves out is left out. */
function says(title: string, words: string): boolean {
  const parts = wordsIn(title)
  let at = 0
  return wordsIn(words).every((word) => {
    at = parts.indexOf(word, at) + 1
    return at > 0
  })
}

const wordsIn = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}$-]+/gu) ?? []

import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { catalogues, preferred, sayer } from '../../src/console/messages/index.ts'

const { fr, en } = catalogues
/** What both languages write in the same way. */
const inBoth = [
  'Centres',
  'Commune',
  'Justification',
  'Pages',
  'Patient',
  'Places',
  'Question',
  'Urgent',
  '{title}, version {version}',
]
const placesIn = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()

describe('the words of the pages', () => {
  test('are there in both languages, with the same values in them', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort())
    for (const [key, words] of Object.entries(fr)) {
      expect({ key, places: placesIn(en[key as keyof typeof en]) }).toEqual({ key, places: placesIn(words) })
    }
  })

  test('are never empty, and French is not left in English', () => {
    expect(Object.values({ ...fr, ...en }).filter((words) => words.trim() === '')).toEqual([])
    const alike = Object.entries(fr).filter(([key, words]) => en[key as keyof typeof en] === words)
    expect([...new Set(alike.map(([, words]) => words))].sort()).toEqual(inBoth)
  })

  test('name each step that may be in a request’s history', async () => {
    const steps = [...(await sourcesOf('src/flows')).matchAll(/^ {2}name: '([a-z-]+\.[a-z-]+)',$/gm)].map(
      ([, name]) => name,
    )
    const ours = steps.filter((name) => !/^(slots|territory|protocol)\./.test(name ?? ''))
    expect(ours.length).toBeGreaterThan(10)
    expect(ours.filter((name) => !Object.hasOwn(fr, `step.${name}`))).toEqual([])
  })

  test('are all asked for by some page', async () => {
    const sources = await sourcesOf('src/console')
    const unused = Object.keys(fr).filter((key) => !isAskedFor(key, sources))
    expect(unused).toEqual([])
  })

  test('have values put into them', () => {
    expect(sayer('fr')('due.in', { span: '2 h' })).toBe('dans 2 h')
  })
})

/** By its whole name, or by a beginning to which a code is added. */
function isAskedFor(key: string, sources: string): boolean {
  if (sources.includes(`'${key}'`) || sources.includes(`"${key}"`)) return true
  const parts = key.split('.')
  return parts.some((_, n) => n > 0 && sources.includes(`${parts.slice(0, n).join('.')}.\${`))
}

async function sourcesOf(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).filter(
    (name) => /\.ts$/.test(name) && !/^messages\/(fr|en)/.test(name),
  )
  return (await Promise.all(files.map((name) => readFile(`${folder}/${name}`, 'utf8')))).join('\n')
}

test.each([
  ['en-GB,en;q=0.9', 'en'],
  ['de,fr;q=0.4,en;q=0.5', 'en'],
  ['de', 'fr'],
  ['en;q=0,fr', 'fr'],
  [undefined, 'fr'],
])('a browser that asks for %s gets %s', (asked, language) => {
  expect(preferred(asked)).toBe(language)
})

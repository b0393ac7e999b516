import { existsSync, globSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { pageAt } from './page.ts'

const pages = globSync(['README.md', '{docker,mappings,profiles,test}/README.md', 'src/**/*.md'])

test.for(pages)('each link of %s leads somewhere', async (page) => {
  const links = [...(await pageAt(page)).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link)
  const broken = await Promise.all(links.map(async (link) => ((await leads(page, link)) ? [] : [link])))
  expect(broken.flat()).toEqual([])
})

async function leads(page: string, link: string): Promise<boolean> {
  const [file, anchor] = link.split('#')
  const target = file ? posix.join(posix.dirname(page), file) : page
  if (!existsSync(target)) return false
  return anchor === undefined || anchorsOf(await pageAt(target)).includes(anchor)
}

/** As GitHub makes them from headings. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

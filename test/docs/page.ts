import { readFile } from 'node:fs/promises'

/** A fenced block of a page, and where it stands. */
export interface Block {
  /** Line of its fence, from 1. */
  line: number
  /** The heading of second rank above it. */
  chapter: string
  language: string
  text: string
}

/** A request that a page shows, and the answer beneath it. */
export interface Example {
  line: number
  chapter: string
  method: string
  url: string
  headers: Record<string, string>
  body: string
  answer: { status: number; headers: Record<string, string>; body: string }
}

/** The text of a page, by its path in the project. */
export const pageAt = (path: string): Promise<string> =>
  readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  let chapter = ''
  for (const [n, text] of page.split('\n').entries()) {
    if (!open) chapter = /^## (.*)$/.exec(text)?.[1] ?? chapter
    const fence = /^\s*```(\S*)$/.exec(text)
    if (!fence) open = open && { ...open, text: `${open.text}${text}\n` }
    else if (open) {
      blocks.push(open)
      open = undefined
    } else open = { line: n + 1, chapter, language: fence[1] ?? '', text: '' }
  }
  return blocks
}

/** The `http` blocks of a page in pairs: what is asked, and what is answered. */
export function examplesOf(page: string): Example[] {
  const blocks = blocksOf(page).filter(({ language }) => language === 'http')
  return blocks.flatMap((block, n) => {
    if (/^\d/.test(block.text)) return []
    const answer = blocks[n + 1]
    if (!answer || !/^\d/.test(answer.text)) throw new Error(`Line ${block.line}: no answer is shown`)
    const [asked, told] = [partsOf(block.text), partsOf(answer.text)]
    const [method = '', url = ''] = asked.first.split(' ')
    return [
      {
        line: block.line,
        chapter: block.chapter,
        method,
        url,
        headers: asked.headers,
        body: asked.body,
        answer: { ...told, status: Number.parseInt(told.first, 10) },
      },
    ]
  })
}

function partsOf(text: string): { first: string; headers: Record<string, string>; body: string } {
  const [head = '', ...rest] = text.split('\n\n')
  const [first = '', ...lines] = head.trimEnd().split('\n')
  const headers = lines.map((line) => /^([\w-]+): (.*)$/.exec(line)?.slice(1, 3) ?? [line, ''])
  return { first, headers: Object.fromEntries(headers), body: rest.join('\n\n').trimEnd() }
}

/** What the places in angle brackets stand for, by name: given at the start, or seen in an answer. */
export type Places = Map<string, string>

const place = /<([a-z][\w-]*)>/g

/** A text with its places filled in. Fails for one that no answer has shown. */
export function filled(text: string, places: Places): string {
  return text.replace(place, (_, name: string) => {
    const value = places.get(name)
    if (value === undefined) throw new Error(`Nothing is known of <${name}>`)
    return value
  })
}

/**
 * What of an answer is not as the page shows it; empty when it fits. A page shows a part: properties and items that it
 * leaves out may be there, `…` stands for anything, and a place that is not known yet is learnt.
 */
export function misfits(seen: unknown, shown: unknown, places: Places, at = ''): string[] {
  if (typeof shown === 'string') return textFits(seen, shown, places) ? [] : [differs(seen, shown, at)]
  if (Array.isArray(shown)) return listMisfits(seen, shown, places, at)
  if (typeof shown === 'object' && shown !== null) {
    if (typeof seen !== 'object' || seen === null) return [differs(seen, shown, at)]
    const has = new Map(Object.entries(seen))
    return Object.entries(shown).flatMap(([name, value]) =>
      misfits(has.get(name), value, places, `${at}.${name}`),
    )
  }
  return seen === shown ? [] : [differs(seen, shown, at)]
}

/** Each item that is shown fits one that is there, in order. */
function listMisfits(seen: unknown, shown: readonly unknown[], places: Places, at: string): string[] {
  if (!Array.isArray(seen)) return [differs(seen, shown, at)]
  let next = 0
  for (const item of shown.filter((one) => one !== '…')) {
    const found = seen.findIndex(
      (one, n) => n >= next && misfits(one, item, new Map(places), at).length === 0,
    )
    if (found < 0) return [differs(seen.slice(next), item, `${at}[]`)]
    misfits(seen[found], item, places, at)
    next = found + 1
  }
  return []
}

/** Whether a text is as it is shown; learns the places in it that are not known. */
export function textFits(seen: unknown, shown: string, places: Places): boolean {
  if (typeof seen !== 'string' && typeof seen !== 'number') return false
  const learnt: string[] = []
  const pattern = shown
    .split(/(<[a-z][\w-]*>|…)/)
    .map((part) => {
      const name = /^<(.*)>$/.exec(part)?.[1]
      if (part === '…') return '[\\s\\S]*'
      if (name === undefined) return literal(part)
      const known = places.get(name)
      if (known !== undefined) return literal(known)
      if (learnt.includes(name)) return `\\${learnt.indexOf(name) + 1}`
      learnt.push(name)
      return '([^/"|^\\s]+)'
    })
    .join('')
  const found = new RegExp(`^${pattern}$`).exec(String(seen))
  for (const [n, name] of learnt.entries()) if (found) places.set(name, found[n + 1] ?? '')
  return found !== null
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const differs = (seen: unknown, shown: unknown, at: string) =>
  `${at || 'the body'} is ${JSON.stringify(seen)?.slice(0, 3_000)}, not ${JSON.stringify(shown)}`

/** The lines between two comments of a page: `<!-- name: … -->` and `<!-- end of name -->`. */
export const partOf = (page: string, name: string): string => cut(page, name).part.trim()

/** A page with another text between two comments. */
export function withPart(page: string, name: string, text: string): string {
  const { before, after } = cut(page, name)
  return `${before}${text}\n${after}`
}

function cut(page: string, name: string): { before: string; part: string; after: string } {
  const pattern = new RegExp(
    `^([\\s\\S]*<!-- ${literal(name)}: [^\\n]* -->\\n)([\\s\\S]*?)(<!-- end of ${literal(name)} -->[\\s\\S]*)$`,
  )
  const [, before, part, after] = pattern.exec(page) ?? []
  if (before === undefined || part === undefined || after === undefined) {
    throw new Error(`The page has no part ${name}`)
  }
  return { before, part, after }
}

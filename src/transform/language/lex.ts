import type { At } from './syntax.ts'

export interface Token extends At {
  kind: 'name' | 'delimited' | 'string' | 'number' | 'sign' | 'end'
  /** The value: without quotes, escapes resolved. */
  text: string
  /** Only of strings. */
  quote?: string
  /** Offsets in the source, end exclusive. */
  start: number
  end: number
}

export interface Lexed {
  tokens: Token[]
  /** `/// key = value` lines before the first token. */
  metadata: (At & { key: string; value: string })[]
  faults: (At & { text: string })[]
}

const metadataLine = /^\/\/\/\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/

const blanks = String.raw`(?:\s+|//[^\n]*|/\*[\s\S]*?\*/)*`
const name = String.raw`[\p{L}_][\p{L}\p{N}_]*`
const number = String.raw`\d+(?:\.\d+)?`
const quoted = ['"', "'", '`']
  .map((quote) => String.raw`${quote}(?:[^${quote}\\]|\\[\s\S])*${quote}`)
  .join('|')
const sign = String.raw`/\*|->|<<|>>|\.\.|==|!=|<=|>=|<-|[\s\S]`
const token = new RegExp(`(${blanks})(?:(${name})|(${number})|(${quoted})|(${sign})|$)`, 'uy')

/** Cuts a map into tokens. The last one is `end`; characters that belong nowhere are signs, for the parser to refuse. */
export function lex(source: string): Lexed {
  const at = placesOf(source)
  const lexed: Lexed = { tokens: [], metadata: [], faults: [] }
  token.lastIndex = 0
  while (token.lastIndex < source.length) {
    const found = token.exec(source)
    if (!found) break
    const [, blank = '', word, digits, inside, other] = found
    if (!found.index) lexed.metadata.push(...metadataOf(blank))
    const start = found.index + blank.length
    const end = token.lastIndex
    if (other !== undefined && endless.includes(other)) {
      lexed.faults.push({ ...at(start), text: 'This has no end: close the quote or the comment.' })
      break
    }
    const { line, column } = at(start)
    if (word !== undefined) lexed.tokens.push({ kind: 'name', text: word, start, end, line, column })
    else if (inside !== undefined) lexed.tokens.push({ ...inQuotes(inside), start, end, line, column })
    else if (digits !== undefined)
      lexed.tokens.push({ kind: 'number', text: digits, start, end, line, column })
    else if (other !== undefined) lexed.tokens.push({ kind: 'sign', text: other, start, end, line, column })
  }
  const end = source.length
  lexed.tokens.push({ kind: 'end', text: 'the end of the file', start: end, end, ...at(end) })
  return lexed
}

/** What begins something, and is a sign only when that never ends. */
const endless = ['"', "'", '`', '/*']

function inQuotes(quoted: string): Pick<Token, 'kind' | 'text' | 'quote'> {
  const quote = quoted.charAt(0)
  const text = unescaped(quoted.slice(1, -1))
  return quote === '`' ? { kind: 'delimited', text } : { kind: 'string', text, quote }
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f' }

/** Escapes as in FHIRPath: `\'`, `\n`, `\u00e9`. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex: string | undefined, one: string) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (escapes[one] ?? one),
  )
}

/** What stands before the first token: its lines begin at the first. */
function metadataOf(blank: string): Lexed['metadata'] {
  return blank.split('\n').flatMap((text, index) => {
    const [, key, value] = text.trim().match(metadataLine) ?? []
    return key && value
      ? [{ line: index + 1, column: 1, key, value: value.replace(/^(["'])(.*)\1$/, '$2') }]
      : []
  })
}

/** A function from offset to line and column, for offsets that grow. */
function placesOf(source: string): (offset: number) => At {
  let line = 1
  let start = 0
  let next = source.indexOf('\n')
  return (offset) => {
    while (next >= 0 && next < offset) {
      line++
      start = next + 1
      next = source.indexOf('\n', start)
    }
    return { line, column: offset - start + 1 }
  }
}

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

const space = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y
const name = /[\p{L}_][\p{L}\p{N}_]*/uy
const number = /\d+(?:\.\d+)?/y
const sign = /->|<<|>>|\.\.|==|!=|<=|>=|<-|[\s\S]/y
const metadataLine = /^\/\/\/\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/

/** Cuts a map into tokens. The last one is `end`; characters that belong nowhere are signs, for the parser to refuse. */
export function lex(source: string): Lexed {
  const at = placesOf(source)
  const lexed: Lexed = { tokens: [], metadata: [], faults: [] }
  let offset = 0
  while (offset < source.length) {
    const blank = match(space, source, offset)
    if (blank) {
      if (!lexed.tokens.length) lexed.metadata.push(...metadataOf(blank, offset, at))
      offset += blank.length
      continue
    }
    const token = next(source, offset, at)
    if (token.kind === 'end') {
      lexed.faults.push({ ...at(offset), text: 'This has no end: close the quote or the comment.' })
      break
    }
    lexed.tokens.push(token)
    offset = token.end
  }
  const end = source.length
  lexed.tokens.push({ kind: 'end', text: 'the end of the file', start: end, end, ...at(end) })
  return lexed
}

function next(source: string, start: number, at: (offset: number) => At): Token {
  const first = source[start] ?? ''
  const token = (kind: Token['kind'], text: string, end: number): Token => ({
    kind,
    text,
    start,
    end,
    ...at(start),
  })
  if (first === '"' || first === "'" || first === '`') {
    const end = closing(source, start, first)
    if (end === undefined) return token('end', '', start)
    const text = unescaped(source.slice(start + 1, end - 1))
    return first === '`' ? token('delimited', text, end) : { ...token('string', text, end), quote: first }
  }
  if (source.startsWith('/*', start)) return token('end', '', start)
  const word = match(name, source, start)
  if (word) return token('name', word, start + word.length)
  const digits = match(number, source, start)
  if (digits) return token('number', digits, start + digits.length)
  const other = match(sign, source, start) ?? first
  return token('sign', other, start + other.length)
}

/** Offset after the closing quote. */
function closing(source: string, start: number, quote: string): number | undefined {
  for (let offset = start + 1; offset < source.length; offset++) {
    if (source[offset] === '\\') offset++
    else if (source[offset] === quote) return offset + 1
  }
  return undefined
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f' }

/** Escapes as in FHIRPath: `\'`, `\n`, `\u00e9`. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex: string | undefined, one: string) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (escapes[one] ?? one),
  )
}

function metadataOf(blank: string, start: number, at: (offset: number) => At): Lexed['metadata'] {
  let offset = start
  return blank.split('\n').flatMap((line) => {
    const place = at(offset)
    offset += line.length + 1
    const [, key, value] = line.trim().match(metadataLine) ?? []
    return key && value ? [{ ...place, key, value: value.replace(/^(["'])(.*)\1$/, '$2') }] : []
  })
}

function match(pattern: RegExp, source: string, offset: number): string | undefined {
  pattern.lastIndex = offset
  return pattern.exec(source)?.[0]
}

/** A function from offset to line and column. */
function placesOf(source: string): (offset: number) => At {
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

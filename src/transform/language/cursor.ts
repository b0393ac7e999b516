import type { Fault } from '../map-error.ts'
import type { Token } from './lex.ts'
import type { At, Named } from './syntax.ts'

/** Thrown where a map cannot be read on; the parser goes on after the rule or block it stands in. */
export class Unreadable extends Error {
  readonly at: At

  constructor(at: At, text: string) {
    super(text)
    this.name = 'Unreadable'
    this.at = at
  }
}

/** A place in a row of tokens, and the faults found up to there. */
export class Cursor {
  readonly file: string
  readonly source: string
  readonly faults: Fault[] = []
  /** How many rules stand around this place. */
  depth = 0
  private readonly tokens: readonly Token[]
  private position = 0
  /** The one that stands here; the last one, `end`, stands for ever. */
  token: Token

  constructor(file: string, source: string, tokens: readonly Token[]) {
    this.file = file
    this.source = source
    this.tokens = tokens
    this.token = this.ahead(0)
  }

  ahead(count: number): Token {
    const token = this.tokens[Math.min(this.position + count, this.tokens.length - 1)]
    if (!token) throw new Error('A row of tokens has at least its end.')
    return token
  }

  take(): Token {
    const { token } = this
    if (token.kind !== 'end') this.position++
    this.token = this.ahead(0)
    return token
  }

  is(sign: string): boolean {
    return this.token.kind === 'sign' && this.token.text === sign
  }

  isWord(...words: string[]): boolean {
    return this.token.kind === 'name' && words.includes(this.token.text)
  }

  isName(): boolean {
    return this.token.kind === 'name' || this.token.kind === 'delimited'
  }

  has(sign: string): boolean {
    const found = this.is(sign)
    if (found) this.take()
    return found
  }

  hasWord(word: string): boolean {
    const found = this.isWord(word)
    if (found) this.take()
    return found
  }

  expect(sign: string, instead: string): Token {
    return this.is(sign) ? this.take() : this.refuse(instead)
  }

  expectWord(word: string, instead: string): Token {
    return this.isWord(word) ? this.take() : this.refuse(instead)
  }

  name(instead: string): Named {
    if (!this.isName()) return this.refuse(instead)
    const { text, line, column } = this.take()
    return { name: text, line, column }
  }

  string(instead: string): string {
    return this.token.kind === 'string' ? this.take().text : this.refuse(instead)
  }

  /** Fails: what stands here, and what to write instead. */
  refuse(instead: string): never {
    const { kind, text } = this.token
    const found = kind === 'end' ? text : `"${text}"`
    throw new Unreadable(this.token, `Found ${found}. ${instead}`)
  }

  fault({ line, column }: At, text: string): void {
    this.faults.push({ file: this.file, line, column, text })
  }

  /** Runs `read`; when it cannot go on, notes the fault and moves on by `recover`. */
  attempt(read: () => void, recover: () => void): void {
    const before = this.position
    try {
      read()
    } catch (thrown) {
      if (!(thrown instanceof Unreadable)) throw thrown
      this.fault(thrown.at, thrown.message)
      recover()
      if (this.position === before) this.take()
    }
  }

  /** Moves on until `stop` holds outside of any brackets that open on the way. */
  skipUntil(stop: () => boolean): void {
    for (let depth = 0; this.token.kind !== 'end'; ) {
      if (depth <= 0 && stop()) return
      const { kind, text } = this.take()
      if (kind === 'sign' && '([{'.includes(text)) depth++
      if (kind === 'sign' && ')]}'.includes(text)) depth--
    }
  }
}

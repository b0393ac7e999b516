import { decodeAs } from './charset.ts'
import type { Delimiters } from './message.ts'

/**
 * What turns the escape sequences of a message into the text they stand for.
 *
 * Delimiters, line breaks, spaces and hexadecimal bytes become what they mean; highlighting and page layout are
 * left out; what is local or unknown (`\Zxx\`, `\Cxxxx\`, a lone escape character) stays as it came.
 *
 * Source: HL7 v2.8.2 chapter 2, section 2.7.
 */
export function unescaper(parts: Delimiters, charset: string | undefined): (text: string) => string {
  if (parts.escape === undefined) return (text) => text
  const character = parts.escape
  const mark = literally(character)
  const sequence = new RegExp(
    `(?:${mark}[Xx](?:[0-9A-Fa-f]{2})+${mark})+` +
      `|${mark}(?:([FSTREPHN])|\\.(br|ce|fi|in|nf|sk|sp|ti)\\s*([+-]?\\d{0,3}))${mark}`,
    'g',
  )
  const characters = new Map(letters(parts))
  const meaning = (whole: string, letter?: string, command?: string, count?: string): string => {
    if (letter !== undefined) return characters.get(letter) ?? ''
    if (command !== undefined) return layout(command, Math.abs(Number(count)))
    return fromHex(whole, character, charset)
  }
  return (text) => (text.includes(character) ? text.replace(sequence, meaning) : text)
}

/**
 * What writes text so that none of it is taken for a delimiter, a segment's end or a frame's end.
 * Fails: TypeError when there is something to escape and no escape character.
 */
export function escaper(parts: Delimiters): (text: string) => string {
  const codes = new Map(letters(parts).map(([letter, character]) => [character, letter]))
  codes.set('\n', '.br')
  const special = new RegExp(`[${[...codes.keys()].map(literally).join('')}\\x00-\\x1f\\x7f]`, 'g')
  return (text) => {
    if (text.search(special) === -1) return text
    return text.replace(special, (character) => {
      const mark = parts.escape
      if (mark === undefined) throw new TypeError('These delimiters leave no way to write this text.')
      return mark + (codes.get(character) ?? hex(character)) + mark
    })
  }
}

function letters(parts: Delimiters): [string, string][] {
  const all: [string, string | undefined][] = [
    ['F', parts.field],
    ['S', parts.component],
    ['T', parts.subcomponent],
    ['R', parts.repetition],
    ['E', parts.escape],
    ['P', parts.truncation],
  ]
  return all.filter((one): one is [string, string] => one[1] !== undefined)
}

/** `.br` and `.ce` end a line, `.spN` ends N of them, `.skN` is N blanks; the others only say where text stands. */
function layout(command: string, count: number): string {
  if (command === 'br' || command === 'ce') return '\n'
  if (command === 'sp') return '\n'.repeat(count || 1)
  return command === 'sk' ? ' '.repeat(count) : ''
}

/** Neighbouring sequences are read together: one character may take several of them. */
function fromHex(sequences: string, mark: string, charset: string | undefined): string {
  const digits = sequences.replaceAll(mark, '').replace(/[Xx]/g, '')
  return decodeAs(Buffer.from(digits, 'hex'), charset)
}

/** A pattern that matches just this text, also within a character class. */
export const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

const hex = (character: string): string =>
  `X${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`

import { doubleMetaphone } from 'double-metaphone'
import { remembered } from './remembered.ts'

const letters: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd' }

/** The words of a text, in which case, accents and punctuation do not count. */
export function wordsOf(text: string): string[] {
  const words = ['']
  for (const letter of text.normalize('NFKD').toLowerCase()) {
    const last = words.length - 1
    if (/[\p{L}\p{N}]/u.test(letter)) words[last] += letters[letter] ?? letter
    // An accent stands behind its letter: it ends no word.
    else if (!/\p{M}/u.test(letter)) words.push('')
  }
  return words.filter((word) => word !== '')
}

export const plain = remembered((text: string): string => wordsOf(text).join(' '))

/** Whether a word of one text may sound as a word of the other does. */
export function soundAlike(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => wordsOf(text).flatMap((word) => doubleMetaphone(word)))
  return left?.some((sound) => sound !== '' && right?.includes(sound)) ?? false
}

/** The parts of a text between separators; one behind an odd number of backslashes separates nothing. */
export const partsOf = (text: string, separator: ',' | '|' | '$'): string[] =>
  text.split(unescaped[separator])

const behindPairs = String.raw`(?<=(?:^|[^\\])(?:\\\\)*)`
const unescaped = {
  ',': new RegExp(`${behindPairs},`),
  '|': new RegExp(`${behindPairs}[|]`),
  $: new RegExp(`${behindPairs}[$]`),
}

export const meant = (text: string): string => text.replace(/\\(.)/gsu, '$1')

import { doubleMetaphone } from 'double-metaphone'
import { normal } from './forms.ts'

/** How the words of a text sound, each in one way or two: `Lefèvre` and `Lefebvre` have one in common with themselves only by ear. */
export const soundsOf = (text: string): string[] =>
  normal(text)
    .split(' ')
    .flatMap((word) => [...new Set(doubleMetaphone(word))])
    .filter((sound) => sound !== '')

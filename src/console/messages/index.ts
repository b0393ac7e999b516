import { type Language, languages } from '../format.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

export type Key = keyof typeof fr

/** The same keys in each language: French says which there are. */
export type Catalogue = Readonly<Record<Key, string>>

export const catalogues: Readonly<Record<Language, Catalogue>> = { fr, en }

/** The words for a key, with values in the places of `{name}`. */
export type Say = (key: Key, values?: Readonly<Record<string, string | number>>) => string

export function sayer(language: Language): Say {
  const catalogue = catalogues[language]
  return (key, values = {}) =>
    catalogue[key].replaceAll(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
}

/** Whether there are words for a key that is made from a code. */
export const isKey = (key: string): key is Key => Object.hasOwn(fr, key)

/** The first language of ours that a browser asks for; French unless it says otherwise. Source: RFC 9110, 12.5.4. */
export function preferred(acceptLanguage: string | undefined): Language {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.trim().split(';')
      const weight = parameters.map((each) => /^\s*q=([\d.]+)$/.exec(each)?.[1]).find(Boolean)
      return { language: range.toLowerCase().split('-')[0], weight: Number(weight ?? 1) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  for (const { language } of wanted) {
    const ours = languages.find((one) => one === language)
    if (ours) return ours
  }
  return 'fr'
}

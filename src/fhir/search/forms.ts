/** Texts as they stand in the index and in a query: made in one place, so that the two agree. */

/** Longest text in a btree or GIN entry: four bytes a letter stay under PostgreSQL's 2,704. */
const longest = 600

/** A text that the database takes as it is: no NUL, no half of a surrogate pair. */
export const clean = (text: string): string =>
  (text.includes('\0') ? text.replaceAll('\0', '') : text).toWellFormed()

/** Cut to what an index entry may hold; longer texts are told apart by their beginning. */
export const clip = (text: string): string => clean(text.slice(0, longest))

const ligatures: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd' }

/**
 * What is left of a text when case, accents and punctuation do not count: `Jean-Noël` is `jean noel`.
 *
 * Source: FHIR R4 search, 3.1.1.4.8 (string).
 */
export function normal(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[œæßøłđ]/g, (letter) => ligatures[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Stands before each value of a string column, and after the last: no normalised text contains it. */
export const separator = '\n'

export const joined = (values: readonly string[]): string =>
  `${separator}${values.join(separator)}${separator}`

const escaped = (part: string) =>
  part.includes('|') || part.includes('\\') ? part.replace(/[\\|]/g, String.raw`\$&`) : part

/** A token in the one form that a query for it has: `code`, `system|code`, `system|`, or `|code` for no system. */
export function tokenForm(system: string | undefined, code: string | undefined): string {
  if (system === undefined) return clip(escaped(code ?? ''))
  return clip(`${escaped(system)}|${escaped(code ?? '')}`)
}

/** An identifier with its type, as `:of-type` asks for it: `system|code|value`. */
export const typedForm = (system: string | undefined, code: string | undefined, value: string): string =>
  clip([system ?? '', code ?? '', value].map(escaped).join('|'))

/** A line of the words that go with a parameter's codes. */
export const wordLine = (code: string, text: string): string => `${code}=${normal(text)}`

/**
 * URLs under which a URL stands: `https://a/b/c` stands under `https://a/b` and `https://a`, `urn:oid:1.2` under
 * `urn:oid:1`. Source: FHIR R4 search, 3.1.1.4.12 (uri).
 */
export function parentsOf(uri: string): string[] {
  const [, root, path = ''] = /^(\w+:\/\/[^/]+|urn:\w+:)(.*)$/.exec(uri) ?? []
  if (root === undefined) return []
  const ends = root.startsWith('urn:') ? /[:.]/g : /\//g
  const cuts = [...path.matchAll(ends)].map(({ index }) => `${root}${path.slice(0, index)}`)
  return [...new Set([root, ...cuts])]
}

/** A token in every form that may ask for it. */
export function tokenForms(system: string | undefined, code: string | undefined): string[] {
  const inSystem = system === undefined ? [] : [tokenForm(system, undefined)]
  return code === undefined
    ? inSystem
    : [tokenForm(undefined, code), tokenForm(system ?? '', code), ...inSystem]
}

/** A piece of SQL whose values are kept apart from its text. Pieces may stand inside pieces. */
export interface Sql {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
}

/** SQL as written, values apart: ``sql`select body from resource where id = ${id}` ``. */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  const flat: { strings: string[]; values: unknown[] } = { strings: [strings[0] ?? ''], values: [] }
  values.forEach((value, index) => {
    if (isSql(value)) append(flat, value)
    else append(flat, { strings: ['', ''], values: [value] })
    append(flat, raw(strings[index + 1] ?? ''))
  })
  return flat
}

/** Text of our own, such as a table's name. Never what came from outside. */
export function raw(text: string): Sql {
  return { strings: [text], values: [] }
}

/** Pieces one after the other, with text between them. */
export function join(pieces: readonly Sql[], between: string): Sql {
  const flat: { strings: string[]; values: unknown[] } = { strings: [''], values: [] }
  pieces.forEach((piece, index) => {
    if (index > 0) append(flat, raw(between))
    append(flat, piece)
  })
  return flat
}

/** The statement as the driver takes it: `$1`, `$2` … and the values. */
export function statement({ strings, values }: Sql): { text: string; values: unknown[] } {
  const text = strings.reduce((before, after, index) => `${before}$${index}${after}`)
  return { text, values: [...values] }
}

/** Likewise, prepared once a connection: one name for one text. For statements of few shapes. */
export function prepared(piece: Sql): { name: string; text: string; values: unknown[] } {
  const { text, values } = statement(piece)
  return { name: nameOf(text), text, values }
}

/** Names of statements by their text: the same in the whole process, so that no connection hears one name for two texts. */
const names = new Map<string, string>()

function nameOf(text: string): string {
  let name = names.get(text)
  if (name === undefined) {
    name = `relais_${names.size + 1}`
    names.set(text, name)
  }
  return name
}

function append(flat: { strings: string[]; values: unknown[] }, piece: Sql): void {
  const [first = '', ...rest] = piece.strings
  flat.strings[flat.strings.length - 1] += first
  flat.strings.push(...rest)
  flat.values.push(...piece.values)
}

function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && 'strings' in value && 'values' in value
}

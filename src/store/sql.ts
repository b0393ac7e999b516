/**
 * A piece of SQL whose values are kept apart from its text. A value may be a piece itself, which then stands in its
 * place; it all becomes one text only when the statement is run.
 */
export interface Sql {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
}

/** SQL as written, values apart: ``sql`select body from resource where id = ${id}` ``. */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  return { strings, values }
}

/** Text of our own, such as a table's name. Never what came from outside. */
export function raw(text: string): Sql {
  return { strings: [text], values: [] }
}

/** Pieces one after the other, with text between them. */
export function join(pieces: readonly Sql[], between: string): Sql {
  if (pieces.length === 0) return raw('')
  return { strings: ['', ...pieces.slice(1).map(() => between), ''], values: pieces }
}

/** The statement as the driver takes it: `$1`, `$2` … and the values. */
export function statement(piece: Sql): { text: string; values: unknown[] } {
  const values: unknown[] = []
  return { text: textOf(piece, values), values }
}

function textOf({ strings, values: own }: Sql, values: unknown[]): string {
  let text = strings[0] ?? ''
  own.forEach((value, index) => {
    text += isSql(value) ? textOf(value, values) : `$${values.push(value)}`
    text += strings[index + 1] ?? ''
  })
  return text
}

/** Likewise, prepared once a connection: one name for one text. For statements of few shapes. */
export function prepared(piece: Sql): { name: string; text: string; values: unknown[] } {
  const { text, values } = statement(piece)
  return { name: nameOf(text), text, values }
}

/** Likewise while there are no more than so many: there is no end to what callers may think of. */
export function preparedAtMost(piece: Sql, most: number): { name?: string; text: string; values: unknown[] } {
  const { text, values } = statement(piece)
  if (!shapes.has(text) && shapes.size >= most) return { text, values }
  shapes.add(text)
  return { name: nameOf(text), text, values }
}

/** Texts that are prepared though callers chose their shape. */
const shapes = new Set<string>()

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

function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && 'strings' in value && 'values' in value
}

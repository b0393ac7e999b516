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
  return { strings: jointsOf(pieces.length, between), values: pieces }
}

const joints = new Map<string, (readonly string[])[]>()

/** What stands around so many pieces: the same list each time, by which the shape of a statement is known again. */
function jointsOf(count: number, between: string): readonly string[] {
  const known = joints.get(between) ?? []
  joints.set(between, known)
  known[count] ??= ['', ...Array.from({ length: count - 1 }, () => between), '']
  return known[count]
}

/**
 * A part of a `from` that is looked up for each row before it. Joined plainly, a table that is almost empty when a statement
 * is planned is read from one end to the other, and is still when it has grown; `offset 0` keeps the lookup to itself, where
 * only an index that has what is asked for can serve it.
 */
export const probed = (lookup: Sql): Sql => sql`cross join lateral (${lookup} offset 0)`

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
  const values: unknown[] = []
  const shape = followed(piece, beginning, values)
  shape.made ??= named(statement(piece).text)
  return { name: shape.made.name, text: shape.made.text, values }
}

const named = (text: string) => ({ name: nameOf(text), text })

/**
 * What a statement is made of up to some point, and how it may go on: a template's texts are the same list each time it is
 * used, so that a statement of a known shape is found without its text, which has some thousand letters, being made anew.
 */
interface Shape {
  readonly next: Map<unknown, Shape>
  made?: { name: string; text: string }
}

const beginning: Shape = { next: new Map() }

/** Stands in a shape for a value, whatever it is. */
const anyValue = Symbol('value')

/** Where a piece leads from a shape; its values are added to the others. */
function followed({ strings, values: own }: Sql, from: Shape, values: unknown[]): Shape {
  // Text of our own is another list each time.
  let at = after(from, strings.length === 1 ? strings[0] : strings)
  for (const value of own) {
    if (isSql(value)) at = followed(value, at, values)
    else {
      values.push(value)
      at = after(at, anyValue)
    }
  }
  return at
}

function after({ next }: Shape, what: unknown): Shape {
  const known = next.get(what)
  if (known) return known
  const made: Shape = { next: new Map() }
  next.set(what, made)
  return made
}

/** Likewise while there are no more than so many: there is no end to what callers may think of. */
export function preparedAtMost(piece: Sql, most: number): { name?: string; text: string; values: unknown[] } {
  const values: unknown[] = []
  const known = met(piece, beginning, values)
  if (known?.made) return { name: known.made.name, text: known.made.text, values }
  const { text, values: own } = statement(piece)
  if (!shapes.has(text) && shapes.size >= most) return { text, values: own }
  shapes.add(text)
  return prepared(piece)
}

/** Likewise, as far as this way has been gone before: nothing is kept of what is only looked for. */
function met({ strings, values: own }: Sql, from: Shape, values: unknown[]): Shape | undefined {
  let at = from.next.get(strings.length === 1 ? strings[0] : strings)
  for (const value of own) {
    if (!at) return undefined
    if (isSql(value)) at = met(value, at, values)
    else {
      values.push(value)
      at = at.next.get(anyValue)
    }
  }
  return at
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

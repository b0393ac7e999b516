import { datatypes, renamedDatatypes } from './datatypes.ts'
import { segments } from './segments.ts'

/** A field of a segment, or a component of a datatype. */
export interface Element {
  /** HL7's own name in camelCase. */
  name: string
  /** Composite datatype; `varies` is read by what OBX-2 names; absent: text. */
  type?: string
  repeats: boolean
}

/** The fields of a segment, field 1 first; undefined when the dictionary does not know it (Z segments). */
export const fieldsOf = (segment: string): readonly Element[] | undefined => fields.get(segment)

/** The components of a composite datatype, component 1 first; undefined for text and what is not known. */
export const componentsOf = (type: string | undefined): readonly Element[] | undefined =>
  type === undefined ? undefined : components.get(renamedDatatypes[type] ?? type)

/** The names of the segments that the dictionary knows. */
export const knownSegments: readonly string[] = Object.keys(segments)

const fields = read(segments)
const components = read(datatypes)

function read(source: Readonly<Record<string, string>>): ReadonlyMap<string, readonly Element[]> {
  return new Map(Object.entries(source).map(([name, text]) => [name, elements(text)]))
}

function elements(text: string): Element[] {
  return text.trim().split(/\s+/).map(element)
}

function element(text: string): Element {
  const repeats = text.endsWith('*')
  const [name = '', type] = (repeats ? text.slice(0, -1) : text).split(':')
  return { name, ...(type !== undefined && { type }), repeats }
}

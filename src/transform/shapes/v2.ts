import { componentsOf, type Element as Defined, fieldsOf, knownSegments } from '../../hl7v2/dictionary.ts'
import { type Group, isGroup, structureNamed } from '../../hl7v2/structure.ts'
import { type Element, plain, type Shape } from './shape.ts'

/** The shape of a v2 datatype or segment; undefined when the dictionary has none of that name. */
export function v2Shape(name: string): Shape | undefined {
  let shape = shapes.get(name)
  if (!shape) {
    const defined = fieldsOf(name) ?? componentsOf(name)
    if (!defined) return undefined
    shape = composite(name, defined)
    shapes.set(name, shape)
  }
  return shape
}

/** The shape of a message by the name of its structure (`ORM_O01`); undefined when the standard's are not known by it. */
export function messageShape(name: string): Shape | undefined {
  const structure = structureNamed(name)
  return structure && groupShape(structure)
}

function groupShape({ name, items }: Group): Shape {
  const elements = new Map<string, Element>()
  for (const item of items) {
    const shape = isGroup(item) ? groupShape(item) : (v2Shape(item.name) ?? unknown(item.name))
    elements.set(item.name, { key: item.name, shape, repeats: item.repeats })
  }
  return {
    name,
    model: 'v2',
    kind: 'complex',
    element: (key) => elements.get(key) ?? misplaced(key),
    names: () => [...elements.keys()],
    takes: (other) => other.kind === 'any' || other.name === name,
    create: () => ({}),
  }
}

/** A segment where the structure has none: Z segments, and what senders put where they like. It is kept as a list. */
function misplaced(key: string): Element | undefined {
  if (!knownSegments.includes(key) && !/^Z[A-Z0-9]{2}$/.test(key)) return undefined
  return { key, shape: v2Shape(key) ?? unknown(key), repeats: true }
}

const unknown = (name: string): Shape => ({ ...plain, model: 'v2', name })

const shapes = new Map<string, Shape>()

/** Text of a field or a component. */
const text: Shape = {
  name: 'text',
  model: 'v2',
  kind: 'primitive',
  element: () => undefined,
  names: () => [],
  takes: (other) => other.kind !== 'complex',
  create: () => ({}),
  cast: (value) => (typeof value === 'object' ? undefined : String(value)),
}

/** What the dictionary does not know, as the tree has it. */
const byPosition = /^[fcs]\d+$|(Components|Subcomponents)$/

function composite(name: string, defined: readonly Defined[]): Shape {
  const elements = new Map<string, Defined>(defined.map((element) => [element.name, element]))
  return {
    name,
    model: 'v2',
    kind: 'complex',
    element(key): Element | undefined {
      const element = elements.get(key)
      if (element) return { key, shape: shapeOf(element.type), repeats: element.repeats }
      return byPosition.test(key) ? { key, shape: unknown(key), repeats: undefined } : undefined
    },
    names: () => [...elements.keys()],
    takes: (other) => other.kind === 'any' || other.name === name,
    create: () => ({}),
  }
}

function shapeOf(type: string | undefined): Shape {
  if (type === undefined) return text
  return v2Shape(type) ?? unknown(type)
}

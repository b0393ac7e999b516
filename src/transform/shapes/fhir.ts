import r4 from 'fhirpath/fhir-context/r4'
import { casts } from './primitives.ts'
import type { Element, Shape } from './shape.ts'

/**
 * The shape of a FHIR R4 type, or of a backbone element by its path (`Patient.contact`); undefined when R4 has none.
 *
 * Source: the R4 model of fhirpath.js, made from the R4 StructureDefinitions.
 */
export function fhirShape(name: string): Shape | undefined {
  let shape = shapes.get(name)
  if (!shape && isKnown(name)) {
    shape = name in casts ? primitive(name) : complex(name)
    shapes.set(name, shape)
  }
  return shape
}

/** Whether one type is the other, or is derived from it. */
export function derives(type: string, from: string): boolean {
  for (let at: string | undefined = type; at; at = parentOf(at)) if (at === from) return true
  return false
}

const shapes = new Map<string, Shape>()

const isKnown = (name: string) => name in casts || parentOf(name) !== undefined || roots.includes(name)
const roots = ['Element', 'Resource']
const parentOf = (name: string): string | undefined =>
  own(r4.type2Parent, name) ?? (name.includes('.') ? own(r4.path2Type, name) : undefined)

function own<T>(of: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined
}

function primitive(name: string): Shape {
  const cast = casts[name]
  return {
    name,
    model: 'fhir',
    kind: 'primitive',
    element: () => undefined,
    names: () => [],
    takes: (other) => other.kind !== 'complex',
    create: () => ({}),
    ...(cast && { cast }),
  }
}

const isResource = (name: string) => derives(name, 'Resource')
const abstract = ['Resource', 'DomainResource']

function complex(name: string): Shape {
  const elements = new Map<string, Element>()
  const isCreated = isResource(name) && !abstract.includes(name)
  return {
    name,
    model: 'fhir',
    kind: 'complex',
    element(key) {
      const found = elements.get(key) ?? elementOf(name, key)
      if (found) elements.set(key, found)
      return found
    },
    names: () => [...namesOf(name)],
    takes: (other) => other.kind === 'any' || derives(other.name, name),
    create: () => (isCreated ? { resourceType: name } : {}),
  }
}

/** No name in R4 is longer; what was sent may be. */
const longest = 64

function elementOf(type: string, key: string): Element | undefined {
  if (key.length > longest) return undefined
  if (key === 'resourceType' && isResource(type)) return { key, shape: shapeOf('code'), repeats: false }
  for (let at: string | undefined = type; at; at = parentOf(at)) {
    const found = ownElement(at, key) ?? choiceInFull(at, key) ?? ofPrimitive(at, key)
    if (found) return found
  }
  return undefined
}

function ownElement(type: string, key: string): Element | undefined {
  const written = `${type}.${key}`
  const path = own(r4.pathsDefinedElsewhere, written) ?? written
  const repeats = Object.hasOwn(r4.path2Repeating, written) || Object.hasOwn(r4.path2Repeating, path)
  const suffixes = own(r4.choiceTypePaths, path)
  if (suffixes) return choice(path, key, suffixes, repeats)
  const named = own(r4.path2Type, path)
  if (!named) return undefined
  if (named === 'BackboneElement' || named === 'Element') return { key, shape: shapeOf(path), repeats }
  return { key, shape: shapeOf(named === 'System.String' ? 'string' : named), repeats }
}

function choice(path: string, key: string, suffixes: readonly string[], repeats: boolean): Element {
  const choices = new Map<string, Element>()
  for (const suffix of suffixes) {
    const type = typeOf(suffix)
    choices.set(type, { key: key + suffix, shape: shapeOf(type), repeats })
  }
  return { key, shape: { ...complex('Element'), name: `${path}[x]` }, repeats, choices }
}

/** `valueString`: one way of a choice, written out. */
function choiceInFull(type: string, key: string): Element | undefined {
  for (let cut = key.length - 1; cut > 0; cut--) {
    if (!/[A-Z]/.test(key[cut] ?? '')) continue
    const found = own(r4.choiceTypePaths, `${type}.${key.slice(0, cut)}`)
    if (found?.includes(key.slice(cut)))
      return { key, shape: shapeOf(typeOf(key.slice(cut))), repeats: false }
  }
  return undefined
}

/** `_birthDate`: id and extensions of a primitive that does not repeat. */
function ofPrimitive(type: string, key: string): Element | undefined {
  if (!key.startsWith('_')) return undefined
  const element = ownElement(type, key.slice(1)) ?? choiceInFull(type, key.slice(1))
  if (element?.shape.kind !== 'primitive' || element.repeats) return undefined
  return { key, shape: shapeOf('Element'), repeats: false }
}

const typeOf = (suffix: string) => {
  const lower = suffix.charAt(0).toLowerCase() + suffix.slice(1)
  return lower in casts ? lower : suffix
}

function shapeOf(name: string): Shape {
  const shape = fhirShape(name)
  if (!shape) throw new Error(`R4 has no type ${name}.`)
  return shape
}

function* namesOf(type: string): Generator<string> {
  for (let at: string | undefined = type; at; at = parentOf(at)) {
    for (const paths of [r4.path2Type, r4.choiceTypePaths]) {
      for (const path of Object.keys(paths)) {
        const name = path.slice(at.length + 1)
        if (path.startsWith(`${at}.`) && !name.includes('.')) yield name
      }
    }
  }
}

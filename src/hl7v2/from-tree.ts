import { failure } from '../fhir/outcome.ts'
import { componentsOf, type Element, fieldsOf } from './dictionary.ts'
import type { Component, Message, Repetition, Segment } from './message.ts'
import { type Group, isGroup, structureNamed } from './structure.ts'
import type { Tree, TreeValue } from './tree.ts'

/**
 * The message that a tree says, in the order of a structure (`ORM_O01`): the reverse of `toTree`, for maps outward.
 *
 * Segments and groups that the structure does not have follow at the end of their group; MSH-1 and MSH-2 are the
 * usual delimiters unless the tree names others. Text where the standard has a composite fills its first component.
 *
 * Fails: structure when a name is not in the dictionary.
 */
export function fromTree(tree: Tree, structure: string): Message {
  const usual: Tree = { fieldSeparator: '|', encodingCharacters: '^~\\&' }
  const header = tree.MSH
  const whole = { ...tree, MSH: { ...usual, ...(isTree(header) ? header : {}) } }
  return { segments: segmentsOf(whole, structureNamed(structure)) }
}

function segmentsOf(tree: Tree, group: Group | undefined): Segment[] {
  const items = group?.items ?? []
  const ordered = new Map([...items.map((item) => [item.name, item] as const)])
  const names = [...ordered.keys(), ...Object.keys(tree).filter((name) => !ordered.has(name))]
  return names.flatMap((name) => {
    const item = ordered.get(name)
    const inner = item && isGroup(item) ? item : undefined
    return listOf(tree[name]).flatMap((value) => segmentsIn(name, value, inner))
  })
}

function segmentsIn(name: string, value: TreeValue, group: Group | undefined): Segment[] {
  if (!isTree(value)) throw failure('structure', `${name} is a segment or a group of segments.`, name)
  return group || isNamedAsGroup(name) ? segmentsOf(value, group) : [writeFields(name, value)]
}

/** Segments have three letters, groups more. */
const isNamedAsGroup = (name: string): boolean => name.length > 3

/** A segment of the fields that an object names. Fails: structure when it names one that the segment has not. */
export function writeFields(name: string, values: Tree): Segment {
  const elements = fieldsOf(name) ?? []
  const fields: (readonly Repetition[])[] = []
  for (const { at, value, how } of positions(values, elements, 'f', name)) {
    const type = how === 'all' ? undefined : typeOf(elements[at - 1], values)
    fields[at] = listOf(value).map((one) => writeComponents(one, type, `${name}-${at}`))
  }
  return { name, fields: Array.from(fields, (repetitions) => repetitions ?? []) }
}

function typeOf(element: Element | undefined, values: Tree): string | undefined {
  if (element?.type !== 'varies') return element?.type
  return typeof values.valueType === 'string' ? values.valueType : undefined
}

function writeComponents(value: TreeValue, type: string | undefined, place: string): Repetition {
  if (!isTree(value)) return [[textOf(value, place)]]
  const elements = componentsOf(type) ?? []
  const components: Component[] = []
  for (const { at, value: inner, how } of positions(value, elements, 'c', place)) {
    const parts = how === 'all' ? undefined : componentsOf(elements[at - 1]?.type)
    components[at - 1] = writeSubcomponents(inner, parts ?? [], `${place}.${at}`)
  }
  return Array.from(components, (component) => component ?? [''])
}

function writeSubcomponents(value: TreeValue, elements: readonly Element[], place: string): Component {
  if (!isTree(value)) return [textOf(value, place)]
  const subcomponents: string[] = []
  for (const { at, value: inner } of positions(value, elements, 's', place)) {
    subcomponents[at - 1] = textOf(inner, `${place}.${at}`)
  }
  return Array.from(subcomponents, (text) => text ?? '')
}

interface Position {
  /** Counts from 1. */
  at: number
  value: TreeValue
  /** `all`: every part by position, where the standard has text. */
  how: 'named' | 'all'
}

/** Where the properties of an object belong: by name, by `f2`, `c2` or `s2`, and with all parts by `<name>Components`. */
function positions(values: Tree, elements: readonly Element[], letter: string, place: string): Position[] {
  const found = Object.entries(values).map(([key, value]): Position => {
    const name = key.replace(/(Components|Subcomponents)$/, '')
    const at = elements.findIndex((element) => element.name === key)
    if (at !== -1) return { at: at + 1, value, how: 'named' }
    const inner = elements.findIndex((element) => element.name === name)
    if (inner !== -1 && name !== key) return { at: inner + 1, value, how: 'all' }
    const number = new RegExp(`^${letter}([1-9]\\d{0,2})$`).exec(name)?.[1]
    if (number === undefined) throw failure('structure', `HL7 v2 has no ${key} here.`, place)
    return { at: Number(number), value, how: name === key ? 'named' : 'all' }
  })
  return found.sort((a, b) => (a.how === b.how ? 0 : a.how === 'named' ? -1 : 1))
}

function textOf(value: TreeValue, place: string): string {
  if (typeof value !== 'object') return String(value)
  throw failure('structure', 'Text is needed here, not an object or a list.', place)
}

const isTree = (value: TreeValue | undefined): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const listOf = (value: TreeValue | undefined): TreeValue[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

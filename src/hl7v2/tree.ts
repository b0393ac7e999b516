import { componentsOf, type Element, fieldsOf } from './dictionary.ts'
import type { Component, Message, Repetition, Segment } from './message.ts'
import { field, hl7Null } from './message.ts'
import { type Group, type Item, isGroup, structureOf } from './structure.ts'

/** A message, group, segment or composite value as a plain object: names → values. Nothing absent has a property. */
export interface Tree {
  [name: string]: TreeValue
}
export type TreeValue = string | Tree | TreeValue[]

/**
 * The message as plain nested objects, by the structure and the names of the standard, for maps to read:
 * `tree.ORDER[0].ORDER_DETAIL.OBR.universalServiceIdentifier.text`.
 *
 * - What repeats is an array; what does not is one value, or an array when the sender repeats it all the same.
 * - A composite is an object, text is a string. HL7 null (`""`) is absent: what a map makes replaces what was.
 * - What the dictionary does not know goes by position: field `f1`, component `c1`, subcomponent `s1`. A field of a
 *   Z segment is always an object: `ZFA.f1.c1`.
 * - Text with components that the dictionary does not expect keeps its first one under its name; all of them are
 *   under `<name>Components` (`c1`, `c2` …), its subcomponents under `<name>Subcomponents` (`s1`, `s2` …).
 * - A segment with no place in the structure is kept, as an array, in the group that is open where it stands.
 */
export function toTree(message: Message): Tree {
  const root: Tree = {}
  const structure = structureOf(
    field(message, 'MSH-9.1') ?? '',
    field(message, 'MSH-9.2'),
    field(message, 'MSH-9.3'),
  )
  const open: Open[] = [{ group: structure ?? unstructured, tree: root, at: 0 }]
  const counts = new Map<string, number>()
  for (const segment of message.segments) {
    const { name } = segment
    const occurrence = (counts.get(name) ?? 0) + 1
    counts.set(name, occurrence)
    const tree = readSegment(segment)
    segmentsOf.set(tree, { name, occurrence })
    place(open, name, tree)
  }
  return root
}

/** Which segment of its message a part of a tree was read from, among those of its name; undefined when it is none. */
export const segmentOf = (tree: object) => segmentsOf.get(tree)

const segmentsOf = new WeakMap<object, { name: string; occurrence: number }>()

/** A group that is being filled: where it stands in its syntax, and what it holds so far. */
interface Open {
  group: Group
  tree: Tree
  at: number
}

const header: Item = { name: 'MSH', index: 0, repeats: false, optional: false }
const unstructured: Group = {
  ...header,
  name: 'message',
  items: [header],
  opens: new Set(['MSH']),
  byOpening: new Map([['MSH', [header]]]),
  byContent: new Map([['MSH', [header]]]),
}

/** Puts a segment where the syntax has it, from the innermost open group outward: first exactly, then leniently. */
function place(open: Open[], name: string, segment: Tree): void {
  if (placeBy('byOpening', open, name, segment) || placeBy('byContent', open, name, segment)) return
  const { tree } = open.at(-1) as Open // the message itself is always open
  tree[name] = [...listOf(tree[name]), segment]
}

type By = 'byOpening' | 'byContent'

function placeBy(by: By, open: Open[], name: string, segment: Tree): boolean {
  for (let depth = open.length - 1; depth >= 0; depth--) {
    const here = open[depth] as Open // depth is within open
    const item = freeItem(here, here.group[by].get(name))
    if (!item && !(here.group.repeats && here.group.opens.has(name))) continue
    open.length = item ? depth + 1 : depth
    enter(by, open, item ?? here.group, name, segment)
    return true
  }
  return false
}

/** The item that can still take a segment: the next one from where we are, else an earlier one. */
function freeItem({ tree, at }: Open, items: readonly Item[] | undefined): Item | undefined {
  let earlier: Item | undefined
  for (const item of items ?? []) {
    if (!item.repeats && tree[item.name] !== undefined) continue
    if (item.index >= at) return item
    earlier ??= item
  }
  return earlier
}

/** Puts the segment into an item of the innermost open group, opening the groups on the way down to it. */
function enter(by: By, open: Open[], item: Item, name: string, segment: Tree): void {
  const here = open.at(-1) as Open // the message itself is always open
  here.at = item.index
  if (!isGroup(item)) {
    add(here.tree, item, segment)
    return
  }
  const tree: Tree = {}
  const inner: Open = { group: item, tree, at: 0 }
  add(here.tree, item, tree)
  open.push(inner)
  const next = freeItem(inner, item[by].get(name))
  if (next) enter(by, open, next, name, segment)
}

function add(tree: Tree, item: Item, value: Tree): void {
  const known = tree[item.name]
  if (!item.repeats) tree[item.name] = value
  else if (Array.isArray(known)) known.push(value)
  else tree[item.name] = [value]
}

const listOf = (value: TreeValue | undefined): TreeValue[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

/** A segment as an object of its fields' names. */
export function readSegment(segment: Segment): Tree {
  const elements = fieldsOf(segment.name)
  const tree: Tree = {}
  for (let at = 1; at < segment.fields.length; at++) {
    const repetitions = segment.fields[at]
    if (repetitions === undefined || repetitions.length === 0) continue
    const element = elements?.[at - 1]
    if (!element) readUnknown(tree, `f${at}`, repetitions)
    else if (element.type === 'varies') readField(tree, element, valueType(segment), repetitions)
    else readField(tree, element, element.type, repetitions)
  }
  return tree
}

const valueType = (segment: Segment): string | undefined => segment.fields[2]?.[0]?.[0]?.[0]

function readField(
  tree: Tree,
  { name, repeats }: Element,
  type: string | undefined,
  repetitions: readonly Repetition[],
): void {
  const parts = componentsOf(type)
  if (!parts && repetitions.some(isComposite)) readUnknown(tree, `${name}Components`, repetitions)
  const values: TreeValue[] = []
  for (const repetition of repetitions) {
    const value = parts ? readComponents(repetition, parts) : repetition[0]?.[0]
    if (value !== undefined && (typeof value !== 'string' || isFilled(value))) values.push(value)
  }
  const [first] = values
  if (first !== undefined) tree[name] = repeats || values.length > 1 ? values : first
}

function isComposite(components: Repetition): boolean {
  return components.length > 1 || (components[0]?.length ?? 0) > 1
}

function readUnknown(tree: Tree, name: string, repetitions: readonly Repetition[]): void {
  const values = repetitions
    .map((repetition) => readComponents(repetition, none))
    .filter((value) => value !== undefined)
  const [first] = values
  if (first !== undefined) tree[name] = values.length > 1 ? values : first
}

const none: readonly Element[] = []

const isFilled = (text: string): boolean => text !== '' && text !== hl7Null

/** Components by the names of a datatype; what it does not know as `c1`, `c2` …; undefined when all are empty. */
function readComponents(components: Repetition, elements: readonly Element[]): Tree | undefined {
  const tree: Tree = {}
  let isEmpty = true
  for (let at = 0; at < components.length; at++) {
    const component = components[at]
    if (component === undefined || (component.length === 1 && component[0] === '')) continue
    if (readComponent(tree, elements[at], at + 1, component)) isEmpty = false
  }
  return isEmpty ? undefined : tree
}

function readComponent(tree: Tree, element: Element | undefined, at: number, component: Component): boolean {
  const name = element?.name ?? `c${at}`
  const parts = componentsOf(element?.type)
  if (parts) {
    const value = readSubcomponents(component, parts)
    if (value) tree[name] = value
    return value !== undefined
  }
  const first = component[0] ?? ''
  if (isFilled(first)) tree[name] = first
  const all = component.length > 1 ? readSubcomponents(component, none) : undefined
  if (all) tree[`${name}Subcomponents`] = all
  return isFilled(first) || all !== undefined
}

/** Subcomponents by the names of a datatype; what it does not know as `s1`, `s2` …; undefined when all are empty. */
function readSubcomponents(component: Component, elements: readonly Element[]): Tree | undefined {
  let tree: Tree | undefined
  for (let at = 0; at < component.length; at++) {
    const value = component[at]
    if (value === undefined || !isFilled(value)) continue
    tree ??= {}
    tree[elements[at]?.name ?? `s${at + 1}`] = value
  }
  return tree
}

import { componentsOf, type Element, fieldsOf } from './dictionary.ts'
import { segmentOf, type Tree, type TreeValue } from './tree.ts'

/** A text of a message's tree: where in the message it stands, under which name, and in which objects, outermost first. */
export interface Origin {
  text: string
  place: string
  name: string
  within: readonly object[]
}

/** Where the parts of a message's tree stand in the message: its texts, and its segments, fields and components. */
export interface Origins {
  texts: readonly Origin[]
  /** Objects of the tree → `OBR[2]`, `OBR[2]-27`, `PID-3[2].4`. */
  places: ReadonlyMap<object, string>
}

/** Looks through a tree that `toTree` made; of any other, nothing comes from a message. */
export function originsIn(root: unknown): Origins {
  const found = { texts: [] as Origin[], places: new Map<object, string>() }
  search(root, [], found)
  return found
}

type Found = { texts: Origin[]; places: Map<object, string> }

/** Groups and their lists, down to the segments. */
function search(value: unknown, within: readonly object[], found: Found): void {
  if (typeof value !== 'object' || value === null) return
  const inside = [...within, value]
  const segment = segmentOf(value)
  if (!segment) {
    for (const key in value) search((value as Tree)[key], inside, found)
    return
  }
  const { name, occurrence } = segment
  const start = occurrence > 1 ? `${name}[${occurrence}]` : name
  found.places.set(value, start)
  const elements = fieldsOf(name)
  // What `toTree` has made of a segment is a tree.
  for (const key in value) {
    const one = (value as Tree)[key]
    if (one === undefined) continue
    const at = positionIn(elements, key)
    const type = elements?.[at]?.type
    const typed = type === 'varies' ? String((value as Tree).valueType) : type
    repetitions(one, { place: `${start}-${number(key, at)}`, key, type: typed, within: inside }, found)
  }
}

interface Spot {
  place: string
  key: string
  type: string | undefined
  within: readonly object[]
}

function repetitions(value: TreeValue, spot: Spot, found: Found): void {
  if (!Array.isArray(value)) {
    parts(value, spot, found)
    return
  }
  for (const [n, one] of value.entries()) {
    parts(one, n > 0 ? { ...spot, place: `${spot.place}[${n + 1}]` } : spot, found)
  }
}

function parts(value: TreeValue, spot: Spot, found: Found): void {
  const { place, key, type, within } = spot
  if (typeof value === 'string') {
    found.texts.push({ text: value, place, name: key, within })
    return
  }
  if (Array.isArray(value)) return
  found.places.set(value, place)
  const elements = componentsOf(type)
  for (const name in value) {
    const one = value[name]
    if (one === undefined) continue
    const at = positionIn(elements, name)
    const inner = { place: `${place}.${number(name, at)}`, key: name, within: [...within, value] }
    parts(one, { ...inner, type: elements?.[at]?.type }, found)
  }
}

/** Counted from 1: by the dictionary, or as what it does not know is called (`f12`, `c3`). */
const number = (key: string, at: number): string => (at >= 0 ? String(at + 1) : key.replace(/\D/g, '') || '1')

function positionIn(elements: readonly Element[] | undefined, name: string): number {
  if (!elements) return -1
  let known = positions.get(elements)
  if (!known) {
    known = new Map(elements.map((element, at) => [element.name, at]))
    positions.set(elements, known)
  }
  return known.get(name) ?? -1
}

/** Of the dictionary's lists, each looked through once. */
const positions = new WeakMap<readonly Element[], ReadonlyMap<string, number>>()

import { structureOfEvent, structures } from './structures.ts'

/** A segment or group in its place within a group. */
export type Item = SegmentItem | Group

export interface SegmentItem {
  name: string
  index: number
  repeats: boolean
  optional: boolean
}

/** A group of the abstract syntax; the message itself is one. */
export interface Group extends SegmentItem {
  items: readonly Item[]
  /** The segments that open it. */
  opens: ReadonlySet<string>
  /** Segment → the items that it can be, or open, in order. */
  byOpening: ReadonlyMap<string, readonly Item[]>
  /** Segment → the items in which it occurs at any depth, in order. */
  byContent: ReadonlyMap<string, readonly Item[]>
}

export const isGroup = (item: Item): item is Group => 'items' in item

/** The structure of a message by MSH-9: its third component, else type and event. Undefined when there is none here. */
export function structureOf(type: string, event?: string, name?: string): Group | undefined {
  const own = `${type}_${event ?? ''}`
  return (
    compiled.get(structureOfEvent[own] ?? own) ??
    compiled.get(name ?? '') ??
    (type === 'ACK' ? compiled.get('ACK') : undefined)
  )
}

/** The structure of this name (`ORM_O01`). */
export const structureNamed = (name: string): Group | undefined => compiled.get(name)

const compiled = new Map(
  Object.entries(structures).map(([name, text]) => [name, group(name, parse(tokens(text)))]),
)

type Draft = SegmentItem & { items?: Draft[]; opens?: string[] }

function tokens(text: string): string[] {
  return text.match(/[A-Z][A-Z0-9_]*|@[A-Z0-9,]+|[?*+|()]/g) ?? []
}

/** Reads items up to the end, or to the bracket that closes their group. */
function parse(rest: string[]): Draft[] {
  const items: Draft[] = []
  let index = -1
  for (let token = rest.shift(); token !== undefined && token !== ')'; token = rest.shift()) {
    if (token === '|') token = rest.shift() ?? ''
    else index++
    items.push(item(token, index, rest))
  }
  return items
}

function item(name: string, index: number, rest: string[]): Draft {
  const mark = /^[?*+]$/.test(rest[0] ?? '') ? rest.shift() : undefined
  const opens = rest[0]?.startsWith('@') ? rest.shift()?.slice(1).split(',') : undefined
  const isOpened = rest[0] === '('
  if (isOpened) rest.shift()
  const items = isOpened ? parse(rest) : undefined
  return {
    name,
    index,
    repeats: mark === '*' || mark === '+',
    optional: mark === '?' || mark === '*',
    ...(items && { items }),
    ...(opens && { opens }),
  }
}

function group(name: string, drafts: Draft[], own?: Draft): Group {
  const items = drafts.map((draft): Item => (draft.items ? group(draft.name, draft.items, draft) : draft))
  return {
    name,
    index: own?.index ?? 0,
    repeats: own?.repeats ?? false,
    optional: own?.optional ?? false,
    items,
    opens: new Set(own?.opens ?? openings(items)),
    byOpening: bySegment(items, (one) => (isGroup(one) ? [...one.opens] : [one.name])),
    byContent: bySegment(items, (one) => (isGroup(one) ? [...one.byContent.keys()] : [one.name])),
  }
}

/** What a group may begin with: its items up to the first that is not optional. */
function openings(items: readonly Item[]): string[] {
  const first = items.find((one) => !one.optional)?.index ?? items.length
  return items
    .filter((one) => one.index <= first)
    .flatMap((one) => (isGroup(one) ? [...one.opens] : [one.name]))
}

function bySegment(items: readonly Item[], namesOf: (item: Item) => string[]): Map<string, Item[]> {
  const found = new Map<string, Item[]>()
  for (const one of items) {
    for (const name of namesOf(one)) found.set(name, [...(found.get(name) ?? []), one])
  }
  return found
}

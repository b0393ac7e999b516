import { hl7Null } from '../hl7v2/message.ts'

/** A plain object, as far as rules care. */
export type Tree = Record<string, unknown>

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Nothing that may be written: FHIR has no empty values. */
export const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === ''

/** Nothing that may be read: what a v2 sender says to have no value (`""`) neither. */
export const isUnsaid = (value: unknown): boolean => isAbsent(value) || value === hl7Null

/** A list as it is, a value as a list of one, nothing as an empty list. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isUnsaid(value) ? [] : [value]
}

/** The items of one element of a value, or of all items of a list; undefined when there are none. */
export function elementsIn(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return saidOf(value.flatMap((item) => listOf(elementsIn(item, key))))
  if (key in Object.prototype && !Object.hasOwn(value, key)) return undefined
  return saidIn((value as Tree)[key]) // an object has properties
}

/** What stands in an element, without what is unsaid. */
export function saidIn(found: unknown): unknown {
  if (typeof found !== 'object') return isUnsaid(found) ? undefined : found
  if (found === null) return undefined
  return Array.isArray(found) && found.some(isUnsaid) ? saidOf(found) : found
}

/** A copy that shares nothing. */
export function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (!isTree(value)) return value
  const copy: Tree = {}
  for (const key of Object.keys(value)) copy[key] = copied(value[key])
  return copy
}

function saidOf(items: readonly unknown[]): unknown {
  const found = items.filter((item) => !isUnsaid(item))
  return found.length ? found : undefined
}

/**
 * Takes empty texts, objects and lists out of a tree that is ours, in place; undefined when nothing is left.
 * A resource with nothing but its type is empty, and so is an entry that has lost its resource.
 */
export function pruned(value: unknown): unknown {
  if (value === null || value === '') return undefined
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) return prunedList(value)
  return prunedTree(value as Tree) // an object that is no list
}

function prunedList(list: unknown[]): unknown[] | undefined {
  let count = 0
  for (const item of list) {
    const value = pruned(item)
    if (value !== undefined) list[count++] = value
  }
  if (count < list.length) list.length = count
  return count ? list : undefined
}

function prunedTree(tree: Tree): Tree | undefined {
  const had = tree.resource !== undefined
  let count = 0
  for (const key in tree) {
    const written = tree[key]
    const value = pruned(written)
    if (value === undefined) delete tree[key]
    else {
      if (value !== written) tree[key] = value
      if (key !== 'resourceType' && !(had && key === 'fullUrl')) count++
    }
  }
  return count ? tree : undefined
}

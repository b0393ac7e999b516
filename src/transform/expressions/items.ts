/**
 * What an expression gives: undefined for nothing, an item as it is, or a list of two and more.
 *
 * No item is a list, so the three are told apart at a look, and a single item needs no list made for it.
 */
export type Items = unknown

/**
 * Thrown by a part that meets what it was not made for: the whole expression is then evaluated by fhirpath.js, which
 * decides. So what is quick is also right: every part here does what fhirpath.js does, or gives up.
 */
export const unusual = new Error('unusual')

/** What stands in a tree, as items. */
export function itemsOf(value: unknown): Items {
  if (value === null) return undefined
  if (!Array.isArray(value)) return value
  if (value.some(isHollow)) throw unusual
  return unlisted(value)
}

/** What no list of items holds. */
const isHollow = (one: unknown) => one === null || one === undefined || Array.isArray(one)

/** The items of a list. */
export const unlisted = (list: readonly unknown[]): Items => (list.length > 1 ? list : list[0])

/** A list of the items. */
export const listed = (items: Items): readonly unknown[] =>
  Array.isArray(items) ? items : items === undefined ? [] : [items]

export const countOf = (items: Items): number =>
  Array.isArray(items) ? items.length : items === undefined ? 0 : 1

/** What is made of each item, one behind the other. */
export function gathered(items: Items, of: (item: unknown) => Items): Items {
  if (items === undefined) return undefined
  return Array.isArray(items) ? unlisted(items.flatMap((item) => of(item) ?? [])) : of(items)
}

/** The items for which something holds. */
export function kept(items: Items, holds: (item: unknown) => boolean): Items {
  if (Array.isArray(items)) return unlisted(items.filter(holds))
  return items !== undefined && holds(items) ? items : undefined
}

/** Both, without what comes twice: of texts, or of one item at most. */
export function united(left: Items, right: Items): Items {
  if (right === undefined) return distinct(left)
  return left === undefined ? distinct(right) : distinct([...listed(left), ...listed(right)])
}

export function distinct(items: Items): Items {
  if (!Array.isArray(items)) return items
  return unlisted([...new Set(textsOf(items))])
}

/** All of them, as texts. */
export function textsOf(items: Items): readonly string[] {
  const list = listed(items)
  if (!list.every(isText)) throw unusual
  return list
}

const isText = (item: unknown): item is string => typeof item === 'string'

/** The one text. */
export function oneText(items: Items): string {
  if (typeof items !== 'string') throw unusual
  return items
}

/** Undefined: empty. */
export function truth(items: Items): boolean | undefined {
  if (items !== undefined && typeof items !== 'boolean') throw unusual
  return items
}

/** A text, boolean or whole number, which fhirpath.js takes as it is written. */
export const isSimple = (item: Items): item is string | number | boolean =>
  typeof item === 'string' || typeof item === 'boolean' || Number.isSafeInteger(item)

export function simple(items: Items): string | number | boolean {
  if (!isSimple(items)) throw unusual
  return items
}

import { issue } from '../../fhir/outcome.ts'
import type { Target } from '../language/syntax.ts'
import { located } from '../located.ts'
import type { Run } from '../run.ts'
import type { Element } from '../shapes/shape.ts'
import { isTree, type Tree } from '../values.ts'
import { type Code, quoted } from './code.ts'
import type { Spot } from './transform.ts'

/** Puts a value into an element of a tree; gives what then stands there. */
type Writer = (tree: Tree, value: unknown, run: Run) => unknown

/**
 * Statements that put `value` into an element of `tree` in a list mode, and name what then stands there `kept`;
 * undefined when the two do not go together, which is told.
 */
export function writer(
  element: Element,
  listMode: Target['listMode'],
  target: Target,
  spot: Spot,
): Code | undefined {
  const { key, repeats } = element
  const write = writerOf(element, listMode, target, spot)
  if (!write) return undefined
  const by = (named: Writer) => `${spot.scope.writing.bind(named)}(tree, value, run)`
  if (listMode && repeats !== false) return `const kept = ${by(write)}`
  // Mostly nothing stands there yet.
  return `let kept = value
  if (tree[${quoted(key)}] === undefined) tree[${quoted(key)}] = ${repeats ? '[value]' : 'value'}
  else kept = ${by(write)}`
}

/** As a function, for what stands there already. */
function writerOf(
  element: Element,
  listMode: Target['listMode'],
  target: Target,
  spot: Spot,
): Writer | undefined {
  const { key, repeats } = element
  if (repeats === false) {
    if (listMode?.mode === 'share') {
      spot.unit.fault(target, `${key} does not repeat: there is nothing to share. Leave the list mode.`)
      return undefined
    }
    return single(element, listMode?.mode, spot.place)
  }
  if (!listMode) return repeats ? appending(key) : growing(key)
  if (element.shape.kind === 'primitive' && listMode.mode !== 'first' && listMode.mode !== 'last') {
    spot.unit.fault(target, `${listMode.mode} is for what has parts; ${key} is a ${element.shape.name}.`)
    return undefined
  }
  switch (listMode.mode) {
    case 'first':
    case 'last':
      return placing(key, listMode.mode)
    case 'single':
      return (tree, value) => reused(listIn(tree, key), 0, value)
    case 'share':
      return sharing(key, listMode.id)
  }
}

/**
 * One value. A tree goes into the one that is there. A value in place of another is told as a warning, unless the
 * list mode says which of them is meant: `first` keeps the one that is there, `last` takes the new one.
 */
function single({ key }: Element, mode: 'first' | 'last' | 'single' | undefined, place: string): Writer {
  const text = `${key} takes one value, and got another: the last one is kept.`
  return (tree, value, run) => {
    const there = tree[key]
    if (there === undefined) {
      tree[key] = value
      return value
    }
    if (isTree(there) && isTree(value)) return merged(there, value)
    if (mode === 'first') return there
    if (mode === undefined && there !== value)
      run.issues.push(issue('value', text, located(place, run, value), 'warning'))
    tree[key] = value
    return value
  }
}

function merged(there: Tree, value: Tree): Tree {
  return there === value ? there : Object.assign(there, value)
}

const appending =
  (key: string): Writer =>
  (tree, value, run) => {
    const list = listIn(tree, key)
    const order = run.ordered.size ? run.ordered.get(list) : undefined
    if (order?.last) list.splice(list.length - order.last, 0, value)
    else list.push(value)
    return value
  }

/** Not known whether it repeats: the second value makes it a list. */
const growing =
  (key: string): Writer =>
  (tree, value) => {
    const there = tree[key]
    if (there === undefined) tree[key] = value
    else if (Array.isArray(there)) there.push(value)
    else tree[key] = [there, value]
    return value
  }

/** Before, or behind, all that comes without this mode. */
const placing =
  (key: string, mode: 'first' | 'last'): Writer =>
  (tree, value, run) => {
    const list = listIn(tree, key)
    const order = run.ordered.get(list) ?? { first: 0, last: 0 }
    run.ordered.set(list, order)
    if (mode === 'first') list.splice(order.first, 0, value)
    else list.push(value)
    order[mode]++
    return value
  }

/** The item at a position of the list, filled up with the new value; or the new value, when there is none. */
function reused(list: unknown[], at: number, value: unknown): unknown {
  const there = list[at]
  if (isTree(there) && isTree(value)) return merged(there, value)
  list.push(value)
  return value
}

/** One item for all rules that share the name, in one list. */
const sharing =
  (key: string, id: string): Writer =>
  (tree, value, run) => {
    const list = listIn(tree, key)
    const ids = run.shared.get(list) ?? new Map<string, object>()
    run.shared.set(list, ids)
    const there = ids.get(id)
    if (isTree(there) && isTree(value)) return merged(there, value)
    if (isTree(value)) ids.set(id, value)
    list.push(value)
    return value
  }

function listIn(tree: Tree, key: string): unknown[] {
  const there = tree[key]
  if (Array.isArray(there)) return there
  const list: unknown[] = there === undefined ? [] : [there]
  tree[key] = list
  return list
}

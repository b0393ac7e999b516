import type { ElementDefinition } from '@medplum/fhirtypes'
import { type Check, type Context, type Fault, fault, type Json, own, report } from './check.ts'
import { below, type Place } from './place.ts'
import { type Belongs, belongsTo, type SliceKnowledge } from './slices.ts'
import { type Node, propertiesOf } from './tree.ts'

/** What looking at an object's elements needs to know. */
export interface MemberKnowledge extends SliceKnowledge {
  /** The element that a profile's element restricts. */
  baseOf(path: string): ElementDefinition | undefined
  /** What a profile adds to an element's value. */
  checkOf(node: Node): Check | undefined
  /** Is told what cannot be checked. */
  unchecked(what: string): void
}

/** Looks at an object on behalf of one of its elements. */
export type Member = (owner: Json, place: Place, context: Context) => void

/** What a profile adds to one element of an object: how often, in which types, in which slices. Nothing when it adds nothing. */
export function memberOf(child: Node, knowledge: MemberKnowledge): Member[] {
  const base = knowledge.baseOf(child.definition.base?.path ?? child.definition.path)
  const read = readerOf(child, base)
  const looks = [
    ...cardinality(child.definition, base?.min ?? 0, base?.max ?? '*', child.name),
    ...narrowed(child, base),
    ...each(knowledge.checkOf(child)),
    ...sliced(child, knowledge),
  ]
  if (looks.length === 0) return []
  return [
    (owner, place, context) => {
      const values = read(owner, place)
      for (const look of looks) look(values, place, context)
    },
  ]
}

/** One value of an element, with the type it was given in. */
interface Typed {
  readonly value: unknown
  readonly type: string
  readonly place: Place
}

type Look = (values: readonly Typed[], owner: Place, context: Context) => void

/** Reads the values of an element, whichever of its base types they are given in. */
function readerOf(
  child: Node,
  base: ElementDefinition | undefined,
): (owner: Json, place: Place) => readonly Typed[] {
  const types = base?.type ?? child.definition.type ?? []
  const properties = propertiesOf({ ...child, definition: { ...child.definition, type: types } })
  const [first] = properties
  if (first && properties.length === 1) return (owner, place) => typed(own(owner, first.name), first, place)
  const byName = new Map(properties.map((property) => [property.name, property]))
  return (owner, place) => {
    let found = none
    for (const name of Object.keys(owner)) {
      const property = byName.get(name)
      if (property) found = [...found, ...typed(owner[name], property, place)]
    }
    return found
  }
}

const none: readonly Typed[] = []

function typed(
  value: unknown,
  { element, type }: { element: string; type: string },
  place: Place,
): readonly Typed[] {
  if (value === undefined || value === null) return none
  if (!Array.isArray(value)) return [{ value, type, place: below(place, element) }]
  const found: Typed[] = []
  for (let index = 0; index < value.length; index++) {
    const one: unknown = value[index]
    if (one !== null) found.push({ value: one, type, place: below(place, element, index) })
  }
  return found
}

function cardinality(
  { min = 0, max = '*', id }: ElementDefinition,
  least: number,
  most: string,
  name: string,
): Look[] {
  const element = name.replace('[x]', '')
  const few = fault(
    'profile-required',
    min === 1 ? `${id} must be given.` : `${id} must be given ${min} times.`,
  )
  const many = fault(
    'business-rule',
    max === '0' ? `${id} is not used here: leave it out.` : `${id} at most ${max}.`,
  )
  const limit = max === '*' ? Number.POSITIVE_INFINITY : Number(max)
  return [
    ...(min > least ? [count((given) => given >= min, few, element)] : []),
    ...(max !== most && max !== '*' ? [count((given) => given <= limit, many, element)] : []),
  ]
}

function count(holds: (given: number) => boolean, wrong: Fault, element: string): Look {
  return (values, owner, context) => {
    if (!holds(values.length)) report(context, wrong, below(owner, element))
  }
}

function narrowed(child: Node, base: ElementDefinition | undefined): Look[] {
  if (!child.name.endsWith('[x]') || !child.definition.type) return []
  const allowed = new Set(propertiesOf(child).map(({ type }) => type))
  if (allowed.size >= (base?.type?.length ?? 0)) return []
  const wrong = fault('business-rule', `The profile allows only ${[...allowed].join(', ')} here.`)
  return [
    (values, _owner, context) => {
      for (const { type, place } of values) if (!allowed.has(type)) report(context, wrong, place)
    },
  ]
}

function each(check: Check | undefined): Look[] {
  if (!check) return []
  return [
    (values, _owner, context) => {
      for (const { value, place } of values) check(value, place, context)
    },
  ]
}

interface Slice {
  readonly belongs: Belongs
  readonly look: readonly Look[]
}

function sliced(child: Node, knowledge: MemberKnowledge): Look[] {
  if (child.slices.length === 0) return []
  refuseUnchecked(child, knowledge)
  const slices = child.slices.map((slice): Slice => sliceOf(child, slice, knowledge))
  const isClosed = child.definition.slicing?.rules === 'closed'
  const extra = fault(
    'business-rule',
    `${child.definition.id} takes none but the kinds that the profile names.`,
  )
  return [
    (values, owner, context) => {
      let left = values
      for (const { belongs, look } of slices) {
        const mine: Typed[] = []
        const others: Typed[] = []
        for (const one of left) (belongs(one.value, one.type, context) ? mine : others).push(one)
        for (const one of look) one(mine, owner, context)
        left = others
      }
      if (isClosed) for (const { place } of left) report(context, extra, place)
    },
  ]
}

/** Fails for slices of slices; the order of slices is told to be unchecked. */
function refuseUnchecked({ definition, slices }: Node, { unchecked }: MemberKnowledge): void {
  const inner = slices.find(({ definition: { sliceName = '' } }) => sliceName.includes('/'))
  if (inner) throw new Error(`${inner.definition.id}: slices of slices are not supported.`)
  const { ordered, rules } = definition.slicing ?? {}
  if (ordered || rules === 'openAtEnd') unchecked(`${definition.id}: the order of slices.`)
}

function sliceOf(slicing: Node, slice: Node, knowledge: MemberKnowledge): Slice {
  const look = [
    ...cardinality(slice.definition, 0, slicing.definition.max ?? '*', slicing.name),
    ...each(knowledge.checkOf(slice)),
  ]
  return { belongs: belongsTo(slicing, slice, knowledge), look }
}

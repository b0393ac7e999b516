import type { ElementDefinition } from '@medplum/fhirtypes'
import { bindingCheck, type Members, unversioned } from './bindings.ts'
import {
  all,
  type Check,
  type Context,
  type Fault,
  fault,
  isObject,
  type Json,
  own,
  report,
} from './check.ts'
import { expectedOf, isAsExpected } from './fixed.ts'
import { invariantCheck } from './invariants.ts'
import { below, type Place } from './place.ts'
import { referenceCheck, targetsOf } from './references.ts'
import { type Belongs, belongsTo, type SliceKnowledge } from './slices.ts'
import { type Node, propertiesOf } from './tree.ts'

/** What a profile is compiled with. */
export interface Surroundings extends SliceKnowledge {
  membersOf(valueSet: string): Members | undefined
  typeOfProfile(url: string): string | undefined
  /** The check of a profile on a datatype, when it is known. */
  profileOf(url: string): Check | undefined
  /** The element that a profile's element restricts. */
  baseOf(path: string): ElementDefinition | undefined
  /** Is told what cannot be checked: an unknown value set or profile. */
  unchecked(what: string): void
}

/** Looks at an object on behalf of one of its elements. */
type Member = (owner: Json, place: Place, context: Context) => void

/**
 * The check of what a profile adds to its base, and of nothing else: the base has been checked before.
 *
 * Elements that the profile leaves as they are cost nothing. Fails where a constraint is of a kind that
 * cannot be checked.
 */
export function profileCheck(root: Node, surroundings: Surroundings): Check | undefined {
  return valueCheck(root, surroundings)
}

function valueCheck(node: Node, surroundings: Surroundings): Check | undefined {
  const base = surroundings.baseOf(node.definition.base?.path ?? node.definition.path)
  return all([
    ...expectedChecks(node.definition),
    ...limitChecks(node.definition),
    ...bindingChecks(node.definition, base, surroundings),
    ...targetChecks(node.definition, base, surroundings),
    ...constraintChecks(node.definition, base),
    ...typeProfileChecks(node.definition, base, surroundings),
    ...memberChecks(node, surroundings),
  ])
}

function expectedChecks(definition: ElementDefinition): Check[] {
  const expected = expectedOf(definition)
  if (!expected) return []
  const wrong = fault('business-rule', `The profile asks for ${JSON.stringify(expected.value)} here.`)
  return [
    (value, place, context) => {
      if (!isAsExpected(value, expected)) report(context, wrong, place)
    },
  ]
}

function limitChecks(definition: ElementDefinition): Check[] {
  const { maxLength } = definition
  return [
    ...(maxLength === undefined
      ? []
      : [limit((value) => `${value}`.length <= maxLength, `At most ${maxLength} characters.`)]),
    ...boundChecks(definition, 'minValue', (value, bound) => value >= bound, 'At least'),
    ...boundChecks(definition, 'maxValue', (value, bound) => value <= bound, 'At most'),
  ]
}

function boundChecks(
  definition: ElementDefinition,
  prefix: 'minValue' | 'maxValue',
  holds: (value: number | string, bound: number | string) => boolean,
  words: string,
): Check[] {
  const [, bound] = Object.entries(definition).find(([name]) => name.startsWith(prefix)) ?? []
  if (bound === undefined) return []
  if (typeof bound !== 'number' && typeof bound !== 'string')
    throw new Error(`${definition.id}: ${prefix} of this type is not supported.`)
  return [
    limit(
      (value) => typeof value !== typeof bound || holds(value as typeof bound, bound),
      `${words} ${bound}.`,
    ),
  ]
}

function limit(holds: (value: unknown) => boolean, text: string): Check {
  const wrong = fault('business-rule', text)
  return (value, place, context) => {
    if (!holds(value)) report(context, wrong, place)
  }
}

function bindingChecks(
  { binding, id }: ElementDefinition,
  base: ElementDefinition | undefined,
  { membersOf, unchecked }: Surroundings,
): Check[] {
  if (binding?.strength !== 'required' || !binding.valueSet) return []
  const url = unversioned(binding.valueSet)
  if (base?.binding?.strength === 'required' && unversioned(base.binding.valueSet ?? '') === url) return []
  const members = membersOf(url)
  if (members) return [bindingCheck(members, url)]
  unchecked(`${id}: the codes of ${url} are not known.`)
  return []
}

function targetChecks(
  definition: ElementDefinition,
  base: ElementDefinition | undefined,
  { typeOfProfile }: Surroundings,
): Check[] {
  const targets = targetsOf(definition, typeOfProfile)
  const before = base && targetsOf(base, typeOfProfile)
  if (!targets || (before && before.size === targets.size)) return []
  return [referenceCheck(targets, 'business-rule')]
}

function constraintChecks(definition: ElementDefinition, base: ElementDefinition | undefined): Check[] {
  const inherited = new Set((base?.constraint ?? []).map(({ key }) => key))
  return (definition.constraint ?? [])
    .filter(
      ({ key, source }) =>
        !inherited.has(key) && !source?.startsWith('http://hl7.org/fhir/StructureDefinition/'),
    )
    .flatMap((constraint) => invariantCheck(constraint, definition.path) ?? [])
    .map(whenReadable)
}

/** An expression over elements of the wrong shape would be false for no reason of its own. */
function whenReadable(check: Check): Check {
  return (value, place, context) => {
    if (!context.issues.some(({ case: what }) => what === 'structure')) check(value, place, context)
  }
}

/** Profiles on a datatype: the value fits one of them. An extension's own definition is found by its URL instead. */
function typeProfileChecks(
  { type = [], id }: ElementDefinition,
  base: ElementDefinition | undefined,
  { profileOf, unchecked }: Surroundings,
): Check[] {
  const [only, ...others] = type
  if (!only?.profile || others.length > 0 || only.code === 'Extension') return []
  if (base?.type?.[0]?.profile?.join() === only.profile.join()) return []
  const checks = only.profile.flatMap((url) => profileOf(unversioned(url)) ?? [])
  if (checks.length < only.profile.length) {
    unchecked(`${id}: ${only.profile.join(' or ')} is not known.`)
    return []
  }
  return [anyOf(checks)]
}

/** Passes when one check finds no error; otherwise tells what the first one found. */
function anyOf(checks: readonly Check[]): Check {
  const [first] = checks
  if (first && checks.length === 1) return first
  return (value, place, context) => {
    const findings = checks.map((check) => {
      const apart: Context = { ...context, issues: [] }
      check(value, place, apart)
      return apart.issues
    })
    const accepted = findings.find((issues) => issues.every(({ severity }) => severity === 'warning'))
    context.issues.push(...(accepted ?? findings[0] ?? []))
  }
}

function memberChecks(node: Node, surroundings: Surroundings): Check[] {
  const members = node.children.flatMap((child) => memberOf(child, surroundings))
  if (members.length === 0) return []
  return [
    (value, place, context) => {
      if (isObject(value)) for (const member of members) member(value, place, context)
    },
  ]
}

function memberOf(child: Node, surroundings: Surroundings): Member[] {
  const base = surroundings.baseOf(child.definition.base?.path ?? child.definition.path)
  const read = readerOf(child, base)
  const looks = [
    ...cardinality(child.definition, base?.min ?? 0, base?.max ?? '*', child.name),
    ...narrowed(child, base),
    ...each(valueCheck(child, surroundings)),
    ...sliced(child, surroundings),
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
function readerOf(child: Node, base: ElementDefinition | undefined): (owner: Json, place: Place) => Typed[] {
  const types = base?.type ?? child.definition.type ?? []
  const properties = propertiesOf({ ...child, definition: { ...child.definition, type: types } })
  const [first] = properties
  if (first && properties.length === 1) return (owner, place) => typed(own(owner, first.name), first, place)
  const byName = new Map(properties.map((property) => [property.name, property]))
  return (owner, place) =>
    Object.keys(owner).flatMap((name) => {
      const property = byName.get(name)
      return property ? typed(owner[name], property, place) : []
    })
}

function typed(value: unknown, { element, type }: { element: string; type: string }, place: Place): Typed[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return [{ value, type, place: below(place, element) }]
  return value.flatMap((one, index) =>
    one === null ? [] : [{ value: one, type, place: below(place, element, index) }],
  )
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

function sliced(child: Node, surroundings: Surroundings): Look[] {
  if (child.slices.length === 0) return []
  const slices = child.slices.map((slice): Slice => sliceOf(child, slice, surroundings))
  const isClosed = child.definition.slicing?.rules === 'closed'
  const extra = fault(
    'business-rule',
    `${child.definition.id} takes none but the kinds that the profile names.`,
  )
  return [
    (values, owner, context) => {
      const left = new Set(values)
      for (const { belongs, look } of slices) {
        const mine = [...left].filter(({ value, type }) => belongs(value, type, context))
        for (const one of mine) left.delete(one)
        for (const one of look) one(mine, owner, context)
      }
      if (isClosed) for (const { place } of left) report(context, extra, place)
    },
  ]
}

function sliceOf(slicing: Node, slice: Node, surroundings: Surroundings): Slice {
  const look = [
    ...cardinality(slice.definition, 0, slicing.definition.max ?? '*', slicing.name),
    ...each(valueCheck(slice, surroundings)),
  ]
  return { belongs: belongsTo(slicing, slice, surroundings), look }
}

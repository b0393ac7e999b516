import type { ElementDefinition } from '@medplum/fhirtypes'
import { unversioned } from '../fhir/canonical.ts'
import { bindingCheck, type Members } from './bindings.ts'
import { all, type Check, type Context, fault, isObject, report } from './check.ts'
import { expectedOf, isAsExpected } from './fixed.ts'
import { invariantCheck } from './invariants.ts'
import { limitChecks } from './limits.ts'
import { memberOf } from './members.ts'
import { referenceCheck, targetsOf } from './references.ts'
import type { SliceKnowledge } from './slices.ts'
import type { Node } from './tree.ts'

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
  const knowledge = { ...surroundings, checkOf: (inner: Node) => valueCheck(inner, surroundings) }
  const members = node.children.flatMap((child) => memberOf(child, knowledge))
  if (members.length === 0) return []
  return [
    (value, place, context) => {
      if (isObject(value)) for (const member of members) member(value, place, context)
    },
  ]
}

import type { ElementDefinition } from '@medplum/fhirtypes'
import { unversioned } from '../fhir/canonical.ts'
import type { Case } from '../fhir/telling.ts'
import { type Check, type Context, fault, isObject, type Json, own, report, valuesOf } from './check.ts'

/** Resource types that an element may refer to; nothing when it may refer to any. */
export function targetsOf(
  definition: ElementDefinition,
  typeOfProfile: (url: string) => string | undefined,
): ReadonlySet<string> | undefined {
  const targets = (definition.type ?? [])
    .filter(({ code }) => code === 'Reference')
    .flatMap(({ targetProfile }) => targetProfile ?? [])
    .map((url) => typeOfProfile(unversioned(url)) ?? lastStep(url))
  return targets.length === 0 || targets.includes('Resource') ? undefined : new Set(targets)
}

/** A check that a reference leads to one of the types, as far as the reference itself says. */
export function referenceCheck(targets: ReadonlySet<string>, what: Case): Check {
  const wrong = fault(
    what,
    `This reference leads to a type that has no place here: ${[...targets].join(', ')}.`,
  )
  return (value, place, context) => {
    const type = isObject(value) ? targetType(value, context) : undefined
    if (type !== undefined && !targets.has(type)) report(context, wrong, place)
  }
}

/** The type a reference leads to: from its URL, from what is contained, or as it says; unknown for a local urn. */
export function targetType(value: Json, { root }: Context): string | undefined {
  const { reference, type } = value
  const evident = typeof reference === 'string' ? typeIn(reference, root) : undefined
  return evident ?? (typeof type === 'string' ? lastStep(type) : undefined)
}

const literal = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

function typeIn(reference: string, root: Json): string | undefined {
  if (!reference.startsWith('#')) return literal.exec(reference)?.[1]
  const inner = valuesOf(own(root, 'contained')).find((one) => isObject(one) && `#${one.id}` === reference)
  return isObject(inner) && typeof inner.resourceType === 'string' ? inner.resourceType : undefined
}

function lastStep(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1)
}

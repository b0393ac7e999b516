import type { Identifier, Resource } from '@medplum/fhirtypes'

/** What the outside world knows one resource of a type by. */
export interface BusinessKey {
  system: string
  value: string
}

/**
 * The business identifiers of a resource: no other resource of its type may carry one of them.
 *
 * Identifiers without system or value, and those that are `old` or `temp`, are none. Nor are the social security
 * numbers for billing: a child is billed under a parent's. Source: france.md, section 1 (NSS and INS).
 */
export function businessKeys(resource: Resource): BusinessKey[] {
  const keys = identifiersOf(resource).flatMap((identifier) => keyOf(identifier) ?? [])
  return keys.filter((key, index) => index === keys.findIndex((other) => isSame(key, other)))
}

const billing: readonly string[] = ['urn:oid:1.2.250.1.213.1.4.13', 'urn:oid:1.2.250.1.213.1.4.14']

function keyOf({ system, value, use }: Identifier): BusinessKey | undefined {
  if (!system || !value || use === 'old' || use === 'temp' || billing.includes(system)) return undefined
  return { system, value }
}

function identifiersOf(resource: Resource): Identifier[] {
  const own = 'identifier' in resource ? (resource.identifier ?? []) : []
  const master = 'masterIdentifier' in resource ? (resource.masterIdentifier ?? []) : []
  return [own, master].flat()
}

function isSame(a: BusinessKey, b: BusinessKey): boolean {
  return a.system === b.system && a.value === b.value
}

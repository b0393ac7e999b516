import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes'

/** A StructureDefinition without what only people read: a tenth of its size, the same validation. */
export function slim(definition: StructureDefinition): StructureDefinition {
  const { resourceType, id, url, name, status, kind, abstract, type, baseDefinition, derivation } = definition
  return {
    resourceType,
    ...(id !== undefined && { id }),
    url,
    name,
    status,
    kind,
    abstract,
    type,
    ...(baseDefinition !== undefined && { baseDefinition }),
    ...(derivation !== undefined && { derivation }),
    snapshot: { element: (definition.snapshot?.element ?? []).map(slimElement) },
  }
}

function slimElement(element: ElementDefinition): ElementDefinition {
  const { short, definition, comment, requirements, alias, mapping, example, ...rest } = element
  const { constraint, binding, ...kept } = rest
  return {
    ...kept,
    ...(constraint && { constraint: constraint.map(({ xpath, ...others }) => others) }),
    ...(binding && {
      binding: {
        strength: binding.strength,
        ...(binding.valueSet !== undefined && { valueSet: binding.valueSet }),
      },
    }),
  }
}

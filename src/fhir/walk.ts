/** A place in a resource where a reference stands, as FHIRPath: `ServiceRequest.subject.reference`. */
export type Visit = (reference: string, path: string) => string

/**
 * A copy in which every `Reference.reference` is what `visit` makes of it; parts that do not change are shared.
 *
 * Contained resources are visited too. Canonicals and plain URLs are no references: they stay.
 */
export function mapReferences<Value>(resource: Value, visit: Visit): Value {
  return mapped(resource, rootOf(resource), visit) as Value // only texts at `reference` differ
}

/** Every reference in a resource, in the order of its text. */
export function referencesIn(resource: unknown): { reference: string; path: string }[] {
  const found: { reference: string; path: string }[] = []
  mapReferences(resource, (reference, path) => {
    found.push({ reference, path })
    return reference
  })
  return found
}

const rootOf = (resource: unknown): string =>
  isObject(resource) && typeof resource.resourceType === 'string' ? resource.resourceType : '$this'

function mapped(value: unknown, path: string, visit: Visit): unknown {
  if (Array.isArray(value)) return mappedArray(value, path, visit)
  return isObject(value) ? mappedObject(value, path, visit) : value
}

function mappedArray(values: readonly unknown[], path: string, visit: Visit): readonly unknown[] {
  const made = values.map((value, index) => mapped(value, `${path}[${index}]`, visit))
  return made.some((value, index) => value !== values[index]) ? made : values
}

function mappedObject(value: Readonly<Record<string, unknown>>, path: string, visit: Visit): unknown {
  const changed = Object.entries(value).flatMap(([name, before]) => {
    const place = `${path}.${name}`
    const isReference = name === 'reference' && typeof before === 'string'
    const after = isReference ? visit(before, place) : mapped(before, place, visit)
    return after === before ? [] : [[name, after]]
  })
  return changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Gives the reference that stands in place of one; `place` says where it stands, as FHIRPath: `ServiceRequest.subject.reference`. */
export type Visit = (reference: string, place: () => string) => string

/**
 * A copy in which every `Reference.reference` is what `visit` makes of it; parts that do not change are shared.
 *
 * Contained resources are visited too. Canonicals and plain URLs are no references: they stay.
 */
export function mapReferences<Value>(resource: Value, visit: Visit): Value {
  const walk: Walk = { visit, steps: [rootOf(resource)] }
  return mapped(resource, walk) as Value // only texts at `reference` differ
}

/** Every reference in a resource, in the order of its text. */
export function referencesIn(resource: unknown): { reference: string; path: string }[] {
  const found: { reference: string; path: string }[] = []
  mapReferences(resource, (reference, place) => {
    found.push({ reference, path: place() })
    return reference
  })
  return found
}

/** Where a walk is: most places are never told, so their text is made only when it is asked for. */
interface Walk {
  readonly visit: Visit
  readonly steps: (string | number)[]
}

const placeOf = ({ steps: [root, ...steps] }: Walk): string =>
  `${root}${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')}`

const rootOf = (resource: unknown): string =>
  isObject(resource) && typeof resource.resourceType === 'string' ? resource.resourceType : '$this'

function mapped(value: unknown, walk: Walk): unknown {
  if (Array.isArray(value)) return mappedArray(value, walk)
  return isObject(value) ? mappedObject(value, walk) : value
}

function mappedArray(values: readonly unknown[], walk: Walk): readonly unknown[] {
  let made: unknown[] | undefined
  for (let index = 0; index < values.length; index++) {
    walk.steps.push(index)
    const after = mapped(values[index], walk)
    walk.steps.pop()
    if (after === values[index]) continue
    made ??= [...values]
    made[index] = after
  }
  return made ?? values
}

function mappedObject(value: Readonly<Record<string, unknown>>, walk: Walk): unknown {
  let made: Record<string, unknown> | undefined
  for (const name of Object.keys(value)) {
    const before = value[name]
    if (typeof before !== 'object' && name !== 'reference') continue
    walk.steps.push(name)
    const isReference = name === 'reference' && typeof before === 'string'
    const after = isReference ? walk.visit(before, () => placeOf(walk)) : mapped(before, walk)
    walk.steps.pop()
    if (after === before) continue
    made ??= { ...value }
    made[name] = after
  }
  return made ?? value
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

import type { Resource } from '@medplum/fhirtypes'
import fhirpath, { type UserInvocationTable } from 'fhirpath'
import { model } from '../../fhir/fhirpath.ts'
import { failure } from '../../fhir/outcome.ts'

/** Where one element stands in a resource. */
export interface Place {
  /** Properties and indices from the resource down; empty: the resource itself. */
  steps: readonly (string | number)[]
  /** Its type as R4's definitions have it, `HumanName` or `Patient.contact`, and that of what holds it. */
  type: string
  within: string
}

/** What fhirpath.js hands to a function that looks at internal structures; the part that is used here. */
interface Node {
  path?: string | null
  propName?: string | null
  index?: number | null
  parentResNode: Node | null
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'parentResNode' in value

function stepsOf({ parentResNode, propName, index }: Node): (string | number)[] {
  if (!parentResNode || typeof propName !== 'string') return []
  const own = typeof index === 'number' ? [propName, index] : [propName]
  return [...stepsOf(parentResNode), ...own]
}

const placeOf = (node: Node): Place => ({
  steps: stepsOf(node),
  type: node.path ?? '',
  within: node.parentResNode?.path ?? '',
})

const computed = 'computed'

/** Each element that was found, as the text of its place: results of other kinds would be copied. */
const placing: UserInvocationTable = {
  placed: {
    fn: (found: readonly unknown[]) =>
      found.map((each) => (isNode(each) ? JSON.stringify(placeOf(each)) : computed)),
    arity: { 0: [] },
    internalStructures: true,
  },
}

/** Where the elements stand that a FHIRPath selects. Fails: value when it cannot be read, or computes in place of selecting. */
export function placesOf(resource: Resource, path: string, at: string): Place[] {
  return evaluated(resource, path, at).map((text) => {
    if (text === computed) throw failure('value', 'This path computes, in place of selecting elements.', at)
    const place = JSON.parse(text) as Place // written above
    return { ...place, steps: asKept(resource, place.steps) }
  })
}

/** A choice is kept under the name of its type: `valueQuantity` where the path says `value`. */
function asKept(resource: Resource, steps: Place['steps']): Place['steps'] {
  let at: unknown = resource
  return steps.map((step) => {
    const holder = Object(at) as Record<string | number, unknown> // anything has properties
    const isThere = step in holder || `_${step}` in holder
    const key = isThere ? step : (Object.keys(holder).find((name) => isChoice(name, String(step))) ?? step)
    at = holder[key]
    return key
  })
}

const isChoice = (name: string, element: string): boolean =>
  name.startsWith(element) && /^[A-Z]/.test(name.slice(element.length))

function evaluated(resource: Resource, path: string, at: string): string[] {
  try {
    // What its functions trace would be patients' data in a log.
    const options = { async: false, traceFn: () => undefined, userInvocationTable: placing } as const
    return fhirpath.evaluate(resource, `(${path}).placed()`, undefined, model, options).map(String)
  } catch {
    throw failure('value', 'This is no FHIRPath that can be followed here.', at)
  }
}

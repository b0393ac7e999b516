/** What is known at load of a tree, or of a part of one. */
export interface Shape {
  /** As said in faults, and in a map: `Patient`, `Patient.contact`, `CX`. */
  readonly name: string
  readonly model: 'fhir' | 'v2' | 'plain'
  /** Text, number or boolean. `any`: may be either, nothing is known. */
  readonly kind: 'primitive' | 'complex' | 'any'
  /** An element; undefined when there is none of that name. */
  element(name: string): Element | undefined
  /** The names of its elements, to be told when one is unknown; empty when not known. */
  names(): readonly string[]
  /** Whether a value of another shape may stand where this one is asked for. */
  takes(other: Shape): boolean
  /** What a new one begins with. */
  create(): Record<string, unknown>
  /** Gives the value as this primitive is written, undefined when it cannot be. Absent: any value fits. */
  cast?(value: unknown): unknown
}

export interface Element {
  /** The property it is kept in. */
  readonly key: string
  readonly shape: Shape
  /** Undefined: not known; a second value makes it a list. */
  readonly repeats: boolean | undefined
  /** The ways a choice (`value[x]`) can be kept, by type. */
  readonly choices?: ReadonlyMap<string, Element>
}

const never = (): undefined => undefined

/** Of this one nothing is known: plain JSON. */
export const plain: Shape = {
  name: 'JSON',
  model: 'plain',
  kind: 'any',
  element: (key) => ({ key, shape: plain, repeats: undefined }),
  names: () => [],
  takes: () => true,
  create: () => ({}),
}

/** Text. */
export const text: Shape = {
  name: 'string',
  model: 'plain',
  kind: 'primitive',
  element: never,
  names: () => [],
  takes: (other) => other.kind !== 'complex',
  create: () => ({}),
}

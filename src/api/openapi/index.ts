import { z } from 'zod'
import { conformanceTypes } from '../../fhir/served.ts'
import { intake1 } from '../../flows/referral/intake-schema.ts'
import type { Base } from '../base.ts'
import type { House } from '../house.ts'
import type { Interaction } from '../interactions/interaction.ts'
import { isOf } from '../operations/operation.ts'
import { answers, type Described, described } from './described.ts'
import { searchedAcross, searchedBy } from './searched.ts'

/** A viewer shows a tag at a time: on the strict base, which serves all types, one a type; else one a base. */
function tagsOf({ path, title, types }: Base): object[] {
  const own = { name: path, description: title }
  return path === strict ? [own, ...[...types, ...conformanceTypes].map((name) => ({ name }))] : [own]
}

const strict = '/fhir'

const tagOf = ({ path: base }: Base, path: string): string =>
  (base === strict && /^\/([A-Z]\w*)/.exec(path)?.[1]) || base

type Paths = Record<string, Record<string, object>>

/**
 * An OpenAPI description of what is served under these bases, from the lists that the router obeys.
 *
 * Source: OpenAPI 3.1.
 */
export function openApi(bases: readonly Base[], { settings }: Pick<House, 'settings'>): object {
  const { baseUrl, version } = settings
  return {
    openapi: '3.1.0',
    info: {
      title: 'Relais',
      version,
      description: 'FHIR R4 gateway for non-scheduled medical imaging.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: baseUrl }],
    security: [{ smart: [] }],
    tags: bases.flatMap(tagsOf),
    paths: Object.assign({}, ...bases.map(pathsOf), intakePaths()) as Paths,
    components: {
      securitySchemes: {
        smart: {
          type: 'oauth2',
          description: 'SMART Backend Services: private_key_jwt, scopes of version 2.',
          flows: { clientCredentials: { tokenUrl: `${baseUrl}/auth/token`, scopes: {} } },
        },
      },
      schemas: {
        Resource: {
          type: 'object',
          required: ['resourceType'],
          properties: { resourceType: { type: 'string' }, id: { type: 'string' } },
        },
      },
      responses: answers,
    },
  }
}

/** Each interaction at each type that it is served for, each operation by its name. */
function pathsOf(base: Base): Paths {
  const paths: Paths = {}
  const add = (path: string, method: string, operation: object) => {
    const at = `${base.path}${path === '/' ? '' : path}`
    paths[at] = { [method.toLowerCase()]: operation, ...paths[at] }
  }
  for (const interaction of base.interactions) {
    if (interaction.path.includes(':operation')) continue
    for (const type of typesOf(interaction, base)) {
      const path = templated(interaction.path.replace(':type', type ?? ''))
      add(path, interaction.method, whole(base, describedOf(base, interaction, type), path))
    }
  }
  for (const [path, method, said] of operationsOf(base)) add(path, method, whole(base, said, path))
  add('/metadata', 'GET', { ...whole(base, { summary: 'What is served' }, '/metadata'), security: [] })
  return paths
}

/** Types that an interaction is served for; undefined where its path names none. */
function typesOf({ path, types, conformance }: Interaction, base: Base): readonly (string | undefined)[] {
  if (!path.includes(':type')) return [undefined]
  const declared = conformance ? conformanceTypes : []
  return [...base.types, ...declared].filter((type) => types?.includes(type) ?? true)
}

/** `/Patient/:id` as `/Patient/{id}`. */
const templated = (path: string) => path.replace(/:(\w+)/g, '{$1}')

function describedOf(base: Base, interaction: Interaction, type: string | undefined): Described {
  const said = described(interaction, type)
  if (!said.searches) return said
  return { ...said, parameters: type === undefined ? searchedAcross() : searchedBy(type, base) }
}

type Operation = [path: string, method: 'GET' | 'POST', said: Described]

function operationsOf(base: Base): Operation[] {
  return base.operations.flatMap(({ definition }) => {
    const { code, title, affectsState, system, type, instance, parameter = [] } = definition
    const types = [...base.types, ...conformanceTypes].filter((name) => isOf(definition, name))
    const paths = [
      ...(system ? [`/$${code}`] : []),
      ...types.flatMap((name) => [
        ...(type ? [`/${name}/$${code}`] : []),
        ...(instance ? [`/${name}/{id}/$${code}`] : []),
      ]),
    ]
    const said = { summary: title ?? code, hasBody: true }
    const asked = parameter
      .filter(({ use, type: kind }) => use === 'in' && /^[a-z]/.test(kind ?? ''))
      .map(({ name, min }) => ({
        name,
        in: 'query',
        required: (min ?? 0) > 0,
        schema: { type: 'string' },
      }))
    const read = { summary: said.summary, parameters: asked }
    return paths.flatMap((path) => {
      const operations: Operation[] = [[path, 'POST', said]]
      if (affectsState === false) operations.push([path, 'GET', read])
      return operations
    })
  })
}

const bodies = {
  resource: { 'application/fhir+json': { schema: { $ref: '#/components/schemas/Resource' } } },
  form: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } },
} as const

function whole(base: Base, { summary, hasBody, parameters = [] }: Described, path: string): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const all = [...inPath, ...parameters]
  return {
    tags: [tagOf(base, path)],
    summary,
    ...(all.length > 0 && { parameters: all }),
    ...(hasBody && {
      requestBody: {
        required: true,
        content: path.endsWith('/_search') ? bodies.form : bodies.resource,
      },
    }),
    responses: {
      '2XX': { $ref: '#/components/responses/Fine' },
      '4XX': { $ref: '#/components/responses/Refused' },
      '5XX': { $ref: '#/components/responses/Failed' },
    },
  }
}

/** Referrals and diaries in forms that are not FHIR. */
function intakePaths(): Paths {
  const responses = {
    '2XX': { $ref: '#/components/responses/Fine' },
    '4XX': { $ref: '#/components/responses/Refused' },
  }
  const taking = (type: string, schema: object) => ({
    required: true,
    content: { [type]: { schema } },
  })
  return {
    '/intake/referrals': {
      post: {
        tags: ['/intake'],
        summary: 'A referral as plain JSON',
        requestBody: taking('application/json', z.toJSONSchema(intake1)),
        responses,
      },
    },
    '/intake/hl7v2': {
      post: {
        tags: ['/intake'],
        summary: 'An HL7 v2 message',
        requestBody: taking('application/hl7-v2', { type: 'string' }),
        responses: { '200': { description: 'The acknowledgement, also of what is refused.' } },
      },
    },
    '/hooks/{connector}': {
      post: {
        tags: ['/intake'],
        summary: 'A call of a partner, signed as its connector says',
        security: [],
        parameters: [{ name: 'connector', in: 'path', required: true, schema: { type: 'string' } }],
        requestBody: taking('application/json', {}),
        responses,
      },
    },
    '/intake/slots': {
      post: {
        tags: ['/intake'],
        summary: 'A diary as a table with headings; `whole=true` when it is all that there is on its days',
        requestBody: taking('text/csv', { type: 'string' }),
        responses: {
          '200': { description: 'How many rows were taken.' },
          '422': { description: 'Which lines were refused, and why; the others were taken.' },
        },
      },
    },
  }
}

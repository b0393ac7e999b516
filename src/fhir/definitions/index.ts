import { readFileSync } from 'node:fs'
import { indexStructureDefinitionBundle } from '@medplum/core'
import type { StructureDefinition } from '@medplum/fhirtypes'
import type { Bindings } from './expand.ts'
import type { ParameterDefinition } from './parameter.ts'

// The one place on the ground floor that reads files: constants, too large for the type checker as JSON modules.
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))

/**
 * The R4 structures: datatypes, what is served, and what carries it; without what only people read.
 *
 * Source: FHIR R4 (4.0.1), profiles-types and profiles-resources; made by `npm run definitions`.
 */
export const structures = read('r4.json') as readonly StructureDefinition[] // written by us from that type

/** Required bindings, value set → code system → codes. Of two value sets the systems are others': they are not here. */
export const bindings = read('bindings.json') as Bindings // written by us from that type

/** Search parameters, resource type → code → definition: those of R4 and our own. */
export const searchParameters = read('search-parameters.json') as Readonly<
  Record<string, Readonly<Record<string, ParameterDefinition>>> // written by us from that type
>

// FHIRPath and validation of @medplum/core read the structures from its own registry.
indexStructureDefinitionBundle([...structures])

import type { Identifier } from '@medplum/fhirtypes'
import { systems } from '../fhir/canonical.ts'

/** Business identifiers of the demo's own things. */
export const demoSystem = 'https://relais.example/demo'
export const demoIdentifier = (value: string): Identifier => ({ system: demoSystem, value })

/** Within the folder, by name. */
export const local = (id: string) => ({ reference: `urn:local:${id}` })

export const frType = (code: string) => ({ coding: [{ system: systems.frIdentifierType, code }] })

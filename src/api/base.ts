import type { SearchParameter } from '@medplum/fhirtypes'
import type { Interaction } from './interactions/interaction.ts'
import type { AnyOperation } from './operations/operation.ts'

/** What may be said in a search of one type. */
export interface Searched {
  /** Type by name. */
  parameters: Readonly<Record<string, SearchParameter['type']>>
  includes?: readonly string[]
  revIncludes?: readonly string[]
}

/** A base under which FHIR is spoken: `/fhir`, or a dialect's own. Routes, `Allow` and `/metadata` come from its lists. */
export interface Base {
  /** `/fhir` */
  path: `/${string}`
  /** Computable name of its CapabilityStatement. */
  name: string
  title: string
  /** What whoever reads its `/metadata` should know: where it departs from the dialect's guide, and why. */
  description?: string
  interactions: readonly Interaction[]
  operations: readonly AnyOperation[]
  /** Resource types of the store that are served. */
  types: readonly string[]
  /** Canonical URLs of the CapabilityStatements that it fulfils. */
  instantiates?: readonly string[]
  /** Canonical URLs of the profiles that its resources conform to, by type. */
  profiles?: Readonly<Record<string, readonly string[]>>
  /** What may be searched for and brought along, by type, where that is less than all that the store knows. */
  searched?: Readonly<Record<string, Searched>>
  /** What is contained in others may be searched for. */
  contained?: true
  /** Media types that others call JSON, and the one that is answered with. */
  mediaTypes?: Readonly<Record<string, string>>
  /** A query as it is meant, where a dialect writes it otherwise than FHIR has it. */
  meant?: (query: URLSearchParams) => URLSearchParams
}

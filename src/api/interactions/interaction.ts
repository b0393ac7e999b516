import type { Letter } from '../../auth/scopes.ts'
import type { Answer } from '../answer.ts'
import type { Call, PathParts } from '../call.ts'

/** FHIR's interactions, as `/metadata` names them. */
export type Code =
  | 'read'
  | 'vread'
  | 'update'
  | 'patch'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'create'
  | 'search-type'
  | 'transaction'
  | 'batch'
  | 'history-system'
  | 'search-system'

/** One thing that may be asked under a FHIR base: where, by whom, and what is answered. */
export interface Interaction {
  /** The interactions that it is; empty when it is another way to ask for one that is listed, or no interaction of FHIR's. */
  codes: readonly Code[]
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Under the FHIR base: `/:type/:id`, `/:type/_search`. */
  path: string
  /** Of these types alone; absent: of all that are served. */
  types?: readonly string[]
  /** Whether there is anything at an address of this pattern; absent: always. */
  isThere?(parts: PathParts): boolean
  /** The right to the type that it takes; without one, it asks for itself. */
  letter?: Letter
  /** The same of conformance resources, which are in memory and read-only; absent: not of them. */
  conformance?: (call: Call) => Answer | Promise<Answer>
  /** Answered without a token. */
  open?: true
  handle(call: Call): Answer | Promise<Answer>
}

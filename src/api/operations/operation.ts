import type { OperationDefinition } from '@medplum/fhirtypes'
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'

/** What is declared of an operation: always by a URL. */
export type Definition = Omit<OperationDefinition, 'resource'> & {
  id: string
  url: string
  /** `Resource`: of any type. */
  resource: readonly string[]
}

/** Whether an operation may be called on a type. */
export const isOf = ({ resource }: Definition, type: string): boolean =>
  resource.includes('Resource') || resource.includes(type)

/** An operation: its definition, from which routes, checks and `/metadata` come, and what it does. */
export interface Operation<Input extends object> {
  definition: Definition
  /** What it is refused for is told as fatal. Source: IHE ITI Scheduling, ITI-115 to 117, expected actions. */
  fatal?: true
  /** Its links to further pages say `_cursor`. */
  paged?: true
  /** Hears `_count` in its query, beside its parameters. */
  counted?: true
  handle(input: Input, call: Call): Answer | Promise<Answer>
}

/** An operation among others, with an input that the definition has checked. */
export interface AnyOperation {
  definition: Definition
  fatal?: true
  paged?: true
  counted?: true
  handle(input: object, call: Call): Answer | Promise<Answer>
}

/** The operation as the list keeps it. `Input` is what its definition lets through: one value for max 1, else a list. */
export function operation<Input extends object>({ handle, ...rest }: Operation<Input>): AnyOperation {
  return { ...rest, handle: (input, call) => handle(input as Input, call) } // checked by `inputOf` from the definition
}

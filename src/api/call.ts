import { randomUUID } from 'node:crypto'
import type { Permit } from '../auth/permit.ts'
import { uuidv7 } from '../fhir/id.ts'
import type { Answer } from './answer.ts'
import type { House } from './house.ts'

/** One request on `/fhir`, from HTTP or from an entry of a batch. */
export interface Call {
  /** Of the HTTP request it came in. */
  number: string
  house: House
  /** The FHIR base it was asked under, without a slash at its end. */
  base: string
  permit: Permit
  /** Parts of the path: type, id, version, operation (without `$`). */
  path: PathParts
  query: URLSearchParams
  /** The query as it was written, without its question mark. */
  asked: string
  /** By lower-case name. */
  header(name: string): string | undefined
  /** The resource that was sent. Fails: media-type, structure, too-long. */
  resource(): Promise<unknown>
  /** The form that was sent, for `_search`. Fails: media-type, too-long. */
  form(): Promise<URLSearchParams>
  /** Answers another request with the same rights. */
  again(request: InnerRequest): Promise<Answer>
}

export interface PathParts {
  type?: string
  id?: string
  version?: string
  operation?: string
}

/** A request inside a request. */
export interface InnerRequest {
  method: string
  /** Relative to the FHIR base. */
  url: string
  headers: Readonly<Record<string, string>>
  resource?: unknown
}

/** Type of a call whose path has one. */
export function typeOf({ path: { type } }: Call): string {
  if (type === undefined) throw new Error('This path has no type')
  return type
}

/** Id of a call whose path has one. */
export function idOf({ path: { id } }: Call): string {
  if (id === undefined) throw new Error('This path has no id')
  return id
}

/** Maker of ids for what is created. */
export const newIdOf =
  ({ clock }: House) =>
  (): string =>
    uuidv7(clock().getTime(), randomUUID())

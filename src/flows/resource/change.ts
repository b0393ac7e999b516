import type { Resource } from '@medplum/fhirtypes'
import type { Found, Kept } from '../../store/index.ts'
import type { Patch } from '../../transform/patch/patch.ts'

/** What a caller asks for, as it was said. */
export type Request = Asked | AskedPatch | AskedDeleteFound

/** A change of one resource, or of none. */
export type Asked = AskedCreate | AskedUpdate | AskedDelete

interface AskedAny {
  type: string
  /** Where the resource stands in what was sent: `Bundle.entry[3].resource`. Absent: it is all there is. */
  place?: string
}

export interface AskedCreate extends AskedAny {
  verb: 'create'
  resource: Resource
  /** The name that others in the same bundle call it by. */
  fullUrl?: string
  /** Search parameters as in a URL: when one is found, nothing is created. */
  ifNoneExist?: string
}

export interface AskedUpdate extends AskedAny {
  verb: 'update'
  resource: Resource
  fullUrl?: string
  /** By id, or by search parameters as in a URL. */
  target: { id: string } | { query: string }
  /** The version that the caller has seen. */
  ifMatch?: string
}

export interface AskedDelete extends AskedAny {
  verb: 'delete'
  id: string
  ifMatch?: string
}

export interface AskedPatch extends AskedAny {
  verb: 'patch'
  patch: Patch
  /** By id, or by search parameters as in a URL. */
  target: { id: string } | { query: string }
  ifMatch?: string
}

/** Deletes whatever fits. */
export interface AskedDeleteFound extends AskedAny {
  verb: 'delete'
  /** Search parameters as in a URL. */
  query: string
  /** When more than so many fit, none is deleted. */
  most: number
  ifMatch?: string
}

/** Which resource a change means, and what is to become of it. `keep`: it was found, nothing is created. */
export interface Target extends AskedAny {
  verb: 'create' | 'update' | 'delete' | 'keep'
  /** What was asked for: a conditional update may create. */
  asked: Asked['verb']
  id: string
  ifMatch?: string
  found?: Found
  /** By which condition it is created, since nothing fitted it. */
  condition?: Condition
}

/** A condition on which others may create, too. */
export interface Condition {
  key: string
  /** How often something had been made by it when it was looked what fits. */
  number: number
}

/** A change whose every name is settled: the resource carries its id, references within the bundle are literal. */
export type Change = Put | Gone

export interface Put extends Target {
  verb: 'create' | 'update'
  resource: Resource & { id: string }
}

export interface Gone extends Target {
  verb: 'delete'
}

export const referenceOf = ({ type, id }: { type: string; id: string }): string => `${type}/${id}`

/** Where an element stands in what was sent: `Bundle.entry[3].resource.subject`, or `ServiceRequest.subject`. */
export function placeIn({ type, place }: AskedAny, path: string = type): string {
  return place === undefined ? path : `${place}${path.slice(/^\w+/.exec(path)?.[0].length ?? 0)}`
}

/** What the client says of version and time is not believed; the rest of its meta is. */
export function nextOf<R extends Resource>(resource: R, before: Kept | undefined): R {
  const { versionId: _, lastUpdated: __, ...meta } = resource.meta ?? {}
  return { ...resource, meta: { ...meta, ...(before && { versionId: before.meta.versionId }) } }
}

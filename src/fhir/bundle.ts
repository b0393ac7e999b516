import type { OperationOutcome } from '@medplum/fhirtypes'

/** A version of a resource as text that is handed on unread. */
export interface Text {
  type: string
  id: string
  version: number
  /** Instant. */
  lastUpdated: string
  deleted: boolean
  /** JSON; empty when deleted. */
  body: string
}

export interface Link {
  /** `monitor`: where a later pull of a history goes on. */
  relation: 'self' | 'first' | 'previous' | 'next' | 'last' | 'monitor'
  url: string
}

/** What an entry of a transaction or batch came to. */
export interface EntryResponse {
  /** `201 Created` */
  status: string
  location?: string
  /** `W/"1"` */
  etag?: string
  /** Instant. */
  lastModified?: string
  outcome?: OperationOutcome
  /** JSON of the resource, when it is to be shown. */
  body?: string
}

interface Head {
  links: readonly Link[]
  total?: number
}

/**
 * A Bundle of what a search found, as text. Bodies go in as they are kept: nothing is parsed.
 *
 * `outcome` tells what was left out of the search. Source: FHIR R4, bundle.html; search.html 3.1.1.5.4.
 */
export function searchset(
  base: string,
  found: readonly (Text & { mode: 'match' | 'include'; local?: string })[],
  head: Head,
  outcome?: OperationOutcome,
): string {
  const opened = `{"fullUrl":${JSON.stringify(`${base}/`).slice(0, -1)}`
  const closed = { match: ',"search":{"mode":"match"}}', include: ',"search":{"mode":"include"}}' }
  // Joined once, all of it: of a page of a thousand, texts of texts would be copied again and again.
  const pieces: string[] = []
  for (const { type, id, local, body, mode } of found)
    pieces.push(
      pieces.length === 0 ? opened : `,${opened}`,
      type,
      '/',
      local === undefined ? id : `${id}#${local}`,
      '","resource":',
      body,
      closed[mode],
    )
  if (outcome)
    pieces.push(
      `${pieces.length === 0 ? '' : ','}{"resource":${JSON.stringify(outcome)},"search":{"mode":"outcome"}}`,
    )
  return bundle('searchset', head, pieces)
}

/** A Bundle of versions, each with the request that may have made it. Source: FHIR R4, http.html 3.1.0.9 (history). */
export function history(base: string, versions: readonly Text[], head: Head): string {
  return bundle('history', head, apart(versions.map((version) => past(base, version))))
}

/** What became of each entry of a transaction or batch, in its order. */
export function responses(
  type: 'transaction-response' | 'batch-response',
  entries: readonly EntryResponse[],
): string {
  return bundle(
    type,
    { links: [] },
    apart(
      entries.map(({ body, ...response }) =>
        entry(undefined, body, `"response":${JSON.stringify(response)}`),
      ),
    ),
  )
}

function past(base: string, { type, id, version, lastUpdated, deleted, body }: Text): string {
  const url = `${type}/${id}`
  const method = deleted ? 'DELETE' : version === 1 ? 'POST' : 'PUT'
  const status = deleted ? '204 No Content' : version === 1 ? '201 Created' : '200 OK'
  const request = { method, url: method === 'POST' ? type : url }
  const response = { status, etag: `W/"${version}"`, lastModified: lastUpdated }
  return entry(
    `${base}/${url}`,
    deleted ? undefined : body,
    `"request":${JSON.stringify(request)},"response":${JSON.stringify(response)}`,
  )
}

function entry(fullUrl: string | undefined, body: string | undefined, rest: string): string {
  const url = fullUrl === undefined ? '' : `"fullUrl":${JSON.stringify(fullUrl)},`
  return `{${url}${body === undefined ? '' : `"resource":${body},`}${rest}}`
}

const apart = (entries: readonly string[]): string[] =>
  entries.map((entry, n) => (n === 0 ? entry : `,${entry}`))

/** Of the pieces of its entries. FHIR forbids empty arrays: what is not there is left out. */
function bundle(type: string, { links, total }: Head, pieces: readonly string[]): string {
  const counted = total === undefined ? '' : `,"total":${total}`
  const linked = links.length === 0 ? '' : `,"link":${JSON.stringify(links)}`
  const opened = `{"resourceType":"Bundle","type":"${type}"${counted}${linked}`
  return pieces.length === 0 ? `${opened}}` : [`${opened},"entry":[`, ...pieces, ']}'].join('')
}

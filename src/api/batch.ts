import { STATUS_CODES } from 'node:http'
import type { OperationOutcome } from '@medplum/fhirtypes'
import { type EntryResponse, responses } from '../fhir/bundle.ts'
import { Failure } from '../fhir/outcome.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import { isEntry, type RequestEntry } from './entries.ts'
import { told } from './told.ts'

/** Each entry for itself, in the order of the rules for transactions; what fails, or cannot be read, is told in its own entry. */
export async function batch(call: Call, entries: readonly (RequestEntry | Failure)[]): Promise<Answer> {
  const { number, house } = call
  const became: EntryResponse[] = []
  for (const [index, entry] of entries.entries())
    if (entry instanceof Failure) became[index] = responseOf(told(entry, number, house.log))
  for (const entry of inOrder(entries.filter(isEntry)))
    became[entries.indexOf(entry)] = responseOf(await call.again(requestOf(entry, call)))
  return { status: 200, headers: {}, body: responses('batch-response', became) }
}

/** Source: FHIR R4, http, transaction processing rules. */
const order: Readonly<Record<RequestEntry['method'], number>> = {
  DELETE: 0,
  POST: 1,
  PUT: 2,
  PATCH: 2,
  GET: 3,
  HEAD: 3,
}

export const inOrder = (entries: readonly RequestEntry[]): RequestEntry[] =>
  [...entries].sort((a, b) => order[a.method] - order[b.method])

/** An entry as the request it stands for. */
export function requestOf({ method, url, headers, resource }: RequestEntry, { header }: Call) {
  const prefer = header('prefer')
  return {
    method,
    url,
    headers: { 'content-type': 'application/fhir+json', ...(prefer !== undefined && { prefer }), ...headers },
    resource,
  }
}

/** What an entry is answered with. Source: FHIR R4, Bundle.entry.response. */
export function responseOf({ status, headers, lastUpdated, body }: Answer): EntryResponse {
  const { location, etag } = headers
  return {
    status: `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
    ...(location !== undefined && { location }),
    ...(etag !== undefined && { etag }),
    ...(lastUpdated !== undefined && { lastModified: lastUpdated }),
    ...(body !== undefined &&
      (isOutcome(body) ? { outcome: JSON.parse(body) as OperationOutcome } : { body })), // as it says
  }
}

const isOutcome = (body: string) => body.startsWith('{"resourceType":"OperationOutcome"')

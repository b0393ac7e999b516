import type { Resource } from '@medplum/fhirtypes'
import { allOk, type Issue, outcomeOf } from '../fhir/outcome.ts'
import type { Stored } from '../store/index.ts'

/** What is answered on `/fhir`, before it is put into HTTP or into an entry of a batch. */
export interface Answer {
  status: number
  headers: Readonly<Record<string, string>>
  /** JSON text of a resource. Absent: nothing but the status. */
  body?: string
}

/** An answer with a resource. */
export function answer(resource: Resource, status = 200, headers: Answer['headers'] = {}): Answer {
  return { status, headers, body: JSON.stringify(resource) }
}

/** An answer with a resource as it is kept: its text goes out unread. */
export function answerKept(kept: Stored, status = 200, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { ...headersOf(kept), ...headers }, body: kept.body }
}

/** An answer that says how it went. */
export function answerIssues(
  issues: readonly Issue[],
  status: number,
  headers: Answer['headers'] = {},
): Answer {
  return answer(issues.length > 0 ? outcomeOf(issues) : allOk('Done as asked.'), status, headers)
}

/** Version and time, as HTTP tells them. Source: FHIR R4, http, versioning. */
export function headersOf({
  version,
  lastUpdated,
}: {
  version: number
  lastUpdated: string
}): Record<string, string> {
  return { etag: etagOf(version), 'last-modified': new Date(lastUpdated).toUTCString() }
}

export const etagOf = (version: number): string => `W/"${version}"`

import type { Resource } from '@medplum/fhirtypes'
import { isNamed } from '../audit/reads.ts'
import { textOf } from '../fhir/decimals.ts'
import { allOk, type Issue, outcomeOf } from '../fhir/outcome.ts'
import { referenceTo } from '../fhir/reference.ts'
import type { Stored } from '../store/index.ts'

/** What is answered on `/fhir`, before it is put into HTTP or into an entry of a batch. */
export interface Answer {
  status: number
  headers: Readonly<Record<string, string>>
  /** Instant at which what is told of became as it is: Last-Modified says no more than its second. */
  lastUpdated?: string
  /** JSON text of a resource. Absent: nothing but the status. */
  body?: string
  /** What was handed out, for the trail of reads; absent when nothing that is kept was. */
  shown?: Shown
}

/** What somebody has been shown. */
export interface Shown {
  /** `read`, `search-type`, …; or the code of an operation. */
  interaction: string
  /** `Type/id/_history/n`. */
  references: readonly string[]
  /** As it was asked: `Patient?name=…`. */
  query?: string
}

/** Of what a search has shown, the versions that its trail names. */
export const namedOf = (all: readonly Pick<Stored, 'type' | 'id' | 'version'>[]): string[] =>
  versionsOf(all.filter(({ type }) => isNamed(type)))

/** Versions by their references. */
export const versionsOf = (all: readonly Pick<Stored, 'type' | 'id' | 'version'>[]): string[] =>
  all.map(({ type, id, version }) => referenceTo(type, id, version))

/** An answer with a resource. */
export function answer(resource: Resource, status = 200, headers: Answer['headers'] = {}): Answer {
  return { status, headers, body: textOf(resource) }
}

/** An answer with a resource as it is kept: its text goes out unread. */
export function answerKept(kept: Stored, interaction: string): Answer {
  const shown = { interaction, references: versionsOf([kept]) }
  const { lastUpdated, body } = kept
  return { status: 200, headers: headersOf(kept), lastUpdated, body, shown }
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

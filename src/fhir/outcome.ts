import type { OperationOutcome, OperationOutcomeIssue, Resource } from '@medplum/fhirtypes'
import { extensions } from './canonical.ts'
import { type Case, tellings } from './telling.ts'

/** One thing that is wrong, and where: FHIRPath in a resource, or a v2 field such as `ORC-2`. */
export interface Issue {
  case: Case
  /** What is wrong and what to do about it. Never quotes a patient. */
  text: string
  expression?: string
  severity?: 'fatal' | 'error' | 'warning' | 'information'
  /** Key of the invariant that is broken. */
  rule?: string
  /** `Organization/<id>` of the centre that it is about. */
  centre?: string
  /** The resource that it is about, where it is one of several. */
  about?: Resource
}

/** What is thrown when something is at fault; every edge tells it by the table in `telling.ts`. */
export class Failure extends Error {
  readonly issues: readonly [Issue, ...Issue[]]
  /** Said to the caller as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined

  constructor(issues: readonly [Issue, ...Issue[]], retryAfterSeconds?: number) {
    super(issues[0].text)
    this.name = 'Failure'
    this.issues = issues
    this.retryAfterSeconds = retryAfterSeconds
  }

  get case(): Case {
    return this.issues[0].case
  }
}

/** A failure with one issue: `throw failure('required', 'A referral carries its placer order number.', 'ORC-2')`. */
export function failure(what: Case, text: string, expression?: string): Failure {
  return new Failure([issue(what, text, expression)])
}

/** All faults found together, told together; the gravest case first decides the status. */
export function failures(issues: readonly Issue[]): Failure {
  const [first, ...rest] = [...issues].sort(byGravity)
  if (!first) throw new Error('failures() needs at least one issue')
  return new Failure([first, ...rest])
}

export function issue(
  what: Case,
  text: string,
  expression?: string,
  severity?: NonNullable<Issue['severity']>,
): Issue {
  return {
    case: what,
    text,
    ...(expression !== undefined && { expression }),
    ...(severity !== undefined && { severity }),
  }
}

/** The failure in whatever was thrown. What is unknown is ours: `exception`, told by its number alone. */
export function failureOf(thrown: unknown, number: string): Failure {
  if (thrown instanceof Failure) return thrown
  return failure('exception', `Internal error ${number}. Give this number to the operator.`)
}

/** The OperationOutcome that tells issues; the only place that spells one out. */
export function outcomeOf(issues: readonly Issue[]): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: issues.map(issueOf) }
}

/** The outcome of something that went well. */
export function allOk(text: string): OperationOutcome {
  return outcomeOf([{ case: 'informational', text, severity: 'information' }])
}

function issueOf({ case: what, text, expression, severity, centre }: Issue): OperationOutcomeIssue {
  return {
    ...(centre !== undefined && {
      extension: [{ url: extensions.centre, valueReference: { reference: centre } }],
    }),
    severity: severity ?? tellings[what].severity ?? 'error',
    code: tellings[what].code,
    diagnostics: text,
    ...(tellings[what].detail && { details: { coding: [tellings[what].detail] } }),
    ...(expression !== undefined && { expression: [expression] }),
  }
}

function byGravity(a: Issue, b: Issue): number {
  return tellings[b.case].http - tellings[a.case].http
}

import type { OperationOutcome } from '@medplum/fhirtypes'
import { Denial } from '../auth/permit.ts'
import { Failure, failureOf, type Issue, issue, outcomeOf } from '../fhir/outcome.ts'
import { tellings } from '../fhir/telling.ts'
import type { Log } from '../log.ts'
import { type Answer, answer } from './answer.ts'

/** A method that is not served here, with those that are. */
export class WrongMethod extends Failure {
  readonly allow: readonly string[]

  constructor(text: string, allow: readonly string[]) {
    super([issue('method-not-allowed', text)])
    this.allow = allow
  }
}

/**
 * How whatever was thrown is told over HTTP. What is unknown is ours: it is logged under the number that is told.
 * `isFatal`: errors are told as fatal.
 */
export function told(thrown: unknown, number: string, log: Log, isFatal = false): Answer {
  const failure = failureOf(thrown, number)
  if (failure.case === 'exception') log.failed('request.failed', thrown, { number })
  const issues = isFatal ? failure.issues.map(graver) : failure.issues
  return answer(outcomeOf(issues), tellings[failure.case].http, headersFor(thrown, failure))
}

/** The same issue, as fatal when it is an error. */
export const graver = (one: Issue): Issue =>
  (one.severity ?? 'error') === 'error' ? { ...one, severity: 'fatal' } : one

function headersFor(thrown: unknown, { case: what, retryAfterSeconds }: Failure): Record<string, string> {
  return {
    ...(what === 'method-not-allowed' && { allow: allowed(thrown).join(', ') }),
    ...(thrown instanceof Denial && { 'www-authenticate': thrown.challenge }),
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  }
}

/** What may be done at an address; of what is not there, no more than looking. */
const allowed = (thrown: unknown) => (thrown instanceof WrongMethod ? thrown.allow : ['GET', 'HEAD'])

/** The status that tells an outcome: that of its gravest issue's code, or `fine` when nothing went wrong. */
export function statusOf({ issue: issues }: OperationOutcome, fine: number): number {
  const wrong = issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')
  return Math.max(fine, ...wrong.map(({ code }) => byCode.get(code) ?? 500))
}

/** Several cases may have one code: the first in the table is the plainest. */
const byCode = new Map(
  Object.values(tellings)
    .reverse()
    .map(({ code, http }) => [code, http] as const),
)

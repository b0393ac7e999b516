import type { Coding, OperationOutcomeIssue } from '@medplum/fhirtypes'

/** How one case of failure is told at each edge. */
export interface Telling {
  /** FHIR issue type. */
  code: OperationOutcomeIssue['code']
  http: number
  /** MSA-1. `AE`: sending it again is no use; `AR`: not accepted, perhaps only now. */
  ack: 'AA' | 'AE' | 'AR'
  /** ERR-3, HL7 table 0357. */
  err: string
  /** What a job does about it. */
  job: 'give-up' | 'again' | 'again-a-few-times'
  severity?: OperationOutcomeIssue['severity']
  /** Set where the issue type alone does not say which case it is. */
  detail?: Coding
}

const local = (code: string): Coding => ({ system: 'https://relais.example/fhir/CodeSystem/failure', code })

/** Content at fault. */
const content = (code: Telling['code'], err: string, http = 400): Telling => ({
  code,
  http,
  ack: 'AE',
  err,
  job: 'give-up',
})

/** Refused for the state things are in. */
const state = (code: Telling['code'], http: number, ack: 'AE' | 'AR', detail?: Coding): Telling => ({
  code,
  http,
  ack,
  err: '207',
  job: 'give-up',
  ...(detail && { detail }),
})

const availability = (code: string): Coding => ({
  system: 'https://relais.example/fhir/CodeSystem/availability',
  code,
})

/** What is known of free places somewhere: no failure. */
const known = (what: string): Telling => ({
  code: 'informational',
  http: 200,
  ack: 'AA',
  err: '0',
  job: 'give-up',
  severity: 'information',
  detail: availability(what),
})

/** What is not known, and why: the answer is not whole. */
const unknown = (why: string): Telling => ({
  ...known(why),
  code: 'incomplete',
  severity: 'warning',
})

/** Refused for now. */
const later = (code: Telling['code'], http: number): Telling => ({
  code,
  http,
  ack: 'AR',
  err: '207',
  job: 'again',
})

/**
 * How every failure is told, by its case: read by HTTP, HL7 v2 and jobs, and by nothing else.
 *
 * Source: FHIR R4 issue-type; HL7 v2.8 tables 0008 and 0357.
 */
export const tellings = {
  informational: { code: 'informational', http: 200, ack: 'AA', err: '0', job: 'give-up' },

  structure: content('structure', '100'),
  value: content('value', '102'),
  required: content('required', '101'),
  'unknown-parameter': content('not-supported', '103'),
  'unsupported-value': content('not-supported', '103'),
  'unknown-type': content('not-supported', '200', 404),
  'unknown-message': { ...content('not-supported', '200', 422), ack: 'AR' },
  'unknown-sender': { ...content('security', '207', 403), ack: 'AR' },
  'not-acceptable': content('not-supported', '207', 406),
  'media-type': content('not-supported', '207', 415),
  'method-not-allowed': content('not-supported', '207', 405),
  'too-long': content('too-long', '207', 413),
  invariant: content('invariant', '207', 422),
  'business-rule': content('business-rule', '207', 422),
  'code-invalid': content('code-invalid', '103', 422),
  'profile-required': content('required', '101', 422),
  'too-costly': content('too-costly', '207'),

  'some-free': known('some'),
  'none-free': known('none'),
  'diary-old': unknown('old'),
  'diary-failing': unknown('failing'),
  'diary-unread': unknown('unread'),
  'diary-not-connected': unknown('not-connected'),

  login: state('login', 401, 'AE'),
  'token-expired': state('expired', 401, 'AE'),
  forbidden: state('forbidden', 403, 'AE'),
  'not-found': { ...state('not-found', 404, 'AE'), err: '204' },
  deleted: { ...state('deleted', 410, 'AE'), err: '204' },
  conflict: state('conflict', 409, 'AR'),
  refused: state('conflict', 409, 'AR', local('ris-refused')),
  'hold-expired': state('expired', 409, 'AR', local('hold-expired')),
  duplicate: { ...state('duplicate', 409, 'AE'), err: '205' },
  'stale-version': { ...state('conflict', 412, 'AE', local('stale-version')), job: 'again' },
  'multiple-matches': state('multiple-matches', 412, 'AE'),

  throttled: later('throttled', 429),
  timeout: later('timeout', 504),
  'lock-error': { ...later('lock-error', 503), err: '206' },
  transient: later('transient', 503),
  exception: { code: 'exception', http: 500, ack: 'AR', err: '207', job: 'again-a-few-times' },
} satisfies Record<string, Telling> as Record<Case, Telling>

export type Case =
  | 'informational'
  | 'structure'
  | 'value'
  | 'required'
  | 'unknown-parameter'
  | 'unsupported-value'
  | 'unknown-type'
  | 'unknown-message'
  | 'unknown-sender'
  | 'not-acceptable'
  | 'media-type'
  | 'method-not-allowed'
  | 'too-long'
  | 'invariant'
  | 'business-rule'
  | 'code-invalid'
  | 'profile-required'
  | 'too-costly'
  | 'some-free'
  | 'none-free'
  | 'diary-old'
  | 'diary-failing'
  | 'diary-unread'
  | 'diary-not-connected'
  | 'login'
  | 'token-expired'
  | 'forbidden'
  | 'not-found'
  | 'deleted'
  | 'conflict'
  | 'refused'
  | 'hold-expired'
  | 'duplicate'
  | 'stale-version'
  | 'multiple-matches'
  | 'throttled'
  | 'timeout'
  | 'lock-error'
  | 'transient'
  | 'exception'

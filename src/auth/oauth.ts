/** Errors of a token endpoint and their status. Source: RFC 6749, 5.2; RFC 7523, 3.2. */
const statuses = {
  invalid_request: 400,
  unsupported_grant_type: 400,
  invalid_client: 401,
  invalid_scope: 400,
  unauthorized_client: 400,
  slow_down: 429,
  method_not_allowed: 405,
} as const

export type OAuthError = keyof typeof statuses

/** An answer of the token endpoint: OAuth's JSON, not FHIR's. */
export interface OAuthAnswer {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/** What a token request is refused with. */
export class OAuthFault extends Error {
  readonly error: OAuthError
  /** For the log, never for the caller. */
  readonly noted: Readonly<Record<string, string>>
  readonly retryAfterSeconds: number | undefined

  constructor(
    error: OAuthError,
    description: string,
    noted: Readonly<Record<string, string>> = {},
    retryAfterSeconds?: number,
  ) {
    super(description)
    this.name = 'OAuthFault'
    this.error = error
    this.noted = noted
    this.retryAfterSeconds = retryAfterSeconds
  }

  get status(): number {
    return statuses[this.error]
  }
}

/** Nothing of a token request may stay in a cache. Source: RFC 6749, 5.1. */
const uncached = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' }

export function granted(body: object): OAuthAnswer {
  return { status: 200, headers: uncached, body: JSON.stringify(body) }
}

export function refusal({ error, message, status, retryAfterSeconds }: OAuthFault): OAuthAnswer {
  const wait = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return {
    status,
    headers: { ...uncached, ...wait },
    body: JSON.stringify({ error, error_description: message }),
  }
}

/** We could not say: 503 to try again soon, 500 otherwise. */
export function unable(status: number): OAuthAnswer {
  const soon = status === 503 || status === 429 || status === 504
  return {
    status: soon ? 503 : 500,
    headers: { ...uncached, ...(soon && { 'retry-after': '1' }) },
    body: JSON.stringify({
      error: soon ? 'temporarily_unavailable' : 'server_error',
      error_description: 'The request could not be handled now. Try again later.',
    }),
  }
}

/** OAuth parameters of a form, each at most once. Fails: OAuthFault invalid_request. */
export function formOf(contentType: string | undefined, body: string, query: string): Map<string, string> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType ?? '')) {
    throw new OAuthFault('invalid_request', 'Post a form: application/x-www-form-urlencoded.')
  }
  if (query !== '') {
    throw new OAuthFault('invalid_request', 'Put the parameters into the body: URLs are logged.')
  }
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) throw new OAuthFault('invalid_request', 'A parameter stands only once.')
    form.set(name, value)
  }
  return form
}

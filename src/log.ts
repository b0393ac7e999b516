import { destination, pino } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** What an event may carry: ids, codes, counts and durations. No names, no message text, no secret. */
export type LogFields = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | undefined>
>

/** Tells events, one line of JSON each: `log.event('message.received', { row, peer, kind, ms })`. */
export interface Log {
  event(name: EventName, fields?: LogFields): void
  debug(name: EventName, fields?: LogFields): void
  /** Something that a person should look at, though nothing is lost. */
  warn(name: EventName, fields?: LogFields): void
  /** Something of ours went wrong: its kind and where it arose, not its message, which may quote a patient. */
  failed(name: EventName, thrown: unknown, fields?: LogFields): void
}

/** Subject and what happened to it: `job.failed`, `slot.published`. */
export type EventName = `${string}.${string}`

/** A log on stdout, or on whatever takes its lines. */
export function openLog(level: LogLevel, lines?: { write(line: string): void }): Log {
  const out = pino(
    {
      level,
      base: null,
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      messageKey: 'event',
      formatters: { level: (label) => ({ level: label }) },
    },
    lines ?? destination({ dest: 1, sync: false }),
  )
  return {
    // Told for each request: nothing is made ready that nobody hears.
    event(name, fields) {
      if (out.isLevelEnabled('info')) out.info(discreet(fields), name)
    },
    debug(name, fields) {
      if (out.isLevelEnabled('debug')) out.debug(discreet(fields), name)
    },
    warn: (name, fields) => out.warn(discreet(fields), name),
    failed: (name, thrown, fields) => out.error({ ...discreet(fields), ...kindAndPlace(thrown) }, name),
  }
}

/** A log that says nothing. */
export const silent: Log = { event() {}, debug() {}, warn() {}, failed() {} }

/** Fields that never leave, whatever their value: a slip at the call must not become a leak. */
const secret =
  /^(name|family|given|birth|text|message|raw|body|content|display|header|headers|authorization|cookie|password|secret|token|accessToken|assertion|jwk|jwks|privateJwk)$/i

/** A signed token, wherever it stands: three base64url parts, the first of which opens a JSON object. */
const signed = /\beyJ[\w-]+\.[\w-]*\.[\w-]*/g

const longest = 300

function discreet(fields: LogFields = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, shown(key, value)]))
}

function shown(key: string, value: LogFields[string]): unknown {
  if (value === undefined) return undefined
  if (secret.test(key)) return '[not logged]'
  if (typeof value === 'string') return short(value)
  return Array.isArray(value) ? value.map((each) => (typeof each === 'string' ? short(each) : each)) : value
}

function short(value: string): string {
  const safe = value.replace(signed, '[not logged]')
  return safe.length > longest ? `${safe.slice(0, longest)}…` : safe
}

function kindAndPlace(thrown: unknown): { kind: string; code?: string; where?: string[] } {
  if (!(thrown instanceof Error)) return { kind: typeof thrown }
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined
  return { kind: thrown.name, ...(code !== undefined && { code }), where: placesOf(thrown) }
}

/** Where it arose: the nearest frames, without the folder the house stands in and without the message. */
function placesOf({ stack = '', message }: Error): string[] {
  return stack
    .replace(message, '')
    .split('\n')
    .flatMap((line) => /^\s+at (.*)$/.exec(line)?.[1] ?? [])
    .slice(0, 4)
    .map((frame) => frame.replace(/\(?(?:file:\/\/)?\/\S*?\/((?:src|test|node_modules)\/\S*?)\)?$/, '$1'))
}

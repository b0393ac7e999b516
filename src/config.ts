import { z } from 'zod'
import { type Keeping, keptStatuses } from './store/expiry.ts'

/** One setting: how its text is read, and what the README says of it. */
interface Setting {
  read: z.ZodType
  /** As the README shows it; what is used when it is unset stands in `read`. */
  default: string
  meaning: string
  /** An empty value says something of its own; of any other setting it is as if it were unset. */
  mayBeEmpty?: true
}

const text = z.string().min(1)
const port = z.coerce.number().int().min(0).max(65_535)
const isYes = z.enum(['yes', 'no']).transform((word) => word === 'yes')
const addresses = z.string().transform((list) =>
  list
    .split(',')
    .map((address) => address.trim())
    .filter(Boolean),
)
const milliseconds = z.coerce.number().int().min(0)

/** Days by status: `sent=90,dead=365`. */
const keeping = z
  .string()
  .regex(new RegExp(`^((${keptStatuses.join('|')})=[1-9]\\d{0,4}(,|$))*$`), {
    message: `write status=days, with commas between; one of ${keptStatuses.join(', ')}`,
  })
  .transform((list) => {
    const pairs = list
      .split(',')
      .filter(Boolean)
      .map((pair) => pair.split('='))
    return Object.fromEntries(pairs.map(([status, days]) => [status, Number(days)])) as Keeping // by the pattern
  })

const usualKeeping = 'transformed=90,filtered=30,error=180,sent=90,cancelled=90,dead=365'

/** Every setting: name, how it is read, default, meaning. The README's table is printed from here. */
export const settings = {
  RELAIS_HOST: { read: text.default('127.0.0.1'), default: '`127.0.0.1`', meaning: 'HTTP listener: address' },
  RELAIS_PORT: {
    read: port.default(8080),
    default: '`8080`',
    meaning: 'HTTP listener: port; `0` takes a free one',
  },
  RELAIS_BASE_URL: {
    read: z
      .url()
      .transform((url) => url.replace(/\/$/, ''))
      .optional(),
    default: 'from host and port; `localhost` when that host is every address',
    meaning: 'public URL, used in every absolute link; no header of a request changes it',
  },
  RELAIS_MLLP_HOST: {
    read: text.default('127.0.0.1'),
    default: '`127.0.0.1`',
    meaning: 'HL7 v2 listener: address',
  },
  RELAIS_MLLP_PORT: {
    read: z.union([z.literal('').transform(() => null), port]).default(2575),
    default: '`2575`',
    meaning: 'HL7 v2 listener: port; `0` takes a free one, empty is off',
    mayBeEmpty: true,
  },
  RELAIS_DATA_DIR: {
    read: text.default('./data'),
    default: '`./data`',
    meaning:
      'the embedded store and scratch files (0700); with a server, nothing that another gateway would need',
  },
  RELAIS_DATABASE_URL: {
    read: text.optional(),
    default: 'unset',
    meaning: 'a PostgreSQL server, 15 or newer (recommended for production); unset: the embedded PostgreSQL',
  },
  RELAIS_TERRITORY: { read: text.optional(), default: 'unset: the demo', meaning: "the territory's folder" },
  RELAIS_TLS_CERT: {
    read: text.optional(),
    default: 'unset',
    meaning: 'certificate file; both listeners then speak TLS',
  },
  RELAIS_TLS_KEY: { read: text.optional(), default: 'unset', meaning: 'private key file that goes with it' },
  RELAIS_TLS_CLIENT_CA: {
    read: text.optional(),
    default: 'unset',
    meaning:
      'certificate file of the authority that signs those of partners sending HL7 v2: they are then known by their common names, else by fingerprint alone',
  },
  RELAIS_BOOK_WAIT_MS: {
    read: milliseconds.default(5000),
    default: '`5000`',
    meaning: 'how long `$book` waits for the RIS before it answers 202',
  },
  RELAIS_OUTBOUND_LOOPBACK: {
    read: isYes.default(false),
    default: 'unset',
    meaning: '`yes` lets webhooks and key URLs reach loopback (the demo sets it for its own partners)',
  },
  RELAIS_LOG_LEVEL: {
    read: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    default: '`info`',
    meaning: 'JSON lines on stdout: `debug`, `info`, `warn`, `error`, `silent`',
  },
  RELAIS_ADMIN_PORT: {
    read: port.optional(),
    default: 'unset',
    meaning: 'second HTTP listener for `/metrics` and operation, no public routes',
  },
  RELAIS_TRUSTED_PROXIES: {
    read: addresses.default([]),
    default: 'empty',
    meaning: 'addresses, exact ones, whose `X-Forwarded-For` is believed: whom a request came from',
  },
  RELAIS_OIDC_ISSUER: {
    read: z.url().optional(),
    default: 'unset (the demo runs its own)',
    meaning:
      'OpenID Connect provider by which people sign in to `/console`; unset: there is no console. Needs `RELAIS_OIDC_CLIENT_ID`',
  },
  RELAIS_OIDC_CLIENT_ID: {
    read: text.optional(),
    default: 'unset',
    meaning: 'our name there; redirect URI: `/console/callback`, after signing out: `/console/signed-out`',
  },
  RELAIS_OIDC_CLIENT_SECRET_FILE: {
    read: text.optional(),
    default: 'unset: a public client, with PKCE',
    meaning: 'file with our secret there',
  },
  RELAIS_OIDC_SCOPE: {
    read: text.default('openid profile'),
    default: '`openid profile`',
    meaning: 'scopes that are asked for, space-separated',
  },
  RELAIS_OIDC_ACR: {
    read: text.optional(),
    default: 'unset',
    meaning: 'level of authentication that is asked for and required, such as `eidas1`',
  },
  RELAIS_OIDC_CLAIM: {
    read: text.default('sub'),
    default: '`sub`',
    meaning: 'claim that names a person: its value is an identifier of a Practitioner of the territory',
  },
  RELAIS_OIDC_SYSTEM: {
    read: text.optional(),
    default: 'the issuer',
    meaning:
      "system of that identifier; `urn:oid:1.2.250.1.71.4.2.1` for Pro Santé Connect's `SubjectNameID`",
  },
  RELAIS_KEEP_MESSAGES: {
    read: keeping.prefault(usualKeeping),
    default: `\`${usualKeeping}\``,
    meaning:
      'how long messages are kept, in days by status; of a status that is not named (usually `parked`), for ever. What is to leave is never removed; empty keeps all',
    mayBeEmpty: true,
  },
  RELAIS_DEMO_ANYWHERE: {
    read: isYes.default(false),
    default: 'unset',
    meaning: '`yes` lets the demo listen beyond loopback',
  },
  RELAIS_NOW: {
    read: z.iso.datetime({ offset: true }).optional(),
    default: 'unset',
    meaning: "demo and tests only: ISO instant from which the gateway's clock starts",
  },
} satisfies Record<string, Setting>

type Name = keyof typeof settings
export type Config = { [N in Name]: z.output<(typeof settings)[N]['read']> }

/** What is wrong with the settings: all of it, a line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** The settings in an environment. Fails with all that is wrong: unknown `RELAIS_*` names, unreadable values, odd pairs. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const problems = unknownNames(environment)
  const read: Record<string, unknown> = {}
  for (const [name, { read: type, mayBeEmpty }] of Object.entries<Setting>(settings)) {
    const said = environment[name]
    const result = type.safeParse(said === '' && !mayBeEmpty ? undefined : said)
    if (result.success) read[name] = result.data
    else problems.push(`${name}: ${result.error.issues.map(({ message }) => message).join('; ')}`)
  }
  if ((read.RELAIS_TLS_CERT === undefined) !== (read.RELAIS_TLS_KEY === undefined)) {
    problems.push('RELAIS_TLS_CERT and RELAIS_TLS_KEY go together: set both or none')
  }
  if (read.RELAIS_TLS_CLIENT_CA !== undefined && read.RELAIS_TLS_CERT === undefined) {
    problems.push('RELAIS_TLS_CLIENT_CA needs RELAIS_TLS_CERT: without it no listener speaks TLS')
  }
  if ((read.RELAIS_OIDC_ISSUER === undefined) !== (read.RELAIS_OIDC_CLIENT_ID === undefined)) {
    problems.push('RELAIS_OIDC_ISSUER and RELAIS_OIDC_CLIENT_ID go together: set both or none')
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return read as Config // each value has passed its own type
}

/**
 * The URL that absolute links begin with; `port` is the one that is listened on. Nobody can ask `0.0.0.0` for anything: who
 * listens on every address is `localhost` until a URL is set.
 */
export function publicUrl(config: Config, port: number): string {
  const { RELAIS_BASE_URL, RELAIS_HOST: host, RELAIS_TLS_CERT } = config
  if (RELAIS_BASE_URL) return RELAIS_BASE_URL
  const name = isEverywhere(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `${RELAIS_TLS_CERT ? 'https' : 'http'}://${name}:${port}`
}

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || /^[0:]*:[0:]*$/.test(host)

/** Names for tests and benchmarks, which the gateway itself does not read. */
const others = new Set(['RELAIS_TEST_DATABASE_URL'])

function unknownNames(environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('RELAIS_') && !(name in settings) && !others.has(name))
    .map((name) => `${name} is no setting; did you mean ${nearest(name)}?`)
}

function nearest(name: string): string {
  const [first] = Object.keys(settings).sort((a, b) => distance(name, a) - distance(name, b))
  return first ?? ''
}

/** How far two names are apart, in edits. Source: Levenshtein. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      next.push(
        Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      )
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The README's table of settings. */
export function settingsTable(): string {
  const rows = Object.entries(settings).map(
    ([name, setting]) => `| \`${name}\` | ${setting.default} | ${setting.meaning} |`,
  )
  return ['| name | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

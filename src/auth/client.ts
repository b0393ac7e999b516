import { z } from 'zod'
import { parseScope } from './scopes.ts'

/** Longest life of an access token. Source: SMART App Launch 2.2.0, backend services: SHOULD NOT exceed 300. */
export const longestTokenSeconds = 300

/** Members of a private key: whoever hands one over has given the key away. Source: RFC 7518, 6.2.2 and 6.3.2. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

export const hasPrivateMember = (key: object): boolean => privateMembers.some((member) => member in key)

/** Bits of an RSA key, by the length of its modulus. */
export const rsaBits = (modulus: string): number => Buffer.from(modulus, 'base64url').length * 8

const named = { kid: z.string().min(1), use: z.string().optional(), key_ops: z.array(z.string()).optional() }

const rsaKey = z.looseObject({
  ...named,
  kty: z.literal('RSA'),
  alg: z.literal('RS384').optional(),
  n: z.string().refine((modulus) => rsaBits(modulus) >= 2048, 'An RSA key has at least 2048 bits.'),
  e: z.string(),
})

const ecKey = z.looseObject({
  ...named,
  kty: z.literal('EC'),
  alg: z.literal('ES384').optional(),
  crv: z.literal('P-384', 'An ES384 key is on curve P-384.'),
  x: z.string(),
  y: z.string(),
})

/** A public key that may sign assertions: RS384 or ES384. */
export const publicKey = z
  .discriminatedUnion('kty', [rsaKey, ecKey])
  .refine((key) => !hasPrivateMember(key), 'Register public keys only: this one holds a private member.')

export type PublicKey = z.output<typeof publicKey>

const keySet = z
  .strictObject({ keys: z.array(publicKey).min(1) })
  .refine(({ keys }) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'Each key has its own kid.')

const scope = z.string().superRefine((text, context) => {
  const { fault } = parseScope(text)
  if (fault) context.addIssue({ code: 'custom', message: fault })
})

const period = z.strictObject({
  start: z.iso.datetime({ offset: true }).optional().describe('Not accepted before (instant)'),
  end: z.iso.datetime({ offset: true }).optional().describe('Not accepted from then on (instant)'),
})

/** An API client as it is registered: a file of the territory's `clients/`, or `relais client add`. */
export const registration = z
  .strictObject({
    id: z
      .string()
      .regex(
        /^[\w.:-]{1,64}$/,
        'A client id has 1 to 64 letters, digits, dots, colons, underscores or hyphens.',
      )
      .describe('client_id'),
    name: z.string().min(1).describe('Shown in audit and Provenance'),
    organization: z
      .string()
      .regex(
        /^(Organization\/[A-Za-z0-9.-]{1,64}|[^|\s]*\|[^|\s]+)$/,
        'Write system|value or Organization/<id>.',
      )
      .optional()
      .describe('The organisation it belongs to: business identifier as system|value, or reference'),
    role: z
      .enum(['prescriber', 'ris', 'cell', 'region', 'operator'])
      .describe('What it is for; says whose eyes it has and what it may write'),
    scopes: z.array(scope).min(1).describe('SMART scopes it may be granted, system level'),
    jwks: keySet.optional().describe('Public keys, by value'),
    jwksUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Public keys, by URL; https'),
    tokenSeconds: z
      .int()
      .min(10)
      .max(longestTokenSeconds)
      .default(longestTokenSeconds)
      .describe('Life of its access tokens'),
    period: period.optional().describe('When it is active'),
    lenient: z
      .boolean()
      .default(false)
      .describe('Unknown search parameters are warned of rather than refused, without being asked'),
  })
  .refine(({ jwks, jwksUrl }) => (jwks === undefined) !== (jwksUrl === undefined), {
    message: 'Give public keys either by value (jwks) or by URL (jwksUrl).',
    path: ['jwks'],
  })
  .refine(({ role, organization }) => organization !== undefined || !needsOrganization(role), {
    message: 'A client of this role belongs to an organisation.',
    path: ['organization'],
  })

export type Client = z.output<typeof registration>

/** Whether clients of a role see by what organisation they are of. */
export const needsOrganization = (role: string): boolean => role === 'prescriber' || role === 'ris'

/** Whether a client is within its period. */
export function isActive({ period: { start, end } = {} }: Client, now: Date): boolean {
  const begun = start === undefined || now.getTime() >= Date.parse(start)
  return begun && (end === undefined || now.getTime() < Date.parse(end))
}

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { OperationOutcome } from '@medplum/fhirtypes'
import { z } from 'zod'
import { parseJson } from '../../fhir/json.ts'
import { Failure, failure, outcomeOf } from '../../fhir/outcome.ts'
import type { Called, Incoming, LinkDesk } from '../connector.ts'

/** How a partner calls us when something changes, and proves that it is the partner. */
export const webhookShape = z.strictObject({
  secretFile: z
    .string()
    .min(1)
    .describe(
      'File that holds the shared secret; several lines: each is believed, while one replaces the other',
    ),
  signatureHeader: z.string().default('x-signature').describe('Header with the signature: HMAC with SHA-256'),
  signaturePrefix: z.string().default('').describe('What stands before the signature there, such as sha256='),
  encoding: z.enum(['hex', 'base64']).default('hex').describe('How the signature is written'),
  signs: z
    .string()
    .regex(/\{timestamp\}.*\{body\}/, 'holds {timestamp} and then {body}')
    .default('{timestamp}.{body}')
    .describe('What is signed'),
  timestampHeader: z
    .string()
    .default('x-timestamp')
    .describe('Header with the time of the call: seconds or milliseconds since 1970, or an instant'),
  toleranceSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(300)
    .describe('How old, or how far ahead, a call may be: one that is repeated later is refused'),
  idHeader: z
    .string()
    .optional()
    .describe(
      'Header with the number of the event, the same on each try; unless said, the call is known by its time and its body',
    ),
  kind: z
    .enum(['Appointment', 'Slot'])
    .default('Appointment')
    .describe(
      'What it tells of; the map of this kind reads the body, or each item of it where it is an array',
    ),
})

export type WebhookSettings = z.output<typeof webhookShape>

/**
 * Takes a partner's calls. A call that is not signed, or not now, is refused before it is read. The same event again has
 * no second effect: it is answered as the first time.
 */
export function webhook(settings: WebhookSettings, desk: LinkDesk) {
  return async (call: Called): Promise<OperationOutcome> => {
    try {
      await refuseUnsigned(call, settings, desk.clock())
      return await taken(call, settings, desk)
    } catch (thrown) {
      if (thrown instanceof Failure) return outcomeOf(thrown.issues)
      throw thrown
    }
  }
}

/** Passes what the partner has signed a moment ago. Fails: login, the same whatever is wrong with it. */
async function refuseUnsigned(
  { headers, body }: Called,
  settings: WebhookSettings,
  now: Date,
): Promise<void> {
  const timestamp = headers[settings.timestampHeader.toLowerCase()] ?? ''
  const given = headers[settings.signatureHeader.toLowerCase()] ?? ''
  const secrets = (await readFile(settings.secretFile, 'utf8')).split(/\r?\n/).filter((line) => line !== '')
  const isSigned = secrets.some((secret) => isSame(given, signatureOf(timestamp, body, secret, settings)))
  const isNow = Math.abs(now.getTime() - instantOf(timestamp)) <= settings.toleranceSeconds * 1000
  if (isSigned && isNow) return
  throw failure('login', 'The call is not signed as agreed, or not signed now.', settings.signatureHeader)
}

/** The signature that a call is to carry. */
export function signatureOf(
  timestamp: string,
  body: Buffer,
  secret: string,
  { signs, encoding, signaturePrefix }: Pick<WebhookSettings, 'signs' | 'encoding' | 'signaturePrefix'>,
): string {
  const [before = '', between = '', after = ''] = signs.split(/\{timestamp\}|\{body\}/)
  const hmac = createHmac('sha256', secret)
    .update(before + timestamp + between)
    .update(body)
    .update(after)
  return signaturePrefix + hmac.digest(encoding)
}

/** In a time that says nothing of where they differ; a header may hold more bytes than letters. */
function isSame(one: string, other: string): boolean {
  const [given, ours] = [Buffer.from(one), Buffer.from(other)]
  return given.length === ours.length && timingSafeEqual(given, ours)
}

function instantOf(timestamp: string): number {
  if (!/^\d+$/.test(timestamp)) return Date.parse(timestamp)
  const number = Number(timestamp)
  return number < 100_000_000_000 ? number * 1000 : number
}

/** Each event of the body is a message of its own; the first that is refused is told, after all have been heard. */
async function taken({ headers, body }: Called, settings: WebhookSettings, desk: LinkDesk) {
  const value = parseJson(body.toString('utf8'))
  const given = settings.idHeader && headers[settings.idHeader.toLowerCase()]
  // What is told by the same words at another time is another event: cancelled, booked, cancelled.
  const time = headers[settings.timestampHeader.toLowerCase()] ?? ''
  const id = given ?? createHash('sha256').update(`${time} `).update(body).digest('hex')
  const outcomes: OperationOutcome[] = []
  for (const [n, event] of [value].flat().entries()) {
    const { outcome } = await desk.receive(incomingOf(event, `${settings.kind}:${id}:${n}`, settings, desk))
    outcomes.push(outcome)
  }
  const isRefused = ({ issue }: OperationOutcome) =>
    issue.some(({ severity }) => severity === 'error' || severity === 'fatal')
  return outcomes.find(isRefused) ?? outcomes[0] ?? nothing
}

const nothing = outcomeOf([{ case: 'informational', text: 'Nothing was told.', severity: 'information' }])

function incomingOf(event: unknown, id: string, { kind }: WebhookSettings, desk: LinkDesk): Incoming {
  return {
    raw: Buffer.from(JSON.stringify(event)),
    id,
    kind,
    peer: desk.name,
    receivedAt: desk.clock().toISOString(),
    by: 'json',
    content: { form: 'json', value: event },
  }
}

import type { UserInvocationTable } from 'fhirpath'
import { util } from 'fhirpath'
import { Failure } from '../fhir/outcome.ts'
import { hl7Null } from '../hl7v2/message.ts'
import { toDate, toDateTime, toHl7, toInstant } from '../hl7v2/timestamps.ts'

/** One more function of FHIRPath, applied to each item; undefined gives nothing, what it throws is a fault of the value. */
export interface Function {
  /** How many arguments it may have. */
  arity: readonly number[]
  apply(value: unknown, parameters: readonly unknown[], zone: string | undefined): unknown
}

const each = (
  apply: (text: string, parameters: readonly unknown[], zone?: string) => unknown,
  arity = [0],
) => ({
  arity,
  apply: (value: unknown, parameters: readonly unknown[], zone: string | undefined) =>
    value === hl7Null ? undefined : told(textOf(value), (text) => apply(text, parameters, zone)),
})

/** A failure that knows which value it is about, so that its place can be found. */
export class WrongValue extends Failure {
  readonly value: string

  constructor({ issues }: Failure, value: string) {
    super(issues)
    this.value = value
  }
}

function told(text: string, apply: (text: string) => unknown): unknown {
  try {
    return apply(text)
  } catch (thrown) {
    throw thrown instanceof Failure ? new WrongValue(thrown, text) : thrown
  }
}

/**
 * What the engine adds to FHIRPath, by name: pure, and small.
 *
 * Zones are IANA names; without an argument it is that of the run (`%zone`), else Europe/Paris.
 */
export const functions: Readonly<Record<string, Function>> = {
  /** `20260106134418` → `2026-01-06T13:44:18+01:00`; as precise as it came, a day or less stays without time. */
  hl7DateTime: each((text, [zone], own) => toDateTime(text, inZone(zone, own)), [0, 1]),
  /** `19790328` → `1979-03-28`; a time is left out. */
  hl7Date: each((text) => toDate(text)),
  /** Like hl7DateTime, but a day alone fails. */
  hl7Instant: each((text, [zone], own) => toInstant(text, inZone(zone, own)), [0, 1]),
  /** `2026-01-06T13:44:18Z` → `20260106144418+0100`, in the zone; a date stays a date. */
  toHl7: each((text, [zone], own) => toHl7(text, inZone(zone, own)), [0, 1]),
  /** `1979-03-28` → `19790328`. */
  toHl7Date: each((text) => text.slice(0, 10).replaceAll('-', '')),
  /** `1.2.250.1.71` → `urn:oid:1.2.250.1.71`; a UUID → `urn:uuid:…`; a URI stays; anything else gives nothing. */
  oidOrUri: each(uriOf),
  /** `é` → `w6k=`: the text's UTF-8, for an attachment. `encode('base64')` knows no characters beyond Latin-1. */
  utf8Base64: each((text) => Buffer.from(text, 'utf8').toString('base64')),
  /** `urn:oid:1.2.250` → `1.2.250`; anything else stays. */
  withoutUrn: each((text) => text.replace(/^urn:(oid|uuid):/, '')),
  /** `01 23-45` → `012345`. */
  digits: each((text) => text.replace(/\D/g, '') || undefined),
  /** The system of a ContactPoint by what the value looks like: `email`, `url` or `phone`. */
  contactSystem: each((text) => (text.includes('@') ? 'email' : /^https?:/.test(text) ? 'url' : 'phone')),
}

/** The same, as fhirpath.js is told of them. */
export const userFunctions: UserInvocationTable = Object.fromEntries(
  Object.entries(functions).map(([name, { arity, apply }]) => [
    name,
    {
      arity: Object.fromEntries(arity.map((count) => [count, Array<'String'>(count).fill('String')])),
      internalStructures: true,
      fn(this: { vars: { zone?: string } }, input: unknown[], ...parameters: unknown[]) {
        return input.flatMap((node) => {
          const value: unknown = util.valData(node)
          return apply(value, parameters, this.vars.zone) ?? []
        })
      },
    },
  ]),
)

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  throw new Error('a text is needed')
}

const inZone = (given: unknown, own: string | undefined) => {
  const zone = typeof given === 'string' ? given : own
  return zone === undefined ? {} : { zone }
}

function uriOf(text: string): string | undefined {
  if (/^[0-2](\.(0|[1-9]\d*))+$/.test(text)) return `urn:oid:${text}`
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return `urn:uuid:${text.toLowerCase()}`
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text) ? text : undefined
}

import { frCore, systems } from '../fhir/canonical.ts'
import { type Check, type Context, type Fault, isObject, type Json, own, report, valuesOf } from './check.ts'
import { below } from './place.ts'

/** How an identifier of a national system is checked: what is wrong with a value, in words. */
type Scheme = (value: string) => string | undefined

const nssNir = 'urn:oid:1.2.250.1.213.1.4.13'
const nssNia = 'urn:oid:1.2.250.1.213.1.4.14'

const schemes: ReadonlyMap<string, Scheme> = new Map([
  ...[systems.insNir, systems.insNia, systems.insNirTest, systems.insNirDemo, nssNir, nssNia].map(
    (system) => [system, nir] as const,
  ),
  [systems.rpps, rpps],
  ['https://finess.esante.gouv.fr', finess],
  ['https://sirene.fr', sirene],
  ['https://rppsrang.esante.gouv.fr', rppsRang],
  [systems.structIdNat, structure],
])

/**
 * Check digits and shapes of French identifiers. A wrong one is a warning, since official samples carry some;
 * an error only for a production INS in an identity that is said to be qualified (status VALI).
 */
export const identifierRule: Check = (value, place, context) => {
  if (!isObject(value) || typeof value.system !== 'string' || typeof value.value !== 'string') return
  const text = schemes.get(value.system)?.(value.value)
  if (text === undefined || isPracticeSituation(value, context)) return
  report(context, { text, ...gravity(value.system, context) }, below(place, 'value'))
}

function gravity(system: string, { resource }: Context): Omit<Fault, 'text'> {
  const isProduction = system === systems.insNir || system === systems.insNia
  return isProduction && isQualified(resource)
    ? { case: 'business-rule' }
    : { case: 'business-rule', severity: 'warning' }
}

/** A PractitionerRole's own number is of the same system as RPPS, and of another shape. */
function isPracticeSituation({ system }: Json, { resource }: Context): boolean {
  return system === systems.rpps && resource.resourceType === 'PractitionerRole'
}

/** Whether a Patient's identity is said to be validated. */
function isQualified(resource: Json): boolean {
  return extensionsOf(resource, frCore.identityReliability)
    .flatMap((reliability) => extensionsOf(reliability, 'identityStatus'))
    .some(({ valueCoding }) => isObject(valueCoding) && valueCoding.code === 'VALI')
}

function extensionsOf(value: Json, url: string): Json[] {
  return valuesOf(own(value, 'extension'))
    .filter(isObject)
    .filter((extension) => extension.url === url)
}

/**
 * NIR and INS: 13 characters and a key.
 *
 * Source: decree 82-103 article 4; key = 97 - (number mod 97), with 2A as 19 and 2B as 18.
 */
function nir(value: string): string | undefined {
  const [, head, department, tail, key] = /^(\d{5})(\d\d|2A|2B)(\d{6})(\d\d)$/.exec(value) ?? []
  if (department === undefined)
    return 'This number has 15 characters: 13 and a key of 2, with 2A or 2B in capitals.'
  const number = Number(head + (corsican[department] ?? department) + tail)
  return 97 - (number % 97) === Number(key)
    ? undefined
    : 'The key of this number (its last two digits) is wrong.'
}

const corsican: Readonly<Record<string, string>> = { '2A': '19', '2B': '18' }

function rpps(value: string): string | undefined {
  if (!/^\d{11}$/.test(value)) return 'An RPPS number has 11 digits.'
  return hasLuhn(value) ? undefined : 'The last digit of this RPPS number does not fit the others.'
}

/** Of the two departments of Corsica the sum is not defined: their letter stands in the second place. */
function finess(value: string): string | undefined {
  if (!/^\d[\dAB]\d{7}$/.test(value)) return 'A FINESS number has 9 characters.'
  return /[AB]/.test(value) || hasLuhn(value)
    ? undefined
    : 'The last digit of this FINESS number does not fit the others.'
}

function sirene(value: string): string | undefined {
  if (!/^(?:\d{9}|\d{14})$/.test(value)) return 'A SIREN has 9 digits, a SIRET 14.'
  return hasLuhn(value) || isLaPoste(value)
    ? undefined
    : 'The last digit of this number does not fit the others.'
}

/** Its establishments are numbered otherwise: the sum of all digits is a multiple of 5. */
function isLaPoste(value: string): boolean {
  return (
    value.length === 14 &&
    value.startsWith('356000000') &&
    [...value].reduce((sum, digit) => sum + Number(digit), 0) % 5 === 0
  )
}

function rppsRang(value: string): string | undefined {
  return /^\d{13,14}$/.test(value)
    ? undefined
    : 'An RPPS-rang number is an RPPS number and a rank of 2 or 3 digits.'
}

/** Opaque but for its first digit: 1 before a FINESS, 3 before a SIRET. */
function structure(value: string): string | undefined {
  if (value.startsWith('1') && !/^1\d[\dAB]\d{7}$/.test(value))
    return 'A structure number that starts with 1 goes on with a FINESS.'
  if (value.startsWith('3') && !/^3\d{14}$/.test(value))
    return 'A structure number that starts with 3 goes on with a SIRET.'
  return undefined
}

/** Source: ISO/IEC 7812-1 annex B. */
export function hasLuhn(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits.charAt(digits.length - 1 - place))
    const weighed = place % 2 === 1 ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}

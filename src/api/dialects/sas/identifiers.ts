import type { Identifier, Organization, Practitioner } from '@medplum/fhirtypes'
import { systems } from '../../../fhir/canonical.ts'

const finess = 'https://finess.esante.gouv.fr'
const sirene = 'https://sirene.fr'

/** Structures' numbers by the digit that the national one begins with: the system, and how long it is. In order of preference. */
const structures = [
  { digit: '1', system: finess, shape: /^[0-9AB]{9}$/ },
  { digit: '3', system: sirene, shape: /^[0-9]{14}$/ },
] as const

/** A national number as it is asked for (`system|value`), and as the directory may keep it. */
export function national(token: string): string[] {
  const [system, value = ''] = token.split('|')
  if (system === systems.psIdNat && value.startsWith('8')) return [token, `${systems.rpps}|${value.slice(1)}`]
  if (system !== systems.structIdNat) return [token]
  const kept = structures.find(({ digit }) => value.startsWith(digit))
  return kept ? [token, `${kept.system}|${value.slice(1)}`] : [token]
}

const numberOf = (identifiers: readonly Identifier[], system: string): string | undefined =>
  identifiers.find((one) => one.system === system && one.value !== undefined)?.value

/** `8` and the RPPS. */
export function professionalNumber({ identifier = [] }: Practitioner): string | undefined {
  const rpps = numberOf(identifier, systems.rpps)
  const known = numberOf(identifier, systems.psIdNat) ?? (rpps === undefined ? undefined : `8${rpps}`)
  return known !== undefined && /^8[0-9]{11}$/.test(known) ? known : undefined
}

/** `1` and the FINESS, else `3` and the SIRET, else what the directory gives as it stands. Of one kind, if its digit is said. */
export function structureNumber({ identifier = [] }: Organization, digit?: '1' | '3'): string | undefined {
  const given = identifier.flatMap(({ system, value }) =>
    system === systems.structIdNat && value !== undefined ? [value] : [],
  )
  const made = structures.flatMap(({ digit: first, system, shape }) =>
    identifier.flatMap((one) =>
      one.system === system && shape.test(one.value ?? '') ? [`${first}${one.value}`] : [],
    ),
  )
  const all = [...given, ...made]
  if (digit !== undefined) return all.find((value) => value.startsWith(digit))
  return ['1', '3', '4', '0'].flatMap((first) => all.find((value) => value.startsWith(first)) ?? [])[0]
}

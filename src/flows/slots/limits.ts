import type { CodeableConcept, Extension, Schedule, Slot } from '@medplum/fhirtypes'
import { extensions, frCore } from '../../fhir/canonical.ts'

/** Whom and what a machine or its diary takes; what is absent is no limit. Codes as `system|code`. */
export interface Limits {
  /** The heaviest patient that its table bears, in kilograms. */
  tableWeightKg?: number
  /** Implants that it may be used with; one that is not named may not. */
  implants?: ReadonlySet<string>
  /** Whether contrast can be injected. */
  contrast?: boolean
  regions?: ReadonlySet<string>
  /** Years, both included. */
  age?: { from?: number; to?: number }
  /** FHIR's administrative genders. */
  sexes?: ReadonlySet<string>
  indications?: ReadonlySet<string>
  minimumMinutes?: number
  /** Whether adjacent places may be taken together, where one is too short. */
  joinable?: boolean
}

/** What a slot or a diary says of whom and what it takes. Source: profiles/fsh/finding.fsh. */
export function limitsOf({ extension = [] }: Slot | Schedule): Limits {
  const said = extension.find(({ url }) => url === extensions.limits)?.extension
  if (!said) return {}
  const parts = (name: string) => said.filter(({ url }) => url === name)
  const one = (name: string) => parts(name)[0]
  const codes = (name: string) =>
    new Set(parts(name).flatMap(({ valueCodeableConcept }) => tokensOf(valueCodeableConcept)))
  const range = one('age')?.valueRange
  const minimum = minutesOf(one('minimumDuration')?.valueDuration)
  const weight = one('tableWeight')?.valueQuantity?.value
  const contrast = one('contrast')?.valueBoolean
  const joinable = one('joinable')?.valueBoolean
  const sexes = parts('sex').flatMap(({ valueCode }) => valueCode ?? [])
  return {
    ...(weight !== undefined && { tableWeightKg: weight }),
    ...(parts('implant').length > 0 && { implants: codes('implant') }),
    ...(contrast !== undefined && { contrast }),
    ...(parts('region').length > 0 && { regions: codes('region') }),
    ...(range && {
      age: {
        ...(range.low?.value !== undefined && { from: range.low.value }),
        ...(range.high?.value !== undefined && { to: range.high.value }),
      },
    }),
    ...(sexes.length > 0 && { sexes: new Set(sexes) }),
    ...(parts('indication').length > 0 && { indications: codes('indication') }),
    ...(minimum !== undefined && { minimumMinutes: minimum }),
    ...(joinable !== undefined && { joinable }),
  }
}

/** The codes of a concept, as `system|code`. */
export const tokensOf = ({ coding = [] }: CodeableConcept = {}): string[] =>
  coding.flatMap(({ system = '', code }) => (code === undefined ? [] : [`${system}|${code}`]))

/** The exams that a diary says it is for, and how long each takes there. Source: FR Core 2.2.0, fr-core-service-type-duration. */
export function examsOf({ extension = [] }: Schedule): { concept: CodeableConcept; minutes?: number }[] {
  return extension
    .filter(({ url }) => url === frCore.serviceTypeDuration)
    .flatMap(({ extension: parts = [] }) => {
      const concept = parts.find(({ url }) => url === 'serviceType')?.valueCodeableConcept
      const said = parts.find(({ url }) => url === 'duration')
      const minutes = minutesOf(said?.valueDuration ?? said?.valueQuantity)
      return concept ? [{ concept, ...(minutes !== undefined && { minutes }) }] : []
    })
}

const perMinute: Readonly<Record<string, number>> = { s: 1 / 60, min: 1, h: 60, d: 1440 }

/** A length of time in minutes; undefined in a unit that is none of UCUM's for it. Without a unit it is in minutes. */
export function minutesOf(quantity: Extension['valueQuantity']): number | undefined {
  const each = perMinute[quantity?.code ?? quantity?.unit ?? 'min']
  return quantity?.value === undefined || each === undefined ? undefined : quantity.value * each
}

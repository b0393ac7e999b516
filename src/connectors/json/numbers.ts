import type { Appointment, Identifier } from '@medplum/fhirtypes'

/** The numbers that an appointment goes by: ours, and the centre's. */
export function numbersOf(appointment: Appointment | undefined): {
  placer: string | undefined
  filler: string | undefined
} {
  const identifiers = appointment?.identifier ?? []
  return {
    placer: identifiers.find(isPlacer)?.value,
    filler: identifiers.find((one) => !isPlacer(one))?.value,
  }
}

const isPlacer = ({ type }: Identifier) => type?.coding?.some(({ code }) => code === 'PLAC') ?? false

import type { Appointment, Resource } from '@medplum/fhirtypes'
import type { Departure } from '../store/index.ts'

/**
 * In which lane a departure leaves: a receiver hears of one patient in order, and of each without waiting for another.
 * Undefined where no patient is known: then it leaves in the order of its peer.
 *
 * `written`: what is written with it, which may name the patient where the departure does not.
 */
export function laneOf(
  { lane, about }: Pick<Departure, 'lane' | 'about'>,
  written: readonly Resource[],
): string | undefined {
  if (lane !== undefined) return lane
  const named = about.find((reference) => reference.startsWith('Patient/'))
  if (named !== undefined) return unversioned(named)
  const told = new Set(about.map(unversioned))
  const appointment = written.find(
    (one): one is Appointment => one.resourceType === 'Appointment' && told.has(`Appointment/${one.id}`),
  )
  return appointment && inLaneOf(appointment).lane
}

/** The lane of what is told of an appointment, where its patient is not told of. */
export function inLaneOf({ participant }: Appointment): Pick<Departure, 'lane'> {
  const named = participant.map(({ actor }) => actor?.reference)
  const lane = named.find((reference) => reference?.startsWith('Patient/'))
  return lane === undefined ? {} : { lane: unversioned(lane) }
}

const unversioned = (reference: string) => reference.replace(/\/_history\/.*$/, '')

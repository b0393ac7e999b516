import type { Appointment, Slot } from '@medplum/fhirtypes'
import type { Kept, Reader } from '../../store/index.ts'
import { centreOf, isLive } from '../booking/states.ts'
import type { Territory } from '../step.ts'

/** The centres that a request has been to: those that said no, and those whose answer is waited for. `Organization/<id>`s. */
export interface CentresAsked {
  refused: readonly string[]
  waiting: readonly string[]
}

export async function centresAsked(
  request: string,
  store: Reader,
  territory: Territory,
): Promise<CentresAsked> {
  const appointments: Kept<Appointment>[] = await store.search(
    'Appointment',
    `based-on=ServiceRequest/${request}`,
  )
  const asked = await Promise.all(
    appointments.map(async (one) => ({ one, centre: await centreIn(one, store, territory) })),
  )
  const centres = (which: (one: Appointment) => boolean) => [
    ...new Set(asked.flatMap(({ one, centre }) => (centre && which(one) ? [centre] : []))),
  ]
  return {
    refused: centres(({ status }) => status === 'cancelled'),
    waiting: centres((one) => one.status === 'pending' && isLive(one)),
  }
}

async function centreIn({ slot = [] }: Appointment, store: Reader, territory: Territory) {
  const found = await store.follow(slot[0]?.reference)
  return centreOf(found as Kept<Slot> | undefined, territory)?.organization // an appointment's slot is one
}

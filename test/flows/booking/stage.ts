import type { Appointment, Slot } from '@medplum/fhirtypes'
import { extensions } from '../../../src/fhir/canonical.ts'
import { answered } from '../../../src/flows/booking/answered.ts'
import { type BookingRules, usualRules } from '../../../src/flows/booking/rules.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { published } from '../../../src/flows/slots/published.ts'
import type { Peer, Territory } from '../../../src/flows/step.ts'
import type { Kept } from '../../../src/store/index.ts'
import { type ActorName, entries, openTestDesk, type TestDesk, territory } from '../desk.ts'
import { patient, referral, said, schedule, slot } from '../messages.ts'

export const nine = ['2030-01-08T09:00:00+01:00', '2030-01-08T09:20:00+01:00'] as const
export const next = ['2030-01-08T09:20:00+01:00', '2030-01-08T09:40:00+01:00'] as const
export const ten = ['2030-01-08T10:00:00+01:00', '2030-01-08T10:20:00+01:00'] as const

/** A centre with a diary, and practices that book in it. */
export interface Stage extends AsyncDisposable {
  desk: TestDesk
  /** The centre publishes slots; by the name of their diary, if it is not the usual one. */
  publishes(slots: Record<string, Slot>, diaries?: Record<string, readonly string[]>): Promise<void>
  slot(name: string): Promise<Kept<Slot>>
  /** A referral of a patient of its own: the request's id. */
  refers(number: string, by?: ActorName): Promise<string>
  now(id: string): Promise<Kept<Appointment>>
  /** The centre's word on an appointment of ours. */
  says(
    status: Appointment['status'],
    more: Partial<Appointment> & { ours?: string; theirs?: string },
  ): ReturnType<TestDesk['does']>
  /** Departures so far: their kinds. */
  sent(): Promise<string[]>
}

/** `centre` says otherwise what the centre's system takes. */
export async function openStage(
  bookings: Partial<BookingRules> = {},
  centre: Partial<Peer> = {},
): Promise<Stage> {
  const peers = territory.peers.map((one) => (one.name === 'ris' ? { ...one, ...centre } : one))
  const served: Territory = { ...territory, peers, bookings: { ...usualRules, ...bookings } }
  const desk = await openTestDesk(served)
  return {
    desk,
    async publishes(slots, diaries = {}) {
      const others = Object.fromEntries(
        Object.entries(diaries).map(([name, actors]) => [
          name,
          {
            ...schedule,
            identifier: [{ system: 'urn:oid:1.2.250.1.999.3', value: name }],
            actor: actors.map((reference) => ({ reference })),
          },
        ]),
      )
      await desk.does('ris', published, { entries: entries({ schedule, ...others, ...slots }), peer: 'ris' })
    },
    async slot(name) {
      const [found] = await desk.all('Slot', `identifier=urn:oid:1.2.250.1.999.3|${name}`)
      if (!found) throw new Error(`There is no slot ${name}`)
      return found
    },
    async refers(number, by = 'practice') {
      const person = patient({ identifier: [{ system: 'urn:oid:1.2.250.1.999.7', value: `IPP-${number}` }] })
      await desk.does(by, received, referral(number, { patient: person }))
      const [found] = await desk.all('ServiceRequest', `identifier=${number}`)
      if (!found) throw new Error('The referral is not there')
      return found.id
    },
    async now(id) {
      const found = await desk.store.reader().read('Appointment', id)
      if (!found) throw new Error(`There is no Appointment ${id}`)
      return found
    },
    says: (status, more) => desk.does('ris', answered, { appointment: said(status, more), peer: 'ris' }),
    async sent() {
      const rows = await desk.store.outbox.list({ limit: 100 })
      return rows.map(({ kind }) => kind).reverse()
    },
    [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
  }
}

export const until = ({ extension = [] }: Appointment) =>
  extension.find(({ url }) => url === extensions.heldUntil)?.valueDateTime

export { slot }

import type { Territory } from '../step.ts'

/** What a territory has agreed for bookings: `rules/bookings.json`. */
export interface BookingRules {
  /** How long a hold lasts at most: time for a doctor to ask the patient, not for a place to be wasted. */
  holdSeconds: number
  /** How many places one client may hold at once. */
  holdsPerClient: number
  /** When a centre has not answered for so long, somebody of the cell telephones. */
  answerMinutes: number
  /** When a centre has been silent for so long, the next one is proposed beside it. */
  silenceMinutes: number
  /** How long a place is held for the one of the waiting list that it is offered to. */
  offerMinutes: number
  /** `Organization/<id>` of the centres that take appointments beside their diary. */
  byAgreement: readonly string[]
}

export const usualRules: BookingRules = {
  holdSeconds: 600,
  holdsPerClient: 50,
  answerMinutes: 60,
  silenceMinutes: 240,
  offerMinutes: 120,
  byAgreement: [],
}

export const rulesOf = ({ bookings }: Territory): BookingRules => bookings ?? usualRules

/** Where the places of a client's holds are counted: there are only so many, as of a slot. */
export const holdsOf = (client: string) => `holds/${client}`

/** Under which name the place of a hold is kept there. */
export const holdOf = (appointment: string) => `hold:${appointment}`

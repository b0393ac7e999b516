import { z } from 'zod'
import { type BookingRules, usualRules } from '../flows/booking/rules.ts'

const identifier = z.string().regex(/^[^|\s]*\|[^|\s]+$/, 'write system|value')

/** What a territory has agreed for holds and bookings: `rules/bookings.json`. */
export const bookingRulesFile = z.strictObject({
  holdSeconds: z.int().min(1).default(usualRules.holdSeconds).describe('How long a hold lasts at most'),
  holdsPerClient: z
    .int()
    .min(1)
    .default(usualRules.holdsPerClient)
    .describe('How many places one client may hold at once; more is `throttled`'),
  answerMinutes: z
    .int()
    .min(1)
    .default(usualRules.answerMinutes)
    .describe('When a centre has not answered a booking for so long, somebody of the cell telephones'),
  silenceMinutes: z
    .int()
    .min(1)
    .default(usualRules.silenceMinutes)
    .describe(
      'When a centre has been silent for so long, the next one is proposed to the prescriber beside it',
    ),
  offerMinutes: z
    .int()
    .min(1)
    .default(usualRules.offerMinutes)
    .describe('How long a place is held for the one of the waiting list that it is offered to'),
  byAgreement: z
    .array(identifier)
    .default([])
    .describe('Centres that take appointments beside their diary, system|value'),
})

export type BookingRulesFile = z.output<typeof bookingRulesFile>

/** The rules with their centres as they are kept. */
export const bookingRulesOf = (
  { byAgreement, ...rules }: BookingRulesFile,
  referenceOf: (identifier: string) => string,
): BookingRules => ({ ...rules, byAgreement: byAgreement.map(referenceOf) })

import { z } from 'zod'
import { faultsIn, type SlotRules } from '../flows/slots/rules.ts'

const label = z.enum(['PUBLIC', 'PRO', 'SNP', 'CPTS'])

const centre = z
  .string()
  .regex(/^[^|\s]*\|[^|\s]+$/, 'write system|value')
  .optional()
  .describe('Business identifier of the centre that it is for, system|value; all, unless it is said')

const reservation = z.strictObject({
  label: label.describe('Reservation label of the slot'),
  centre,
  for: z
    .enum(['everybody', 'professionals', 'members', 'cell'])
    .describe('Who sees the slot, and may have it'),
  release: z
    .strictObject({
      hoursBefore: z
        .number()
        .min(0)
        .describe('So many hours before it begins, what nobody has taken is released'),
      to: label.describe('Label that it gets then'),
    })
    .optional(),
})

const quota = z.strictObject({
  name: z.string().min(1).describe('Its name, in messages and counts'),
  label: label.describe('Reservation label of the slots that are counted'),
  centre,
  per: z
    .enum(['practice', 'prescriber'])
    .describe('Whose places are counted: the organisation’s that books, or the doctor’s who asks'),
  period: z.enum(['day', 'week', 'month']).describe('By the day of the slot; weeks begin on Monday'),
  most: z.int().min(0).describe('How many places one may have in it'),
})

/** What a territory has agreed for reserved slots: `rules/slots.json`. */
export const slotRulesFile = z
  .strictObject({
    reservations: z.array(reservation).default([]),
    quotas: z.array(quota).default([]),
  })
  .superRefine((rules, context) => {
    for (const message of faultsIn(rulesOf(rules, (key) => key)))
      context.addIssue({ code: 'custom', message })
  })

export type SlotRulesFile = z.output<typeof slotRulesFile>

/** The rules with their centres as they are kept; `referenceOf` finds an organisation by its business identifier. */
export function rulesOf(
  { reservations, quotas }: Pick<SlotRulesFile, 'reservations' | 'quotas'>,
  referenceOf: (identifier: string) => string,
): SlotRules {
  return {
    reservations: reservations.map(({ centre, release, ...rule }) => ({
      ...rule,
      ...(centre !== undefined && { centre: referenceOf(centre) }),
      ...(release && { release }),
    })),
    quotas: quotas.map(({ centre, ...rule }) => ({
      ...rule,
      ...(centre !== undefined && { centre: referenceOf(centre) }),
    })),
  }
}

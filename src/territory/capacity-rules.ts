import { z } from 'zod'
import type { CapacityRules } from '../flows/routing/capacity-rules.ts'

const modalities = z
  .array(z.string().regex(/^[A-Z]{2}$/, 'a modality of DICOM, such as MR'))
  .default([])
  .describe('DICOM; none: all of them')

const texts = z.strictObject({ fr: z.string().trim().min(1), en: z.string().trim().min(1) })

/** What is agreed for days with more requests than places: `rules/capacity.json`. */
export const capacityRulesFile = z.strictObject({
  shortFrom: z
    .int()
    .min(1)
    .default(5)
    .describe(
      'A modality is short when so many requests wait for it without a place; its centres are then called',
    ),
  callEveryHours: z
    .int()
    .min(1)
    .default(24)
    .describe('A centre is called again for the same modality after so long, at the earliest'),
  overflow: z
    .array(
      z.discriminatedUnion('do', [
        z.strictObject({
          do: z.literal('wait'),
          modalities,
          days: z.int().min(1).default(14).describe('For so long it is on the waiting list'),
        }),
        z.strictObject({ do: z.literal('alternative'), modalities }),
        z.strictObject({
          do: z.literal('elsewhere'),
          modalities,
          text: texts.describe('What the prescriber is told, in both languages'),
        }),
      ]),
    )
    .default([])
    .describe(
      'What is done for a request without a place, each that is for its modality: `wait`, `alternative` (of the protocol), `elsewhere`',
    ),
})

export type CapacityRulesFile = z.output<typeof capacityRulesFile>

export const capacityRulesOf = (file: CapacityRulesFile): CapacityRules => file

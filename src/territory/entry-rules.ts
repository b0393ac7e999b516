import { z } from 'zod'
import type { EntryRules } from '../flows/referral/standing.ts'

const dated = (what: string, pattern: RegExp) =>
  z
    .strictObject({
      code: z.string().regex(pattern).describe(what),
      start: z.iso.date().optional().describe('In force from that day'),
      end: z.iso.date().optional().describe('In force until that day, which belongs to it'),
    })
    .refine(({ start, end }) => !start || !end || start <= end, {
      error: 'It ends before it starts.',
      path: ['end'],
    })

const policy = (what: string) =>
  z.enum(['flag', 'refuse']).default('flag').describe(`${what}: flagged, or refused with the reason`)

/** Who may refer whom: `rules/entry.json`. */
export const entryRulesFile = z
  .strictObject({
    professions: z
      .array(dated('Code of TRE_G15', /^\d{2}$/))
      .min(1)
      .default([{ code: '10' }])
      .describe('Professions that may refer; whoever’s is not known is taken for a doctor'),
    nonMembers: policy('A request of somebody who has no role at the community on that day'),
    communes: z
      .array(dated('INSEE code', /^[0-9][0-9AB][0-9]{3}$/))
      .default([])
      .describe('Communes of the territory; without any, wherever a patient lives'),
    outsideCommunes: policy('A request for a patient who lives elsewhere'),
    outsidePath: policy('A request of another doctor than the treating doctor that is known of the patient'),
    outsideProtocol: z
      .enum(['flag', 'assess'])
      .default('flag')
      .describe(
        'A request outside the entry protocol: flagged, or also apart (`additional-assessment-required`) until a person has looked; never refused',
      ),
    duplicateDays: z
      .int()
      .min(1)
      .default(7)
      .describe('Within so many days the same exam of the same patient is warned of'),
  })
  .superRefine(({ professions, communes }, context) => {
    for (const [name, all] of Object.entries({ professions, communes })) {
      const twice = all.find(({ code, start, end }, n) =>
        all.slice(0, n).some((one) => one.code === code && overlaps(one, { start, end })),
      )
      if (twice)
        context.addIssue({
          code: 'custom',
          message: `${twice.code} is there twice on some day`,
          path: [name],
        })
    }
  })

interface Dates {
  start?: string | undefined
  end?: string | undefined
}

const overlaps = (a: Dates, b: Dates) =>
  (a.start ?? '') <= (b.end ?? '9999') && (b.start ?? '') <= (a.end ?? '9999')

export type EntryRulesFile = z.output<typeof entryRulesFile>

/** The rules as flows know them. */
export const entryRulesOf = ({ professions, communes, ...rest }: EntryRulesFile): EntryRules => ({
  ...rest,
  professions: professions.map(withDates),
  communes: communes.map(withDates),
})

const withDates = ({ code, start, end }: { code: string } & Dates) => ({
  code,
  ...(start !== undefined && { start }),
  ...(end !== undefined && { end }),
})

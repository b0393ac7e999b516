import { z } from 'zod'

const place = z.strictObject({
  lat: z.number().min(-90).max(90).describe('Latitude of its centre, in degrees'),
  lon: z.number().min(-180).max(180).describe('Longitude, in degrees'),
  postalCodes: z
    .array(z.string().regex(/^\d{5}$/))
    .default([])
    .describe('Postal codes that lead to it'),
  names: z.array(z.string().min(1)).default([]).describe('Names that it goes by'),
})

/** Where the communes are that patients and centres may be in, by INSEE code: `rules/communes.json`. */
export const communesFile = z.record(
  z.string().regex(/^(\d{5}|2[AB]\d{3})$/, 'write the INSEE code of the commune'),
  place,
)

export type CommunesFile = z.output<typeof communesFile>

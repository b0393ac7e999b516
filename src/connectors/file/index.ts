import { mkdir } from 'node:fs/promises'
import { z } from 'zod'
import { isCharset } from '../../hl7v2/charset.ts'
import type { Ability } from '../ability.ts'
import { connector } from '../connector.ts'
import { taking } from './take.ts'

/** A centre that drops files into a folder: its diary as CSV, or HL7 v2 messages by the batch. Nothing leaves by it. */
export const fileSettings = z.strictObject({
  folder: z
    .string()
    .min(1)
    .describe(
      'Folder that files are dropped in; those that were taken go to done/ in it, others to failed/, with a report',
    ),
  everyMs: z.int().min(1000).default(5_000).describe('How often it is looked into'),
  settleMs: z
    .int()
    .min(0)
    .default(2_000)
    .describe('How long a file must not have changed: one that is still being written is left'),
  maxBytes: z.int().min(1024).default(67_108_864).describe('Largest file that is taken, in bytes'),
  inwardCharset: z
    .string()
    .refine(isCharset, 'a character set of HL7 table 0211, such as UNICODE UTF-8 or 8859/15')
    .default('8859/15')
    .describe('Character set of a message whose MSH-18 is empty'),
  whole: z
    .boolean()
    .default(false)
    .describe(
      'Whether a CSV file says all that there is on the days that it names: what it does not name has vanished',
    ),
  delimiter: z
    .string()
    .length(1)
    .optional()
    .describe('What parts the cells of a CSV file; unless said, the one of ; tab , that parts its headings'),
  columns: z
    .record(z.string(), z.string())
    .default({})
    .describe('Headings of the CSV file, and what we call them: { "Début": "start" }'),
})

export type FileSettings = z.output<typeof fileSettings>

const able = ({ inwardCharset }: FileSettings): Ability => ({
  ways: [],
  publish: 'dropped',
  pushes: true,
  inwardCharset,
})

export const file = connector(fileSettings, able, async (settings, desk) => {
  await mkdir(settings.folder, { recursive: true })
  desk.every('folder', settings.everyMs, taking(settings, desk))
  return { async [Symbol.asyncDispose]() {} }
})

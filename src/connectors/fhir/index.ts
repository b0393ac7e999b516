import { z } from 'zod'
import type { Ability } from '../ability.ts'
import { connector } from '../connector.ts'
import { openRest, restSettings } from '../rest/client.ts'
import { pulling } from './pull.ts'
import { rendering } from './render.ts'
import { looking, sending } from './send.ts'

/** Kinds of departure that a FHIR server takes, unless its file says it. */
const takenByFhir = ['appointment.requested', 'appointment.cancelled', 'communication.sent'] as const

/** A partner that is an R4 server: its diary is pulled, appointments are created there, comments are posted. */
export const fhirSettings = restSettings.extend({
  pollMs: z
    .int()
    .min(1000)
    .default(15_000)
    .describe('How often changes of its diary are asked for; at least 1000'),
  fullMs: z
    .int()
    .min(1000)
    .default(60_000)
    .describe('How often the whole diary is listed, to see what has vanished'),
  days: z.int().min(1).max(365).default(28).describe('How far ahead its diary is read, in days'),
  book: z
    .enum(['create', 'operation'])
    .default('create')
    .describe('How an appointment is asked for: POST Appointment, or Appointment/$book'),
  takes: z
    .array(z.enum(takenByFhir))
    .optional()
    .describe('What may be sent to it; all that a FHIR server can take, unless said'),
})

export type FhirSettings = z.output<typeof fhirSettings>

const able = ({ takes }: FhirSettings): Ability => ({
  ways: takes ?? takenByFhir,
  publish: 'pulled',
  pushes: false,
})

export const fhir = connector(fhirSettings.strict(), able, async (settings, desk) => {
  const client = openRest(settings, desk)
  pulling(settings, client, desk)
  return {
    render: rendering(settings),
    send: sending(settings, client, desk),
    look: looking(settings, client),
    [Symbol.asyncDispose]: async () => {},
  }
})

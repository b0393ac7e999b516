import { z } from 'zod'
import { type Ability, departureKind, mapsIn } from '../ability.ts'
import { connector } from '../connector.ts'
import { openRest, restSettings } from '../rest/client.ts'
import { looking } from './look.ts'
import { pulling } from './pull.ts'
import { rendering, sending } from './send.ts'
import { webhook, webhookShape } from './webhook.ts'

const path = z
  .string()
  .describe(
    'Path beneath the base URL; {from} {to} {since} (instants) and {placer} {filler} (appointment numbers) are filled in',
  )

const next = z
  .string()
  .optional()
  .describe('Name of the property that holds the address of the next page: absolute, or relative to the page')

const call = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  path,
})

/** A partner with a JSON API of its own, described by its file: where, and by which maps. No code. */
export const jsonSettings = restSettings.extend({
  slots: z
    .strictObject({
      path,
      next,
      everyMs: z.int().min(1000).default(15_000).describe('How often the diary is read'),
      days: z
        .int()
        .min(1)
        .max(365)
        .default(28)
        .describe('How far ahead, in days; it is read a day at a time'),
    })
    .optional()
    .describe('How the diary is read; the map for kind Slot makes Schedules and Slots of it'),
  changes: z
    .strictObject({
      path,
      next,
      everyMs: z.int().min(1000).default(15_000).describe('How often they are read'),
    })
    .optional()
    .describe(
      'How changes of appointments are read: an array, or an object with one; the map for kind Appointment reads each',
    ),
  webhook: webhookShape
    .optional()
    .describe('How the partner calls POST /hooks/<name of this file> when something changes'),
  look: z
    .strictObject({
      path,
      map: z.string().describe('Map that makes a Bundle of the answer, with the Appointment of our number'),
    })
    .optional()
    .describe('How the partner is asked what it has of an appointment, so that both sides can be compared'),
  send: z
    .partialRecord(departureKind, call.extend({ map: z.string().describe('Map that makes the body') }))
    .default({})
    .describe(
      'By kind of departure: the call (method, POST unless said, and path), and the map that makes its body',
    ),
  idempotencyHeader: z
    .string()
    .optional()
    .describe('Header that carries the same key on each try of one message'),
  takes: z
    .array(departureKind)
    .optional()
    .describe('What may be sent to it; all that `send` names, unless said'),
})

export type JsonSettings = z.output<typeof jsonSettings>

/** What is taken is sent somehow. */
const strictly = jsonSettings.strict().refine(({ takes = [], send }) => takes.every((kind) => send[kind]), {
  message: 'send does not say how each of them is sent',
  path: ['takes'],
})

const waysIn = ({ send, takes }: Pick<JsonSettings, 'send' | 'takes'>): readonly string[] =>
  takes ?? Object.keys(send)

const able = ({ send, takes, slots, changes, webhook, look }: JsonSettings): Ability => ({
  ways: waysIn({ send, takes }),
  publish: slots ? 'pulled' : 'declared',
  pushes: webhook !== undefined,
  maps: [...mapsIn(send, 'settings.send'), ...(look ? [{ place: 'settings.look.map', map: look.map }] : [])],
  needs: [
    ...(slots ? [{ kind: 'Slot', place: 'settings.slots' }] : []),
    ...(changes ? [{ kind: 'Appointment', place: 'settings.changes' }] : []),
    ...(waysIn({ send, takes }).includes('appointment.requested')
      ? [{ kind: 'Appointment', place: 'settings.send' }]
      : []),
    ...(webhook ? [{ kind: webhook.kind, place: 'settings.webhook' }] : []),
  ],
})

export const json = connector(strictly, able, async (settings, desk) => {
  const client = openRest(settings, desk)
  pulling(settings, client, desk)
  return {
    render: rendering(settings, desk),
    send: sending(settings, client, desk),
    ...(settings.webhook && { called: webhook(settings.webhook, desk) }),
    ...(settings.look && { look: looking(settings.look, client, desk) }),
    [Symbol.asyncDispose]: async () => {},
  }
})

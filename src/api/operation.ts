import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { maySteer } from '../auth/gate.ts'
import type { Permit } from '../auth/permit.ts'
import { instantText, parseDate } from '../fhir/dates.ts'
import { parseJson } from '../fhir/json.ts'
import { failure, failureOf, failures, issue, outcomeOf } from '../fhir/outcome.ts'
import type { MessageQuery } from '../store/index.ts'
import { textOf } from './body.ts'
import { type Edge, onlyBy, respondPlain } from './edge.ts'
import type { House } from './house.ts'
import { expectJson } from './presentation.ts'
import type { Replayed, Steering, Who } from './steering.ts'

const instant = z.iso.datetime({ offset: true }).or(z.iso.date())
const row = z.uuid()

/** What messages are looked for by. */
const query = z.strictObject({
  direction: z.enum(['in', 'out']).optional().describe('`in` or `out`'),
  connector: z.string().optional().describe('Name of its file, or of a client'),
  status: z
    .enum(['transformed', 'filtered', 'error', 'queued', 'sent', 'parked', 'dead', 'cancelled'])
    .optional()
    .describe('In: transformed, filtered, error. Out: queued, sent, parked, dead, cancelled'),
  kind: z.string().optional().describe('`ORM^O01`, `appointment.requested`'),
  since: instant.optional().describe('Instant or date: from'),
  until: instant.optional().describe('Instant or date: before'),
  id: z.string().optional().describe('Control id (MSH-10), or the sender’s own number'),
  order: z.string().optional().describe('Number of an order or an appointment'),
  patient: z.string().optional().describe('Identifier of a patient'),
  about: z.string().optional().describe('`Type/id`: what it made, or tells of'),
  limit: z.coerce.number().int().min(1).max(1000).default(50).describe('At most so many; 50 unless said'),
  after: z.string().optional().describe('`next` of the page before'),
})

const person = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe('Name of the person who asks: it stands in the trail')
const replaying = z.strictObject({
  person,
  text: z.string().min(1).optional().describe('What it is to say in place of what it said'),
  anew: z.boolean().optional().describe('Made anew, by the maps as they are now'),
  as: z.string().optional().describe('From whom it is, where its sender was unknown'),
})
const replayingMany = z.strictObject({
  person,
  rows: z.array(row).min(1).max(1000),
  anew: z.boolean().optional(),
})
const discarding = z.strictObject({ person })
const discardingMany = z.strictObject({ person, rows: z.array(row).min(1).max(1000) })
const steering = z.strictObject({ person, reason: z.string().max(200).optional() })

/**
 * Seeing and steering every message and every line, for the operator: a token with the scope `system/operation`. Whoever
 * looks at a message, or changes what happens to one, leaves a trail with a name.
 */
export function operation(app: Hono<Edge>, house: House): void {
  const { steering: desk } = house
  if (!desk) return
  const at = (path: string, method: 'GET' | 'POST', handle: Handler) => {
    app.on(method, path, async (c) => {
      c.set('route', path)
      const permit = await house.auth.authenticate(c.req.header('authorization'))
      maySteer(permit)
      const { status = 200, value } = await handle({ c, permit, desk, house })
      return respondPlain(c, `${JSON.stringify(value, null, 2)}\n`, 'application/json', status)
    })
    onlyBy(app, path, method)
  }
  at('/operation/messages', 'GET', found)
  at('/operation/messages/_search', 'POST', searched)
  at('/operation/messages/replay', 'POST', manyReplayed)
  at('/operation/messages/discard', 'POST', manyDiscarded)
  at('/operation/messages/:row', 'GET', shown)
  at('/operation/messages/:row/replay', 'POST', oneReplayed)
  at('/operation/messages/:row/discard', 'POST', oneDiscarded)
  at('/operation/connectors', 'GET', async ({ desk }) => ({ value: await desk.connectors() }))
  at('/operation/sheets', 'GET', sheets)
  for (const how of ['pause', 'drain', 'resume'] as const) {
    at(`/operation/connectors/:name/${how}`, 'POST', (asked) => steered(asked, how))
  }
  at('/operation/retention', 'GET', async ({ desk }) => ({ value: await desk.expired() }))
}

interface Asked {
  c: Context<Edge>
  permit: Permit
  desk: Steering
  house: House
}

type Handler = (asked: Asked) => Promise<{ status?: number; value: unknown }>

/** What each partner's system can do, and what it is sent. */
const sheets: Handler = async ({ permit, house }) => {
  const { peers } = house.desk(permit.actor).territory
  return { value: { sheets: peers.map(({ name, sheet, takes }) => ({ name, ...sheet, takes })) } }
}

const found: Handler = ({ c, desk }) => {
  const { patient, ...asked } = c.req.query()
  if (patient === undefined) return page(asked, desk)
  throw failure(
    'value',
    'Addresses are logged on their way: look for a patient by POST /operation/messages/_search.',
    'patient',
  )
}

/** The same by a body, and for identifiers of patients too. */
const searched: Handler = async (asked) => page(await bodyOf(asked), asked.desk)

async function page(given: unknown, desk: Steering) {
  const { connector: peer, after, since, until, ...rest } = read(query, given)
  const asked: MessageQuery = {
    ...defined(rest),
    limit: rest.limit,
    ...(peer !== undefined && { peer }),
    ...(since !== undefined && { since: instantText(Date.parse(since)) }),
    ...(until !== undefined && { until: instantText(Date.parse(until)) }),
    ...(after !== undefined && { after: cursorIn(after) }),
  }
  const messages = await desk.messages(asked)
  const last = messages.length === rest.limit ? messages.at(-1) : undefined
  return { value: { messages, ...(last && { next: `${last.at}_${last.row}` }) } }
}

/** Without what is undefined. */
const defined = <T extends object>(given: T) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

function cursorIn(text: string): { at: string; row: string } {
  const [at = '', id = ''] = text.split('_')
  if (!parseDate(at) || !row.safeParse(id).success) {
    throw failure('value', 'This is no `next` of a page before.', 'after')
  }
  return { at, row: id }
}

const shown: Handler = async ({ c, permit, desk }) => {
  const who = whoOf(permit, c.req.header('x-person') ?? permit.actor.name)
  return { value: await desk.message(rowIn(c), who) }
}

const oneReplayed: Handler = async (asked) => {
  const { person, ...how } = read(replaying, await bodyOf(asked))
  return {
    value: await asked.desk.replay({ row: rowIn(asked.c), ...defined(how) }, whoOf(asked.permit, person)),
  }
}

const manyReplayed: Handler = async (asked) => {
  const { person, rows, anew } = read(replayingMany, await bodyOf(asked))
  const who = whoOf(asked.permit, person)
  const once = (row: string) => asked.desk.replay({ row, ...(anew !== undefined && { anew }) }, who)
  return { value: { replayed: await eachOf(rows, once, asked) } }
}

const oneDiscarded: Handler = async (asked) => {
  const { person } = read(discarding, await bodyOf(asked))
  return { value: await asked.desk.discard(rowIn(asked.c), whoOf(asked.permit, person)) }
}

const manyDiscarded: Handler = async (asked) => {
  const { person, rows } = read(discardingMany, await bodyOf(asked))
  const who = whoOf(asked.permit, person)
  return { value: { discarded: await eachOf(rows, (row) => asked.desk.discard(row, who), asked) } }
}

/** Each by itself: what becomes of one does not keep the others. */
async function eachOf(rows: readonly string[], handle: (row: string) => Promise<Replayed>, asked: Asked) {
  const done: Replayed[] = []
  for (const one of rows) done.push(await handle(one).catch((thrown) => refusalOf(one, thrown, asked)))
  return done
}

function refusalOf(row: string, thrown: unknown, { c, house }: Asked): Replayed {
  const number = c.get('number')
  const refused = failureOf(thrown, number)
  if (refused.case === 'exception') house.log.failed('request.failed', thrown, { number })
  return { row, outcome: outcomeOf(refused.issues) }
}

async function steered(asked: Asked, how: 'pause' | 'drain' | 'resume') {
  const { person, reason } = read(steering, await bodyOf(asked))
  const connector = asked.c.req.param('name') ?? ''
  return {
    value: { connector, state: await asked.desk.steer(connector, how, whoOf(asked.permit, person), reason) },
  }
}

const whoOf = ({ actor }: Permit, person: string): Who => ({ person, through: actor.name })

function rowIn(c: Context<Edge>): string {
  const given = row.safeParse(c.req.param('row'))
  if (given.success) return given.data
  throw failure('not-found', 'A message is named by its row, a UUID.')
}

async function bodyOf({ c, house }: Asked): Promise<unknown> {
  expectJson(c.req.header('content-type'))
  return parseJson(await textOf(c.req.raw, house.settings.maxBodyBytes))
}

/** What was asked, or all that is wrong with it. */
function read<T extends z.ZodType>(shape: T, given: unknown): z.output<T> {
  const result = shape.safeParse(given)
  if (result.success) return result.data
  throw failures(
    result.error.issues.map(({ message, path }) => issue('value', message, path.join('.') || undefined)),
  )
}

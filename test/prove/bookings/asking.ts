import type { Appointment, Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes'
import type { Kept } from '../../../src/store/index.ts'
import type { Caller, Reply } from '../../support/gateway.ts'
import type { Chance } from '../chance.ts'
import { rest } from '../crashes/load.ts'
import type { Asked, History, Operation, Outcome, Shown } from './history.ts'

/** A gateway that answers: its number, its addresses, and how a client asks it. */
export interface Reached {
  number: number
  baseUrl: string
  mllp: { host: string; port: number }
  as(client: string): Caller
}

/** The gateways that are up: a paused one is among them. */
export type Gateways = () => readonly Reached[]

/** How often a gateway that gave no answer is looked at, and how soon it has to answer to be one of them again. */
const lookMs = 500

/** What stands before gateways: it chooses among those that answer, as far as it knows. */
export interface Balancer {
  choose(chance: Chance): Reached | undefined
  /** This one gave no answer: it is left alone until it does. */
  missed(gateway: Reached): void
}

export function openBalancer(gateways: Gateways): Balancer {
  const shunned = new Set<number>()
  return {
    choose(chance) {
      const all = gateways()
      const good = all.filter(({ number }) => !shunned.has(number))
      return chance.one(good.length > 0 ? good : all)
    },
    missed({ number }) {
      if (shunned.has(number)) return
      shunned.add(number)
      void answering(number, gateways).then(() => shunned.delete(number))
    },
  }
}

/** Comes back when a gateway answers again, or has gone. */
async function answering(number: number, gateways: Gateways): Promise<void> {
  for (;;) {
    await rest(lookMs)
    const gateway = gateways().find((one) => one.number === number)
    if (!gateway) return
    const ready = fetch(`${gateway.baseUrl}/ready`, { signal: AbortSignal.timeout(lookMs) })
    if (await ready.then(({ ok }) => ok).catch(() => false)) return // no answer: looked at again
  }
}

/** What came of a question. */
export interface Told<T = unknown> {
  outcome: Outcome
  body?: T
  shown?: Shown
}

export type Ask = <T>(
  operation: Operation,
  about: Pick<Asked, 'slot' | 'appointment'>,
  call: (caller: Caller) => Promise<Reply<T>>,
) => Promise<Told<T>>

/** How long a client waits for an answer. */
const patienceMs = 10_000

let last = 0

/** Asks through any of the gateways, and records question and answer. */
export function asking(
  client: { number: number; name: string },
  balancer: Balancer,
  history: History,
  chance: Chance,
): Ask {
  return async (operation, about, call) => {
    const gateway = balancer.choose(chance)
    if (!gateway) return { outcome: 'unavailable' }
    const n = ++last
    const { number } = client
    history.add({
      event: 'asked',
      n,
      at: history.now(),
      client: number,
      gateway: gateway.number,
      operation,
      ...about,
    })
    const reply = await inTime(call(gateway.as(client.name)))
    if (!reply) balancer.missed(gateway)
    const told = toldBy(reply)
    const why = told.outcome === 'done' ? undefined : reasonIn(reply)
    history.add({
      event: 'answered',
      n,
      at: history.now(),
      outcome: told.outcome,
      status: reply?.status ?? 0,
      ...(why !== undefined && { why }),
      ...(told.shown && { shown: told.shown }),
    })
    return { ...told, ...(reply && { body: reply.body }) }
  }
}

/** The answer, or nothing when the line breaks or the time is over. */
async function inTime<T>(call: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), patienceMs)
  const answer = call.catch(() => undefined) // no answer is an outcome: it is recorded as `unknown`
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function toldBy(reply: Reply | undefined): { outcome: Outcome; shown?: Shown } {
  if (!reply) return { outcome: 'unknown' }
  const outcome = outcomeOf(reply)
  const appointment = outcome === 'done' || outcome === 'pending' ? appointmentIn(reply.body) : undefined
  return { outcome, ...(appointment && isKept(appointment) && { shown: shownAs(appointment) }) }
}

const byStatus: Readonly<Record<number, Outcome>> = {
  200: 'done',
  201: 'done',
  202: 'pending',
  404: 'gone',
  409: 'taken',
  410: 'gone',
  412: 'stale',
  429: 'throttled',
  500: 'fault',
  503: 'unavailable',
  504: 'unavailable',
}

function outcomeOf({ status, body }: Reply): Outcome {
  const codes = issuesIn(body).flatMap(({ details }) => details?.coding?.map(({ code }) => code) ?? [])
  if (codes.includes('ris-refused')) return 'refused'
  if (codes.includes('hold-expired')) return 'expired'
  return byStatus[status] ?? 'invalid'
}

const reasonIn = (reply: Reply | undefined): string | undefined => {
  const [first] = issuesIn(reply?.body)
  return first?.diagnostics ?? first?.details?.text
}

/** The issues of an answer, wherever its OperationOutcome stands. */
function issuesIn(body: unknown): NonNullable<OperationOutcome['issue']> {
  return resourcesIn(body).flatMap((one) => (one.resourceType === 'OperationOutcome' ? one.issue : []))
}

/** The appointment of an answer: bare, or in a bundle. */
export const appointmentIn = (body: unknown): Kept<Appointment> | undefined =>
  resourcesIn(body).find((one): one is Kept<Appointment> => one.resourceType === 'Appointment')

function resourcesIn(body: unknown): Resource[] {
  const resource = body as Resource | undefined // whatever was answered: only its type is asked
  if (resource?.resourceType !== 'Bundle') return resource?.resourceType ? [resource] : []
  return ((resource as Bundle).entry ?? []).flatMap((entry) => entry.resource ?? [])
}

/** Proposals are computed and not kept: they have no version. */
const isKept = ({ status }: Appointment) => status !== 'proposed'

const shownAs = ({ id, meta, status, slot }: Kept<Appointment>): Shown => ({
  id,
  version: Number(meta?.versionId ?? 0),
  status,
  ...(slot?.[0]?.reference !== undefined && { slot: slot[0].reference }),
})

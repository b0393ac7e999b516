import type { Appointment, Bundle } from '@medplum/fhirtypes'
import type { Kept } from '../../../src/store/index.ts'
import { order, patientIdentifierOf } from '../../journeys/support.ts'
import type { Caller } from '../../support/gateway.ts'
import { say, toldBy } from '../../support/peers.ts'
import type { Chance } from '../chance.ts'

/** Where the gateway answers now; undefined while it is down. */
export type Where = () => Answering | undefined

export interface Answering {
  baseUrl: string
  mllp: { host: string; port: number }
  as(client: string): Caller
}

/** What the partners were promised, and what is in hand. */
export interface Promised {
  /** Referrals that were acknowledged with AA, by number. */
  acknowledged: Set<string>
  /** Appointments that a client was told are booked. */
  booked: Set<string>
  /** Appointments that a client has asked to cancel, whatever it was told. */
  cancelled: Set<string>
  inHand: { intake: number; booking: number }
  answers: Map<string, number>
}

export const nothingPromised = (): Promised => ({
  acknowledged: new Set(),
  booked: new Set(),
  cancelled: new Set(),
  inHand: { intake: 0, booking: 0 },
  answers: new Map(),
})

/** Referrals by HL7 v2: each is said again until it is acknowledged, as a doctor's software does. */
export async function refer(
  prefix: string,
  where: Where,
  promised: Promised,
  signal: AbortSignal,
): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const number = `${prefix}-${n}`
    const text = order({ number, ins: patientIdentifierOf(n) })
    for (let told = ''; !told.startsWith('AA ') && !signal.aborted; ) {
      told = await counted(promised, 'intake', () => saidOnce(text, where))
      if (told.startsWith('AA ')) promised.acknowledged.add(number)
      else await rest(100)
    }
    await rest(20)
  }
}

async function saidOnce(text: string, where: Where): Promise<string> {
  const place = where()
  return place ? toldBy(await say(text, place.mllp, 10_000).catch(() => undefined)) : 'nothing'
}

/** Books places at a centre (`Organization/<id>`) for acknowledged referrals, all bookers after the same first few; gives some back again. */
export async function book(
  where: Where,
  promised: Promised,
  waiting: string[],
  centre: string,
  chance: Chance,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const number = waiting.shift()
    const place = where()
    if (number === undefined || !place) {
      if (number !== undefined) waiting.push(number)
      await rest(100)
      continue
    }
    const end = await counted(promised, 'booking', () =>
      booked(number, centre, place.as('ehr'), promised, chance).catch(
        (thrown) => `broken: ${reasonOf(thrown)}`,
      ),
    )
    promised.answers.set(end, (promised.answers.get(end) ?? 0) + 1)
    if (end !== '200' && end !== '202') waiting.push(number)
    if (!end.startsWith('20')) await rest(50)
  }
}

async function booked(
  number: string,
  centre: string,
  ehr: Caller,
  promised: Promised,
  chance: Chance,
): Promise<string> {
  const found = await ehr.asks<Bundle<Appointment>>('find', [
    { name: 'start', valueDateTime: new Date().toISOString() },
    { name: 'end', valueDateTime: new Date(Date.now() + 27 * 86_400_000).toISOString() },
    { name: 'referral-identifier', valueIdentifier: { value: number, system: 'urn:oid:1.2.250.1.999.1' } },
    { name: 'organization', valueReference: { reference: centre } },
  ])
  if (found.status !== 200) return `find ${found.status}`
  const proposals = (found.body.entry ?? []).flatMap(({ resource }) => resource?.id ?? [])
  let id = chance.one(proposals.slice(0, 4))
  if (id === undefined) return 'nothing found'
  if (chance.next() < 0.4) {
    const hold = await ehr.asks<Bundle<Kept<Appointment>>>('hold', [
      reference(id),
      { name: 'hold-seconds', valuePositiveInt: 8 },
    ])
    if (hold.status !== 200) return `hold ${hold.status}`
    id = hold.body.entry?.[0]?.resource?.id ?? id
  }
  const { status, body } = await ehr.asks<Bundle<Kept<Appointment>>>('book', [reference(id)])
  const appointment = body.entry
    ?.map(({ resource }) => resource)
    .find((one) => one?.resourceType === 'Appointment')
  if (status === 200 && appointment) {
    promised.booked.add(appointment.id)
    if (chance.next() < 0.2) await cancel(appointment, ehr, promised)
  }
  return String(status)
}

/** Why a call came to nothing, without its numbers. */
const reasonOf = (thrown: unknown): string =>
  String(thrown instanceof Error ? (thrown.cause ?? thrown.message) : thrown)
    .replaceAll(/\d+/g, '#')
    .slice(0, 80)

const reference = (id: string) => ({
  name: 'appointment-reference',
  valueReference: { reference: `Appointment/${id}` },
})

async function cancel(appointment: Kept<Appointment>, ehr: Caller, promised: Promised): Promise<void> {
  promised.cancelled.add(appointment.id)
  await ehr.call('PUT', `Appointment/${appointment.id}`, { ...appointment, status: 'cancelled' })
}

async function counted<T>(
  { inHand }: Promised,
  kind: keyof Promised['inHand'],
  work: () => Promise<T>,
): Promise<T> {
  inHand[kind]++
  try {
    return await work()
  } finally {
    inHand[kind]--
  }
}

export const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

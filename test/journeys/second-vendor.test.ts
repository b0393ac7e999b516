import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Appointment } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signatureOf } from '../../src/connectors/json/webhook.ts'
import { until } from '../support/clock.ts'
import {
  type Caller,
  practiceV2,
  startGateway,
  type TestGateway,
  writeTerritory,
} from '../support/gateway.ts'
import { type Heard, type HttpPeer, openHttpPeer } from '../support/peers.ts'
import {
  appointmentIn,
  books,
  firstFor,
  freshNumber,
  issuesIn,
  organization,
  patientIdentifierOf,
  referred,
} from './support.ts'

/*
 * A vendor whose API is quite another than the demo's: connected by a file and three maps, which stand in
 * `second-vendor/`. Nothing of the gateway knows of it.
 */

const folder = join(import.meta.dirname, 'second-vendor')

/** Tomorrow at this hour, without punctuation. */
const at = (hour: string) =>
  `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}T${hour}`

let vendor: HttpPeer
let gateway: TestGateway
let ehr: Caller
let given = 0
/** Whether it says no, in a form that its map knows nothing of. */
let isFull = false
/** The vendor's room has four places of twenty minutes tomorrow; whatever is asked for is given, unless it is full. */
const answers = ({ method, path, body }: Heard): Response => {
  if (path.startsWith('/api/rooms')) {
    const free = ['0900', '0930', '1000', '1030'].map((hour) => ({
      ref: `P-${hour}`,
      at: at(hour),
      until: at(String(Number(hour) + 20).padStart(4, '0')),
    }))
    const [from = '', to = ''] = new URL(path, 'http://vendor').searchParams.get('window')?.split('/') ?? []
    const isWithin = ({ at }: { at: string }) =>
      from.replaceAll(/[-:]/g, '') <= at && at < to.replaceAll(/[-:]/g, '')
    return Response.json({ rooms: [{ id: 'IRM-A', name: 'IRM A', kind: 'MR', free: free.filter(isWithin) }] })
  }
  if (isFull) return Response.json({ errors: [{ code: 'FULL' }] }, { status: 422 })
  const { instead } = body as { instead?: string }
  const reservation = {
    no: instead ?? `R-${++given}`,
    state: method === 'DELETE' ? 'KO' : 'OK',
    yours: path.split('/').at(-1),
  }
  return Response.json({ reservation })
}

beforeAll(async () => {
  vendor = await openHttpPeer(answers)
  const territory = await writeTerritory({ connectors: { ehr: practiceV2 } })
  await cp(join(folder, 'maps'), join(territory.path, 'maps'), { recursive: true })
  const file = (await readFile(join(folder, 'connector.json'), 'utf8'))
    .replace('<base>', `${vendor.url}/api`)
    .replace('<token>', join(territory.path, 'token'))
    .replace('<secret>', join(territory.path, 'secret'))
  await writeFile(join(territory.path, 'token'), 'opensesame\n')
  await writeFile(join(territory.path, 'secret'), 'former\nshared\n')
  await writeFile(join(territory.path, 'connectors', 'agendaplus.json'), file)
  gateway = await startGateway({ territory })
  ehr = gateway.as('ehr')
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await vendor?.[Symbol.asyncDispose]()
})

/** A place at the vendor's centre, for a request of its own. */
async function placeFor(n: number) {
  const request = await referred(gateway, {
    modality: 'MR',
    exam: '24590-2^MR Brain^LN',
    ins: patientIdentifierOf(n),
  })
  return firstFor(ehr, request, organization(gateway, 'centre-json'))
}

/** A request that is booked at the vendor's centre. */
const booked = async (n: number) => appointmentIn(await books(ehr, (await placeFor(n)).id))

const calls = (method: string) =>
  vendor.heard.filter((heard) => heard.method === method && heard.path.includes('/reservations/'))

/** Calls the gateway as the vendor does. */
async function hook(
  event: unknown,
  { id = freshNumber('E'), time = Date.now(), secret = 'shared', spoil = (text: string) => text } = {},
) {
  const body = Buffer.from(JSON.stringify(event))
  const timestamp = String(Math.floor(time / 1000))
  const how = { signs: '{timestamp}:{body}', encoding: 'base64', signaturePrefix: 'v1=' } as const
  const headers = {
    'content-type': 'application/json',
    'agendaplus-event': id,
    'agendaplus-time': timestamp,
    'agendaplus-signature': spoil(signatureOf(timestamp, body, secret, how)),
  }
  const response = await fetch(`${gateway.baseUrl}/hooks/agendaplus`, { method: 'POST', headers, body })
  return { status: response.status, outcome: await response.json() }
}

describe('a second vendor, by its files alone', () => {
  test('publishes, confirms and is cancelled', async () => {
    const appointment = await booked(1)
    expect(appointment).toMatchObject({ status: 'booked' })
    expect(appointment.identifier).toContainEqual(
      expect.objectContaining({ system: 'https://agendaplus.example/reservation' }),
    )
    expect(calls('PUT').at(-1)?.headers.get('authorization')).toBe('Bearer opensesame')
    const reason = { ...appointment, status: 'cancelled', cancelationReason: { text: 'Guéri.' } }
    expect((await ehr.call('PUT', `Appointment/${appointment.id}`, reason)).status).toBe(200)
    await until(
      () => calls('DELETE'),
      (all) => all.some(({ body }) => (body as { why?: string }).why === 'Guéri.'),
    )
  })

  test('says no in whatever form: the booking is cancelled, and its place is free again', async () => {
    const place = await placeFor(3)
    isFull = true
    const asked = await books(ehr, place.id).finally(() => {
      isFull = false
    })
    expect(asked.status).toBe(409)
    expect(issuesIn(asked)).toMatchObject([{ diagnostics: expect.stringContaining('HTTP 422') }])
    expect((await placeFor(4)).start).toBe(place.start)
  })

  test('is asked no more once the question is discarded: the booking is cancelled, and its place free', async () => {
    const operator = gateway.as('operator')
    const person = 'Ana Ruiz'
    const place = await placeFor(5)
    await operator.call('POST', '/operation/connectors/agendaplus/pause', { person })
    const asked = appointmentIn(await books(ehr, place.id))
    expect(asked.status).toBe('pending')
    const query = `/operation/messages?about=Appointment/${asked.id}&status=queued`
    const { messages } = await operator.get<{ messages: { row: string }[] }>(query)
    const [{ row } = { row: '' }] = messages
    const discarded = await operator.call('POST', `/operation/messages/${row}/discard`, { person })
    expect(discarded.status).toBe(200)
    await operator.call('POST', '/operation/connectors/agendaplus/resume', { person })
    expect(await ehr.get<Appointment>(`Appointment/${asked.id}`)).toMatchObject({
      status: 'cancelled',
      cancelationReason: { text: expect.stringContaining('withdrawn') },
    })
    expect((await placeFor(6)).start).toBe(place.start)
    expect(calls('PUT').filter(({ path }) => path.endsWith(asked.id))).toEqual([])
  })

  test('says by a signed call that its desk has cancelled, once', async () => {
    const appointment = await booked(2)
    const event = { reservation: { yours: appointment.id, state: 'KO', why: 'IRM en panne' } }
    const now = () => ehr.get<Appointment>(`Appointment/${appointment.id}`)
    expect((await hook(event, { secret: 'guessed' })).status).toBe(401)
    expect((await hook(event, { spoil: (text) => text.replace(/.$/, 'é') })).status).toBe(401)
    expect((await hook(event, { time: Date.now() - 600_000 })).status).toBe(401)
    expect((await now()).status).toBe('booked')
    const first = await hook(event, { id: 'E-1' })
    expect(first.status).toBe(200)
    const after = await now()
    expect(after).toMatchObject({ status: 'cancelled', cancelationReason: { text: 'IRM en panne' } })
    expect((await hook(event, { id: 'E-1' })).status).toBe(200)
    expect((await now()).meta).toEqual(after.meta)
    const forged = { reservation: { ...event.reservation, state: 'OK' } }
    expect((await hook(forged, { id: 'E-1' })).status).toBe(409)
  })
})

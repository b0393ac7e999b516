import type { Appointment, Schedule, Slot } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systems } from '../../src/fhir/canonical.ts'
import type { Kept } from '../../src/store/index.ts'
import { until } from '../support/clock.ts'
import { type Caller, practiceV2, startGateway, type TestGateway } from '../support/gateway.ts'
import { type FhirPeer, openFhirPeer } from '../support/peers.ts'
import { appointmentIn, books, firstFor, issuesIn, organization, referred } from './support.ts'

/** A centre with a FHIR server that is none of ours (Medplum's): its diary is pulled, and appointments are created there. */
let partner: FhirPeer
let gateway: TestGateway
let ehr: Caller
let schedule: Schedule

const connector = (baseUrl: string) => ({
  kind: 'fhir',
  organization: 'centre-fhir',
  client: 'ris-fhir',
  settings: { baseUrl, pollMs: 1_000, fullMs: 2_000, days: 7 },
})

beforeAll(async () => {
  partner = await openFhirPeer()
  schedule = await partner.repository.createResource<Schedule>({
    resourceType: 'Schedule',
    active: true,
    serviceType: [{ coding: [{ system: systems.dicom, code: 'US' }] }],
    actor: [{ display: 'Échographie 1' }],
  })
  for (let n = 1; n <= 6; n++) await newSlot(n)
  gateway = await startGateway({
    connectors: { ehr: practiceV2, 'ris-fhir': connector(partner.url) },
    bookWaitMs: 6_000,
  })
  ehr = gateway.as('ehr')
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await partner?.[Symbol.asyncDispose]()
})

/** A free slot of the partner, so many half hours from tomorrow on. */
function newSlot(n: number): Promise<Slot & { id: string }> {
  const start = Math.ceil(Date.now() / 1_800_000) * 1_800_000 + 86_400_000 + n * 1_800_000
  return partner.repository.createResource<Slot>({
    resourceType: 'Slot',
    schedule: { reference: `Schedule/${schedule.id}` },
    serviceType: [{ coding: [{ system: systems.dicom, code: 'US' }] }],
    status: 'free',
    start: new Date(start).toISOString(),
    end: new Date(start + 1_800_000).toISOString(),
  })
}

const theirs = (id: string | undefined) =>
  gateway.as('cell').search<Slot>(`Slot?identifier=${encodeURIComponent(`${partner.url}/Slot|${id}`)}`)

const statusOf = async (id: string | undefined) => (await theirs(id))[0]?.status

/** What the partner has been asked for, under our number. */
async function askedFor(id: string): Promise<Appointment & { id: string }> {
  const found = await until(
    () =>
      partner.repository.searchResources<Appointment>({
        resourceType: 'Appointment',
        filters: [{ code: 'identifier', operator: 'eq', value: `${systems.appointment}|${id}` }],
      }),
    (all) => all.length > 0,
  )
  expect(found).toHaveLength(1)
  return found[0] as Appointment & { id: string } // just counted
}

describe('the diary of a FHIR server', () => {
  test('is pulled whole, and says where each slot came from', async () => {
    const slots = await until(
      () => gateway.as('cell').search<Slot>('Slot?_source=urn:relais:source:ris-fhir&_count=50'),
      (all) => all.length === 6,
    )
    expect(slots.every(({ extension = [] }) => extension.some(({ url }) => url.endsWith('last-seen')))).toBe(
      true,
    )
    const [diary, second] = await gateway
      .as('cell')
      .search<Schedule>('Schedule?_source=urn:relais:source:ris-fhir')
    expect(second).toBeUndefined()
    expect(diary?.serviceType).toBeUndefined()
    expect(slots.every((slot) => slot.schedule.reference === `Schedule/${diary?.id}`)).toBe(true)
  })

  test('that changes is pulled again: what is new, what is taken, what has vanished', async () => {
    const added = await newSlot(10)
    await until(async () => (await statusOf(added.id)) === 'free')
    await partner.repository.updateResource<Slot>({ ...added, status: 'busy' })
    await until(async () => (await statusOf(added.id)) === 'busy')
    await partner.repository.deleteResource('Slot', added.id)
    await until(async () => (await theirs(added.id)).length === 0)
  })

  test('is measured: how long after its change there a slot is seen here', async () => {
    const seen = async (what: string) => {
      const { body } = await gateway.as('operator').call<string>('GET', '/metrics')
      return Number(
        new RegExp(`relais_slot_seen_seconds_${what}\\{source="polled"\\} (.+)`).exec(body)?.[1] ?? 0,
      )
    }
    const [count, sum] = [await seen('count'), await seen('sum')]
    const added = await newSlot(11)
    await until(async () => (await statusOf(added.id)) === 'free')
    await until(
      () => seen('count'),
      (now) => now === count + 1,
    )
    expect((await seen('sum')) - sum).toBeLessThan(10) // asked for each second
  })
})

describe('a booking with a FHIR server', () => {
  async function asked(): Promise<{
    id: string
    there: Appointment & { id: string }
    reply: ReturnType<typeof books>
  }> {
    const request = await referred(gateway)
    const first = await firstFor(ehr, request, organization(gateway, 'centre-fhir'))
    const reply = books(ehr, first.id)
    const [ours] = await until(
      () => ehr.search<Appointment>(`Appointment?based-on=ServiceRequest/${request.id}`),
      (all) => all.length > 0,
    )
    const id = ours?.id ?? ''
    return { id, there: await askedFor(id), reply }
  }

  test('is pending there until its desk says yes, and then booked', async () => {
    const { id, there, reply } = await asked()
    expect(there).toMatchObject({
      status: 'proposed',
      slot: [{ reference: expect.stringMatching(/^Slot\//) }],
    })
    expect((await ehr.get<Appointment>(`Appointment/${id}`)).status).toBe('pending')
    await partner.repository.updateResource<Appointment>({ ...there, status: 'booked' })
    const answer = await reply
    expect(answer.status).toBe(200)
    const appointment: Kept<Appointment> = appointmentIn(answer)
    expect(appointment.identifier).toContainEqual(
      expect.objectContaining({ system: `${partner.url}/Appointment`, value: there.id }),
    )
    expect((await ehr.get<Slot>(appointment.slot?.[0]?.reference ?? '')).status).toBe('busy')
  })

  test('that its desk refuses is a conflict, and the slot is free', async () => {
    const { id, there, reply } = await asked()
    await partner.repository.updateResource<Appointment>({
      ...there,
      status: 'cancelled',
      cancelationReason: { text: 'Appareil en panne' },
    })
    const answer = await reply
    expect(answer.status).toBe(409)
    expect(JSON.stringify(issuesIn(answer))).toContain('Appareil en panne')
    const { slot } = await ehr.get<Appointment>(`Appointment/${id}`)
    expect((await ehr.get<Slot>(slot?.[0]?.reference ?? '')).status).toBe('free')
  })

  test('that is cancelled here is cancelled there', async () => {
    const { there, reply } = await asked()
    await partner.repository.updateResource<Appointment>({ ...there, status: 'booked' })
    const appointment = appointmentIn(await reply)
    await ehr.call('PUT', `Appointment/${appointment.id}`, { ...appointment, status: 'cancelled' })
    await until(async () => (await askedFor(appointment.id)).status === 'cancelled')
  })
})

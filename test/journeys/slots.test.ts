import type { Schedule, ServiceRequest, Slot } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { frCore, systems } from '../../src/fhir/canonical.ts'
import { turnableClock, until } from '../support/clock.ts'
import { freshDatabase } from '../support/database.ts'
import {
  type Caller,
  centreV2,
  practiceV2,
  startGateway,
  type TestGateway,
  writeTerritory,
} from '../support/gateway.ts'
import { found, holds, organization, referred, slotsAreThere } from './support.ts'

const connectors = { ehr: practiceV2, 'ris-v2': centreV2() }

/** A diary of the centre with one daily range; its slots last 30 minutes. */
function diary(value: string, from: string, to: string): Schedule {
  const identifier = { system: 'https://relais.example/demo', value }
  return {
    resourceType: 'Schedule',
    meta: { source: 'urn:relais:source:ris-v2' },
    extension: [
      {
        url: frCore.serviceTypeDuration,
        extension: [
          {
            url: 'serviceType',
            valueCodeableConcept: { coding: [{ system: systems.dicom, code: 'US' }] },
          },
          {
            url: 'duration',
            valueDuration: { value: 30, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
          },
        ],
      },
      {
        url: frCore.availabilityTime,
        extension: [
          { url: 'type', valueCoding: { code: 'free' } },
          { url: 'start', valueDateTime: `2026-01-05T${from}:00+01:00` },
          { url: 'end', valueDateTime: `2026-01-05T${to}:00+01:00` },
          { url: 'identifier', valueIdentifier: identifier },
          { url: 'rrule', extension: [{ url: 'freq', valueCoding: { code: 'daily' } }] },
        ],
      },
    ],
    identifier: [identifier],
    active: true,
    actor: [{ reference: 'Location?identifier=https://relais.example/demo|centre-v2-place' }],
  }
}

describe('ranges that a centre declares', () => {
  test('become slots; a range that is declared later does too, at the next start', async () => {
    await using database = await freshDatabase()
    const clock = turnableClock()
    await using before = await writeTerritory({ connectors })
    await using after = await writeTerritory({ connectors, resources: [diary('evening', '19:00', '20:00')] })
    {
      await using first = await startGateway({ territory: before, databaseUrl: database.url, clock })
      await slotsAreThere(first)
    }
    clock.turn({ minutes: 1 })
    await using second = await startGateway({ territory: after, databaseUrl: database.url, clock })
    const cell = second.as('cell')
    const [evening] = await cell.search<Schedule>('Schedule?identifier=https://relais.example/demo|evening')
    const slots = await until(
      () => cell.search<Slot>(`Slot?schedule=Schedule/${evening?.id}&_count=100`),
      (all) => all.length > 0,
    )
    expect(slots.every(({ start }) => start.includes('T19:'))).toBe(true)
  })
})

describe('a slot that is not for everybody', () => {
  let gateway: TestGateway
  let ehr: Caller
  let other: Caller
  let reserved: Slot
  beforeAll(async () => {
    gateway = await startGateway({ connectors })
    ehr = gateway.as('ehr')
    other = gateway.as('ehr-other')
    await until(
      () => other.search<Slot>('Slot?status=free&_count=1'),
      (all) => all.length > 0,
    )
    const [first] = await until(
      () => ehr.search<Slot>('Slot?_security=CPTS&status=free&_count=1'),
      (all) => all.length > 0,
    )
    reserved = first as Slot // just found
  })
  afterAll(() => gateway?.[Symbol.asyncDispose]())

  const isReserved = ({ meta }: Slot) => meta?.security?.some(({ code }) => code === 'CPTS') ?? false

  test('is seen by a member', async () => {
    expect((await ehr.call('GET', `Slot/${reserved.id}`)).status).toBe(200)
  })

  test('is not found by a search of whoever is none, by nobody for his diary either', async () => {
    const all = await other.search<Slot>('Slot?_count=1000')
    expect(all.length).toBeGreaterThan(0)
    expect(all.filter(isReserved)).toEqual([])
    expect(await other.search<Slot>('Slot?_security=CPTS')).toEqual([])
    expect(await other.search<Slot>(`Slot?_id=${reserved.id}`)).toEqual([])
    expect(await other.search<Slot>(`Slot?schedule=${reserved.schedule.reference}`)).toEqual([])
    const total = await other.get<{ total: number }>(`Slot?_id=${reserved.id}&_total=accurate&_summary=count`)
    expect(total.total).toBe(0)
  })

  test('is not there to be read, nor its history', async () => {
    expect((await other.call('GET', `Slot/${reserved.id}`)).status).toBe(404)
    expect((await other.call('GET', `Slot/${reserved.id}/_history`)).status).toBe(404)
    expect((await other.call('GET', `Slot/${reserved.id}/_history/1`)).status).toBe(404)
    const history = await other.search<Slot>('Slot/_history?_count=1000')
    expect(history.filter(isReserved)).toEqual([])
  })

  test('is not brought along with its diary', async () => {
    const included = await other.search<Schedule | Slot>('Schedule?_revinclude=Slot:schedule&_count=200')
    expect(included.filter((one) => one.resourceType === 'Slot' && isReserved(one))).toEqual([])
  })

  test('is not proposed, and not to be held by a guess', async () => {
    const text = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: 'urn:uuid:5e0fbd3e-5d4c-4a3e-8fb5-0000000000b1',
          resource: {
            resourceType: 'Patient',
            identifier: [{ system: 'https://example.org/patients', value: 'other-1' }],
            name: [{ family: 'PAT-AUTRE', given: ['CLAUDE'] }],
            gender: 'male',
            birthDate: '1980-01-01',
          },
          request: { method: 'POST', url: 'Patient' },
        },
        {
          resource: {
            resourceType: 'ServiceRequest',
            status: 'active',
            intent: 'order',
            identifier: [{ system: 'https://example.org/orders', value: 'other-1' }],
            code: { text: 'Échographie' },
            orderDetail: [{ coding: [{ system: systems.dicom, code: 'US' }] }],
            subject: { reference: 'urn:uuid:5e0fbd3e-5d4c-4a3e-8fb5-0000000000b1' },
          },
          request: { method: 'POST', url: 'ServiceRequest' },
        },
      ],
    }
    const { status, body } = await other.call('POST', '', text)
    expect([status, body]).toMatchObject([200, {}])
    const [request] = await other.search<ServiceRequest>('ServiceRequest?identifier=other-1')
    const places = await until(
      () => found(other, request as ServiceRequest),
      (all) => all.length > 0,
    )
    expect(places.length).toBeGreaterThan(0)
    const slots = await Promise.all(
      places.slice(0, 5).map(({ slot }) => other.get<Slot>(slot?.[0]?.reference ?? '')),
    )
    expect(slots.filter(isReserved)).toEqual([])
    const guess = await other.asks('book', [
      {
        name: 'appointment-resource',
        resource: {
          resourceType: 'Appointment',
          status: 'proposed',
          slot: [{ reference: `Slot/${reserved.id}` }],
          basedOn: [{ reference: `ServiceRequest/${request?.id}` }],
          participant: [{ actor: { reference: request?.subject.reference ?? '' }, status: 'accepted' }],
        },
      },
    ])
    expect(guess.status).toBe(404)
  })

  test("is not had by another's proposal either", async () => {
    const request = await referred(gateway)
    const [proposal] = await found(ehr, request, { at: organization(gateway, 'centre-v2') })
    expect((await holds(other, proposal?.id ?? '')).status).toBe(404)
  })

  test('of a centre that is not connected is not proposed: nobody could book it', async () => {
    const telephoned = await ehr.search<Slot>('Slot?_source=urn:relais:source:telephone&status=free&_count=1')
    expect(telephoned).toHaveLength(1)
    const request = await referred(gateway)
    const places = await until(
      () => found(ehr, request),
      (all) => all.length > 0,
    )
    const slots = await Promise.all(
      places.slice(0, 20).map(({ slot }) => ehr.get<Slot>(slot?.[0]?.reference ?? '')),
    )
    expect(slots.length).toBeGreaterThan(0)
    expect(slots.filter(({ meta }) => meta?.source === 'urn:relais:source:telephone')).toEqual([])
  })
})

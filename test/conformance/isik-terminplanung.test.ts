// https://simplifier.net/guide/isik-terminplanung-v4 (gematik/spec-ISiK-Terminplanung)
// Bodies are those of gematik/isik-testsuite, Stufe 5, Terminplanung.

import { readFileSync } from 'node:fs'
import type {
  Appointment,
  Bundle,
  CapabilityStatement,
  Patient,
  Resource,
  Schedule,
  Slot,
} from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import type { Kept } from '../../src/store/index.ts'
import { issuesIn, patientIdentifierOf, slotsAreThere, srr } from '../journeys/support.ts'
import { centreV2, practiceV2, type Reply, startGateway, type TestGateway } from '../support/gateway.ts'
import { guideValidator, valueSet } from '../support/guides.ts'
import { accepted, openV2Peer, type V2Peer } from '../support/peers.ts'

let ris: V2Peer
let gateway: TestGateway
let isSilent = false
let patient = ''

/** A centre that says yes to whatever it is asked, unless it is silent. */
beforeAll(async () => {
  ris = await openV2Peer()
  ris.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SRM' && !isSilent ? srr(message, 'Booked') : accepted(message),
  )
  gateway = await startGateway({
    connectors: { ehr: practiceV2, 'ris-v2': centreV2(ris.port) },
    bookWaitMs: 4_000,
  })
  await slotsAreThere(gateway)
  patient = await freshPatient(7)
}, 60_000)
afterAll(async () => {
  for (const one of [gateway, ris]) await one?.[Symbol.asyncDispose]()
})

const ehr = () => gateway.as('ehr')
const ask = <T = Resource>(method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  ehr().call<T>(method, `/isik/${path}`, body, headers)

async function search<R extends Resource>(query: string): Promise<Kept<R>[]> {
  const { status, body } = await ask<Bundle<Kept<R>>>('GET', query)
  expect(status, JSON.stringify(body)).toBe(200)
  return (body.entry ?? []).flatMap(({ resource }) => resource ?? [])
}

async function freshPatient(n: number): Promise<string> {
  const body: Patient = {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:oid:1.2.250.1.213.1.4.10', value: patientIdentifierOf(n) }],
    name: [{ family: 'Fictif', given: ['Camille'] }],
    gender: 'female',
    birthDate: '1980-03-01',
  }
  const reply = await ehr().call<Kept<Patient>>('POST', 'Patient', body)
  expect(reply.status, JSON.stringify(reply.body)).toBe(201)
  return reply.body.id
}

/** A free slot, another each time. */
async function freeSlot(): Promise<Kept<Slot>> {
  const [slot] = await search<Slot>('Slot?status=free&_source=urn:relais:source:ris-v2&_sort=start&_count=1')
  if (!slot) throw new Error('Nothing is free')
  return slot
}

/** A body of the suite, with the values of the test. */
function fixture<T>(name: string, values: Readonly<Record<string, string>>): T {
  const text = readFileSync(
    new URL(`../samples/fhir-isik/testsuite-stufe5-${name}.json`, import.meta.url),
    'utf8',
  )
  const filled = text.replaceAll(/\$\{data\.([\w-]+)\}/g, (_, key: string) => values[key] ?? 'x')
  return JSON.parse(filled) as T // the suite's own
}

const bookingOf = (slot: Kept<Slot>, who = patient): Appointment =>
  fixture('Appointment-Appointment-Book-Fixture-With-Specialty', {
    'appointment-book-datetime-start': slot.start,
    'appointment-book-datetime-end': slot.end,
    'appointment-book-slot-id': slot.id,
    'appointment-patient-id': who,
    'appointment-book-with-specialty-id': 'book-with-specialty',
  })

const books = (body: unknown, headers?: Record<string, string>): Promise<Reply<Kept<Appointment>>> =>
  ask('POST', 'Appointment/$book', body, headers)

async function booked(): Promise<Kept<Appointment>> {
  const { status, body } = await books(bookingOf(await freeSlot(), await freshPatient(++patients)))
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}
let patients = 100

const validator = guideValidator('fhir-isik', [
  valueSet(
    'http://ihe-d.de/ValueSets/IHEXDSpracticeSettingCode',
    'http://ihe-d.de/CodeSystems/AerztlicheFachrichtungen',
    ['ALLG', 'NEUR', 'RADI'],
  ),
  valueSet(
    'https://gematik.de/fhir/isik/ValueSet/ISiKTerminCancelationReason',
    'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason',
    ['pat', 'prov', 'maint', 'meds-inc', 'other'],
  ),
])
const faultsOf = (resource: Resource): string[] =>
  validator
    .validate(resource, { against: (resource.meta?.profile?.[0] ?? 'base') as 'base' }) // a canonical
    .filter(({ severity }) => severity !== 'warning')
    .map(({ text, expression }) => `${expression}: ${text}`)

describe('the statement of capabilities', () => {
  test('is served at /metadata, says JSON and nothing else, and is valid', async () => {
    const { body } = await ask<CapabilityStatement>('GET', 'metadata')
    expect(body.format).toEqual(['application/fhir+json', 'json'])
    expect(validator.validate(body)).toEqual([])
  })

  test.each([
    ['Slot', '_id', 'token'],
    ['Slot', '_count', 'number'],
    ['Slot', 'schedule', 'reference'],
    ['Slot', 'status', 'token'],
    ['Slot', 'start', 'date'],
    ['Schedule', 'active', 'token'],
    ['Schedule', 'service-type', 'token'],
    ['Schedule', 'specialty', 'token'],
    ['Schedule', 'actor', 'reference'],
    ['Appointment', 'status', 'token'],
    ['Appointment', 'service-type', 'token'],
    ['Appointment', 'specialty', 'token'],
    ['Appointment', 'date', 'date'],
    ['Appointment', 'slot', 'reference'],
    ['Appointment', 'actor', 'reference'],
  ])('declares for %s the search parameter %s of type %s', async (type, name, kind) => {
    const { body } = await ask<CapabilityStatement>('GET', 'metadata')
    const resource = body.rest?.[0]?.resource?.find((one) => one.type === type)
    expect(resource?.interaction?.map(({ code }) => code)).toContain('search-type')
    expect(resource?.searchParam?.find((one) => one.name === name)?.type).toBe(kind)
  })

  test('XML is refused, asked for or sent', async () => {
    const xml = { accept: 'application/fhir+xml' }
    expect((await ask('GET', 'Slot', undefined, xml)).status).toBe(406)
    expect(
      (await ask('POST', 'Appointment/$book', '<a/>', { 'content-type': 'application/fhir+xml' })).status,
    ).toBe(415)
  })
})

describe('ISiKKalender, ISiKTerminblock', () => {
  test('a Schedule is active, has a service type, a specialty, and a name for its actor', async () => {
    const schedules = await search<Schedule>('Schedule')
    expect(schedules.length).toBeGreaterThan(1)
    for (const schedule of schedules) {
      expect(schedule.meta.profile).toEqual(['https://gematik.de/fhir/isik/StructureDefinition/ISiKKalender'])
      expect(faultsOf(schedule)).toEqual([])
    }
    const [one] = schedules
    if (!one) throw new Error('There is a diary')
    expect(one.actor[0]?.display).toMatch(/\S/)
    const { serviceType: _, ...without } = one
    expect(faultsOf(without)).not.toEqual([])
    expect((await ask('GET', `Schedule/${one.id}`)).body).toEqual(one)
    const strict = await ehr().get<Schedule>(`Schedule/${one.id}`)
    expect(strict, '/fhir keeps FR Core’s form').not.toHaveProperty('serviceType')
  })

  test('a Slot is in its profile', async () => {
    const slots = await search<Slot>('Slot?_count=5')
    expect(slots.flatMap(faultsOf)).toEqual([])
    expect(slots).toHaveLength(5)
  })
})

describe('searching', () => {
  test('Slot?_count without a value gives slots and a total', async () => {
    const { status, body } = await ask<Bundle>('GET', 'Slot?_count')
    expect(status).toBe(200)
    expect(body.total).toBeGreaterThan(0)
    expect(body.entry?.length).toBeGreaterThan(0)
  })

  test('Slot by schedule, status and start; by a part of a date', async () => {
    const slot = await freeSlot()
    const query = `Slot?schedule=${slot.schedule.reference}&status=free`
    const onDay = await search<Slot>(`${query}&start=${slot.start.slice(0, 10)}`)
    expect(onDay.map(({ id }) => id)).toContain(slot.id)
    expect(new Set(onDay.map(({ start }) => start.slice(0, 10)))).toEqual(new Set([slot.start.slice(0, 10)]))
    const exact = await search<Slot>(`${query}&start=${encodeURIComponent(slot.start)}`)
    expect(exact.map(({ id }) => id)).toEqual([slot.id])
  })

  test('Slot by the service of its schedule: schedule.actor:HealthcareService.type', async () => {
    const ct = 'schedule.actor:HealthcareService.type=http://dicom.nema.org/resources/ontology/DCM%7CUS'
    const slots = await search<Slot>(`Slot?${ct}&_include=Slot:schedule&_count=20`)
    expect(slots.filter(({ resourceType }) => resourceType === 'Slot')).toHaveLength(20)
    expect(slots.some(({ resourceType }) => (resourceType as string) === 'Schedule')).toBe(true)
    expect(await search('Slot?schedule.actor:HealthcareService.type=XX')).toEqual([])
  })

  test('Slot by a practitioner of its schedule: schedule.actor=Practitioner/x', async () => {
    expect(await search('Slot?schedule.actor=Practitioner/nobody')).toEqual([])
  })

  test('Schedule by active, service type, specialty and actor', async () => {
    const all = await search<Schedule>('Schedule')
    const us = await search<Schedule>(
      'Schedule?service-type=http://dicom.nema.org/resources/ontology/DCM%7CUS',
    )
    expect(us.length).toBeGreaterThan(0)
    expect(us.length).toBeLessThan(all.length)
    const radiology = 'http://ihe-d.de/CodeSystems/AerztlicheFachrichtungen%7CRADI'
    expect(await search(`Schedule?specialty=${radiology}&active=true`)).toHaveLength(all.length)
    expect(await search('Schedule?specialty=NEUR')).toEqual([])
    const actor = us[0]?.actor[0]?.reference
    expect((await search<Schedule>(`Schedule?actor=${actor}`)).map(({ id }) => id)).toContain(us[0]?.id)
  })

  test('past slots that no appointment is in are not given', async () => {
    const { store } = gateway.gateway
    const at = new Date().toISOString()
    const hours = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString()
    const past = (name: string): Slot & { id: string } => ({
      resourceType: 'Slot',
      id: `past-${name}`,
      status: 'free',
      schedule: { reference: 'Schedule/past' },
      start: hours(-2),
      end: hours(-1),
    })
    const visit: Appointment & { id: string } = {
      resourceType: 'Appointment',
      id: 'past-visit',
      status: 'fulfilled',
      start: hours(-2),
      end: hours(-1),
      slot: [{ reference: 'Slot/past-used' }],
      participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
    }
    await store.write({
      at,
      resources: [past('used'), past('unused'), visit].map((resource) => ({
        resource: { ...resource, meta: { versionId: '1', lastUpdated: at } },
        replaces: 0,
        sight: ['public'],
      })),
    })
    const query = 'Slot?schedule=Schedule/past&_sort=_id'
    expect((await search<Slot>(query)).map(({ id }) => id)).toEqual(['past-used'])
    const strict = await ehr().search<Slot>(query)
    expect(strict.map(({ id }) => id)).toEqual(['past-unused', 'past-used'])
  })
})

describe('$book', () => {
  test('takes the bare Appointment, and answers 201 with it: id, booked, and its slot', async () => {
    const slot = await freeSlot()
    const { status, body, headers } = await books(bookingOf(slot))
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body).toMatchObject({
      resourceType: 'Appointment',
      status: 'booked',
      slot: [{ reference: `Slot/${slot.id}` }],
    })
    expect(body.comment).toBe('This is a test comment!')
    expect(headers.get('location')).toContain(`/isik/Appointment/${body.id}`)
    expect(faultsOf(body)).toEqual([])
    expect((await search<Slot>(`Slot?_id=${slot.id}`))[0]?.status).toBe('busy')
  })

  test('takes Parameters with a schedule, and finds the slots from start and end', async () => {
    const slot = await freeSlot()
    const schedule = slot.schedule.reference?.split('/')[1] ?? ''
    const parameters = fixture('Appointment-Appointment-Book-By-Schedule-Parameters-Fixture', {
      'appointment-book-by-schedule-id': 'by-schedule',
      'appointment-book-by-schedule-datetime-start': slot.start,
      'appointment-book-by-schedule-datetime-end': slot.end,
      'appointment-patient-id': await freshPatient(8),
      'schedule-read-id': schedule,
    })
    const { status, body } = await books(parameters)
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body.slot).toEqual([{ reference: `Slot/${slot.id}` }])
    const again = await books(parameters)
    expect([again.status, issuesIn(again)[0]?.code]).toEqual([409, 'conflict'])
  })

  test('takes several slots, all or none', async () => {
    const { schedule } = await freeSlot()
    const free = await search<Slot>(`Slot?schedule=${schedule.reference}&status=free&_sort=start&_count=50`)
    const at = free.findIndex(
      ({ end }, n) => end === free[n + 1]?.start && free[n + 1]?.end === free[n + 2]?.start,
    )
    const [a, b, c] = free.slice(at, at + 3) as [Kept<Slot>, Kept<Slot>, Kept<Slot>]
    const together = async (one: Kept<Slot>, next: Kept<Slot>, who: number) =>
      books({
        ...bookingOf(one, await freshPatient(who)),
        end: next.end,
        slot: [one, next].map(({ id }) => ({ reference: `Slot/${id}` })),
      })
    const { status, body } = await together(a, b, 12)
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body.slot?.map(({ reference }) => reference)).toEqual([`Slot/${a.id}`, `Slot/${b.id}`])
    expect((await together(b, c, 13)).status).toBe(409)
    expect((await ehr().get<Slot>(`Slot/${c.id}`)).status).toBe('free')
  })

  test('a priority with an extension and no value is accepted', async () => {
    const slot = await freeSlot()
    const body = bookingOf(slot, await freshPatient(9))
    expect(body).not.toHaveProperty('priority')
    expect(body).toHaveProperty('_priority')
    expect((await books(body)).status).toBe(201)
  })

  test.each(['25876001', '394849002', '394848005'])(
    'the priority %s is told as it was sent',
    async (code) => {
      const coding = [{ system: 'http://snomed.info/sct', code }]
      const url = 'https://gematik.de/fhir/isik/StructureDefinition/ISiKTerminPriorityExtension'
      const _priority = { extension: [{ url, valueCodeableConcept: { coding } }] }
      const sent = { ...bookingOf(await freeSlot(), await freshPatient(++patients)), _priority }
      const { status, body } = await books(sent)
      expect(status, JSON.stringify(body)).toBe(201)
      expect(body).toMatchObject({
        _priority: { extension: [{ url, valueCodeableConcept: { coding } }] },
      })
    },
  )

  test('a priority of another list is refused', async () => {
    const url = 'https://gematik.de/fhir/isik/StructureDefinition/ISiKTerminPriorityExtension'
    const coding = [{ system: 'http://snomed.info/sct', code: '1' }]
    const _priority = { extension: [{ url, valueCodeableConcept: { coding } }] }
    const reply = await books({ ...bookingOf(await freeSlot(), await freshPatient(++patients)), _priority })
    expect([reply.status, issuesIn(reply)[0]?.code]).toEqual([422, 'code-invalid'])
  })

  test.each(['key', 'number'])('sent again with its %s it is the same appointment', async (by) => {
    const own = { system: 'https://kis.example/termine', value: `T-${by}` }
    const sent = {
      ...bookingOf(await freeSlot(), await freshPatient(++patients)),
      description: 'Sonographie',
      ...(by === 'number' && { identifier: [own] }),
    }
    const headers = by === 'key' ? { 'idempotency-key': 'isik-1' } : {}
    const [first, again] = [await books(sent, headers), await books(sent, headers)]
    expect([first.status, again.status], JSON.stringify(again.body)).toEqual([201, 201])
    expect(again.body.id).toBe(first.body.id)
    const { description, patientInstruction } = sent
    expect(first.body).toMatchObject({ description, patientInstruction })
    if (by === 'number') expect(first.body.identifier).toContainEqual(own)
  })

  test('an appointment that lacks what it needs, or is no appointment, is refused with 400', async () => {
    const { participant: _, ...incomplete } = bookingOf(await freeSlot())
    const replies = [
      await books(incomplete),
      await books({ ...bookingOf(await freeSlot()), start: undefined }),
      await books({ resourceType: 'Parameters' }),
      await books({ ...bookingOf(await freeSlot()), slot: undefined }),
    ]
    for (const reply of replies) {
      expect(reply.status, JSON.stringify(reply.body)).toBe(400)
      expect(issuesIn(reply).length).toBeGreaterThan(0)
    }
  })

  test('a status other than proposed, a time outside the slot, and a slot that is taken are refused', async () => {
    const slot = await freeSlot()
    expect((await books({ ...bookingOf(slot), status: 'booked' })).status).toBe(422)
    const late = { ...bookingOf(slot), end: new Date(Date.parse(slot.end) + 60_000).toISOString() }
    expect((await books(late)).status).toBe(422)
    const inside = { ...bookingOf(slot), start: new Date(Date.parse(slot.start) + 300_000).toISOString() }
    const refused = await books(inside)
    expect([refused.status, issuesIn(refused)[0]?.expression]).toEqual([422, ['Appointment.start']])
    const [taken] = (await booked()).slot ?? []
    const kept = await ehr().get<Kept<Slot>>(taken?.reference ?? '')
    const reply = await books(bookingOf(kept, await freshPatient(10)))
    expect([reply.status, issuesIn(reply)[0]?.code]).toEqual([409, 'conflict'])
  })

  test('cancelled-appt-id moves: the new one replaces the old one, which is cancelled once it is confirmed', async () => {
    const old = await booked()
    const slot = await freeSlot()
    const who =
      old.participant.find(({ actor }) => actor?.reference?.startsWith('Patient/'))?.actor?.reference ?? ''
    const { status, body } = await books({
      resourceType: 'Parameters',
      parameter: [
        { name: 'appt-resource', resource: bookingOf(slot, who.replace('Patient/', '')) },
        { name: 'cancelled-appt-id', valueUri: `Appointment/${old.id}` },
      ],
    })
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body.extension).toContainEqual({
      url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.replaces',
      valueReference: { reference: `Appointment/${old.id}` },
    })
    const [former] = await search<Appointment>(`Appointment?_id=${old.id}`)
    expect(former?.status).toBe('cancelled')
    expect(former && faultsOf(former)).toEqual([])
  })

  test('when the new place cannot be had, the old appointment stays as it was', async () => {
    const [old, other] = [await booked(), await booked()]
    const taken = await ehr().get<Kept<Slot>>(other.slot?.[0]?.reference ?? '')
    const who =
      old.participant.find(({ actor }) => actor?.reference?.startsWith('Patient/'))?.actor?.reference ?? ''
    const reply = await books({
      resourceType: 'Parameters',
      parameter: [
        { name: 'appt-resource', resource: bookingOf(taken, who.replace('Patient/', '')) },
        { name: 'cancelled-appt-id', valueUri: old.id },
      ],
    })
    expect(reply.status).toBe(409)
    expect((await search<Appointment>(`Appointment?_id=${old.id}`))[0]?.status).toBe('booked')
  })

  test('an id that is known is not moved under its own id: said so', async () => {
    const old = await booked()
    const reply = await books({ ...bookingOf(await freeSlot()), id: old.id })
    expect([reply.status, issuesIn(reply)[0]?.code]).toEqual([400, 'not-supported'])
  })

  test('with Prefer: respond-async, and when the centre has not answered, it is 202 and where to look', async () => {
    isSilent = true
    try {
      const began = performance.now()
      const body = bookingOf(await freeSlot(), await freshPatient(11))
      const reply = await books(body, { prefer: 'respond-async' })
      expect(performance.now() - began).toBeLessThan(3_000)
      expect([reply.status, reply.body.status]).toEqual([202, 'pending'])
      const address = reply.headers.get('content-location') ?? ''
      expect(address).toBe(`${gateway.baseUrl}/isik/Appointment/${reply.body.id}`)
      const read = await ehr().call<Appointment>('GET', new URL(address).pathname)
      expect(read.body.status).toBe('pending')
    } finally {
      isSilent = false
    }
  })
})

describe('changes after booking', () => {
  const patch = (id: string, ...operations: [type: string, path: string, value?: object][]) =>
    ask('PATCH', `Appointment/${id}`, {
      resourceType: 'Parameters',
      parameter: operations.map(([type, path, value]) => ({
        name: 'operation',
        part: [
          { name: 'type', valueCode: type },
          { name: 'path', valueString: path },
          ...(value ? [{ name: 'value', ...value }] : []),
        ],
      })),
    })

  test('FHIRPath Patch changes what may be changed', async () => {
    const { id } = await booked()
    const reply = await patch(id, ['replace', 'Appointment.comment', { valueString: 'À jeun' }])
    expect(reply.status, JSON.stringify(reply.body)).toBe(200)
    expect(reply.body).toMatchObject({ comment: 'À jeun', status: 'booked' })
    expect(faultsOf(reply.body)).toEqual([])
  })

  test.each([
    ['slot', ['replace', 'Appointment.slot[0]', { valueReference: { reference: 'Slot/other' } }]],
    ['start', ['replace', 'Appointment.start', { valueInstant: '2030-01-01T08:00:00Z' }]],
    ['end', ['replace', 'Appointment.end', { valueInstant: '2030-01-01T08:20:00Z' }]],
    [
      'participant',
      [
        'replace',
        "Appointment.participant.where(actor.reference.startsWith('Patient/')).actor",
        { valueReference: { reference: 'Patient/other' } },
      ],
    ],
  ] as const)('a patch of %s is refused with 400', async (element, operation) => {
    const { id } = await booked()
    const reply = await patch(id, operation as unknown as [string, string, object])
    expect([reply.status, issuesIn(reply)[0]?.expression]).toEqual([400, [`Appointment.${element}`]])
    expect((await search<Appointment>(`Appointment?_id=${id}`))[0]?.meta.versionId).toBe('2')
  })

  test('a cancelled appointment gives one of the five reasons, and frees its slot', async () => {
    const { id, slot = [] } = await booked()
    const system = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason'
    const reply = await ask(
      'PATCH',
      `Appointment/${id}`,
      [
        { op: 'replace', path: '/status', value: 'cancelled' },
        {
          op: 'add',
          path: '/cancelationReason',
          value: { coding: [{ system, code: 'pat-crs' }], text: 'Empêchement' },
        },
      ],
      { 'content-type': 'application/json-patch+json' },
    )
    expect(reply.status, JSON.stringify(reply.body)).toBe(200)
    const [cancelled] = await search<Appointment>(`Appointment?_id=${id}`)
    expect(cancelled?.status).toBe('cancelled')
    expect(cancelled?.cancelationReason).toEqual({ coding: [{ system, code: 'pat' }], text: 'Empêchement' })
    const free = await ehr().get<Slot>(slot[0]?.reference ?? '')
    expect(free.status).toBe('free')
  })
})

test('Appointment by status, date, slot and actor', async () => {
  const one = await booked()
  const slot = one.slot?.[0]?.reference
  const who = one.participant[0]?.actor?.reference
  const day = one.start?.slice(0, 10)
  for (const query of [`slot=${slot}`, `actor=${who}&status=booked`, `date=${day}&status=booked`]) {
    const found = await search<Appointment>(`Appointment?${query}&_count=100`)
    expect(
      found.map(({ id }) => id),
      query,
    ).toContain(one.id)
    expect(found.flatMap(faultsOf)).toEqual([])
  }
  const with_ = await search<Slot>(`Slot?_id=${slot?.split('/')[1]}&_revinclude=Appointment:slot`)
  expect(with_.map(({ resourceType }) => resourceType as string)).toContain('Appointment')
})

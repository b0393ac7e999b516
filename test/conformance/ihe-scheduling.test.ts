// https://profiles.ihe.net/ITI/Scheduling/ITI-115.html  Find Potential Appointments
// https://profiles.ihe.net/ITI/Scheduling/ITI-116.html  Hold Appointment
// https://profiles.ihe.net/ITI/Scheduling/ITI-117.html  Book Appointment
// https://profiles.ihe.net/ITI/Scheduling/ITI-118.html  Find Existing Appointments

import type {
  Appointment,
  Bundle,
  BundleEntry,
  OperationOutcome,
  Parameters,
  Patient,
  Resource,
} from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import type { Kept } from '../../src/store/index.ts'
import { issuesIn, organization, patientIdentifierOf, slotsAreThere, srr } from '../journeys/support.ts'
import { until } from '../support/clock.ts'
import { centreV2, practiceV2, type Reply, startGateway, type TestGateway } from '../support/gateway.ts'
import { guideValidator } from '../support/guides.ts'
import { accepted, openV2Peer, type V2Peer } from '../support/peers.ts'

let ris: V2Peer
let gateway: TestGateway
const ins = 'urn:oid:1.2.250.1.213.1.4.10'

beforeAll(async () => {
  ris = await openV2Peer()
  ris.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SRM' ? srr(message, 'Booked') : accepted(message),
  )
  gateway = await startGateway({ connectors: { ehr: practiceV2, 'ris-v2': centreV2(ris.port) } })
  await slotsAreThere(gateway)
  const patient = await freshPatient()
  await until(async () => appointments(await finds(patient, '?_count=7')).length === 7)
}, 60_000)
afterAll(async () => {
  for (const one of [gateway, ris]) await one?.[Symbol.asyncDispose]()
})

type Answer = Reply<Bundle<Appointment | OperationOutcome>>

let patients = 500
async function freshPatient(): Promise<Kept<Patient>> {
  const { status, body } = await gateway.as('ehr').call<Kept<Patient>>('POST', 'Patient', {
    resourceType: 'Patient',
    identifier: [{ system: ins, value: patientIdentifierOf(++patients) }],
    name: [{ family: 'Fictif', given: ['Claude'] }],
    gender: 'female',
    birthDate: '1979-03-01',
  })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

const day = 86_400_000
const us = 'http://dicom.nema.org/resources/ontology/DCM|US'

async function asks(operation: string, parameter: Parameters['parameter'], query = ''): Promise<Answer> {
  return gateway
    .as('ehr')
    .call('POST', `Appointment/$${operation}${query}`, { resourceType: 'Parameters', parameter })
}

const window = (days = 14): NonNullable<Parameters['parameter']> => [
  { name: 'start', valueDateTime: new Date().toISOString() },
  { name: 'end', valueDateTime: new Date(Date.now() + days * day).toISOString() },
]

async function finds(patient: Kept<Patient>, query = '?_count=5'): Promise<Answer> {
  const at = organization(gateway, 'centre-v2')
  return asks(
    'find',
    [
      ...window(),
      { name: 'visit-type', valueString: us },
      { name: 'organization', valueReference: { reference: at } },
      { name: 'patient-reference', valueReference: { reference: `Patient/${patient.id}` } },
    ],
    query,
  )
}

const entries = ({ body }: Answer): BundleEntry<Appointment | OperationOutcome>[] => body.entry ?? []
const appointments = (answer: Answer): Appointment[] =>
  entries(answer).flatMap(({ resource }) => (resource?.resourceType === 'Appointment' ? [resource] : []))

/** A place that was found, and the patient it was found for. */
async function proposal() {
  const patient = await freshPatient()
  const [first] = appointments(await finds(patient, '?_count=1'))
  if (!first?.id) throw new Error('No place was found')
  return { patient, id: first.id, slot: first.slot?.[0]?.reference ?? '' }
}

const named = (id: string): NonNullable<Parameters['parameter']> => [
  { name: 'appointment-reference', valueReference: { reference: `Appointment/${id}` } },
]

/** The appointment wished for by its slot and patient: what a proposal stands for. */
const wished = ({
  patient,
  slot,
}: Awaited<ReturnType<typeof proposal>>): NonNullable<Parameters['parameter']> => [
  {
    name: 'appointment-resource',
    resource: {
      resourceType: 'Appointment',
      status: 'proposed',
      slot: [{ reference: slot }],
      participant: [{ actor: { reference: `Patient/${patient.id}` }, status: 'accepted' }],
    },
  },
]

const validator = guideValidator('fhir-ihe-scheduling')
const faultsOf = (resource: Resource, profile: string): string[] =>
  validator
    .validate(resource, { against: `https://profiles.ihe.net/ITI/Scheduling/StructureDefinition/${profile}` })
    .filter(({ severity }) => severity !== 'warning')
    .map(({ text, expression }) => `${expression}: ${text}`)

describe('ITI-115 Find Potential Appointments', () => {
  test('the answer is a searchset with its total; each entry is an Appointment that matches, or an OperationOutcome', async () => {
    const answer = await finds(await freshPatient())
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      resourceType: 'Bundle',
      type: 'searchset',
      total: expect.any(Number),
    })
    for (const { resource, search } of entries(answer))
      expect([resource?.resourceType, search?.mode]).toEqual(
        resource?.resourceType === 'Appointment' ? ['Appointment', 'match'] : ['OperationOutcome', 'outcome'],
      )
  })

  test('a returned Appointment is proposed, with start, end and requestedPeriod, every participant with an actor', async () => {
    const found = appointments(await finds(await freshPatient()))
    expect(found).toHaveLength(5)
    for (const one of found) {
      expect(one).toMatchObject({ status: 'proposed', start: expect.any(String), end: expect.any(String) })
      expect(one.requestedPeriod).toHaveLength(1)
      for (const { actor } of one.participant) expect(actor).toBeDefined()
      expect(faultsOf(one, 'ihe-sched-appt')).toEqual([])
    }
  })

  test('_count is honoured', async () => {
    const patient = await freshPatient()
    expect(appointments(await finds(patient, '?_count=2'))).toHaveLength(2)
    expect(appointments(await finds(patient, '?_count=7'))).toHaveLength(7)
  })

  test('a time that is held or booked is not offered', async () => {
    const place = await proposal()
    expect((await asks('hold', named(place.id))).status).toBe(200)
    const others = appointments(await finds(await freshPatient(), '?_count=50'))
    expect(others.map(({ slot }) => slot?.[0]?.reference)).not.toContain(place.slot)
  })

  test('no result is an empty Bundle, not an error', async () => {
    const far = [
      { name: 'start', valueDateTime: '2040-01-01T08:00:00Z' },
      { name: 'end', valueDateTime: '2040-01-02T08:00:00Z' },
      { name: 'visit-type', valueString: us },
    ]
    const answer = await asks('find', far)
    expect([answer.status, answer.body.total, appointments(answer)]).toEqual([200, 0, []])
  })

  test('different parameters are AND, repeats of one kind are OR', async () => {
    const both = [
      ...window(),
      { name: 'visit-type', valueString: us },
      { name: 'visit-type', valueString: 'urn:none|X' },
    ]
    expect(appointments(await asks('find', both)).length).toBeGreaterThan(0)
    const neither = [
      ...window(),
      { name: 'visit-type', valueString: us },
      { name: 'organization', valueReference: { reference: 'Organization/none' } },
    ]
    expect(appointments(await asks('find', neither))).toEqual([])
  })

  test('a day is a window, in which its places are found; a day that there is not is 400', async () => {
    const patient = await freshPatient()
    const [first] = appointments(await finds(patient, '?_count=1'))
    const date = first?.start?.slice(0, 10) ?? ''
    const onDay = (start: string, end: string) =>
      asks('find', [
        { name: 'start', valueDateTime: start },
        { name: 'end', valueDateTime: end },
        { name: 'visit-type', valueString: us },
        { name: 'organization', valueReference: { reference: organization(gateway, 'centre-v2') } },
      ])
    const found = appointments(await onDay(date, date))
    expect(found.length).toBeGreaterThan(0)
    expect(new Set(found.map(({ start }) => start?.slice(0, 10)))).toEqual(new Set([date]))
    expect((await onDay('2040-02-30', '2040-03-02')).status).toBe(400)
    expect((await onDay('2040-03-02', '2040-03-01')).status).toBe(400)
  })

  test('a missing window is 400, no token is 401, each with an OperationOutcome', async () => {
    const answer = await asks('find', [])
    expect([answer.status, issuesIn(answer)[0]?.code]).toEqual([400, 'required'])
    const response = await fetch(`${gateway.baseUrl}/fhir/Appointment/$find`, { method: 'POST' })
    expect([response.status, ((await response.json()) as Resource).resourceType]).toEqual([
      401,
      'OperationOutcome',
    ])
  })
})

describe('a failure of $find, $hold and $book', () => {
  test.each(['find', 'hold', 'book'])('is fatal in each of its issues: %s', async (operation) => {
    const unknown = { name: 'unknown', valueString: 'x' }
    const twice = { name: 'comment', valueBoolean: true }
    for (const parameter of [[unknown], [unknown, twice], []]) {
      const answer = await asks(operation, parameter)
      expect(answer.status).toBe(400)
      expect(new Set(issuesIn(answer).map(({ severity }) => severity))).toEqual(new Set(['fatal']))
    }
  })
})

describe('ITI-116 Hold Appointment', () => {
  test('the answer is a Bundle with one Appointment, pending', async () => {
    const answer = await asks('hold', named((await proposal()).id))
    expect([answer.status, answer.body.resourceType]).toEqual([200, 'Bundle'])
    expect(appointments(answer)).toMatchObject([{ status: 'pending' }])
  })

  test.each(['find', 'hold', 'book'])('is fatal when nobody says who asks, 401: %s', async (operation) => {
    const url = `${gateway.baseUrl}/fhir/Appointment/$${operation}`
    const headers = { 'content-type': 'application/fhir+json' }
    const body = JSON.stringify({ resourceType: 'Parameters', parameter: named('none') })
    const { status, json } = await fetch(url, { method: 'POST', headers, body }).then(async (response) => ({
      status: response.status,
      json: (await response.json()) as OperationOutcome, // what a refusal is
    }))
    expect([status, json.issue.map(({ severity }) => severity)]).toEqual([401, ['fatal']])
  })

  test.each(['hold', 'book'])('is fatal to whoever may not, 403: %s', async (operation) => {
    const parameters = { resourceType: 'Parameters', parameter: named('none') }
    const { status, body } = await gateway
      .as('region')
      .call<OperationOutcome>('POST', `Appointment/$${operation}`, parameters)
    expect([status, body.issue.map(({ severity }) => severity)]).toEqual([403, ['fatal']])
  })

  test('any other attempt on the same time and resources is refused, with an issue fatal and not-found', async () => {
    const place = await proposal()
    const [mine, other] = [await asks('hold', named(place.id)), await asks('hold', named(place.id))]
    expect(mine.status).toBe(200)
    expect(other.status).toBe(409)
    expect(issuesIn(other)).toContainEqual(expect.objectContaining({ severity: 'fatal', code: 'not-found' }))
  })

  test('what is no appointment that was found is refused likewise', async () => {
    const answer = await asks('hold', named('none'))
    expect([answer.status, issuesIn(answer).at(-1)?.severity]).toEqual([404, 'fatal'])
  })
})

describe('ITI-117 Book Appointment', () => {
  test('create: a resource with its slot and patient becomes booked', async () => {
    const place = await proposal()
    const answer = await asks('book', [
      ...wished(place),
      { name: 'comment', valueString: 'Fauteuil roulant' },
    ])
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    expect(appointments(answer)).toMatchObject([{ status: 'booked', comment: 'Fauteuil roulant' }])
    expect(appointments(answer).flatMap((one) => one.slot?.map(({ reference }) => reference))).toEqual([
      place.slot,
    ])
  })

  test('create: what was found is booked for a patient who is told by value, known or not', async () => {
    const { id, slot } = await proposal()
    const value = patientIdentifierOf(++patients)
    const told = {
      resourceType: 'Patient' as const,
      identifier: [{ system: ins, value }],
      name: [{ family: 'Fictive', given: ['Dominique'] }],
      gender: 'female' as const,
      birthDate: '1979-03-01',
    }
    const by = (patient: Patient) => ({ name: 'patient-resource', resource: patient })
    const first = await asks('book', [...named(id), by(told)])
    expect(first.status, JSON.stringify(first.body)).toBe(200)
    expect(appointments(first)).toMatchObject([{ status: 'booked', slot: [{ reference: slot }] }])
    const ehr = gateway.as('ehr')
    const [kept, ...others] = await ehr.search<Patient>(`Patient?identifier=${ins}|${value}`)
    expect(others).toEqual([])
    const whose = (answer: Answer) =>
      appointments(answer).flatMap(({ participant }) => participant.map(({ actor }) => actor?.reference))
    expect(whose(first)).toContain(`Patient/${kept?.id}`)
    const again = await asks('book', [...named((await proposal()).id), by(told)])
    expect(again.status, JSON.stringify(again.body)).toBe(200)
    expect(whose(again)).toContain(`Patient/${kept?.id}`)
    const nameless = await asks('book', [...named((await proposal()).id), by({ ...told, identifier: [] })])
    expect([nameless.status, appointments(nameless)]).toEqual([400, []])
  })

  test('a place that is booked is refused to another', async () => {
    const place = await proposal()
    expect((await asks('book', wished(place))).status).toBe(200)
    const answer = await asks('book', wished({ ...place, patient: await freshPatient() }))
    expect([answer.status, issuesIn(answer)[0]?.code]).toEqual([409, 'conflict'])
  })

  test.each(['held', 'booked'] as const)('cancel: what is %s and sent as cancelled is so', async (state) => {
    const place = await proposal()
    const made = state === 'held' ? await asks('hold', named(place.id)) : await asks('book', wished(place))
    const [appointment] = appointments(made)
    const answer = await asks('book', [
      { name: 'appointment-resource', resource: { ...(appointment as Appointment), status: 'cancelled' } },
    ])
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    expect(appointments(answer)).toMatchObject([{ id: appointment?.id, status: 'cancelled' }])
    const slot = await gateway.as('ehr').get<{ status: string }>(place.slot)
    expect(slot.status).toBe('free')
  })

  test('a failure is an OperationOutcome and no Appointment', async () => {
    const answer = await asks('book', named('none'))
    expect([answer.status, appointments(answer)]).toEqual([404, []])
    expect(issuesIn(answer)[0]?.code).toBe('not-found')
  })
})

describe('ITI-118 Find Existing Appointments', () => {
  let patient: Kept<Patient>
  let booked: Appointment
  beforeAll(async () => {
    const place = await proposal()
    patient = place.patient
    const [one] = appointments(await asks('book', wished(place)))
    if (!one) throw new Error('Nothing was booked')
    booked = one
  })

  const search = (query: string) => gateway.as('ehr').call<Bundle<Kept>>('GET', `Appointment?${query}`)
  const idsIn = ({ body: { entry = [] } }: Reply<Bundle<Kept>>) =>
    entry.filter(({ search }) => search?.mode === 'match').map(({ resource }) => resource?.id)

  test('by patient, by reference and by identifier with its system', async () => {
    const value = patient.identifier?.[0]?.value
    for (const query of [`patient=Patient/${patient.id}`, `patient.identifier=${ins}|${value}`])
      expect(idsIn(await search(query)), query).toEqual([booked.id])
  })

  test('a system of patient identifiers that is not known here gives an empty searchset', async () => {
    const reply = await search('patient.identifier=urn:oid:1.2.3.4|1')
    expect([reply.status, reply.body.total, idsIn(reply)]).toEqual([200, 0, []])
  })

  test('by date, practitioner, location, specialty and status', async () => {
    const mine = `patient=Patient/${patient.id}`
    const date = booked.start?.slice(0, 10)
    expect(idsIn(await search(`${mine}&date=${date}`))).toEqual([booked.id])
    expect(idsIn(await search(`${mine}&date=lt${date}`))).toEqual([])
    const actors = booked.participant.flatMap(({ actor }) => actor?.reference ?? [])
    const of = (type: string) => actors.find((reference) => reference.startsWith(`${type}/`))
    expect(idsIn(await search(`${mine}&location=${of('Location')}`))).toEqual([booked.id])
    expect(idsIn(await search(`${mine}&practitioner=${of('Practitioner')}`))).toEqual([booked.id])
    expect(idsIn(await search(`${mine}&practitioner=Practitioner/none`))).toEqual([])
    expect(idsIn(await search(`${mine}&status=booked`))).toEqual([booked.id])
    expect(idsIn(await search(`${mine}&status=cancelled`))).toEqual([])
    expect(idsIn(await search(`${mine}&specialty=urn:none|x`))).toEqual([])
  })

  test('_count and _include of participating actors are honoured, and the total is told', async () => {
    const reply = await search(`patient=Patient/${patient.id}&_count=1&_include=Appointment:actor`)
    expect(reply.body.total).toBe(1)
    const included = (reply.body.entry ?? []).filter(({ search }) => search?.mode === 'include')
    const types = new Set(included.map(({ resource }) => resource?.resourceType))
    for (const type of ['Patient', 'Location', 'HealthcareService']) expect(types).toContain(type)
  })

  test('by POST to _search likewise', async () => {
    const reply = await gateway
      .as('ehr')
      .call<Bundle<Kept>>('POST', 'Appointment/_search', `patient=Patient/${patient.id}`, {
        'content-type': 'application/x-www-form-urlencoded',
      })
    expect([reply.status, idsIn(reply)]).toEqual([200, [booked.id]])
  })

  test('gt before a date without its hyphens, as in the guide’s example, is no FHIR date: 400', async () => {
    expect((await search('date=gt20231021')).status).toBe(400)
  })
})

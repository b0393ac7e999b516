// https://interop.esante.gouv.fr/ig/fhir/gap/contenu_flux.html (ANS, gestion d'agendas partagés, 3.0.0)

import type { Appointment, Bundle, CapabilityStatement, Patient, Resource, Slot } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import type { Kept } from '../../src/store/index.ts'
import { issuesIn, patientIdentifierOf, slotsAreThere, srr } from '../journeys/support.ts'
import { centreV2, practiceV2, type Reply, startGateway, type TestGateway } from '../support/gateway.ts'
import { accepted, openV2Peer, type V2Peer } from '../support/peers.ts'
import { baseValidator } from '../validate/support.ts'

let ris: V2Peer
let gateway: TestGateway
let patient = ''

beforeAll(async () => {
  ris = await openV2Peer()
  ris.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SRM' ? srr(message, 'Booked') : accepted(message),
  )
  gateway = await startGateway({ connectors: { ehr: practiceV2, 'ris-v2': centreV2(ris.port) } })
  await slotsAreThere(gateway)
  patient = await freshPatient(1)
}, 60_000)
afterAll(async () => {
  for (const one of [gateway, ris]) await one?.[Symbol.asyncDispose]()
})

const ask = <T = Resource>(method: string, path: string, body?: unknown, as = 'ehr') =>
  gateway.as(as).call<T>(method, `/gap/${path}`, body)

async function search<R extends Resource>(query: string): Promise<Kept<R>[]> {
  const { status, body } = await ask<Bundle<Kept<R>>>('GET', query)
  expect(status, JSON.stringify(body)).toBe(200)
  return (body.entry ?? []).flatMap(({ resource }) => resource ?? [])
}

async function freshPatient(n: number): Promise<string> {
  const body: Patient = {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:oid:1.2.250.1.213.1.4.10', value: patientIdentifierOf(n) }],
    name: [{ family: 'Fictif', given: ['Dominique'] }],
    gender: 'male',
    birthDate: '1981-03-01',
  }
  const reply = await gateway.as('ehr').call<Kept<Patient>>('POST', 'Patient', body)
  expect(reply.status, JSON.stringify(reply.body)).toBe(201)
  return reply.body.id
}

const window = () => {
  const at = (days: number) => encodeURIComponent(new Date(Date.now() + days * 86_400_000).toISOString())
  return `start=ge${at(0)}&start=le${at(14)}`
}

async function freeSlot(): Promise<Kept<Slot>> {
  const [slot] = await search<Slot>(
    `Slot?status=free&_source=urn:relais:source:ris-v2&${window()}&_sort=start&_count=1`,
  )
  if (!slot) throw new Error('Nothing is free')
  return slot
}

let numbers = 0
const system = 'https://declarant.example/rdv'
const numbered = () => ({ system, value: `RDV-${++numbers}` })

const wished = (slot: Kept<Slot>, who: string, more: Partial<Appointment> = {}): Appointment => ({
  resourceType: 'Appointment',
  identifier: [numbered()],
  status: 'proposed',
  description: 'Échographie abdominale',
  slot: [{ reference: `Slot/${slot.id}` }],
  start: slot.start,
  end: slot.end,
  participant: [{ actor: { reference: `Patient/${who}` }, status: 'accepted' }],
  ...more,
})

const make = (appointment: Appointment): Promise<Reply<Kept<Appointment>>> =>
  ask('POST', 'Appointment', appointment)

describe('flux 4a et 5a: consultation de disponibilités', () => {
  test('la réponse contient les Slot des ressources répondant aux critères, avec leur agenda et ses acteurs', {
    timeout: 60_000,
  }, async () => {
    const criteria =
      'schedule.actor:HealthcareService.service-type=http://dicom.nema.org/resources/ontology/DCM%7CUS'
    const ask = () =>
      search<Slot>(
        `Slot?_include=Slot:schedule&_include=Schedule:actor&${window()}&status=free&${criteria}&_count=1000`,
      )
    // Each centre's diary is made or read in its own time.
    const found = await vi.waitFor(async () => {
      const all = await ask()
      expect(new Set(all.map(({ resourceType }) => resourceType as string))).toEqual(
        new Set(['Slot', 'Schedule', 'HealthcareService', 'Location', 'Practitioner', 'PractitionerRole']),
      )
      return all
    }, 30_000)
    const slots = found.filter(({ resourceType }) => resourceType === 'Slot')
    expect(slots.length).toBeGreaterThan(30)
    expect(new Set(slots.map(({ status }) => status))).toEqual(new Set(['free']))
    expect(slots.flatMap((slot) => baseValidator().validate(slot))).toEqual([])
  })

  test('Slot par schedule.actor:Device.type et schedule.actor:Device.model', async () => {
    for (const name of ['type', 'model'])
      expect(await search(`Slot?${window()}&schedule.actor:Device.${name}=scanner`)).toEqual([])
  })

  test('la base stricte ne devine pas ce qu’un _include commence', async () => {
    expect((await gateway.as('ehr').call('GET', 'Slot?_include=Schedule:actor')).status).toBe(400)
  })
})

describe('flux 6a: création de rendez-vous', () => {
  test('une demande qui porte l’identifiant du créneau est prise, et confirmée par le centre', async () => {
    const slot = await freeSlot()
    const sent = wished(slot, patient)
    const { status, body, headers } = await make(sent)
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body).toMatchObject({ status: 'booked', slot: [{ reference: `Slot/${slot.id}` }] })
    expect(body.identifier).toContainEqual(expect.objectContaining(sent.identifier?.[0]))
    expect(headers.get('location')).toContain(`/gap/Appointment/${body.id}`)
    expect((await search<Slot>(`Slot?_id=${slot.id}`))[0]?.status).toBe('busy')
  })

  test('ce qui est dit de la demande est gardé: description, motif, priorité, consignes', async () => {
    const said = {
      description: 'Échographie du foie',
      reasonCode: [{ text: 'Douleur' }],
      priority: 3,
      comment: 'À jeun',
      patientInstruction: 'Apporter les anciens clichés',
    }
    const { status, body } = await make(wished(await freeSlot(), await freshPatient(6), said))
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body).toMatchObject(said)
  })

  test('un autre moment que celui du créneau est refusé', async () => {
    const slot = await freeSlot()
    const late = new Date(Date.parse(slot.start) + 300_000).toISOString()
    const reply = await make(wished(slot, patient, { start: late }))
    expect([reply.status, issuesIn(reply)[0]?.expression]).toEqual([422, ['Appointment.start']])
    expect((await search<Slot>(`Slot?_id=${slot.id}`))[0]?.status).toBe('free')
  })

  test('une demande poussée sans créneau porte le moment et les ressources concernées', async () => {
    const slot = await freeSlot()
    const [, schedule] = await search<Slot>(`Slot?_id=${slot.id}&_include=Slot:schedule`)
    const { slot: _, ...rest } = wished(slot, await freshPatient(2))
    const actors = (schedule as unknown as { actor: { reference: string }[] }).actor // a Schedule, included
    const { status, body } = await make({
      ...rest,
      participant: [
        ...rest.participant,
        ...actors.map(({ reference }) => ({ actor: { reference }, status: 'needs-action' as const })),
      ],
    })
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body.slot).toEqual([{ reference: `Slot/${slot.id}` }])
  })

  test('la même demande, envoyée deux fois, est un seul rendez-vous', async () => {
    const sent = wished(await freeSlot(), await freshPatient(3))
    const [first, second] = [await make(sent), await make(sent)]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.id).toBe(first.body.id)
    const other = await make({ ...wished(await freeSlot(), patient), identifier: sent.identifier ?? [] })
    expect([other.status, issuesIn(other)[0]?.code]).toEqual([409, 'duplicate'])
  })

  test('un créneau pris est refusé, un rendez-vous sans lieu ni moment aussi', async () => {
    const slot = await freeSlot()
    expect((await make(wished(slot, await freshPatient(4)))).status).toBe(201)
    expect((await make(wished(slot, await freshPatient(5)))).status).toBe(409)
    const { slot: _, ...nowhere } = wished(slot, patient)
    expect((await make(nowhere)).status).toBe(400)
  })

  test('une simple déclaration est celle du centre: un prescripteur n’en fait pas', async () => {
    const slot = await freeSlot()
    const declared = { ...wished(slot, patient), status: 'booked' as const }
    expect((await make(declared)).status).toBe(422)
    const own: Appointment = {
      ...declared,
      participant: [{ actor: { display: 'patient' }, status: 'accepted' }],
    }
    const reply = await ask<Appointment>('POST', 'Appointment', own, 'ris-v2')
    expect(reply.status, JSON.stringify(reply.body)).toBe(201)
    expect((await search<Slot>(`Slot?_id=${slot.id}`))[0]?.status).toBe('busy')
  })
})

describe('flux 6b: mise à jour de rendez-vous', () => {
  const update = (appointment: Appointment): Promise<Reply<Kept<Appointment>>> => {
    const { system: from, value } = appointment.identifier?.[0] ?? {}
    return ask('PUT', `Appointment?identifier=${encodeURIComponent(`${from}|${value}`)}`, appointment)
  }

  test('un rendez-vous connu par son identifiant est mis à jour, et le code 200 est retourné', async () => {
    const sent = wished(await freeSlot(), await freshPatient(20))
    const made = await make(sent)
    const { status, body } = await update({ ...sent, status: 'booked', description: 'Échographie du foie' })
    expect(status, JSON.stringify(body)).toBe(200)
    expect(body).toMatchObject({ id: made.body.id, description: 'Échographie du foie', status: 'booked' })
  })

  test('la même mise à jour, envoyée deux fois, est un seul rendez-vous', async () => {
    const sent = wished(await freeSlot(), await freshPatient(27))
    const [first, second] = [await update(sent), await update(sent)]
    expect([first.status, second.status], JSON.stringify(second.body)).toEqual([201, 200])
    expect(second.body).toMatchObject({ id: first.body.id, status: 'booked' })
    expect((await update({ ...sent, status: 'cancelled' })).body.status).toBe('cancelled')
    expect((await update(sent)).status).toBe(422)
  })

  test('une personne est ajoutée aux participants, une seule fois; ceux de la réservation restent', async () => {
    const sent = wished(await freeSlot(), await freshPatient(24))
    const made = await make(sent)
    const known = made.body.participant.map(({ actor }) => actor?.reference)
    const doctors = (await gateway.as('ehr').call<Bundle<Kept>>('GET', 'Practitioner?_count=50')).body.entry
    const references = (doctors ?? []).map(({ resource }) => `Practitioner/${resource?.id}`)
    const reference = references.find((one) => !known.includes(one))
    expect(reference).toBeDefined()
    const along = { actor: { reference }, status: 'accepted' }
    const withAlong = { ...sent, status: 'booked', participant: [along, ...sent.participant] } as Appointment
    const first = await update(withAlong)
    expect(first.status, JSON.stringify(first.body)).toBe(200)
    expect(first.body.participant.map(({ actor }) => actor?.reference)).toEqual([...known, reference])
    expect((await update(withAlong)).body.participant).toEqual(first.body.participant)
  })

  test('nul autre qu’une personne n’est ajouté: ni un second patient, ni un lieu, ni un inconnu', async () => {
    const sent = wished(await freeSlot(), await freshPatient(25))
    const made = await make(sent)
    const known = made.body.participant.map(({ actor }) => actor?.reference)
    const places = (await search<Resource>('Location?_count=50')).map(({ id }) => `Location/${id}`)
    const place = places.find((one) => !known.includes(one)) ?? 'Location/another'
    const others = [`Patient/${await freshPatient(26)}`, place, 'Practitioner/nobody']
    const statuses: number[] = []
    for (const reference of others) {
      const participant = [...sent.participant, { actor: { reference }, status: 'accepted' as const }]
      statuses.push((await update({ ...sent, status: 'booked', participant })).status)
    }
    expect(statuses).toEqual([422, 422, 422])
  })

  test('un changement de statut annule le rendez-vous et rend son créneau', async () => {
    const slot = await freeSlot()
    const sent = wished(slot, await freshPatient(21))
    await make(sent)
    const { status, body } = await update({
      ...sent,
      status: 'cancelled',
      cancelationReason: { text: 'Empêchement' },
    })
    expect([status, body.status], JSON.stringify(body)).toEqual([200, 'cancelled'])
    expect((await search<Slot>(`Slot?_id=${slot.id}`))[0]?.status).toBe('free')
  })

  test('un identifiant inconnu crée le rendez-vous', async () => {
    const { status, body } = await update(wished(await freeSlot(), await freshPatient(22)))
    expect([status, body.status], JSON.stringify(body)).toEqual([201, 'booked'])
  })

  test('ce qui suit de la réservation n’est pas écrit: le moment, les participants', async () => {
    const sent = wished(await freeSlot(), await freshPatient(23))
    await make(sent)
    const late = new Date(Date.parse(sent.start ?? '') + 600_000).toISOString()
    expect((await update({ ...sent, status: 'booked', start: late })).status).toBe(422)
    const another = { actor: { reference: 'HealthcareService/other' }, status: 'accepted' as const }
    expect(
      (
        await update({
          ...sent,
          status: 'booked',
          participant: [...sent.participant, another] as Appointment['participant'],
        })
      ).status,
    ).toBe(422)
    expect((await ask('PUT', 'Appointment', sent)).status).toBe(400)
  })
})

describe('flux 4b et 5b: consultation de rendez-vous', () => {
  test('par created, description, priority et start', async () => {
    const slot = await freeSlot()
    const made = await make(wished(slot, await freshPatient(30), { description: 'Doppler des membres' }))
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const today = new Date().toISOString().slice(0, 10)
    const start = encodeURIComponent(slot.start)
    const { body } = await ask<Kept<Appointment>>('GET', `Appointment/${made.body.id}`)
    expect(body.created).toBeDefined()
    for (const query of [`created=ge${today}`, `start=ge${start}&start=le${start}`]) {
      const found = await search<Appointment>(`Appointment?${query}&_count=100`)
      expect(
        found.map(({ id }) => id),
        query,
      ).toContain(made.body.id)
    }
    expect(await search('Appointment?created=lt2020-01-01')).toEqual([])
    expect(await search('Appointment?priority=9')).toEqual([])
    expect(await search('Appointment?description=radiographie')).toEqual([])
  })

  test('la réponse est un searchset compté, avec ceux qui participent', async () => {
    const { body } = await ask<Bundle>(
      'GET',
      `Appointment?patient=Patient/${patient}&_include=Appointment:actor`,
    )
    expect(body).toMatchObject({ type: 'searchset', total: expect.any(Number) })
    expect(body.entry?.map(({ resource }) => resource?.resourceType)).toContain('Patient')
  })

  test('les paramètres de recherche sont déclarés', async () => {
    const { body } = await ask<CapabilityStatement>('GET', 'metadata')
    const appointment = body.rest?.[0]?.resource?.find(({ type }) => type === 'Appointment')
    const declared = new Map(appointment?.searchParam?.map(({ name, type }) => [name, type]))
    expect(['created', 'description', 'priority', 'start'].map((name) => declared.get(name))).toEqual([
      'date',
      'string',
      'token',
      'date',
    ])
    expect(baseValidator().validate(body)).toEqual([])
  })
})

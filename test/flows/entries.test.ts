import type { Patient, Practitioner } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systems } from '../../src/fhir/canonical.ts'
import { referencesIn } from '../../src/fhir/walk.ts'
import { received } from '../../src/flows/referral/received.ts'
import { samePerson } from '../../src/flows/renewed.ts'
import type { Kept } from '../../src/store/index.ts'
import { entries, openTestDesk, type TestDesk } from './desk.ts'
import { doctor, patient, qualified, referral, request, role } from './messages.ts'

describe('a patient who is named again', () => {
  const kept = (more: Partial<Patient>): Kept<Patient> => ({
    ...patient(more),
    id: 'p',
    meta: { versionId: '3', lastUpdated: '2030-01-01T00:00:00Z' },
  })

  test('keeps a qualified identity against a message that is not', () => {
    const other = patient({ name: [{ use: 'official', family: 'AUTRE' }], birthDate: '1950-01-01' })
    const same = samePerson(other, kept(qualified()))
    expect(same).toMatchObject({ name: patient().name, birthDate: '1990-03-28', ...qualified() })
  })

  test('keeps a qualified identity against an INS whose status is provisional', () => {
    const other = patient({ ...qualified('279035121518989', 'PROV'), birthDate: '1950-01-01' })
    expect(samePerson(other, kept(qualified()))).toMatchObject({ birthDate: '1990-03-28', ...qualified() })
  })

  test('has a new telephone, though the message is not qualified', () => {
    const phone = [{ system: 'phone' as const, value: '+33199000099' }]
    const before = kept({ ...qualified(), telecom: [{ system: 'phone', value: '+33199000001' }] })
    expect(samePerson(patient({ telecom: phone }), before).telecom).toEqual(phone)
  })

  test('keeps what a message does not speak of', () => {
    const birthPlace = {
      url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
      valueAddress: { city: 'Caen' },
    }
    const same = samePerson(patient(qualified()), kept({ extension: [birthPlace] }))
    expect(same.extension).toEqual([...(qualified().extension ?? []), birthPlace])
  })

  test('is somebody else when the national identifiers differ', () => {
    expect(() => samePerson(patient(qualified('274075176079430')), kept(qualified()))).toThrow(/another INS/)
  })

  test('has one official national identifier once an NIR follows an NIA', () => {
    const nia = { use: 'official' as const, system: systems.insNia, value: '279035121518989' }
    const same = samePerson(patient(qualified()), kept({ identifier: [nia] }))
    expect(same.identifier?.filter(({ use }) => use === 'official').map(({ system }) => system)).toEqual([
      systems.insNirTest,
    ])
  })
})

describe('messages on a store', () => {
  let desk: TestDesk
  beforeAll(async () => {
    desk = await openTestDesk()
  })
  afterAll(() => desk?.[Symbol.asyncDispose]())

  test('a doctor who refers twice has one role', async () => {
    await desk.does('practice', received, referral('A-1'))
    await desk.does('practice', received, referral('A-2'))
    expect(await desk.all('PractitionerRole')).toHaveLength(1)
    expect(await desk.all('Practitioner')).toHaveLength(1)
  })

  test('a doctor without a number is the same doctor the next time', async () => {
    const nameless: Practitioner = { resourceType: 'Practitioner', name: [{ family: 'Sansnuméro' }] }
    await desk.does('practice', received, referral('A-3', { doctor: nameless }))
    await desk.does('practice', received, referral('A-4', { doctor: nameless }))
    const found = await desk.all('Practitioner', 'family=Sansnum%C3%A9ro')
    expect(found).toHaveLength(1)
    expect(await desk.all('PractitionerRole', `practitioner=Practitioner/${found[0]?.id}`)).toHaveLength(1)
  })

  test('a doctor who is named twice in a message is one', async () => {
    const again = { doctor, also: doctor, second: { ...role, practitioner: { reference: 'urn:local:also' } } }
    await desk.does('practice', received, referral('A-5', again))
    expect(await desk.all('Practitioner', `identifier=${systems.rpps}|99900000011`)).toHaveLength(1)
  })

  test('an order that stands twice in a message is told, the first time and when it is known', async () => {
    const twice = referral('A-6', { 'request-1': request('A-6') })
    await expect(desk.does('practice', received, twice)).rejects.toMatchObject({ case: 'duplicate' })
    await desk.does('practice', received, referral('A-6'))
    await expect(desk.does('practice', received, twice)).rejects.toMatchObject({ case: 'duplicate' })
  })

  test('an entry that names one that is not there is told', async () => {
    const lonely = { entries: entries({ patient: patient(), request: request('A-7') }), unmapped: [] }
    await expect(desk.does('practice', received, lonely)).rejects.toMatchObject({ case: 'structure' })
    expect(await desk.all('ServiceRequest', 'identifier=A-7')).toEqual([])
  })

  test('no local name is ever kept', async () => {
    await desk.does('practice', received, referral('A-8'))
    const kept = [...(await desk.all('ServiceRequest')), ...(await desk.all('PractitionerRole'))]
    expect(kept.flatMap(referencesIn).filter(({ reference }) => reference.startsWith('urn:'))).toEqual([])
  })

  test('another practice cannot take over an order by its number', async () => {
    await desk.does('practice', received, referral('A-9'))
    const [order] = await desk.all('ServiceRequest', 'identifier=A-9')
    await expect(desk.does('other', received, referral('A-9'))).rejects.toMatchObject({ case: 'duplicate' })
    expect(await desk.seenBy(`ServiceRequest/${order?.id}`)).not.toContain('org:practice-other')
  })

  test('the same number of two placers is two orders, each with its Task', async () => {
    const theirs = request('A-9', {
      identifier: [{ system: 'urn:oid:1.2.250.1.999.2', value: 'A-9' }],
    })
    await desk.does('other', received, referral('A-9', { request: theirs }))
    const orders = await desk.all('ServiceRequest', 'identifier=A-9')
    expect(orders).toHaveLength(2)
    const tasks = await desk.all('Task', `focus=${orders.map(({ id }) => `ServiceRequest/${id}`).join(',')}`)
    expect(new Set(tasks.map(({ focus }) => focus?.reference)).size).toBe(2)
  })

  test('the second practice that refers a patient sees the patient, and not the order of the first', async () => {
    const person = patient({ identifier: [{ system: 'urn:oid:1.2.250.1.999.7', value: 'IPP-2' }] })
    await desk.does('practice', received, referral('A-10', { patient: person }))
    const theirs = request('A-11')
    await desk.does('other', received, referral('A-11', { patient: person, request: theirs }))
    const [kept] = await desk.all('Patient', 'identifier=IPP-2')
    const [first] = await desk.all('ServiceRequest', 'identifier=A-10')
    expect(await desk.seenBy(`Patient/${kept?.id}`)).toContain('org:practice-other')
    expect(await desk.seenBy(`ServiceRequest/${first?.id}`)).not.toContain('org:practice-other')
    for (const { reference = '' } of first?.supportingInfo ?? [])
      expect(await desk.seenBy(reference)).not.toContain('org:practice-other')
  })

  test('a message whose identifiers belong to two patients is told', async () => {
    const own = (value: string) => ({ system: 'urn:oid:1.2.250.1.999.7', value })
    await desk.does('practice', received, referral('A-12', { patient: patient({ identifier: [own('X')] }) }))
    await desk.does('practice', received, referral('A-13', { patient: patient({ identifier: [own('Y')] }) }))
    const both = patient({ identifier: [own('X'), own('Y')] })
    await expect(desk.does('practice', received, referral('A-14', { patient: both }))).rejects.toMatchObject({
      case: 'multiple-matches',
    })
    expect(await desk.all('ServiceRequest', 'identifier=A-14')).toEqual([])
  })
})

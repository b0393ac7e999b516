// https://interop.esante.gouv.fr/ig/fhir/sas/specifications_techniques-cpts-recherche_creneaux.html
// https://interop.esante.gouv.fr/ig/fhir/sas/specifications_techniques-sos-recherche_creneaux.html

import type { Bundle, Resource } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systems } from '../../src/fhir/canonical.ts'
import type { Reply, TestApi } from '../support/api.ts'
import { guideValidator, valueSet } from '../support/guides.ts'
import { alone, finess, inHours, now, number, openSas, siret } from './sas-world.ts'

let api: TestApi
beforeAll(async () => {
  api = await openSas()
})
afterAll(() => api?.[Symbol.asyncDispose]())

const ask = (path: string, as = 'sas'): Promise<Reply> =>
  api.send('GET', path, { as, headers: { accept: 'application/json+fhir' } })

async function answered(path: string, as = 'sas'): Promise<Bundle> {
  const reply = await ask(path, as)
  expect(reply.status, reply.text).toBe(200)
  return reply.json as Bundle // a searchset, as each test shows
}

const all = ({ entry = [] }: Bundle): Resource[] => entry.flatMap(({ resource }) => resource ?? [])
const of = <T extends Resource['resourceType']>(bundle: Bundle, type: T) =>
  all(bundle).filter((one): one is Extract<Resource, { resourceType: T }> => one.resourceType === type)

const validator = guideValidator('fhir-sas', [
  valueSet(
    'http://terminology.hl7.org/ValueSet/v3-ActEncounterCode',
    'http://terminology.hl7.org/CodeSystem/v3-ActCode',
    ['AMB', 'HH', 'VR'],
  ),
])
const faultsOf = (resource: Resource): string[] =>
  validator
    .validate(resource, { against: (resource.meta?.profile?.[0] ?? 'base') as 'base' }) // a canonical
    .map(({ text, expression }) => `${expression}: ${text}`)

const window = (name: string) =>
  `${name}=ge${encodeURIComponent(now)}&${name}=le${encodeURIComponent(inHours(72))}`

describe('CPTS', () => {
  const question = `/sas/Slot?_include=Slot:schedule&_include:iterate=Schedule:actor&_include=Slot:service-type-reference&_include:iterate=HealthcareService:organization&${window('start')}&schedule.actor:Practitioner.identifier=${encodeURIComponent(number(alone.rpps))}&status=free`

  test('slots of the CPTS are found with its service and the organisation, each in its profile', async () => {
    const bundle = await answered(question)
    expect(of(bundle, 'Slot')).toHaveLength(4)
    expect(of(bundle, 'HealthcareService').map(({ id }) => id)).toEqual(['service-cpts'])
    expect(of(bundle, 'Organization')[0]?.identifier?.[0]?.value).toBe(`1${finess}`)
    expect(all(bundle).flatMap(faultsOf)).toEqual([])
    expect(faultsOf(bundle)).toEqual([])
    expect(bundle.link).toHaveLength(1)
  })

  test('the slot refers to the HealthcareService by the extension of R5’s serviceType, in a concept of its own', async () => {
    const slots = of(await answered(question), 'Slot')
    const reserved = slots.find(({ meta }) => meta?.security?.some(({ code }) => code === 'CPTS'))
    const named = reserved?.serviceType?.find(({ extension }) => extension)
    expect(named).toMatchObject({
      extension: [{ valueReference: { reference: 'HealthcareService/service-cpts' } }],
      coding: [{ system: systems.establishmentCategory, code: '604' }],
    })
    expect(reserved?.serviceType?.[0]).toEqual({
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' }],
    })
  })

  test('a slot of the CPTS is in no answer to the question for professionals', async () => {
    const plain = question
      .replace('&_include=Slot:service-type-reference', '')
      .replace('&_include:iterate=HealthcareService:organization', '')
    expect(of(await answered(plain), 'Slot')).toHaveLength(3)
  })
})

describe('SOS Médecins', () => {
  const question = (manager = 'Location:organization', who = `3${siret}`) =>
    `/sas/Schedule?_revinclude=Slot:schedule&_include=Schedule:actor:Location&_include:iterate=${manager}&${window('_has:Slot:schedule:start')}&_has:Slot:schedule:status=free&actor:Location.organization.identifier=${encodeURIComponent(`${systems.structIdNat}|${who}`)}`

  test('diaries with a free slot in the window are found, with these slots, the place and its organisation', async () => {
    const bundle = await answered(question())
    expect(of(bundle, 'Schedule').map(({ id }) => id)).toEqual(['diary-place'])
    expect(of(bundle, 'Slot')).toHaveLength(1)
    expect(of(bundle, 'Location').map(({ id }) => id)).toEqual(['place-b'])
    expect(of(bundle, 'Organization')[0]?.identifier?.[0]?.value).toBe(`3${siret}`)
    expect(bundle.total).toBe(1)
    expect(bundle.entry?.map(({ search }) => search?.mode)).toEqual([
      'match',
      'include',
      'include',
      'include',
    ])
  })

  test('only a slot that fulfils all three conditions counts, not three that fulfil one each', async () => {
    // diary-full has a free slot before the window, one after it, and one in it that is taken.
    const ids = all(await answered(question())).map(({ id }) => id)
    expect(ids).not.toContain('diary-full')
    const strict = await api.send(
      'GET',
      `/fhir/Schedule?${window('_has:Slot:schedule:start')}&_has:Slot:schedule:status=free`,
      { as: 'sas' },
    )
    const found = ((strict.json as Bundle).entry ?? []).map(({ resource }) => resource?.id)
    expect(found, 'FHIR takes three slots for the three conditions').toContain('diary-full')
  })

  test('each entry is in its profile, and so is the bundle', async () => {
    const bundle = await answered(question())
    expect(all(bundle).flatMap(faultsOf)).toEqual([])
    expect(faultsOf(bundle)).toEqual([])
    const [slot] = of(bundle, 'Slot')
    expect(slot && faultsOf({ ...slot, serviceType: [{ coding: [{ code: 'x' }] }] })).not.toEqual([])
    expect(slot && faultsOf({ ...slot, status: 'busy' })).not.toEqual([])
  })

  test('both spellings of the organisation are accepted', async () => {
    expect(all(await answered(question('Location:Organization')))).toEqual(all(await answered(question())))
  })

  test('no slot is an empty bundle', async () => {
    const bundle = await answered(question('Location:organization', '399999999900012'))
    expect([bundle.total, bundle.entry]).toEqual([0, undefined])
  })
})

test('the base says what it serves, and is valid itself', async () => {
  const reply = await ask('/sas/metadata', '')
  expect(reply.status).toBe(200)
  expect(validator.validate(reply.json)).toEqual([])
  expect(reply.at('implementation.url')).toBe('https://gateway.example/sas')
  expect((await ask('/sas/Patient')).status).toBe(404)
  expect((await api.send('POST', '/sas/Slot', { as: 'sas', body: {} })).status).toBe(405)
})

import type { Location, OrganizationAffiliation, Patient, Schedule, Slot } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { extensions, systems } from '../../../../src/fhir/canonical.ts'
import { find, proposalAgain, type Wish } from '../../../../src/flows/booking/find.ts'
import { transact } from '../../../../src/flows/resource/transact.ts'
import { published } from '../../../../src/flows/slots/published.ts'
import { noteLook } from '../../../../src/flows/slots/sources.ts'
import type { Territory } from '../../../../src/flows/step.ts'
import { type ActorName, entries, fixedId, openTestDesk, type TestDesk, territory } from '../../desk.ts'
import { schedule, slot } from '../../messages.ts'

const commune = (lat: number, lon: number, postalCode: string) => ({
  lat,
  lon,
  postalCodes: [postalCode],
  names: [],
})
const freshness = { limitMs: 60_000, whenOld: 'hide' } as const
const served: Territory = {
  ...territory,
  peers: territory.peers.map((peer) => (peer.name === 'ris-other' ? { ...peer, freshness } : peer)),
  communes: new Map([
    ['14001', commune(49.0, -0.4, '14001')],
    ['14002', commune(49.1, -0.4, '14002')],
    ['14003', commune(49.9, -0.4, '14003')],
  ]),
}

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk(served)
  return () => desk[Symbol.asyncDispose]()
})

let made = 0
const creates = async (resource: Slot | Location | OrganizationAffiliation, by: ActorName = 'cell') => {
  const { changed } = await transact(
    [{ verb: 'create', type: resource.resourceType, resource }],
    () => fixedId(`find-${made++}`),
    desk.as(by),
    () => undefined,
  )
  return `${resource.resourceType}/${changed[0]?.id}`
}

/** A centre's diary in a commune, with slots by their names: begins at an hour of the 8th (or another day) of January. */
async function diary(
  by: 'ris' | 'ris-other',
  name: string,
  postalCode: string,
  slots: Record<string, Partial<Slot> & { at: string; minutes?: number }>,
  more: Partial<Schedule> = {},
) {
  const place = await creates({
    resourceType: 'Location',
    identifier: [{ system: 'urn:place', value: name }],
    name,
    address: { postalCode },
  })
  const named = Object.entries(slots).map(([value, { at, minutes = 20, ...own }]) => {
    const start = at.includes('T') ? at : `2030-01-08T${at}:00+01:00`
    const end = new Date(Date.parse(start) + minutes * 60_000).toISOString()
    return [value, slot(value, start, end, own)] as const
  })
  await desk.does(by, published, {
    entries: entries({
      schedule: {
        ...schedule,
        identifier: [{ system: 'urn:diary', value: name }],
        actor: [{ reference: place }],
        ...more,
      },
      ...Object.fromEntries(named),
    }),
    peer: by,
  })
  await noteLook(by, { seenAt: desk.clock().toISOString() }, desk.store)
}

const reserved = { meta: { security: [{ system: systems.slotType, code: 'CPTS' }] } }
const mammogram = { serviceType: [{ coding: [{ system: systems.dicom, code: 'MG' }] }] }
const wish = (more: Partial<Wish> = {}): Wish => ({
  start: '2030-01-07T09:00:00Z',
  end: '2030-01-20T00:00:00Z',
  exams: [`${systems.dicom}|US`],
  organizations: [],
  locations: [],
  count: 10,
  ...more,
})

/** Names of the slots that are proposed, in order. */
async function names(more: Partial<Wish> = {}, by: ActorName = 'practice') {
  const { proposals } = await find(wish(more), desk.as(by))
  const slots = await desk.all('Slot', '_count=1000')
  return proposals.map(({ slot: [first] = [] }) => {
    const found = slots.find(({ id }) => first?.reference === `Slot/${id}`)
    return found?.identifier?.find(({ system }) => system?.startsWith('urn:oid'))?.value
  })
}

const answers = async (more: Partial<Wish> = {}) => {
  const { issues } = await find(wish(more), desk.as('practice'))
  return Object.fromEntries(issues.map(({ centre, case: what }) => [centre, what]))
}

describe('places are found', () => {
  test('reserved ones first, then the earliest', async () => {
    await diary('ris', 'near', '14001', {
      early: { at: '09:00' },
      reserved: { at: '11:00', ...reserved },
      late: { at: '10:00' },
    })
    expect(await names()).toEqual(['reserved', 'early', 'late'])
    expect(await names({ count: 2 })).toEqual(['reserved', 'early'])
  })

  test('of those that begin together the nearest to the patient’s commune first', async () => {
    await diary('ris', 'far', '14003', { far: { at: '09:00' } })
    await diary('ris-other', 'near', '14002', { near: { at: '09:00' } })
    const patient: Patient = { resourceType: 'Patient', address: [{ postalCode: '14001' }] }
    expect(await names({ patient })).toEqual(['near', 'far'])
    expect(await names({ patient, count: 1 })).toEqual(['near'])
    const { proposals } = await find(wish({ patient }), desk.as('practice'))
    const said = proposals[0]?.extension ?? []
    expect(said[0]?.valueString).toMatch(/^1: within the clinical window; open to everybody; .*about 11 km/)
    expect(JSON.stringify(said[0])).toContain('à environ 11 km de la commune du patient')
    expect(said.flatMap(({ valueCodeableConcept }) => valueCodeableConcept?.coding?.[0]?.code ?? [])).toEqual(
      ['in-window', 'open', 'earliest', 'near'],
    )
  })

  test('within the clinical window before those outside it', async () => {
    await diary('ris', 'near', '14001', {
      before: { at: '2030-01-08T09:00:00+01:00', ...reserved },
      within: { at: '2030-01-10T09:00:00+01:00' },
      after: { at: '2030-01-12T09:00:00+01:00', ...reserved },
    })
    const request = {
      resourceType: 'ServiceRequest',
      id: fixedId('request'),
      meta: { versionId: '1', lastUpdated: '2030-01-07T08:00:00Z' },
      status: 'active',
      intent: 'order',
      subject: { display: 'somebody' },
      occurrencePeriod: { start: '2030-01-10', end: '2030-01-11' },
    } as const
    expect(await names({ request })).toEqual(['within', 'before', 'after'])
  })

  test('long enough for the exam, by what the diary says of it', async () => {
    const long = {
      extension: [
        {
          url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-service-type-duration',
          extension: [
            { url: 'serviceType', valueCodeableConcept: { coding: [{ system: systems.dicom, code: 'US' }] } },
            {
              url: 'duration',
              valueDuration: { value: 30, unit: 'min', code: 'min', system: 'http://unitsofmeasure.org' },
            },
          ],
        },
      ],
    }
    await diary('ris', 'near', '14001', { short: { at: '09:00' }, long: { at: '10:00', minutes: 30 } }, long)
    expect(await names()).toEqual(['long'])
  })

  test('whatever their number, when most of them will not do', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [
        `s${n}`,
        { at: new Date(Date.parse('2030-01-08T08:00:00Z') + n * 60_000).toISOString(), minutes: 1 },
      ]),
    )
    await diary('ris', 'near', '14001', many)
    const timing = { repeat: { timeOfDay: ['13:59:00'] } }
    expect(await names({ timing, count: 1 })).toEqual(['s299'])
  })

  test('and again by their id alone, with nothing kept', async () => {
    await diary('ris', 'near', '14001', { early: { at: '09:00' } })
    const { proposals } = await find(wish(), desk.as('practice'))
    const again = await proposalAgain(proposals[0]?.id ?? '', desk.as('practice'))
    expect(again).toMatchObject({
      id: proposals[0]?.id,
      start: proposals[0]?.start,
      slot: proposals[0]?.slot,
    })
    expect(await desk.all('Appointment')).toEqual([])
  })
})

describe('two exams of one visit', () => {
  const both = { exams: [`${systems.dicom}|MG`], together: [`${systems.dicom}|US`] }
  const how = async () => {
    const { proposals } = await find(wish(both), desk.as('practice'))
    const codes = proposals.map(({ extension = [] }) =>
      extension.flatMap(({ valueCodeableConcept }) => valueCodeableConcept?.coding?.[0]?.code ?? []).at(-1),
    )
    return { names: await names(both), codes, proposals }
  }

  test('are found one after the other, each naming the other', async () => {
    await diary('ris', 'mg', '14001', {
      mg: { at: '09:00', ...mammogram },
      mgLate: { at: '15:00', ...mammogram },
    })
    await diary('ris', 'us', '14001', { us: { at: '09:20' }, usLater: { at: '17:00' } })
    const { names, codes, proposals } = await how()
    expect(names).toEqual(['mg', 'us', 'mgLate', 'usLater'])
    expect(codes).toEqual(['visit-adjacent', 'visit-adjacent', 'visit-same-day', 'visit-same-day'])
    expect(proposals[0]?.supportingInformation).toEqual([{ reference: `Appointment/${proposals[1]?.id}` }])
    expect(proposals[1]?.supportingInformation).toEqual([{ reference: `Appointment/${proposals[0]?.id}` }])
  })

  test('are split, and it is said, when they are not had together', async () => {
    await diary('ris', 'mg', '14001', { mg: { at: '09:00', ...mammogram } })
    await diary('ris-other', 'us', '14001', { us: { at: '09:20' } })
    expect(await how()).toMatchObject({ names: ['mg', 'us'], codes: ['visit-split', 'visit-split'] })
  })

  test('are never at the same time', async () => {
    await diary('ris', 'mg', '14001', { mg: { at: '09:00', ...mammogram } })
    await diary('ris', 'us', '14001', { us: { at: '09:10' } })
    expect((await how()).names).toEqual([])
  })
})

describe('at each centre it is said', () => {
  test('whether some are free, or none', async () => {
    await diary('ris', 'us', '14001', { us: { at: '09:00' } })
    await diary('ris-other', 'mg', '14001', { mg: { at: '09:00', ...mammogram } })
    expect(await answers()).toEqual({ 'Organization/centre': 'some-free' })
    expect(await answers({ exams: [] })).toEqual({
      'Organization/centre': 'some-free',
      'Organization/centre-other': 'some-free',
    })
    expect(await answers({ end: '2030-01-08T00:00:00Z' })).toEqual({ 'Organization/centre': 'none-free' })
  })

  test('also of those whose places are not among the best', async () => {
    await diary('ris', 'us', '14001', { us: { at: '09:00' } })
    await diary('ris-other', 'late', '14001', { late: { at: '15:00' } })
    expect(await names({ count: 1 })).toEqual(['us'])
    expect(await answers({ count: 1 })).toMatchObject({ 'Organization/centre-other': 'some-free' })
  })

  test('or that nobody knows, as its diary is too old: then it empties no other', async () => {
    await diary('ris', 'us', '14001', { us: { at: '09:00' } })
    await diary('ris-other', 'old', '14001', { old: { at: '08:30' } })
    expect(await names()).toEqual(['old', 'us'])
    desk.clock.turn({ minutes: 2 })
    expect(await names()).toEqual(['us'])
    expect(await answers()).toEqual({
      'Organization/centre': 'some-free',
      'Organization/centre-other': 'diary-old',
    })
    await noteLook('ris-other', { failedAt: desk.clock().toISOString() }, desk.store)
    expect(await answers()).toMatchObject({ 'Organization/centre-other': 'diary-failing' })
  })

  test('or that it is not connected', async () => {
    const convention = (
      centre: string,
      more: Partial<OrganizationAffiliation> = {},
    ): OrganizationAffiliation => ({
      resourceType: 'OrganizationAffiliation',
      identifier: [{ system: 'urn:convention', value: centre }],
      participatingOrganization: { reference: `https://elsewhere.example/Organization/${centre}` },
      ...more,
    })
    await creates(convention('alone'))
    await creates(convention('past', { period: { end: '2029-12-31' } }))
    expect(await answers()).toEqual({
      'https://elsewhere.example/Organization/alone': 'diary-not-connected',
    })
  })
})

test('a place of a machine with limits is for whom it takes', async () => {
  const limits = { url: extensions.limits, extension: [{ url: 'age', valueRange: { low: { value: 18 } } }] }
  await diary('ris', 'us', '14001', { us: { at: '09:00' } }, { extension: [limits] })
  const child: Patient = { resourceType: 'Patient', birthDate: '2020-01-01' }
  expect(await names({ patient: child })).toEqual([])
  expect(await names({ patient: { ...child, birthDate: '1980-01-01' } })).toEqual(['us'])
})

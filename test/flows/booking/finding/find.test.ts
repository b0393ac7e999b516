import type { Location, OrganizationAffiliation, Patient, Schedule, Slot } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { extensions, systems } from '../../../../src/fhir/canonical.ts'
import { find, proposalAgain, type Wish } from '../../../../src/flows/booking/find.ts'
import { book, cancel, hold } from '../../../../src/flows/booking/index.ts'
import { received } from '../../../../src/flows/referral/received.ts'
import { transact } from '../../../../src/flows/resource/transact.ts'
import { published } from '../../../../src/flows/slots/published.ts'
import { noteLook } from '../../../../src/flows/slots/sources.ts'
import type { Territory } from '../../../../src/flows/step.ts'
import { type ActorName, entries, fixedId, openTestDesk, type TestDesk, territory } from '../../desk.ts'
import { patient, referral, schedule, slot } from '../../messages.ts'

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
  const [known] = await desk.all('Location', `identifier=urn:place|${name}`)
  const place = known
    ? `Location/${known.id}`
    : await creates({
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

/** A diary whose exam takes so long, and whose adjacent slots may be joined, or not. */
const lasting = (minutes: number, joinable = false): Partial<Schedule> => ({
  extension: [
    {
      url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-service-type-duration',
      extension: [
        { url: 'serviceType', valueCodeableConcept: { coding: [{ system: systems.dicom, code: 'US' }] } },
        {
          url: 'duration',
          valueDuration: { value: minutes, unit: 'min', code: 'min', system: 'http://unitsofmeasure.org' },
        },
      ],
    },
    { url: extensions.limits, extension: [{ url: 'joinable', valueBoolean: joinable }] },
  ],
})

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
    await diary(
      'ris',
      'near',
      '14001',
      { short: { at: '09:00' }, long: { at: '10:00', minutes: 30 } },
      lasting(30),
    )
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

describe('adjacent slots', () => {
  const three = { one: { at: '09:00' }, two: { at: '09:20' }, far: { at: '10:00' } }
  const proposals = async (more: Partial<Wish> = {}) =>
    (await find(wish(more), desk.as('practice'))).proposals
  const isTaken = async () => (await desk.all('Slot', '_sort=start')).map(({ status }) => status)
  const joined = async () => {
    const [only] = await proposals()
    if (!only?.id) throw new Error('Nothing was found')
    return only.id
  }

  test('are joined where their source allows it, and nowhere else', async () => {
    await diary('ris', 'near', '14001', three, lasting(40, true))
    await diary('ris-other', 'other', '14002', { a: { at: '09:00' }, b: { at: '09:20' } }, lasting(40))
    const found = await proposals()
    expect(found.map(({ start, end, slot }) => [start, end, slot?.length])).toEqual([
      ['2030-01-08T09:00:00.000+01:00', '2030-01-08T09:40:00.000+01:00', 2],
    ])
    expect(await answers()).toEqual({
      'Organization/centre': 'some-free',
      'Organization/centre-other': 'none-free',
    })
  })

  test('are not joined to one for another exam, under another label, or taken', async () => {
    const mammogram = { serviceType: [{ coding: [{ system: systems.dicom, code: 'MG' }] }] }
    for (const [name, other] of [
      ['exam', mammogram],
      ['label', reserved],
      ['taken', { status: 'busy' as const }],
    ] as const) {
      const at = { exam: '09', label: '12', taken: '15' }[name]
      const slots = { [`${name}-1`]: { at: `${at}:00` }, [`${name}-2`]: { at: `${at}:20`, ...other } }
      await diary('ris', name, '14001', slots, lasting(40, true))
    }
    expect(await proposals()).toEqual([])
  })

  test.each([1, 2, 7, 40])('are found the same by looks of whatever size: the first %i', async (count) => {
    const slots = (diary: string) =>
      Object.fromEntries(
        Array.from({ length: 24 }, (_, n) => [
          `${diary}${n}`,
          {
            at: new Date(
              Date.parse('2030-01-08T08:00:00Z') + (n + Math.floor(n / 5)) * 600_000,
            ).toISOString(),
            minutes: 10,
          },
        ]),
      )
    await diary('ris', 'a', '14001', slots('a'), lasting(30, true))
    await diary('ris', 'b', '14002', slots('b'), lasting(50, true))
    const found = await proposals({ count })
    // Of five in a row three begin 30 minutes, one begins 50; of the four that are left two, and none.
    const starts = [0, 0, 10, 20, 60, 60, 70, 80, 120, 120, 130, 140, 180, 180, 190, 200, 240, 250]
    expect(
      found.map(({ start = '' }) => (Date.parse(start) - Date.parse('2030-01-08T08:00:00Z')) / 60_000),
    ).toEqual(starts.slice(0, count))
  })

  test('are one proposal, resolved again by its id as long as all of them are free', async () => {
    await diary('ris', 'near', '14001', three, lasting(40, true))
    const [found] = await proposals()
    const again = () => proposalAgain(found?.id ?? '', desk.as('practice'))
    expect(found?.id?.length).toBeLessThanOrEqual(64)
    expect(await again()).toMatchObject({ id: found?.id, end: found?.end, slot: found?.slot })
    await hold(
      { slot: found?.slot?.[1]?.reference?.slice('Slot/'.length) ?? '' },
      undefined,
      desk.as('other'),
    )
    expect(await again()).toBeUndefined()
  })

  test('are held all together, given back all together, and held again by the same call', async () => {
    await diary('ris', 'near', '14001', three, lasting(40, true))
    const appointment = await joined()
    const held = await hold({ appointment }, undefined, desk.as('practice'))
    expect(held.slot).toHaveLength(2)
    expect(await isTaken()).toEqual(['busy-tentative', 'busy-tentative', 'free'])
    await cancel(held.id, undefined, desk.as('practice'))
    expect(await isTaken()).toEqual(['free', 'free', 'free'])
  })

  test('are booked by the id of their proposal, for the request it was found for', async () => {
    await diary('ris', 'near', '14001', three, lasting(40, true))
    await desk.does('practice', received, referral('J-1', { patient: patient() }))
    const [request] = await desk.all('ServiceRequest', 'identifier=J-1')
    const [found] = await proposals(request && { request })
    const target = { appointment: found?.id ?? '' }
    const asked = await book(target, undefined, 0, desk.as('practice'))
    expect(asked).toMatchObject({ status: 'pending', end: found?.end, basedOn: found?.basedOn })
    expect(asked.slot).toEqual(found?.slot)
    expect(await isTaken()).toEqual(['busy-tentative', 'busy-tentative', 'free'])
    expect((await book(target, undefined, 0, desk.as('practice'))).id).toBe(asked.id)
  })

  test('go to one of many who want them joined or alone: never a part of them', async () => {
    const four = { one: { at: '09:00' }, two: { at: '09:20' }, three: { at: '09:40' }, four: { at: '10:00' } }
    await diary('ris', 'near', '14001', four, lasting(40, true))
    const found = await proposals()
    expect(found).toHaveLength(3) // they overlap: at most two of them can be had
    const ends = await Promise.allSettled(
      found.flatMap(({ id: appointment = '', slot = [] }) => [
        hold({ appointment }, undefined, desk.as('practice')),
        hold({ appointment }, undefined, desk.as('other')),
        hold({ slot: slot[1]?.reference?.slice('Slot/'.length) ?? '' }, undefined, desk.as('other')),
      ]),
    )
    const had = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.case] : []))
    expect(new Set(refused)).toEqual(new Set(['conflict']))
    const places = had.flatMap(({ slot = [] }) => slot.map(({ reference }) => reference))
    expect(new Set(places).size).toBe(places.length)
    expect((await isTaken()).filter((status) => status === 'busy-tentative')).toHaveLength(places.length)
    expect(places.length).toBeGreaterThanOrEqual(2)
  })

  test('that do not make up the time any more are not taken in part', async () => {
    await diary('ris', 'near', '14001', three, lasting(40, true))
    const appointment = await joined()
    await diary('ris', 'near', '14001', three, lasting(40, false))
    await expect(hold({ appointment }, undefined, desk.as('practice'))).rejects.toMatchObject({
      case: 'conflict',
    })
    expect(await isTaken()).toEqual(['free', 'free', 'free'])
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
    expect(await how()).toMatchObject({ names: ['mg'], codes: ['visit-incomplete'] })
  })

  test('are told one by one where the other has no place, after those that have one', async () => {
    await diary('ris', 'mg', '14001', {
      mg: { at: '09:00', ...mammogram },
      late: { at: '11:00', ...mammogram },
    })
    expect(await how()).toMatchObject({
      names: ['mg', 'late'],
      codes: ['visit-incomplete', 'visit-incomplete'],
    })
    expect(await answers(both)).toMatchObject({ 'Organization/centre': 'some-free' })
  })

  test('are found together however many places the other has elsewhere before', async () => {
    await diary('ris', 'mg', '14001', { mg: { at: '2030-01-10T09:00:00+01:00', ...mammogram } })
    const early = Array.from({ length: 110 }, (_, n) => {
      const at = new Date(Date.parse('2030-01-08T08:00:00Z') + n * 600_000).toISOString()
      return [`early-${n}`, { at, minutes: 10 }] as const
    })
    await diary('ris-other', 'us-other', '14001', Object.fromEntries(early))
    await diary('ris', 'us', '14001', { us: { at: '2030-01-10T09:20:00+01:00' } })
    expect(await how()).toMatchObject({ names: ['mg', 'us'], codes: ['visit-adjacent', 'visit-adjacent'] })
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

  test('also where the first place will not do, and only a later one will', async () => {
    await diary('ris', 'us', '14001', { us: { at: '09:00' } })
    const places = { short: { at: '09:00' }, full: { at: '11:00' }, long: { at: '15:00', minutes: 40 } }
    await diary('ris-other', 'other', '14001', places, lasting(30))
    expect(await answers({ count: 1 })).toMatchObject({ 'Organization/centre-other': 'some-free' })
    const before = { count: 1, end: '2030-01-08T12:00:00+01:00' }
    expect(await answers(before)).toMatchObject({ 'Organization/centre-other': 'none-free' })
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

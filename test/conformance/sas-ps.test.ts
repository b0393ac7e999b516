// https://interop.esante.gouv.fr/ig/fhir/sas/specifications_techniques-ps-recherche_creneaux.html
// The sentences are the requirements of the national test kit (ansforge/interop-outil-fhir-sas-test-kit), by their ids.

import { readFileSync } from 'node:fs'
import type {
  Bundle,
  Location,
  Practitioner,
  PractitionerRole,
  Resource,
  Schedule,
  Slot,
} from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systems } from '../../src/fhir/canonical.ts'
import { issuesIn, type Reply, type TestApi } from '../support/api.ts'
import { guideValidator, valueSet } from '../support/guides.ts'
import { alone, idle, inHours, labelledAs, now, number, openSas, slots, twice } from './sas-world.ts'

let api: TestApi
beforeAll(async () => {
  api = await openSas()
})
afterAll(() => api?.[Symbol.asyncDispose]())

const sentences = new Map(
  readFileSync(new URL('../samples/csv-requirements/sas_test_kit_requirements.csv', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, id, text] =
        /^agg-psindiv,(\d+),[^,]*,(?:"(.*?)"|([^,]*)),SHALL/.exec(line)?.map((part) => part) ?? []
      const plain = /^agg-psindiv,\d+,[^,]*,([^",][^,]*),SHALL/.exec(line)?.[1]
      return id === undefined ? [] : [[Number(id), text ?? plain ?? ''] as const]
    }),
)
const tested = new Set<number>()

/** A test named by the requirement's id and words. */
function requirement(id: number, run: () => void | Promise<void>): void {
  tested.add(id)
  test(`agg-psindiv-${id}: ${sentences.get(id)}`, run)
}

/** A question as the aggregator asks it; parts may be a test's own. */
function question(parts: Partial<Record<'from' | 'until' | 'who' | 'status' | 'more', string>> = {}): string {
  const { from = now, until = inHours(72), who = number(alone.rpps), status = 'free', more = '' } = parts
  const start = (prefix: string, at: string) => `start=${prefix}${encodeURIComponent(at)}`
  return `_include=Slot:schedule&_include:iterate=Schedule:actor&${start('ge', from)}&${start('le', until)}&schedule.actor:Practitioner.identifier=${encodeURIComponent(who)}&status=${status}${more}`
}

const ask = (query = question(), as = 'sas', headers: Record<string, string> = {}): Promise<Reply> =>
  api.send('GET', `/sas/Slot?${query}`, { as, headers: { accept: 'application/json+fhir', ...headers } })

const bundleIn = ({ json }: Reply) => json as Bundle // each test says what it expects of it

async function answered(query = question(), as = 'sas'): Promise<Bundle> {
  const reply = await ask(query, as)
  expect(reply.status, reply.text).toBe(200)
  return bundleIn(reply)
}

const all = ({ entry = [] }: Bundle): Resource[] => entry.flatMap(({ resource }) => resource ?? [])

function of<T extends Resource['resourceType']>(bundle: Bundle, type: T) {
  return all(bundle).filter((one): one is Extract<Resource, { resourceType: T }> => one.resourceType === type)
}

const both = `${number(alone.rpps)},${number(twice.rpps)}`

/** All that the aggregator may be given: two doctors, three places of practice. */
const whole = () => answered(question({ who: both }))

const labels = valueSet(
  'https://mos.esante.gouv.fr/NOS/JDV_J165-TypeCreneau-SAS/FHIR/JDV-J165-TypeCreneau-SAS',
  systems.slotType,
  ['PUBLIC', 'PRO', 'SNP'],
)
const ways = valueSet(
  'http://terminology.hl7.org/ValueSet/v3-ActEncounterCode',
  'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  ['AMB', 'EMER', 'FLD', 'HH', 'IMP', 'ACUTE', 'NONAC', 'OBSENC', 'PRENC', 'SS', 'VR'],
)
const validator = guideValidator('fhir-sas', [labels, ways])

/** What a profile of the guide says of resources that name it. */
const faultsOf = (resource: Resource): string[] =>
  validator
    .validate(resource, { against: (resource.meta?.profile?.[0] ?? 'base') as 'base' })
    .map(({ text, expression }) => `${expression}: ${text}`)

const base = 'http://sas.fr/fhir/StructureDefinition'
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/

describe('searching', () => {
  requirement(4, async () => {
    const reply = await ask()
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-type')).toMatch(/^application\/fhir\+json/)
    const rest = (
      (await api.send('GET', '/sas/metadata', { as: '' })).json as { rest: { resource: object[] }[] }
    ).rest[0]
    expect(rest?.resource).toContainEqual(
      expect.objectContaining({ type: 'Slot', interaction: [{ code: 'search-type' }] }),
    )
  })
  requirement(5, async () => {
    const found = of(await answered(question({ from: inHours(-48), until: inHours(4) })), 'Slot')
    expect(found.length).toBe(3)
    for (const { start } of found) expect(Date.parse(start)).toBeGreaterThanOrEqual(Date.parse(now))
    const later = of(await answered(question({ from: inHours(1.5) })), 'Slot')
    for (const { start } of later) expect(Date.parse(start)).toBeGreaterThanOrEqual(Date.parse(inHours(1.5)))
    expect(later.length).toBe(2)
  })
  requirement(6, async () => {
    expect(of(await answered(question({ until: inHours(1.5) })), 'Slot')).toHaveLength(1)
    expect(of(await answered(question({ until: inHours(2) })), 'Slot')).toHaveLength(2)
    expect(of(await answered(question({ who: number(twice.rpps) })), 'Slot')).toHaveLength(3)
  })
  requirement(7, async () => {
    const bundle = await answered(question({ from: inHours(1), until: inHours(3) }))
    const starts = of(bundle, 'Slot').map(({ start }) => Date.parse(start))
    expect(starts).toEqual([1, 2, 3].map((hours) => Date.parse(inHours(hours))))
  })
  requirement(8, async () => {
    const bundle = await answered(question({ who: number(idle.rpps) }))
    expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 0 })
    expect(bundle.entry).toBeUndefined()
  })
  requirement(10, async () => {
    expect(of(await whole(), 'Slot').map(({ status }) => status)).toEqual(Array(6).fill('free'))
    const reply = await ask(question({ status: 'busy' }))
    expect([reply.status, issuesIn(reply)[0]?.expression]).toEqual([400, ['status']])
  })
  requirement(26, async () => {
    const without = question().replaceAll(/&start=[^&]*/g, '')
    expect((await ask(without)).status).toBe(400)
    expect(of(await answered(), 'Slot')).toHaveLength(3)
  })
  requirement(27, async () => {
    expect((await ask(question().replace('&status=free', ''))).status).toBe(400)
    expect(of(await answered(), 'Slot').every(({ status }) => status === 'free')).toBe(true)
  })
  requirement(28, async () => {
    expect(of(await answered(), 'Schedule').map(({ id }) => id)).toEqual(['diary-alone'])
    expect(of(await answered(question().replace('_include=Slot:schedule&', '')), 'Schedule')).toEqual([])
  })
  requirement(29, async () => {
    const doctorsOf = async (who: string) =>
      of(await answered(question({ who })), 'Practitioner').map(({ id }) => id)
    expect(await doctorsOf(number(alone.rpps))).toEqual([alone.id])
    expect((await doctorsOf(both)).sort()).toEqual([alone.id, twice.id])
    expect(await doctorsOf(number('10999999999'))).toEqual([])
  })
  requirement(30, async () => {
    const bundle = await answered()
    expect(of(bundle, 'Practitioner').length + of(bundle, 'PractitionerRole').length).toBe(2)
    const without = await answered(question().replace('_include:iterate=Schedule:actor&', ''))
    expect(of(without, 'Practitioner')).toEqual([])
  })
  requirement(47, async () => {
    const statuses = new Set(slots.map(({ status }) => status))
    expect([...statuses]).toContain('busy-unavailable')
    const given = of(await whole(), 'Slot').map(({ id }) => id)
    const unavailable = slots.filter(({ status }) => status !== 'free').map(({ id }) => id)
    expect(given.filter((id) => unavailable.includes(id))).toEqual([])
  })
})

describe('slots', () => {
  let found: Slot[]
  beforeAll(async () => {
    found = of(await whole(), 'Slot')
    expect(found).toHaveLength(6)
  })
  requirement(9, () => {
    expect(found.map(({ meta }) => meta?.profile)).toEqual(Array(6).fill([`${base}/FrSlotAgregateur`]))
    expect(found.flatMap(faultsOf)).toEqual([])
    const [first] = found
    expect(faultsOf({ ...(first as Slot), status: 'busy' })).not.toEqual([])
    expect(
      faultsOf({
        ...(first as Slot),
        ...labelledAs('CPTS'),
        meta: { ...labelledAs('CPTS').meta, profile: [`${base}/FrSlotAgregateur`] },
      }),
    ).not.toEqual([])
  })
  requirement(11, () => {
    for (const { start, end } of found) expect(Date.parse(start)).toBeLessThan(Date.parse(end))
  })
  requirement(12, async () => {
    const schedules = of(await whole(), 'Schedule').map(({ id }) => `Schedule/${id}`)
    for (const { schedule } of found) expect(schedules).toContain(schedule.reference)
  })
  requirement(23, () => {
    const codes = found.map(({ meta }) => meta?.security?.map(({ code }) => code))
    expect(codes).toContainEqual(['PRO', 'SNP'])
    expect(codes.filter((each) => each?.join() === 'PUBLIC')).toHaveLength(5)
  })
  requirement(24, () => {
    const codes = found.map(({ serviceType = [] }) => serviceType[0]?.coding?.[0]?.code)
    expect(codes.filter((code) => code === 'AMB')).toHaveLength(5)
    expect(codes).toContain('VR')
  })
  requirement(25, () => {
    for (const { comment } of found) expect(comment).toMatch(/^https:\/\/\S+$/)
    expect(found.map(({ comment }) => comment)).toContain('https://centre-a.example/rdv')
  })
  requirement(41, () => {
    for (const { specialty } of found) {
      expect(specialty?.[0]?.coding?.[0]).toMatchObject({
        system: expect.stringContaining('TRE_R38'),
        code: 'SM44',
      })
    }
  })
  requirement(45, () => {
    for (const { start, end } of found)
      expect([start, end]).toEqual([expect.stringMatching(instant), expect.stringMatching(instant)])
  })
  requirement(46, () => {
    for (const { meta } of found) {
      for (const { system, code } of meta?.security ?? []) {
        expect([system, ['PUBLIC', 'PRO', 'SNP'].includes(code ?? '')]).toEqual([systems.slotType, true])
      }
    }
  })
  requirement(48, () => {
    for (const { serviceType = [] } of found) {
      expect(serviceType[0]?.coding?.[0]?.system).toBe('http://terminology.hl7.org/CodeSystem/v3-ActCode')
    }
  })
  requirement(49, () => {
    const codes = found.map(({ appointmentType }) => appointmentType?.coding?.[0]?.code)
    expect(codes.filter((code) => code === 'ROUTINE')).toHaveLength(5)
    expect(codes).toContain('WALKIN')
  })
})

describe('the bundle', () => {
  requirement(13, async () => {
    const bundle = await whole()
    expect(bundle.meta?.profile).toEqual([`${base}/BundleAgregateur`])
    expect(faultsOf(bundle)).toEqual([])
    expect(faultsOf(await answered(question({ who: number(idle.rpps) })))).toEqual([])
  })
  requirement(14, async () => {
    expect((await answered()).type).toBe('searchset')
  })
  requirement(15, async () => {
    expect(of(await answered(), 'Practitioner').length).toBeGreaterThanOrEqual(1)
  })
  requirement(19, async () => {
    expect(of(await answered(), 'PractitionerRole').length).toBeGreaterThanOrEqual(1)
  })
  requirement(42, async () => {
    const bundle = await answered(question({ who: number(twice.rpps) }))
    const counts = ['Slot', 'Schedule', 'Practitioner', 'PractitionerRole'] as const
    expect(counts.map((type) => of(bundle, type).length)).toEqual([3, 2, 1, 2])
  })
  requirement(43, async () => {
    const bundle = await answered(question({ who: number(twice.rpps) }))
    const names = new Set(all(bundle).map(({ resourceType, id }) => `${resourceType}/${id}`))
    for (const { schedule } of of(bundle, 'Slot')) expect(names).toContain(schedule.reference)
    for (const { actor } of of(bundle, 'Schedule') as Schedule[]) {
      expect(actor).toHaveLength(2)
      for (const { reference } of actor) expect(names).toContain(reference)
    }
    const towns = (of(bundle, 'PractitionerRole') as PractitionerRole[]).map(
      ({ contained }) => (contained as [Location])[0].address?.city,
    )
    expect(towns.sort()).toEqual(['Deux-Rives', 'Rive-sur-Mer'])
  })
  requirement(44, async () => {
    const bundle = await whole()
    const counts = ['Slot', 'Schedule', 'Practitioner', 'PractitionerRole'] as const
    expect(counts.map((type) => of(bundle, type).length)).toEqual([6, 3, 2, 3])
    expect(bundle.total).toBe(6)
    expect(all(bundle)).toHaveLength(14)
  })
})

describe('doctors', () => {
  let doctors: Practitioner[]
  beforeAll(async () => {
    doctors = of(await whole(), 'Practitioner')
    expect(doctors).toHaveLength(2)
  })
  const one = () => doctors.find(({ id }) => id === alone.id)

  requirement(16, () => {
    for (const { identifier = [] } of doctors) {
      expect(identifier).toMatchObject([{ system: systems.psIdNat, type: { coding: [{ code: 'IDNPS' }] } }])
    }
  })
  requirement(17, () => {
    for (const { identifier } of doctors) expect(identifier?.[0]?.value).toMatch(/^8\d{11}$/)
  })
  requirement(18, () => {
    expect(one()?.identifier?.[0]?.value).toBe(`8${alone.rpps}`)
  })
  requirement(32, () => {
    expect(doctors.map(({ meta }) => meta?.profile)).toEqual(
      Array(2).fill([`${base}/FrPractitionerAgregateur`]),
    )
    expect(doctors.flatMap(faultsOf)).toEqual([])
    const [{ identifier: _, ...nameless }] = doctors as [Practitioner]
    expect(faultsOf(nameless)).not.toEqual([])
  })
  requirement(33, () => {
    expect(one()?.name).toEqual([{ family: 'Seul', given: ['Camille'] }])
  })
  requirement(34, () => {
    expect(one()?.telecom?.[0]?.value).toBe('+33199000001')
  })
  requirement(35, () => {
    expect(one()?.telecom?.[0]?.system).toBe('phone')
  })
  requirement(36, () => {
    expect(doctors.find(({ id }) => id === twice.id)).not.toHaveProperty('telecom')
  })
})

describe('roles', () => {
  let roles: PractitionerRole[]
  const places = () => roles.map(({ contained }) => contained?.[0] as Location)
  beforeAll(async () => {
    roles = of(await whole(), 'PractitionerRole')
    expect(roles).toHaveLength(3)
  })

  requirement(20, () => {
    const numbers = roles.map(({ organization }) => organization?.identifier)
    expect(numbers.map((one) => one?.type?.coding?.[0]?.code)).toEqual(Array(3).fill('IDNST'))
    expect(numbers.map((one) => one?.value).sort()).toEqual(['1990000010', '1990000010', '312345678900012'])
  })
  requirement(21, () => {
    for (const { practitioner } of roles) expect(practitioner?.reference).toMatch(/^Practitioner\/doctor-/)
  })
  requirement(22, () => {
    expect(places().map(({ resourceType }) => resourceType)).toEqual(Array(3).fill('Location'))
    for (const { contained, location } of roles)
      expect(location?.[0]?.reference).toBe(`#${contained?.[0]?.id}`)
  })
  requirement(31, () => {
    expect(roles.map(({ meta }) => meta?.profile)).toEqual(
      Array(3).fill([`${base}/FrPractitionerRoleExerciceAgregateur`]),
    )
    expect([...roles, ...places()].flatMap(faultsOf)).toEqual([])
    const [{ contained: _, ...empty }] = roles as [PractitionerRole]
    expect(faultsOf(empty)).not.toEqual([])
  })
  requirement(37, () => {
    expect(places().find(({ id }) => id === 'place-b')).toMatchObject({ name: 'Imagerie de Deux-Rives' })
  })
  requirement(38, () => {
    for (const { address } of places()) expect(address?.line).toEqual(['1 rue Fictive'])
  })
  requirement(39, () => {
    for (const { address } of places()) expect(address?.city).toMatch(/^(Rive-sur-Mer|Deux-Rives)$/)
  })
  requirement(40, () => {
    for (const { address } of places()) expect(address?.postalCode).toMatch(/^[0-9]{5}$/)
  })
})

describe('what the aggregator does in fact', () => {
  const selfOf = ({ link = [] }: Bundle) => link.find(({ relation }) => relation === 'self')?.url ?? ''

  test('the link of the bundle is the request, decoded and sorted', async () => {
    for (const query of [question(), question({ who: both, more: '&_count=1000' })]) {
      const [, told = ''] = selfOf(await answered(query)).split('?')
      const sorted = (text: string) => decodeURIComponent(text).split('&').sort()
      expect(sorted(told)).toEqual(sorted(query))
    }
  })

  test('a plus sign that was not escaped, a blank after a comma, an open bar and dates without an offset are understood', async () => {
    const expected = of(await whole(), 'Slot').length
    const plain = `start=ge${now}&start=le${inHours(72)}`
    const odd = question({ who: both })
      .replaceAll(/start=[^&]*/g, '')
      .replace(/identifier=[^&]*/, `identifier=${number(alone.rpps)},%20${number(twice.rpps)}`)
    expect(of(await answered(`${plain}&${odd.replaceAll('&&', '&')}`), 'Slot')).toHaveLength(expected)
    const local = question({ who: both, from: now.slice(0, 23), until: inHours(72).slice(0, 23) })
    expect(of(await answered(local), 'Slot')).toHaveLength(expected)
  })

  test('a parameter that is named and left empty says nothing here, and is refused on the strict base', async () => {
    expect((await ask(question({ more: '&_count=' }))).status).toBe(200)
    expect((await api.send('GET', '/fhir/Slot?_count=', { as: 'sas' })).status).toBe(400)
  })

  test('both names of JSON are answered with FHIR’s', async () => {
    for (const accept of [
      'application/json+fhir',
      'application/fhir+json',
      'application/json+fhir; charset=UTF-8',
    ]) {
      const { status, headers } = await ask(question(), 'sas', { accept })
      expect([status, headers.get('content-type')]).toEqual([200, 'application/fhir+json; charset=utf-8'])
    }
    expect((await ask(question(), 'sas', { accept: 'application/fhir+xml' })).status).toBe(406)
    const strict = await api.send('GET', '/fhir/Slot', { headers: { accept: 'application/json+fhir' } })
    expect(strict.status).toBe(406)
  })

  test('all faults of a question are told at once, as an OperationOutcome', async () => {
    const reply = await ask('_include=Slot:schedule&color=red')
    expect(reply.status).toBe(400)
    expect(issuesIn(reply).map(({ expression }) => expression?.[0])).toEqual([
      'color',
      'status',
      'start',
      'schedule.actor:Practitioner.identifier',
    ])
  })

  test('more than 72 hours, and more than 25 doctors, are refused', async () => {
    expect((await ask(question({ until: inHours(73) }))).status).toBe(400)
    const many = Array.from({ length: 26 }, (_, n) => number(String(10100000000 + n)))
    expect((await ask(question({ who: many.join(',') }))).status).toBe(400)
    expect((await ask(question({ who: many.slice(1).join(',') }))).status).toBe(200)
  })

  test('72 hours are 72 hours without their milliseconds too, and three days of the calendar when clocks change', async () => {
    const status = async (from: string, until: string) => (await ask(question({ from, until }))).status
    expect(await status('2030-01-08T08:00:00Z', '2030-01-11T08:00:00Z')).toBe(200)
    expect(await status('2030-01-08T08:00:00Z', '2030-01-11T08:00:01Z')).toBe(400)
    expect(await status('2030-10-26', '2030-10-28')).toBe(200)
    expect(await status('2030-10-26', '2030-10-29')).toBe(400)
    expect(await status('2030-03-30', '2030-04-01')).toBe(200)
  })

  test('a slot that is reserved is given only to whom it is for', async () => {
    const ids = of(await answered(question(), 'outsider'), 'Slot')
    expect(ids).toHaveLength(2)
    expect(ids.flatMap(({ meta }) => meta?.security?.map(({ code }) => code))).toEqual(['PUBLIC', 'PUBLIC'])
    expect((await ask(question(), 'no-slots')).status).toBe(403)
    expect((await ask(question(), '')).status).toBe(401)
  })

  test('a page ends where it was asked to, and the next one goes on', async () => {
    const first = await answered(question({ more: '&_count=2' }))
    const next = first.link?.find(({ relation }) => relation === 'next')?.url ?? ''
    expect([first.total, of(first, 'Slot').length]).toEqual([3, 2])
    const second = await answered(next.split('?')[1])
    expect(of(second, 'Slot')).toHaveLength(1)
  })
})

test('every requirement of the kit that needs no client certificate has its test', () => {
  expect([...tested].sort((a, b) => a - b)).toEqual(Array.from({ length: 46 }, (_, n) => n + 4))
  for (const id of tested) expect(sentences.get(id), `${id}`).toMatch(/\S/)
})

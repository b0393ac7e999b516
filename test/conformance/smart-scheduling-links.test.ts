// https://github.com/smart-on-fhir/smart-scheduling-links/blob/main/specification.md

import { randomBytes } from 'node:crypto'
import type { Location, Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withSources } from '../../src/auth/gate.ts'
import { nobody } from '../../src/auth/nobody.ts'
import { extensions, frCore, systems } from '../../src/fhir/canonical.ts'
import { uuidv7 } from '../../src/fhir/id.ts'
import { instantIn } from '../../src/fhir/zone.ts'
import type { Store } from '../../src/store/index.ts'
import { openTestApi, type Reply, type TestApi } from '../support/api.ts'
import { openTestStore } from '../support/database.ts'
import { baseValidator } from '../validate/support.ts'

const monday = Date.parse('2026-06-01T10:00:00.000+02:00')
let time = monday
const inHours = (hours: number) => instantIn('Europe/Paris', monday + hours * 3_600_000)
/** Slots of the second week: several pages of the store's. */
const many = 1_200

const place = (id: string, more: Partial<Location> = {}): Location => ({
  resourceType: 'Location',
  id,
  name: `Centre ${id}`,
  telecom: [
    { system: 'phone', value: '+33199000001' },
    { system: 'url', value: 'https://centre.example/rdv' },
  ],
  address: { line: ['1 rue Fictive'], city: 'Rive-sur-Mer', postalCode: '97139' },
  ...more,
})

const diary = (id: string, at: string, more: Partial<Schedule> = {}): Schedule => ({
  resourceType: 'Schedule',
  id,
  extension: [
    {
      url: frCore.serviceTypeDuration,
      extension: [
        { url: 'serviceType', valueCodeableConcept: { coding: [{ system: systems.dicom, code: 'CT' }] } },
      ],
    },
  ],
  actor: [{ reference: 'HealthcareService/any' }, { reference: `Location/${at}` }],
  ...more,
})

const slot = (name: string, hours: number, more: Partial<Slot> = {}): Slot & { id: string } => ({
  resourceType: 'Slot',
  id: uuidv7(monday, randomBytes(10)),
  identifier: [{ system: 'urn:name', value: name }],
  schedule: { reference: 'Schedule/open' },
  status: 'free',
  start: inHours(hours),
  end: inHours(hours + 1 / 3),
  ...more,
})

const reserved = (code: string) => ({ meta: { security: [{ system: systems.slotType, code }] } })

const named = {
  free: slot('free', 2),
  taken: slot('taken', 3, { status: 'busy' }),
  held: slot('held', 4, { status: 'busy-tentative' }),
  several: slot('several', 5, { extension: [{ url: extensions.capacity, valuePositiveInt: 3 }] }),
  withPage: slot('with-page', 6, { comment: 'https://centre.example/rdv/6' }),
  begun: slot('begun', -1),
  forDoctors: slot('for-doctors', 2, reserved('PRO')),
  forMembers: slot('for-members', 2, reserved('CPTS')),
  forCell: slot('for-cell', 2, reserved('SNP')),
  placeless: slot('placeless', 2, { schedule: { reference: 'Schedule/nowhere' } }),
}

const members = ['PRO', 'CPTS', 'SNP']
const sightOf = ({ meta, resourceType }: Resource) =>
  resourceType === 'Slot' && meta?.security?.some(({ code }) => members.includes(code ?? ''))
    ? ['member']
    : ['public']

async function keep(
  store: Store,
  resources: readonly (Resource & { id?: string })[],
  version = 1,
): Promise<void> {
  const at = new Date(time).toISOString()
  await store.write({
    at,
    resources: resources.map((resource) => ({
      resource: {
        ...resource,
        id: resource.id ?? '',
        meta: { ...resource.meta, versionId: `${version}`, lastUpdated: at },
      },
      replaces: version - 1,
      sight: sightOf(resource),
    })),
  })
}

let api: TestApi
/** Searches that were made of the store. */
let searches = 0
beforeAll(async () => {
  const store = await openTestStore()
  const counting: Store = {
    ...store,
    search(...asked) {
      searches++
      return store.search(...asked)
    },
  }
  api = await openTestApi({ store: counting, clock: () => new Date(time) })
  await keep(api.store, [
    place('here'),
    place('silent', { telecom: [] }),
    diary('open', 'here'),
    diary('nowhere', 'silent'),
    diary('reserved', 'here', reserved('CPTS')),
    ...Object.values(named),
  ])
  for (let from = 0; from < many; from += 400)
    await keep(
      api.store,
      Array.from({ length: 400 }, (_, n) => slot(`late-${from + n}`, 170 + (from + n) / 20)),
    )
})
afterAll(() => api?.[Symbol.asyncDispose]())

interface Manifest {
  transactionTime: string
  request: string
  output: { type: string; url: string }[]
  error: unknown[]
}

const ask = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
  api.send('GET', path.replace('https://gateway.example', ''), { as: '', headers })

const manifest = async (query = '') => (await ask(`/slots/$bulk-publish${query}`)).json as Manifest // each test looks

async function linesOf(type: string, query = ''): Promise<Resource[]> {
  const urls = (await manifest(query)).output.filter((one) => one.type === type).map(({ url }) => url)
  const texts = await Promise.all(urls.map(async (url) => (await ask(url)).text))
  return texts.flatMap((text) => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])))
}

const slotsIn = async (query = '') => (await linesOf('Slot', query)) as Slot[] // searched by its type
const idsOf = (all: readonly Resource[]) => all.map(({ id }) => id)

describe('the manifest', () => {
  test('is at an address that ends in $bulk-publish, and needs no token', async () => {
    const reply = await ask('/slots/$bulk-publish')
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(reply.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('names its time, its own address, and every file by full URL with its type', async () => {
    const told = await manifest()
    expect(Date.parse(told.transactionTime)).toBeLessThanOrEqual(time)
    expect(told.request).toBe('https://gateway.example/slots/$bulk-publish')
    expect(told.error).toEqual([])
    expect([...new Set(told.output.map(({ type }) => type))]).toEqual(['Location', 'Schedule', 'Slot'])
    for (const { url } of told.output)
      expect(url).toMatch(/^https:\/\/gateway\.example\/slots\/[\w.-]+\.ndjson$/)
  })
})

describe('files', () => {
  test('hold one resource a line, each valid R4', async () => {
    const validator = baseValidator()
    for (const type of ['Location', 'Schedule', 'Slot']) {
      const lines = await linesOf(type)
      expect(lines.length, type).toBeGreaterThan(0)
      expect(lines.slice(0, 20).flatMap((one) => validator.validate(one))).toEqual([])
      for (const { resourceType, id } of lines)
        expect([resourceType, id]).toEqual([type, expect.stringMatching(/^[\w.-]{1,64}$/)])
    }
    const [location] = (await manifest()).output
    expect((await ask(location?.url ?? '')).headers.get('content-type')).toBe('application/fhir+ndjson')
  })

  test('a location has a name, a way to reach it, and an address with its state', async () => {
    expect(await linesOf('Location')).toMatchObject([
      {
        id: 'here',
        name: 'Centre here',
        telecom: [{}, {}],
        identifier: [{}],
        address: { state: '971', postalCode: '97139' },
      },
    ])
  })

  test('a schedule has exactly one location as its actor, and a service type', async () => {
    expect(await linesOf('Schedule')).toEqual([
      {
        resourceType: 'Schedule',
        id: 'open',
        serviceType: [{ coding: [{ system: systems.dicom, code: 'CT' }] }],
        actor: [{ reference: 'Location/here' }],
      },
    ])
  })

  test('a slot is free or busy; busy ones are published too', async () => {
    const statuses = new Map((await slotsIn()).map(({ id, status }) => [id, status]))
    expect([named.free, named.taken, named.held].map(({ id }) => statuses.get(id))).toEqual([
      'free',
      'busy',
      'busy',
    ])
    expect(statuses.size).toBe(5 + many)
  })

  test('a slot says when it begins and ends with its exact offset', async () => {
    for (const { start, end } of await slotsIn())
      for (const instant of [start, end]) expect(instant).toMatch(/T\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$/)
  })

  test('a slot tells its booking page, telephone and capacity', async () => {
    const all = await slotsIn()
    const said = (id: string) =>
      Object.fromEntries(
        (all.find((one) => one.id === id)?.extension ?? []).map(({ url, ...value }) => [
          url.split('/').at(-1),
          Object.values(value)[0],
        ]),
      )
    expect(said(named.free.id)).toEqual({
      'booking-deep-link': 'https://centre.example/rdv',
      'booking-phone': '+33199000001',
    })
    expect(said(named.withPage.id)).toMatchObject({ 'booking-deep-link': 'https://centre.example/rdv/6' })
    expect(said(named.several.id)).toMatchObject({ 'slot-capacity': 3 })
  })

  test('a slot that is shown as free can be had: none has begun, and none is without a place', async () => {
    const ids = idsOf(await slotsIn())
    expect(ids).not.toContain(named.begun.id)
    expect(ids).not.toContain(named.placeless.id)
  })

  test('no reserved slot is in any file, nor the diary that holds only such', async () => {
    const ids = idsOf(await slotsIn())
    for (const { id } of [named.forDoctors, named.forMembers, named.forCell]) expect(ids).not.toContain(id)
    expect(idsOf(await linesOf('Schedule'))).not.toContain('reserved')
    for (const { url } of (await manifest()).output) {
      const { text } = await ask(url)
      expect(text).not.toMatch(/"(PRO|CPTS|SNP)"/)
    }
  })

  test('a file is read from the store as its reader takes it', async () => {
    const second = (await manifest()).output.filter(({ type }) => type === 'Slot')[1]?.url ?? ''
    const response = await api.app.request(second.replace('https://gateway.example', ''))
    const before = searches
    const reader = response.body?.getReader()
    const first = await reader?.read()
    const lines = new TextDecoder().decode(first?.value).split('\n').length - 1
    expect(lines).toBe(500)
    expect(searches - before).toBeLessThanOrEqual(3)
    await reader?.cancel()
  })

  test('what is no file is told as such, and nothing but reading is served', async () => {
    expect((await ask('/slots/slots-2020-01-06.ndjson')).status).toBe(404)
    expect((await ask('/slots/%2e%2e')).status).toBe(404)
    expect((await ask('/slots/$bulk-publish?color=red')).status).toBe(400)
    expect((await api.send('POST', '/slots/$bulk-publish', { as: '' })).status).toBe(405)
  })
})

describe('caching', () => {
  test('answers say for how long they are good, and which state they are of', async () => {
    for (const path of [
      '/slots/$bulk-publish',
      '/slots/locations.ndjson',
      '/slots/slots-2026-06-01.ndjson',
    ]) {
      const { headers } = await ask(path)
      expect(headers.get('cache-control')).toBe('public, max-age=60')
      expect(headers.get('etag')).toMatch(/^W\/"[\w-]{22}"$/)
      expect(Date.parse(headers.get('last-modified') ?? '')).toBeLessThanOrEqual(time)
    }
  })

  test('who has the state already is told so, by either header', async () => {
    const path = '/slots/slots-2026-06-01.ndjson'
    const first = await ask(path)
    const [etag, modified] = ['etag', 'last-modified'].map((name) => first.headers.get(name) ?? '')
    const again = await ask(path, { 'if-none-match': etag ?? '' })
    expect([again.status, again.text]).toEqual([304, ''])
    expect((await ask(path, { 'if-modified-since': modified ?? '' })).status).toBe(304)
    expect((await ask(path, { 'if-none-match': 'W/"other"' })).status).toBe(200)
  })

  test('what changes, comes, goes or begins is another state', async () => {
    const path = '/slots/slots-2026-06-01.ndjson'
    const state = async () => (await ask(path)).headers.get('etag')
    const states = [await state()]
    time += 60_000
    await keep(api.store, [{ ...named.several, status: 'busy' }], 2)
    states.push(await state())
    const another = slot('another', 7)
    await keep(api.store, [another])
    states.push(await state())
    time += 60_000
    const lastUpdated = new Date(time).toISOString()
    await api.store.write({
      at: lastUpdated,
      removed: [{ type: 'Slot', id: another.id, replaces: 1, lastUpdated }],
    })
    states.push(await state())
    time = Date.parse(inHours(2.5))
    states.push(await state())
    expect(new Set(states).size).toBe(4)
    expect(states[3], 'what has come and gone leaves the state as it was').toBe(states[1])
    expect(idsOf(await slotsIn())).not.toContain(named.free.id)
  })

  test('a place or a diary that changes is another state of the slots in it', async () => {
    const path = '/slots/slots-2026-06-01.ndjson'
    const etag = async () => (await ask(path)).headers.get('etag') ?? ''
    const whole = async () => (await ask('/slots/$bulk-publish')).headers.get('etag') ?? ''
    const before = [await etag(), await whole()] as const
    time += 60_000
    const telecom = [{ system: 'phone' as const, value: '+33199000002' }]
    await keep(api.store, [place('here', { telecom })], 2)
    expect((await ask(path, { 'if-none-match': before[0] })).status).toBe(200)
    expect((await ask('/slots/$bulk-publish', { 'if-none-match': before[1] })).status).toBe(200)
    expect((await ask(path)).text).toContain('+33199000002')
    const moved = await etag()
    time += 60_000
    await keep(api.store, [diary('open', 'silent')], 2)
    expect((await ask(path, { 'if-none-match': moved })).status).toBe(200)
    await keep(api.store, [diary('open', 'here')], 3)
    expect(await etag()).not.toBe(moved)
  })

  test('slots of a centre that may be closed are there while it is open, and each is another state', async () => {
    const path = '/slots/slots-2026-06-01.ndjson'
    const gated = slot('gated', 8)
    const at = new Date(time).toISOString()
    const meta = { versionId: '1', lastUpdated: at }
    await api.store.write({
      at,
      resources: [{ resource: { ...gated, meta }, replaces: 0, sight: ['public@ris'] }],
    })
    const open = await openTestApi({
      store: api.store,
      clock: () => new Date(time),
      auth: {
        ...api.house.auth,
        nobody: async () => ({ ...nobody, sight: withSources(nobody.sight, ['ris']) }),
      },
    })
    const read = (of: TestApi, headers = {}) => of.send('GET', path, { as: '', headers })
    const [closed, there] = [await read(api), await read(open)]
    expect(closed.text).not.toContain(gated.id)
    expect(there.text).toContain(gated.id)
    const headers = { 'if-none-match': closed.headers.get('etag') ?? '' }
    expect((await read(open, headers)).status).toBe(200)
  })

  test('with _since only what has changed is given, by the manifest’s own time', async () => {
    const { transactionTime } = await manifest()
    const query = `?_since=${encodeURIComponent(transactionTime)}`
    expect(await slotsIn(query)).toEqual([])
    time += 60_000
    await keep(api.store, [{ ...named.withPage, status: 'busy' }], 2)
    expect(idsOf(await slotsIn(query))).toEqual([named.withPage.id])
    expect((await manifest(query)).request).toContain('_since=')
    expect((await ask('/slots/$bulk-publish?_since=yesterday')).status).toBe(400)
    for (const edge of ['0001-01-01', '9999-12-31T23:59:59-14:00']) {
      const { output } = await manifest(`?_since=${edge}`)
      for (const { url } of output)
        expect((await ask(url.slice(url.indexOf('/slots/')))).status, url).toBe(200)
    }
  })
})

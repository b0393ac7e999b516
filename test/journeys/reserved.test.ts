import type { Bundle, OrganizationAffiliation, Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systems } from '../../src/fhir/canonical.ts'
import type { Kept } from '../../src/store/index.ts'
import { turnableClock, until } from '../support/clock.ts'
import { type Caller, centreV2, startGateway, type TestGateway } from '../support/gateway.ts'

let gateway: TestGateway
let member: Caller
let outsider: Caller
const clock = turnableClock()
/** A slot for members alone, in a diary that everybody sees. */
let secret: Kept<Slot>
let open: Kept<Slot>
let diary: Kept<Schedule>

const inDays = (days: number, minutes = 0) =>
  new Date(clock().getTime() + days * 86_400_000 + minutes * 60_000).toISOString()

const ultrasound = { coding: [{ system: systems.dicom, code: 'US' }] }

beforeAll(async () => {
  gateway = await startGateway({ connectors: { 'ris-v2': centreV2() }, clock })
  member = gateway.as('ehr')
  outsider = gateway.as('ehr-other')
  const centre = gateway.as('ris-v2')
  const creates = async <R extends Resource>(resource: R) =>
    (await centre.call<Kept<R>>('POST', resource.resourceType, resource)).body
  diary = await creates<Schedule>({
    resourceType: 'Schedule',
    serviceType: [ultrasound],
    actor: [{ display: 'Échographie' }],
  })
  const slot = (value: string, minutes: number, code: string): Slot => ({
    resourceType: 'Slot',
    meta: { security: [{ system: systems.slotType, code }] },
    identifier: [{ system: 'urn:reserved', value }],
    schedule: { reference: `Schedule/${diary.id}` },
    serviceType: [ultrasound],
    status: 'free',
    start: inDays(3, minutes),
    end: inDays(3, minutes + 20),
    comment: 'secretword',
  })
  secret = await creates(slot('secret', 0, 'CPTS'))
  open = await creates({ ...slot('open', 30, 'PUBLIC'), comment: 'anybody' })
  // A second version, so that there is something before it.
  secret = (await centre.call<Kept<Slot>>('PUT', `Slot/${secret.id}`, { ...secret, overbooked: false })).body
}, 60_000)

afterAll(() => gateway?.[Symbol.asyncDispose]())

/** Around the two slots. */
const find = () => [
  { name: 'start', valueDateTime: new Date(Date.parse(secret.start) - 1).toISOString() },
  { name: 'end', valueDateTime: new Date(Date.parse(open.start) + 1).toISOString() },
  { name: 'visit-type', valueString: `${systems.dicom}|US` },
  {
    name: 'organization',
    valueReference: {
      reference: `Organization/${gateway.gateway.loaded.territory.peers[0]?.organization.split('/')[1]}`,
    },
  },
]

function proposalOf({ id }: Slot, { entry = [] }: Bundle): string {
  const found = entry.flatMap(({ resource }) => (resource?.resourceType === 'Appointment' ? [resource] : []))
  const one = found.find(({ slot }) => slot?.[0]?.reference === `Slot/${id}`)
  if (!one?.id) throw new Error('The slot is not proposed')
  return one.id
}

describe('a slot that is reserved for members is nowhere to be seen for others', () => {
  /** Ways to ask for slots: each finds the open one. */
  const searches = () => [
    `Slot?_count=1000`,
    `Slot?schedule=Schedule/${diary.id}`,
    `Slot?schedule.active:missing=true`,
    `Slot?service-type=US&status=free&_count=1000`,
    `Slot?start=ge${inDays(2)}&start=lt${inDays(4)}`,
    `Slot?_lastUpdated=gt2020-01-01&_count=1000`,
    `Slot?_sort=-start&_count=1000`,
    `Slot?status:not=busy&_count=1000`,
    `Slot?identifier=urn:reserved|secret,urn:reserved|open`,
    `Schedule?_id=${diary.id}&_revinclude=Slot:schedule`,
    `Slot?_id=${secret.id},${open.id}&_include=Slot:schedule`,
    `Slot/_history?_count=1000`,
  ]
  test('by any search, include, or history', async () => {
    for (const query of searches()) {
      const found = await outsider.search<Resource>(query)
      const ids = found.map(({ id }) => id)
      expect(ids, query).toContain(open.id)
      expect(ids, query).not.toContain(secret.id)
      expect(JSON.stringify(found), query).not.toContain('secretword')
      expect(
        (await member.search<Resource>(query)).map(({ id }) => id),
        query,
      ).toContain(secret.id)
    }
  })

  test('by any question that only it answers', async () => {
    const none = [
      `Slot?_id=${secret.id}`,
      `Slot?identifier=urn:reserved|secret`,
      `Slot?_security=${encodeURIComponent(`${systems.slotType}|CPTS`)}&schedule=Schedule/${diary.id}`,
      `Schedule?_has:Slot:schedule:identifier=urn:reserved|secret`,
      `Schedule?_has:Slot:schedule:_id=${secret.id}`,
      `Schedule?_has:Slot:schedule:_security=CPTS&_id=${diary.id}`,
      `Appointment?slot.identifier=urn:reserved|secret`,
    ]
    for (const query of none) {
      expect(await outsider.search<Resource>(query), query).toEqual([])
    }
  })

  test('by any count', async () => {
    const total = async (caller: Caller, query: string) => (await caller.get<Bundle>(query)).total
    const queries = [
      `Slot?schedule=Schedule/${diary.id}&_total=accurate`,
      `Slot?schedule=Schedule/${diary.id}&_summary=count`,
      `Slot?schedule=Schedule/${diary.id}&_count=0`,
      `Slot?schedule=Schedule/${diary.id}&_total=accurate&_count=1`,
    ]
    for (const query of queries) {
      expect([await total(outsider, query), await total(member, query)], query).toEqual([1, 2])
    }
  })

  test('by its id, its versions, or a conditional read of it', async () => {
    const addresses = [
      `Slot/${secret.id}`,
      `Slot/${secret.id}/_history`,
      `Slot/${secret.id}/_history/1`,
      `Slot/${secret.id}/_history/2`,
    ]
    for (const address of addresses) {
      const [theirs, ours] = await Promise.all([
        outsider.call('GET', address, undefined, { 'if-none-match': 'W/"2"' }),
        member.call('GET', address),
      ])
      expect([theirs.status, ours.status], address).toEqual([404, 200])
      expect(JSON.stringify(theirs.body), address).not.toContain('secretword')
    }
  })

  test('in a batch', async () => {
    const { body } = await outsider.call<Bundle>('POST', '', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [`Slot/${secret.id}`, `Slot?_id=${secret.id}`, `Slot/${secret.id}/_history`].map((url) => ({
        request: { method: 'GET', url },
      })),
    })
    expect(JSON.stringify(body)).not.toContain('secretword')
    expect(body.entry?.map(({ response }) => response?.status?.slice(0, 3))).toEqual(['404', '200', '404'])
    const second = body.entry?.[1]?.resource
    expect(second?.resourceType === 'Bundle' ? second.entry : undefined).toBeUndefined()
  })

  test('by $find, or by holding or booking it by a guess', async () => {
    const asked = await outsider.asks<Bundle>('find', find())
    expect(JSON.stringify(asked.body)).toContain(open.id)
    expect(JSON.stringify(asked.body)).not.toContain(secret.id)
    const ours = await member.asks<Bundle>('find', find())
    const proposal = proposalOf(secret, ours.body)
    const reference = [
      { name: 'appointment-reference', valueReference: { reference: `Appointment/${proposal}` } },
    ]
    expect((await outsider.call('GET', `Appointment/${proposal}`)).status).toBe(404)
    expect((await outsider.asks('hold', reference)).status).toBe(404)
    expect((await outsider.asks('book', reference)).status).toBe(404)
  })

  test('by changing or validating it', async () => {
    expect((await outsider.call('PUT', `Slot/${secret.id}`, secret)).status).toBeGreaterThanOrEqual(403)
    const removed = await outsider.call('DELETE', `Slot/${secret.id}`)
    const nothing = await outsider.call('DELETE', 'Slot/00000000-0000-0000-0000-000000000000')
    expect([removed.status, removed.body]).toEqual([nothing.status, expect.anything()])
    expect((await member.call('GET', `Slot/${secret.id}`)).status).toBe(200)
  })
})

const published = async (): Promise<string> => {
  const manifest = (await (await fetch(`${gateway.baseUrl}/slots/$bulk-publish`)).json()) as {
    output: { type: string; url: string }[]
  }
  const urls = manifest.output.filter(({ type }) => type === 'Slot').map(({ url }) => url)
  return (await Promise.all(urls.map(async (url) => (await fetch(url)).text()))).join('')
}

test('what a centre with a convention opens to all is published to all, and nothing else of it', async () => {
  const text = await published()
  const gated = gateway.gateway.loaded.territory.peers.flatMap((peer) => (peer.gated ? [peer.name] : []))
  const sources = gated.map((name) => `urn:relais:source:${name}`).join()
  const theirs = await outsider.search<Slot>(`Slot?_source=${sources}&status=free&_count=1000`)
  const some = theirs.filter(({ id }) => text.includes(id))
  expect(some.length).toBeGreaterThan(0)
  expect(text).not.toContain(secret.id)
})

test('a convention that ends closes its centre’s places at once', async () => {
  const cell = gateway.as('cell')
  const [convention] = (
    await cell.search<OrganizationAffiliation>('OrganizationAffiliation?_count=100')
  ).filter(
    ({ participatingOrganization }) =>
      participatingOrganization?.reference === gateway.gateway.loaded.territory.peers[0]?.organization,
  )
  const yesterday = inDays(-1).slice(0, 10)
  const ended = { ...convention, period: { start: '2025-01-01', end: yesterday } }
  expect((await cell.call('PUT', `OrganizationAffiliation/${convention?.id}`, ended)).status).toBe(200)
  await until(
    async () => (await member.call('GET', `Slot/${open.id}`)).status,
    (status) => status === 404,
    3_000,
  )
  expect(await member.search<Slot>(`Slot?schedule=Schedule/${diary.id}`)).toEqual([])
  const total = await outsider.get<Bundle>(`Slot?schedule=Schedule/${diary.id}&_summary=count`)
  expect(total.total).toBe(0)
  const { body } = await cell.asks<Bundle>('find', find())
  expect(body.total).toBe(0)
  // Who sees the whole territory sees what was, and takes nothing of it by any road.
  const [kept] = await cell.search<Slot>(`Slot?_id=${open.id}`)
  expect(kept?.id).toBe(open.id)
  const slot = [{ reference: `Slot/${open.id}` }]
  const resource = { resourceType: 'Appointment', status: 'proposed', slot }
  const wanted = [
    { name: 'slot-reference', valueReference: slot[0] ?? {} },
    { name: 'slot-status', valueCode: 'busy-tentative' },
  ]
  const refusals = [
    await cell.call('POST', 'Appointment/$book', {
      resourceType: 'Parameters',
      parameter: [{ name: 'appointment-resource', resource }],
    }),
    await cell.call('POST', 'Slot/$hold', { resourceType: 'Parameters', parameter: wanted }),
  ]
  for (const { status, body } of refusals) {
    expect(status).toBe(422)
    expect(JSON.stringify(body)).toContain('The convention with this centre does not cover this place')
  }
})

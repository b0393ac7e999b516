import { afterAll, beforeAll, expect, test } from 'vitest'
import { baseUrl, entriesIn, issuesIn, openTestApi, type Reply, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  for (const family of ['A', 'B', 'C', 'D', 'E']) {
    const body = { resourceType: 'Patient', name: [{ family }], gender: 'female', birthDate: '1961-04-02' }
    await api.send('POST', '/fhir/Patient', { body })
  }
})
afterAll(() => api[Symbol.asyncDispose]())

const linkOf = (reply: Reply, relation: string): string => {
  const links = (reply.json as { link?: { relation: string; url: string }[] }).link ?? []
  const url = links.find((link) => link.relation === relation)?.url ?? ''
  return url.slice(baseUrl.length)
}

test.each([
  ['/fhir/Patient?_count=2&_sort=family', 5],
  ['/fhir/Patient/_history?_count=2', 5],
  // The AuditEvents of their making are there, too.
  ['/fhir/_history?_count=3', 10],
])('%s: a page goes on where the one before ended, and nothing is seen twice', async (address, number) => {
  const seen: string[] = []
  for (let at = address; at !== ''; ) {
    const reply = await api.send('GET', at)
    expect(reply.status, reply.text).toBe(200)
    seen.push(...entriesIn(reply).map(({ resource }) => String((resource as { id: string }).id)))
    at = linkOf(reply, 'next')
  }
  expect(new Set(seen).size).toBe(number)
  expect(seen).toHaveLength(number)
})

test('a link to a page is for whom it was given, and for what was asked', async () => {
  const first = await api.send('GET', '/fhir/Patient?_count=2&gender=female')
  const next = linkOf(first, 'next')
  expect((await api.send('GET', next)).status).toBe(200)
  expect((await api.send('GET', `${next}&_format=json`)).status).toBe(200)
  const others = [
    await api.send('GET', next, { as: 'region' }),
    await api.send('GET', next.replace('gender=female', 'gender=male')),
    await api.send('GET', next.replace('/Patient', '/Practitioner').replace('gender=female&', '')),
    await api.send('GET', next.replace('_cursor=', '_cursor=x')),
    await api.send('GET', '/fhir/Patient?_cursor=WyJ4Il0'),
  ]
  for (const reply of others) {
    expect(reply.status, reply.text).toBe(400)
    expect(issuesIn(reply)[0]?.expression).toEqual(['_cursor'])
  }
})

test('a link to a page does not say at whom the page before ended', async () => {
  const family = 'Confidentiel'
  await api.send('POST', '/fhir/Practitioner', { body: { resourceType: 'Practitioner', name: [{ family }] } })
  await api.send('POST', '/fhir/Practitioner', {
    body: { resourceType: 'Practitioner', name: [{ family: 'Suivant' }] },
  })
  const address = '/fhir/Practitioner?_count=1&_sort=family&family=Confidentiel,Suivant'
  const [first, again] = [await api.send('GET', address), await api.send('GET', address)]
  const cursor = new URLSearchParams(linkOf(first, 'next').split('?')[1]).get('_cursor') ?? ''
  expect(cursor).not.toBe('')
  const said = [cursor, ...cursor.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))]
  expect(said.join('\n').toLowerCase()).not.toContain('confidentiel')
  expect(linkOf(again, 'next')).toBe(linkOf(first, 'next'))
})

test('where something was left out, the next page still answers what was asked', async () => {
  const number = { system: 'urn:test:page', value: 'order' }
  const patients = []
  for (const family of ['F', 'G']) {
    const body = { resourceType: 'Patient', name: [{ family }], gender: 'female', birthDate: '1961-04-02' }
    patients.push(String((await api.send('POST', '/fhir/Patient', { body })).at('id')))
  }
  for (const [index, id] of patients.entries()) {
    const body = {
      resourceType: 'ServiceRequest',
      identifier: [{ ...number, value: `${number.value}-${index}` }],
      status: 'active',
      intent: 'order',
      subject: { reference: `Patient/${id}` },
      code: { text: 'x' },
    }
    expect((await api.send('POST', '/fhir/ServiceRequest', { body })).status).toBe(201)
  }
  const asked = new URLSearchParams([
    ['_has:Foo:bar:baz', '1'],
    ['_has:ServiceRequest:subject:identifier', `${number.system}|`],
    ['general-practitioner.colour', 'red'],
    ['_include', 'Slot:subject'],
    ['_sort', 'family,nope'],
    ['_count', '1'],
  ])
  const headers = { prefer: 'handling=lenient' }
  const seen: string[] = []
  for (let at = `/fhir/Patient?${asked}`; at !== ''; ) {
    const reply = await api.send('GET', at, { headers })
    expect(reply.status, reply.text).toBe(200)
    for (const { resource } of entriesIn(reply)) {
      const { resourceType, id } = resource as { resourceType: string; id?: string }
      if (resourceType === 'Patient') seen.push(String(id))
    }
    expect(linkOf(reply, 'self')).not.toMatch(/Foo|colour|Slot|nope/)
    expect(linkOf(reply, 'self')).toContain('ServiceRequest')
    at = linkOf(reply, 'next')
  }
  expect(seen.sort()).toEqual(patients.sort())
})

test('a place in what is declared is sealed like any other', async () => {
  const first = await api.send('GET', '/fhir/StructureDefinition?_count=3')
  const next = linkOf(first, 'next')
  expect((await api.send('GET', next)).status).toBe(200)
  for (const path of [next.replace('_count=3', '_count=4'), '/fhir/StructureDefinition?_count=3&_cursor=3']) {
    const reply = await api.send('GET', path)
    expect([reply.status, issuesIn(reply)[0]?.expression]).toEqual([400, ['_cursor']])
  }
})

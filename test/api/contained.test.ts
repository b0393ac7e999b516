import { afterAll, beforeAll, expect, test } from 'vitest'
import { cellWith, entriesIn, issuesIn, openTestApi, type Reply, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi({
    permits: {
      doctors: cellWith('doctors', 'system/Practitioner.rs'),
      women: cellWith('women', 'system/Practitioner.rs?gender=female system/Condition.rs'),
      some: cellWith('some', 'system/Practitioner.rs system/Condition.rs?code=x system/Observation.rs'),
    },
  })
})
afterAll(() => api[Symbol.asyncDispose]())

const doctor = (family: string, more: object = {}) => ({
  resourceType: 'Practitioner',
  name: [{ family }],
  ...more,
})

const condition = (...contained: object[]) => ({
  resourceType: 'Condition',
  contained: contained.map((resource, n) => ({ ...resource, id: `d${n}` })),
  subject: { display: 'Someone' },
  code: { text: 'Toux' },
  ...(contained.length > 0 && { asserter: { reference: '#d0' } }),
  ...(contained.length > 1 && { recorder: { reference: '#d1' } }),
})

async function kept(resource: object, as = 'cell'): Promise<string> {
  const { resourceType } = resource as { resourceType: string } // each has one
  const reply = await api.send('POST', `/fhir/${resourceType}`, { body: resource, as })
  expect(reply.status, reply.text).toBe(201)
  return String(reply.at('id'))
}

const search = (query: string, as = 'cell'): Promise<Reply> => api.send('GET', `/fhir/${query}`, { as })
const urlsIn = (reply: Reply) =>
  entriesIn(reply).map(({ fullUrl }) => String(fullUrl).replace('https://gateway.example/fhir/', ''))

test('a contained resource is found when it is asked for: by its container, or by itself', async () => {
  const own = await kept(doctor('Seul'))
  const id = await kept(condition(doctor('Seule'), doctor('Seulement')))
  expect(urlsIn(await search('Practitioner?family=seul'))).toEqual([`Practitioner/${own}`])
  expect(urlsIn(await search('Practitioner?family=seul&_contained=false'))).toEqual([`Practitioner/${own}`])

  const containers = await search('Practitioner?family=seul&_contained=true&_total=accurate')
  expect([urlsIn(containers), containers.at('total')]).toEqual([[`Condition/${id}`], 1])
  expect(containers.at('entry.0.resource.resourceType')).toBe('Condition')
  expect(containers.at('entry.0.search.mode')).toBe('match')

  const inner = 'Practitioner?family=seul&_containedType=contained'
  const both = await search(`${inner}&_contained=both&_sort=family&_total=accurate`)
  expect(urlsIn(both)).toEqual([`Practitioner/${own}`, `Condition/${id}#d0`, `Condition/${id}#d1`])
  expect(both.at('total')).toBe(3)
  expect(both.at('entry.1.resource')).toEqual({ ...doctor('Seule'), id: 'd0' })
  expect(both.at('entry.1.search.mode')).toBe('match')

  const first = await search(`${inner}&_contained=true&_id=d1,d0&_sort=-family&_count=1&_elements=name`)
  expect(urlsIn(first)).toEqual([`Condition/${id}#d1`])
  expect(first.at('entry.0.resource.meta.tag.0.code')).toBe('SUBSETTED')
  const next = (first.at('link') as { relation: string; url: string }[]).find(
    ({ relation }) => relation === 'next',
  )
  const second = await search(String(next?.url).replace(/^.*\/fhir\//, ''))
  expect(urlsIn(second)).toEqual([`Condition/${id}#d0`])

  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const posted = await api.send('POST', '/fhir/Practitioner/_search', {
    headers: form,
    body: 'family=seul&_contained=true&_summary=count',
  })
  expect(posted.at('total'), posted.text).toBe(1)
})

test('numbers in what is contained keep their digits', async () => {
  const inner = `{"resourceType":"Location","id":"l","name":"Lieu aux chiffres","position":{"longitude":1.10,"latitude":2.500}}`
  const body = `{"resourceType":"Condition","contained":[${inner}],"subject":{"display":"x"},
    "extension":[{"url":"urn:test:at","valueReference":{"reference":"#l"}}]}`
  const made = await api.send('POST', '/fhir/Condition', { body })
  expect(made.status, made.text).toBe(201)
  const found = await search('Location?name=lieu aux chiffres&_contained=true&_containedType=contained')
  expect(found.text).toContain('"position":{"longitude":1.10,"latitude":2.500}')
})

test('whoever may not see the container sees neither it nor what is in it', async () => {
  const asked = 'Practitioner?family=Reservee&_contained=true'
  const id = await kept(condition(doctor('Reservee')), 'ehr')
  for (const as of ['', '&_containedType=contained', '&_summary=count']) {
    const [own, other] = [await search(asked + as, 'ehr'), await search(asked + as, 'ehr-other')]
    expect([own.at('total') ?? urlsIn(own).length, other.at('total') ?? urlsIn(other).length]).toEqual([1, 0])
  }
  // Scopes: for the containers' types too, and without a filter.
  expect(urlsIn(await search(asked))).toEqual([`Condition/${id}`])
  expect(urlsIn(await search(asked, 'doctors'))).toEqual([])
  expect(urlsIn(await search(`${asked}&_containedType=contained`, 'some'))).toEqual([])
  expect((await search(asked, 'women')).status).toBe(403)
  expect((await search(asked, 'narrow')).status).toBe(403)
})

test('what has no meaning among contained resources is refused by name', async () => {
  const refused = async (query: string) => {
    const reply = await search(query)
    expect(reply.status, reply.text).toBe(400)
    return issuesIn(reply)[0]?.expression?.[0]
  }
  const within = 'Practitioner?_contained=true'
  expect(await refused(`${within}&_revinclude=Condition:asserter`)).toBe('_contained')
  expect(await refused('Condition?_contained=both&_include=Condition:asserter')).toBe('_contained')
  expect(await refused('Condition?_contained=true&asserter:Practitioner.family=x')).toBe('_contained')
  expect(await refused('Practitioner?_contained=true&_has:Condition:asserter:code=x')).toBe('_contained')
  expect(await refused(`${within}&_elements=name`)).toBe('_elements')
  expect(await refused('Practitioner?_containedType=contained')).toBe('_containedType')
  expect(await refused(`${within}&_containedType=inner`)).toBe('_containedType')
  expect(await refused('Practitioner?_contained=yes')).toBe('_contained')
  // Where nothing but one type's own address is asked.
  expect(await refused('?_type=Practitioner,Condition&_contained=true')).toBe('_contained')
  expect(await refused('StructureDefinition?_contained=true')).toBe('_contained')
  const dialect = await api.send('GET', '/gap/Schedule?_contained=true')
  expect([dialect.status, issuesIn(dialect)[0]?.expression], dialect.text).toEqual([400, ['_contained']])
  const headers = { 'if-none-exist': 'family=x&_contained=true' }
  expect((await api.send('POST', '/fhir/Practitioner', { body: doctor('Sous'), headers })).status).toBe(400)
})

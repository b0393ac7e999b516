import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi, type Reply, type TestApi } from '../support/api.ts'

let api: TestApi
let subject: string
beforeAll(async () => {
  api = await openTestApi()
  const body = { resourceType: 'Patient', name: [{ family: 'Chiffre' }], birthDate: '1961-04-02' }
  subject = `Patient/${(await api.send('POST', '/fhir/Patient', { body })).at('id')}`
})
afterAll(() => api[Symbol.asyncDispose]())

/** As it is written: no other way keeps the last zeros. */
const weight = (value: string, id?: string) =>
  `{"resourceType":"Observation",${id === undefined ? '' : `"id":"${id}",`}"status":"final","code":{"text":"Poids"},` +
  `"subject":{"reference":"${subject}"},"valueQuantity":{"value":${value},"unit":"kg"},` +
  `"component":[{"code":{"text":"Taille"},"valueQuantity":{"value":1.80,"unit":"m"}}]}`

const numbersIn = ({ text }: Reply) => [...text.matchAll(/"value":(-?[\d.eE+-]+)/g)].map(([, found]) => found)

test.each(['80.10', '80.0', '1E2', '0.00', '-1.50', '123456789012345678.5'])(
  'a number keeps its digits from its first version to its last: %s',
  async (value) => {
    const made = await api.send('POST', '/fhir/Observation', { body: weight(value) })
    expect(made.status, made.text).toBe(201)
    const id = String(made.at('id'))
    const there = `/fhir/Observation/${id}`
    const both = [value, '1.80']
    expect(numbersIn(made)).toEqual(both)
    for (const path of [
      there,
      `${there}/_history/1`,
      `${there}/_history`,
      `/fhir/Observation?_id=${id}`,
      `/fhir/Observation?_id=${id}&_elements=value,component`,
      `/fhir/Observation?_id=${id}&_summary=true`,
      `/fhir/Observation?_id=${id}&_summary=data`,
      `/fhir?_type=Observation&_id=${id}`,
    ]) {
      expect(numbersIn(await api.send('GET', path)), path).toEqual(both)
    }
    const put = await api.send('PUT', there, { body: weight('7.70', id) })
    expect(numbersIn(put)).toEqual(['7.70', '1.80'])
    const jsonPatch = `[{"op":"replace","path":"/valueQuantity/value","value":${value}},{"op":"add","path":"/note","value":[{"text":"x"}]}]`
    const headers = { 'content-type': 'application/json-patch+json' }
    const patched = await api.send('PATCH', there, { body: jsonPatch, headers })
    expect(numbersIn(patched), patched.text).toEqual(both)
    const part = (name: string, kind: string, said: string) => `{"name":"${name}","value${kind}":${said}}`
    const fhirPathPatch = `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[${[
      part('type', 'Code', '"replace"'),
      part('path', 'String', '"Observation.value.value"'),
      part('value', 'Decimal', '2.50'),
    ].join(',')}]}]}`
    const changed = await api.send('PATCH', there, { body: fhirPathPatch })
    expect(numbersIn(changed), changed.text).toEqual(['2.50', '1.80'])
    expect(numbersIn(await api.send('GET', there))).toEqual(['2.50', '1.80'])
  },
)

test('a patch in a Binary keeps them, too', async () => {
  const made = await api.send('POST', '/fhir/Observation', { body: weight('80.1') })
  const there = `Observation/${made.at('id')}`
  const patch = '[{"op":"replace","path":"/valueQuantity/value","value":3.140}]'
  const data = Buffer.from(patch).toString('base64')
  const resource = { resourceType: 'Binary', contentType: 'application/json-patch+json', data }
  const body = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource, request: { method: 'PATCH', url: there } }],
  }
  expect((await api.send('POST', '/fhir', { body })).status).toBe(200)
  expect(numbersIn(await api.send('GET', `/fhir/${there}`))).toEqual(['3.140', '1.80'])
})

test('in a transaction, too, where names are made references', async () => {
  const urn = 'urn:uuid:0199aaaa-0000-7000-8000-000000000001'
  const person = `{"fullUrl":"${urn}","resource":{"resourceType":"Patient","name":[{"family":"Lot"}],"birthDate":"1961-04-02"},"request":{"method":"POST","url":"Patient"}}`
  const observed = `{"resource":${weight('3.140').replace(subject, urn)},"request":{"method":"POST","url":"Observation"}}`
  const body = `{"resourceType":"Bundle","type":"transaction","entry":[${person},${observed}]}`
  const reply = await api.send('POST', '/fhir', { body, headers: { prefer: 'return=representation' } })
  expect(reply.status, reply.text).toBe(200)
  expect(numbersIn(reply)).toEqual(['3.140', '1.80'])
  const location = String(reply.at('entry.1.response.location'))
  const id = location.split('/').at(-3)
  expect(numbersIn(await api.send('GET', `/fhir/Observation/${id}`))).toEqual(['3.140', '1.80'])
})

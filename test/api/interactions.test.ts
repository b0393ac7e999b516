import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { baseUrl, issuesIn, openTestApi, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const patient = (family = 'Martin', more: object = {}) => ({
  resourceType: 'Patient',
  name: [{ use: 'official', family, given: ['Rose'] }],
  gender: 'female',
  birthDate: '1961-04-02',
  ...more,
})

async function created(resource: object, as = 'cell') {
  const { resourceType } = resource as { resourceType: string }
  const reply = await api.send('POST', `/fhir/${resourceType}`, { body: resource, as })
  expect(reply.text, reply.text).not.toContain('OperationOutcome')
  return reply.json
}

describe('create', () => {
  test('a new resource gets an id, a version and an address', async () => {
    const { status, headers, json } = await api.send('POST', '/fhir/Patient', { body: patient() })
    expect(status, JSON.stringify(json)).toBe(201)
    expect(headers.get('location')).toBe(`${baseUrl}/fhir/Patient/${json.id}/_history/1`)
    expect(headers.get('etag')).toBe('W/"1"')
    expect(json.meta.versionId).toBe('1')
  })
})

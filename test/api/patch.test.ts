import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issuesIn, openTestApi, type Reply, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const json = 'application/json-patch+json'
let next = 0

/** A patient that is kept: its id and its number. */
async function kept(more: object = {}): Promise<{ id: string; number: string }> {
  const number = `patch-${next++}`
  const body = {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:test:ipp', value: number }],
    name: [{ family: 'Martin' }],
    gender: 'female',
    birthDate: '1961-04-02',
    ...more,
  }
  const reply = await api.send('POST', '/fhir/Patient', { body, as: 'cell' })
  expect(reply.status, reply.text).toBe(201)
  return { id: String(reply.at('id')), number }
}

const patch = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  api.send('PATCH', `/fhir/${path}`, { body, headers: { 'content-type': json, ...headers } })

const bornOn = (value: string) => [{ op: 'replace', path: '/birthDate', value }]

function refused(reply: Reply, status: number, code: string) {
  expect(reply.status, reply.text).toBe(status)
  expect(issuesIn(reply)[0]).toMatchObject({ code })
}

describe('patch', () => {
  test('a JSON Patch makes the next version, which is answered', async () => {
    const { id } = await kept()
    const reply = await patch(`Patient/${id}`, bornOn('1962-01-01'))
    expect(reply.status, reply.text).toBe(200)
    expect(reply.headers.get('etag')).toBe('W/"2"')
    expect(reply.at('birthDate')).toBe('1962-01-01')
  })

  test('a FHIRPath Patch makes the next version', async () => {
    const { id } = await kept()
    const body = {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: 'Patient.gender' },
            { name: 'value', valueCode: 'male' },
          ],
        },
      ],
    }
    const reply = await patch(`Patient/${id}`, body, { 'content-type': 'application/fhir+json' })
    expect(reply.status, reply.text).toBe(200)
    expect(reply.at('gender')).toBe('male')
  })

  test('the one resource that fits a search is patched', async () => {
    const { id, number } = await kept()
    const reply = await patch(`Patient?identifier=urn:test:ipp|${number}`, bornOn('1963-01-01'))
    expect(reply.status, reply.text).toBe(200)
    expect(reply.at('id')).toBe(id)
  })

  test('what was seen in another version is not patched', async () => {
    const { id } = await kept()
    await patch(`Patient/${id}`, bornOn('1962-01-01'))
    refused(await patch(`Patient/${id}`, bornOn('1963-01-01'), { 'if-match': 'W/"1"' }), 412, 'conflict')
  })

  test('patches at the same moment are all there afterwards', async () => {
    const { id } = await kept({ telecom: [{ system: 'phone', value: '0' }] })
    const numbers = Array.from({ length: 4 }, (_, index) => String(index + 1))
    const replies = await Promise.all(
      numbers.map((value) =>
        patch(`Patient/${id}`, [{ op: 'add', path: '/telecom/-', value: { system: 'phone', value } }]),
      ),
    )
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const now = await api.send('GET', `/fhir/Patient/${id}`)
    const telecom = now.at('telecom') as { value: string }[]
    expect(telecom.map(({ value }) => value).sort()).toEqual(['0', ...numbers])
    expect(now.at('meta.versionId')).toBe('5')
  })

  test('what a patch makes is validated like all else', async () => {
    const { id } = await kept()
    refused(await patch(`Patient/${id}`, bornOn('yesterday')), 400, 'value')
    refused(await patch(`Patient/${id}`, [{ op: 'replace', path: '/id', value: 'x' }]), 422, 'business-rule')
    expect((await api.send('GET', `/fhir/Patient/${id}`)).at('meta.versionId')).toBe('1')
  })

  test('what is not there cannot be patched', async () => {
    refused(await patch('Patient/none', bornOn('1962-01-01')), 404, 'not-found')
    const { id } = await kept()
    await api.send('DELETE', `/fhir/Patient/${id}`)
    refused(await patch(`Patient/${id}`, bornOn('1962-01-01')), 410, 'deleted')
  })

  test('a patch in another media type is refused', async () => {
    const { id } = await kept()
    const headers = { 'content-type': 'application/merge-patch+json' }
    refused(await patch(`Patient/${id}`, { birthDate: '1962-01-01' }, headers), 415, 'not-supported')
  })

  test('a transaction patches by a Binary and by Parameters', async () => {
    const [one, other] = [await kept(), await kept()]
    const data = Buffer.from(JSON.stringify(bornOn('1964-01-01'))).toString('base64')
    const entry = [
      {
        request: { method: 'PATCH', url: `Patient/${one.id}` },
        resource: { resourceType: 'Binary', contentType: json, data },
      },
      {
        request: { method: 'PATCH', url: `Patient?identifier=${other.number}` },
        resource: {
          resourceType: 'Parameters',
          parameter: [
            {
              name: 'operation',
              part: [
                { name: 'type', valueCode: 'delete' },
                { name: 'path', valueString: 'Patient.gender' },
              ],
            },
          ],
        },
      },
    ]
    const body = { resourceType: 'Bundle', type: 'transaction', entry }
    const reply = await api.send('POST', '/fhir', { body })
    expect(reply.status, reply.text).toBe(200)
    expect((await api.send('GET', `/fhir/Patient/${one.id}`)).at('birthDate')).toBe('1964-01-01')
    expect((await api.send('GET', `/fhir/Patient/${other.id}`)).at('gender')).toBeUndefined()
  })
})

describe('conditional delete', () => {
  const remove = (query: string) => api.send('DELETE', `/fhir/Patient?${query}`)
  const status = async (id: string) => (await api.send('GET', `/fhir/Patient/${id}`)).status

  test('the one that fits is deleted, and nothing fitting is no fault', async () => {
    const { id, number } = await kept()
    expect((await remove(`identifier=${number}`)).status).toBe(204)
    expect(await status(id)).toBe(410)
    expect((await remove(`identifier=${number}`)).status).toBe(204)
  })

  test('several are deleted only when the caller says how many may be', async () => {
    const family = `Several-${next++}`
    const all = [await kept({ name: [{ family }] }), await kept({ name: [{ family }] })]
    refused(await remove(`family=${family}`), 412, 'multiple-matches')
    expect(await Promise.all(all.map(({ id }) => status(id)))).toEqual([200, 200])
    expect((await remove(`family=${family}&_count=2`)).status).toBe(204)
    expect(await Promise.all(all.map(({ id }) => status(id)))).toEqual([410, 410])
  })

  test('without a condition nothing is deleted', async () => {
    refused(await remove(''), 400, 'required')
    refused(await remove('_count=1000&family=Martin'), 400, 'value')
  })

  test.each([
    '_contained=false',
    '_containedType=container',
    '_cursor=x',
    '_cursor:x=y',
    '_count:x=5',
    '_include=Patient:organization',
    '_elements=name',
    '_pretty:x=true',
    '_filter=name',
  ])('what says how results are shown is no condition: %s', async (query) => {
    const { id, number } = await kept()
    for (const condition of [query, `identifier=${number}&${query}`])
      refused(await remove(`${condition}&_count=100`), 400, 'not-supported')
    const put = await api.send('PUT', `/fhir/Patient?${query}`, { body: { resourceType: 'Patient' } })
    refused(put, 400, 'not-supported')
    expect(await status(id)).toBe(200)
  })
})

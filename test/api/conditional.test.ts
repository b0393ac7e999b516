import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonical } from '../../src/fhir/canonical.ts'
import { openStore } from '../../src/store/index.ts'
import { baseUrl, entriesIn, issuesIn, openTestApi, type Reply, type TestApi } from '../support/api.ts'
import { openTestStore } from '../support/database.ts'

/** Two gateways on one database. */
let gateways: readonly [TestApi, TestApi]
beforeAll(async () => {
  const store = await openTestStore()
  const other = await openStore({ dataDir: '', poolSize: 4, databaseUrl: store.url })
  gateways = [await openTestApi({ store }), await openTestApi({ store: other })]
})
afterAll(async () => {
  await gateways[1][Symbol.asyncDispose]()
  await gateways[0][Symbol.asyncDispose]()
})

/** What is asked for at the same time by one condition, in one of the ways that create. */
interface Asking {
  gateway: 0 | 1
  how: 'post' | 'put' | 'transaction'
  /** By what it is asked: an identifier, which the store knows as unique, or what anybody might have. */
  by: 'identifier' | 'name' | 'chain'
  /** Which of a few patients. */
  who: 0 | 1
  delayMs: number
}

const asking: fc.Arbitrary<Asking> = fc.record({
  gateway: fc.constantFrom(0, 1),
  how: fc.constantFrom('post', 'put', 'transaction'),
  by: fc.constantFrom('identifier', 'name', 'chain'),
  who: fc.constantFrom(0, 1),
  delayMs: fc.integer({ min: 0, max: 12 }),
})

/** Each kind is of its own type or name, so that what fits one condition fits no other. */
function wanted({ by, who }: Asking, run: string, subject: string) {
  const name = `${by}-${who}-${run}`
  const type = by === 'chain' ? 'Condition' : 'Patient'
  const resource =
    by === 'chain'
      ? { resourceType: type, subject: { reference: subject }, code: { coding: [{ code: name }] } }
      : {
          resourceType: type,
          name: [{ family: name }],
          birthDate: '1961-04-02',
          ...(by === 'identifier' && { identifier: [{ system: 'urn:test:cond', value: name }] }),
        }
  const condition = {
    identifier: `identifier=urn:test:cond|${name}`,
    name: `family:exact=${name}&birthdate=1961-04-02`,
    chain: `code=${name}&subject:Patient.family=Sujet`,
  }[by]
  return { type, resource, condition }
}

async function asked(one: Asking, run: string, subject: string): Promise<Reply> {
  const { type, resource, condition } = wanted(one, run, subject)
  const gateway = gateways[one.gateway]
  await new Promise((resolve) => setTimeout(resolve, one.delayMs))
  if (one.how === 'put') return gateway.send('PUT', `/fhir/${type}?${condition}`, { body: resource })
  if (one.how === 'post') {
    const headers = { 'if-none-exist': condition }
    return gateway.send('POST', `/fhir/${type}`, { body: resource, headers })
  }
  const entry = [{ resource, request: { method: 'POST', url: type, ifNoneExist: condition } }]
  return gateway.send('POST', '/fhir', { body: { resourceType: 'Bundle', type: 'transaction', entry } })
}

describe('what is created by a condition', () => {
  test('is made once, whoever asks on whichever gateway at the same time', async () => {
    const person = { resourceType: 'Patient', name: [{ family: 'Sujet' }], birthDate: '1950-01-01' }
    const subject = `Patient/${(await gateways[0].send('POST', '/fhir/Patient', { body: person })).at('id')}`
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(asking, { minLength: 2, maxLength: 12 }), async (all) => {
        const name = `r${run++}`
        const replies = await Promise.all(all.map((one) => asked(one, name, subject)))
        for (const reply of replies) expect([200, 201], reply.text).toContain(reply.status)
        for (const one of all) {
          const { type, condition } = wanted(one, name, subject)
          const found = await gateways[1].send('GET', `/fhir/${type}?${condition}`)
          expect(entriesIn(found), condition).toHaveLength(1)
        }
      }),
      { numRuns: Number(process.env.RELAIS_TEST_RUNS ?? 25) },
    )
  }, 120_000)

  test('is made again once it is gone, or no longer what it was', async () => {
    const condition = { 'if-none-exist': 'family:exact=Passee&birthdate=1961-04-02' }
    const body = { resourceType: 'Patient', name: [{ family: 'Passee' }], birthDate: '1961-04-02' }
    const create = () => gateways[0].send('POST', '/fhir/Patient', { body, headers: condition })
    const first = await create()
    expect([first.status, (await create()).status]).toEqual([201, 200])
    const id = String(first.at('id'))
    const changed = { ...body, id, birthDate: '1961-04-03' }
    expect((await gateways[1].send('PUT', `/fhir/Patient/${id}`, { body: changed })).status).toBe(200)
    const second = await create()
    expect(second.status).toBe(201)
    expect((await gateways[0].send('DELETE', `/fhir/Patient/${second.at('id')}`)).status).toBe(204)
    expect((await create()).status).toBe(201)
  })

  test('is made although it does not fit, or is made by others out of sight', async () => {
    const headers = { 'if-none-exist': 'family:exact=Invisible' }
    const body = { resourceType: 'Patient', name: [{ family: 'Autre' }], birthDate: '1961-04-02' }
    const create = (as: string) => gateways[0].send('POST', '/fhir/Patient', { body, headers, as })
    expect((await create('cell')).status).toBe(201)
    expect((await create('cell')).status).toBe(201)
    const own = { ...body, name: [{ family: 'Invisible' }] }
    const asOther = (as: string) => gateways[1].send('POST', '/fhir/Patient', { body: own, headers, as })
    expect([(await asOther('ehr')).status, (await asOther('ehr-other')).status]).toEqual([201, 201])
    expect([(await asOther('ehr')).status, (await asOther('ehr-other')).status]).toEqual([200, 200])
  })

  test('is found by our own full address, and by the codes of a value set', async () => {
    const [api] = gateways
    const person = { resourceType: 'Patient', name: [{ family: 'Adresse' }], birthDate: '1961-04-02' }
    const id = (await api.send('POST', '/fhir/Patient', { body: person })).at('id')
    const subject = `${baseUrl}/fhir/Patient/${id}`
    const body = { resourceType: 'Condition', subject: { reference: subject }, code: { text: 'Toux' } }
    const create = () =>
      api.send('POST', '/fhir/Condition', { body, headers: { 'if-none-exist': `subject=${subject}` } })
    const [first, second] = [await create(), await create()]
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.at('id')).toBe(first.at('id'))
    const bySet = `subject=${subject}&code:not-in=${canonical}/ValueSet/flag`
    const put = await api.send('PUT', `/fhir/Condition?${bySet}`, { body })
    expect([put.status, put.at('id')], put.text).toEqual([200, first.at('id')])
  })

  test('by two entries of one transaction is refused', async () => {
    const body = { resourceType: 'Patient', name: [{ family: 'Deux' }], birthDate: '1961-04-02' }
    const request = { method: 'POST', url: 'Patient', ifNoneExist: 'family:exact=Deux' }
    const entry = [
      { resource: body, request },
      { resource: body, request },
    ]
    const reply = await gateways[0].send('POST', '/fhir', {
      body: { resourceType: 'Bundle', type: 'transaction', entry },
    })
    expect([reply.status, issuesIn(reply)[0]?.expression]).toEqual([400, ['Bundle.entry[1].resource']])
  })
})

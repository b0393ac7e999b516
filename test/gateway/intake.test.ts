import type { ServiceRequest, Task } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../support/gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway()
})

afterAll(() => gateway[Symbol.asyncDispose]())

const referral = (placerOrderNumber: string, more: object = {}) => ({
  version: 1,
  placerOrderNumber,
  patient: { familyName: 'PAT-TROIS', givenName: 'DOMINIQUE', birthDate: '1979-03-28', sex: 'female' },
  prescriber: { rpps: '99900000011' },
  exam: {
    code: { system: 'http://loinc.org', code: '24558-9' },
    text: 'Échographie abdominale',
    modality: 'US',
  },
  reason: { text: 'Suspicion de pyélonéphrite' },
  purpose: 'Rechercher une dilatation',
  ...more,
})

describe('a referral as JSON', () => {
  test('is a ServiceRequest with a Task, and the answer says where', async () => {
    const ehr = gateway.as('ehr')
    const { status, headers } = await ehr.call('POST', '/intake/referrals', referral('JSON-1'), json)
    expect(status).toBe(201)
    const request = await ehr.get<ServiceRequest>(new URL(headers.get('location') ?? '').pathname)
    expect(request).toMatchObject({
      resourceType: 'ServiceRequest',
      status: 'active',
      identifier: [{ value: 'JSON-1' }],
    })
    const tasks = await ehr.search<Task>(`Task?focus=ServiceRequest/${request.id}`)
    expect(tasks).toMatchObject([{ status: 'requested', intent: 'order' }])
  })

  test('sent twice is one, with the same answer', async () => {
    const ehr = gateway.as('ehr')
    const first = await ehr.call('POST', '/intake/referrals', referral('JSON-2'), json)
    const second = await ehr.call('POST', '/intake/referrals', referral('JSON-2'), json)
    expect(second.status).toBe(first.status)
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
    expect(second.body).toEqual(first.body)
    expect(await ehr.search('ServiceRequest?identifier=JSON-2')).toHaveLength(1)
  })

  test('with the same number and other content is a conflict', async () => {
    const ehr = gateway.as('ehr')
    await ehr.call('POST', '/intake/referrals', referral('JSON-3'), json)
    const { status, body } = await ehr.call(
      'POST',
      '/intake/referrals',
      referral('JSON-3', { purpose: 'Autre' }),
      json,
    )
    expect(status).toBe(409)
    expect(body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'duplicate' }] })
  })
})

const json = { 'content-type': 'application/json' }

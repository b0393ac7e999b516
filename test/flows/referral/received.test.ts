import type { ServiceRequest } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { cancelled } from '../../../src/flows/referral/cancelled.ts'
import { flagCodesOf } from '../../../src/flows/referral/flags.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { entries, openTestDesk, type TestDesk } from '../desk.ts'
import { noPriorExams, note, notPregnant, patient, referral, request } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

const scanner = { code: { coding: [{ system: 'http://loinc.org', code: '30799-1' }] } }
const kept = async (number: string) => {
  const [found] = await desk.all('ServiceRequest', `identifier=${number}`)
  if (!found) throw new Error(`There is no request ${number}`)
  return found
}
const tasksOf = ({ id }: { id: string }) => desk.all('Task', `focus=ServiceRequest/${id}`)
const back = (number: string, more: Partial<ServiceRequest> = {}) => ({
  entries: entries({
    request: request(number, { status: 'revoked', supportingInfo: [], note: [], ...more }),
  }),
})

describe('a referral', () => {
  test('that is sent again with more to say is the same one, and its Task has its flags', async () => {
    const bare = referral('R-1', { request: request('R-1', { ...scanner, note: [{ text: 'Merci' }] }) })
    await desk.does('practice', received, bare)
    expect(flagCodesOf(await kept('R-1'))).toEqual(['missing-purpose', 'missing-justification'])
    await desk.does('practice', received, referral('R-1', { request: request('R-1', scanner) }))
    const now = await kept('R-1')
    expect(flagCodesOf(now)).toEqual([])
    expect((await tasksOf(now)).map(flagCodesOf)).toEqual([[]])
  })

  test('that says nothing new writes nothing', async () => {
    await desk.does('practice', received, referral('R-1'))
    expect((await desk.does('practice', received, referral('R-1'))).written).toEqual([])
  })

  test('keeps what was answered before, when it is sent again without the answers', async () => {
    await desk.does('practice', received, referral('R-1', { request: request('R-1', scanner) }))
    const short = {
      entries: entries({
        patient: patient(),
        request: request('R-1', { ...scanner, supportingInfo: [], requester: { display: 'Dr' } }),
      }),
      unmapped: [],
    }
    await desk.does('practice', received, short)
    const now = await kept('R-1')
    expect(now.supportingInfo).toHaveLength(2)
    expect(flagCodesOf(now)).toEqual([])
  })

  test('keeps the numbers that others gave it', async () => {
    await desk.does('practice', received, referral('R-1'))
    const now = await kept('R-1')
    const accession = { system: 'urn:oid:1.2.250.1.999.5', value: 'ACC-1' }
    await desk.does(
      'cell',
      {
        name: 'test.numbered',
        facts: async () => ({}),
        decide: () => ({ write: [{ ...now, identifier: [...(now.identifier ?? []), accession] }] }),
      },
      {},
    )
    await desk.does('practice', received, referral('R-1', { request: request('R-1', { priority: 'stat' }) }))
    expect(await kept('R-1')).toMatchObject({ priority: 'stat', identifier: [{ value: 'R-1' }, accession] })
    expect(await tasksOf(await kept('R-1')), 'it moves in the pool').toMatchObject([{ priority: 'stat' }])
  })

  test('that has been taken back, or has been done, does not begin again', async () => {
    await desk.does('practice', received, referral('R-1'))
    await desk.does('practice', cancelled, back('R-1'))
    await expect(desk.does('practice', received, referral('R-1'))).rejects.toMatchObject({ case: 'conflict' })
    expect((await kept('R-1')).status).toBe('revoked')
  })

  test('of several orders is as many requests, each with its Task and its own flags', async () => {
    const second = request('R-2', { ...scanner, note: [note('justification', 'Douleur')] })
    await desk.does('practice', received, referral('R-1', { 'request-1': second }))
    const both = [await kept('R-1'), await kept('R-2')]
    expect(both.map(flagCodesOf)).toEqual([[], ['missing-purpose']])
    for (const one of both) expect(await tasksOf(one)).toHaveLength(1)
  })
})

describe('an order that is taken back', () => {
  test('ends with its Task, and says why', async () => {
    await desk.does('practice', received, referral('R-1'))
    await desk.does('practice', cancelled, back('R-1', { note: [{ text: 'Le patient va mieux' }] }))
    const now = await kept('R-1')
    expect(now).toMatchObject({ status: 'revoked' })
    expect(now.note?.at(-1)).toEqual({ text: 'Le patient va mieux' })
    expect(await tasksOf(now)).toMatchObject([{ status: 'cancelled' }])
  })

  test('twice is taken back once', async () => {
    await desk.does('practice', received, referral('R-1'))
    await desk.does('practice', cancelled, back('R-1'))
    expect((await desk.does('practice', cancelled, back('R-1'))).written).toEqual([])
  })

  test('is its sender’s, and nobody else’s', async () => {
    await desk.does('practice', received, referral('R-1'))
    await expect(desk.does('other', cancelled, back('R-1'))).rejects.toMatchObject({
      case: 'not-found',
      issues: [{ expression: 'ServiceRequest.identifier' }],
    })
    expect((await kept('R-1')).status).toBe('active')
  })

  test('in one message with a new one ends, and the new one begins', async () => {
    await desk.does('practice', received, referral('R-1'))
    const gone = request('R-1', { status: 'revoked' })
    await desk.does('practice', received, referral('R-2', { 'request-1': gone }))
    expect([(await kept('R-1')).status, (await kept('R-2')).status]).toEqual(['revoked', 'active'])
    expect(await tasksOf(await kept('R-1'))).toMatchObject([{ status: 'cancelled' }])
  })
})

describe('who sees a referral', () => {
  test('is its sender, and the centre that it is addressed to', async () => {
    await desk.does('practice', received, { ...referral('R-1'), addressedTo: 'RIS' })
    const now = await kept('R-1')
    const seen = await desk.seenBy(`ServiceRequest/${now.id}`)
    expect([...seen].sort()).toEqual(['keeper:practice', 'org:centre', 'org:practice'])
    for (const { reference = '' } of now.supportingInfo ?? [])
      expect(await desk.seenBy(reference)).toContain('org:centre')
  })

  test('sees what is answered to it later', async () => {
    const unanswered = referral('R-1', {
      request: request('R-1', { supportingInfo: [{ reference: 'urn:local:prior' }] }),
    })
    await desk.does('practice', received, { ...unanswered, addressedTo: 'RIS' })
    await desk.does('practice', received, referral('R-1', { pregnancy: notPregnant, prior: noPriorExams }))
    for (const { reference = '' } of (await kept('R-1')).supportingInfo ?? [])
      expect(await desk.seenBy(reference)).toContain('org:centre')
  })
})

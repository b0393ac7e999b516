import type { Slot } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import type { Incoming } from '../../../src/flows/message.ts'
import { agesAtSight } from '../../../src/flows/slots/seen.ts'
import { parseMessage } from '../../../src/hl7v2/message.ts'
import type { Kept } from '../../../src/store/index.ts'

const now = new Date('2030-01-08T09:00:10Z')
const zone = 'Europe/Paris'
const arrived: Incoming = {
  raw: Buffer.from(''),
  id: '1',
  kind: 'Slot',
  peer: 'ris',
  receivedAt: '',
  by: 'poll',
}
const kept = (value: string): Kept<Slot> => ({
  resourceType: 'Slot',
  id: value,
  meta: { versionId: '2', lastUpdated: now.toISOString() },
  identifier: [
    { system: 'urn:ours', value },
    { system: 'urn:theirs', value },
  ],
  schedule: { reference: 'Schedule/1' },
  status: 'busy',
  start: '2030-01-09T09:00:00+01:00',
  end: '2030-01-09T09:20:00+01:00',
})

describe('a slot that is read is as old as its source says', () => {
  const read = (changedAt: Record<string, string>): Incoming => ({
    ...arrived,
    content: { form: 'fhir', resource: { resourceType: 'Bundle', type: 'collection' } },
    changedAt: new Map(Object.entries(changedAt)),
  })
  const lookedAt = '2030-01-08T08:59:40Z'

  test('from its change until it is kept', () => {
    const changed = read({ 'urn:theirs|a': '2030-01-08T09:00:00Z', 'urn:theirs|b': '2030-01-08T08:59:50Z' })
    expect(agesAtSight(changed, [kept('a'), kept('b')], now, { zone, lookedAt })).toEqual([10, 20])
  })

  test('and tells nothing when it was read before, or for the first time, or its source does not tell', () => {
    const changed = read({ 'urn:theirs|a': '2030-01-08T08:00:00Z' })
    expect(agesAtSight(changed, [kept('a'), kept('b')], now, { zone, lookedAt })).toEqual([])
    const first = read({ 'urn:theirs|a': '2030-01-08T09:00:00Z' })
    expect(agesAtSight(first, [kept('a')], now, { zone, lookedAt: undefined })).toEqual([])
    expect(agesAtSight({ ...arrived }, [kept('a')], now, { zone, lookedAt })).toEqual([])
  })

  test('and not below nothing, where its clock is ahead', () => {
    const ahead = read({ 'urn:theirs|a': '2030-01-08T09:00:30Z' })
    expect(agesAtSight(ahead, [kept('a')], now, { zone, lookedAt })).toEqual([0])
  })
})

describe('a slot that a message has changed is as old as the message', () => {
  const sent = (at: string): Incoming => ({
    ...arrived,
    by: 'mllp',
    content: { form: 'v2', message: parseMessage(`MSH|^~\\&|RIS|C|RELAIS|T|${at}||SIU^S12|1|P|2.5\r`) },
  })
  const ages = (at: string) => agesAtSight(sent(at), [kept('a')], now, { zone, lookedAt: undefined })

  test('by the clock of its sender', () => {
    expect(ages('20300108100007')).toEqual([3])
    expect(ages('20300108090007+0000')).toEqual([3])
  })

  test('and tells nothing when it has no time', () => {
    expect([ages(''), ages('yesterday'), ages('20300108')]).toEqual([[], [], []])
  })
})

import { describe, expect, test } from 'vitest'
import { criteriaOf } from '../../src/subscriptions/criteria.ts'

describe('criteria', () => {
  test.each([
    'ServiceRequest?status=active',
    'Appointment',
    'Slot?status=free,busy&start=ge2026-01-01',
    'Task?',
  ])('%s can be answered from one resource', (text) => {
    expect(criteriaOf(text).type).toBe(/^\w+/.exec(text)?.[0])
  })

  test.each([
    ['ServiceRequest?subject.name=a', 'unsupported-value'],
    ['ServiceRequest?_has:Task:focus:status=requested', 'unsupported-value'],
    ['ServiceRequest?_include=ServiceRequest:subject', 'unsupported-value'],
    ['ServiceRequest?_count=5', 'unsupported-value'],
    ['ServiceRequest?nonsense=1', 'unknown-parameter'],
    ['ServiceRequest?status:above=active', 'unsupported-value'],
    ['Slot?start=not-a-date', 'value'],
    ['MedicationRequest?status=active', 'unsupported-value'],
    ['AuditEvent?action=R', 'unsupported-value'],
    ['Subscription?status=active', 'unsupported-value'],
    ['https://relais.example/topics/x', 'unsupported-value'],
    ['', 'unsupported-value'],
  ])('«%s» is refused rather than matched loosely', (text, code) => {
    expect(() => criteriaOf(text)).toThrow(expect.objectContaining({ case: code }))
  })
})

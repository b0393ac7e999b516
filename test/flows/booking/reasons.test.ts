import { readdirSync, readFileSync } from 'node:fs'
import type { CodeSystem, ConceptMap } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { systems } from '../../../src/fhir/canonical.ts'
import { listed, reasonIn, reasonsIn } from '../../../src/flows/booking/reasons.ts'

const folder = new URL('../../../mappings/', import.meta.url)
const maps = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as ConceptMap)
const reasons = reasonsIn(maps)

const list = JSON.parse(
  readFileSync(new URL('../../../profiles/CodeSystem-cancellation-reason.json', import.meta.url), 'utf8'),
) as CodeSystem
const codes = (list.concept ?? []).map(({ code }) => code)

const hl7 = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason'
const ihe = 'https://profiles.ihe.net/ITI/Scheduling/CodeSystem/status-reason'

test('every reason of a dialect is one of our list, and every one of our list has a word in each', () => {
  for (const { code } of reasons.inward.values()) expect(codes).toContain(code)
  for (const code of codes) {
    const ours = { coding: [{ system: systems.cancellation, code }] }
    expect(reasonIn(hl7, ours, { reasons }), code).toBeDefined()
    expect(reasonIn(ihe, ours, { reasons }), code).toBeDefined()
  }
})

test('the reasons of ISiK come back as they went in', () => {
  for (const code of ['pat', 'prov', 'maint', 'meds-inc', 'other']) {
    const ours = listed({ coding: [{ system: hl7, code }] }, { reasons }).coding?.[1]
    expect(reasonIn(hl7, { coding: ours ? [ours] : [] }, { reasons })?.code).toBe(code)
  }
})

test('what no table knows is kept as it was said', () => {
  const own = { coding: [{ system: 'urn:ris', code: 'X9' }], text: 'Panne' }
  expect(listed(own, { reasons })).toEqual(own)
  expect(reasonIn(hl7, own, { reasons })).toBeUndefined()
})

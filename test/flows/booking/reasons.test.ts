import { readdirSync, readFileSync } from 'node:fs'
import type { CodeableConcept, CodeSystem, ConceptMap } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { systems } from '../../../src/fhir/canonical.ts'
import { listed, reasonsIn } from '../../../src/flows/booking/reasons.ts'

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

const codesIn = (system: string, { coding = [] }: CodeableConcept) =>
  coding.filter((one) => one.system === system).map(({ code }) => code)

test('every reason of a dialect is one of our list, and every one of our list has a word in each', () => {
  for (const { code } of reasons.inward.values()) expect(codes).toContain(code)
  for (const code of codes) {
    const kept = listed({ coding: [{ system: systems.cancellation, code }] }, { reasons })
    for (const system of [systems.cancellation, hl7, ihe]) {
      expect(codesIn(system, kept), `${code} ${system}`).toHaveLength(1)
    }
  }
})

test('the reasons of ISiK stay as they were said, are of our list, and have a word of IHE', () => {
  for (const code of ['pat', 'prov', 'maint', 'meds-inc', 'other']) {
    const kept = listed({ coding: [{ system: hl7, code }] }, { reasons })
    expect(codesIn(hl7, kept)).toEqual([code])
    expect(codesIn(systems.cancellation, kept)).toHaveLength(1)
    expect(codesIn(ihe, kept)).toHaveLength(1)
    expect(listed(kept, { reasons })).toEqual(kept)
  }
})

test('what no table knows is kept as it was said', () => {
  const own = { coding: [{ system: 'urn:ris', code: 'X9' }], text: 'Panne' }
  expect(listed(own, { reasons })).toEqual(own)
})

test('a table of a centre leads to our list and back, by ConceptMaps of the territory', () => {
  const table = 'urn:relais:code-system:99RIS'
  const pairs = (source: string, target: string, from: string, to: string): ConceptMap => ({
    resourceType: 'ConceptMap',
    status: 'active',
    group: [{ source, target, element: [{ code: from, target: [{ code: to, equivalence: 'equivalent' }] }] }],
  })
  const own = reasonsIn([
    ...maps,
    pairs(table, systems.cancellation, 'PANNE', 'equipment'),
    pairs(systems.cancellation, table, 'equipment', 'PANNE'),
  ])
  const said = listed({ coding: [{ system: table, code: 'PANNE' }] }, { reasons: own })
  expect(codesIn(hl7, said)).toEqual(['maint'])
  const other = listed({ coding: [{ system: hl7, code: 'maint' }] }, { reasons: own })
  expect(codesIn(table, other)).toEqual(['PANNE'])
})

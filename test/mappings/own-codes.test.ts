import type { Coding, ConceptMap, Observation, ServiceRequest } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { parseMessage } from '../../src/hl7v2/message.ts'
import { toTree } from '../../src/hl7v2/tree.ts'
import { loadMaps } from '../../src/transform/index.ts'
import { conceptMaps, mapTexts, resourcesOf } from './support.ts'

const local = 'https://relais.example/fhir/ConceptMap/local-exam-to-exam'
const exam = 'https://relais.example/fhir/CodeSystem/exam'

/** A site's own codes: the same number means one exam for one sender, and another for another. */
const own: ConceptMap = {
  resourceType: 'ConceptMap',
  status: 'active',
  url: local,
  group: [
    group('urn:relais:code-system:99DRA', '4711', 'mr-brain'),
    group('urn:relais:code-system:99DRB', '4711', 'ct-ap-wo'),
  ],
}

function group(source: string, code: string, target: string): NonNullable<ConceptMap['group']>[0] {
  const url = 'https://relais.example/fhir/ConceptMap/usual-exam-to-exam'
  return {
    source,
    target: exam,
    element: [{ code, target: [{ code: target, equivalence: 'equivalent' }] }],
    unmapped: { mode: 'other-map', url },
  }
}

const maps = loadMaps(mapTexts, conceptMaps, { conceptMaps: [own] })

function ordered(coded: string) {
  const text = `MSH|^~\\&|A|B|||20260107||ORM^O01^ORM_O01|1|P|2.5.1\rPID|||1^^^A^PI\rORC|NW|P-1\rOBR|1|||${coded}`
  const { target, unmapped } = maps.run('ORM_O01-to-ServiceRequest', toTree(parseMessage(text)))
  const request = resourcesOf(target).find(
    (one): one is ServiceRequest => one.resourceType === 'ServiceRequest',
  )
  return { code: request?.code, modality: request?.orderDetail?.[0]?.coding?.[0]?.code, unmapped }
}

const examOf = (coding: readonly Coding[] = []) => coding.find(({ system }) => system === exam)?.code

test.each([
  ['4711^IRM cérébrale^99DRA', 'mr-brain', 'MR'],
  ['4711^TDM^99DRB', 'ct-ap-wo', 'CT'],
  ['ECHO-SEIN^Écho^99DRA', 'us-breast', 'US'],
  ['24590-2^MR Brain^LN', 'mr-brain', 'MR'],
  ['ACQN001^IRM^CCAM', 'mr-brain', 'MR'],
])('a sender with its own codes needs a ConceptMap and nothing else: %s', (coded, id, modality) => {
  const { code, modality: found, unmapped } = ordered(coded)
  expect(examOf(code?.coding)).toBe(id)
  expect(found).toBe(modality)
  expect(unmapped).toEqual([])
})

test('a code that nobody knows stays as it was sent, with its text, and is told', () => {
  const { code, unmapped } = ordered('0815^Examen maison^99DRA')
  expect(code).toEqual({
    coding: [{ system: 'urn:relais:code-system:99DRA', code: '0815', display: 'Examen maison' }],
    text: 'Examen maison',
  })
  expect(unmapped).toMatchObject([{ map: local, code: '0815', place: 'OBR-4' }])
})

test.each([
  ['60001007^Not pregnant^SCT', ['60001007']],
  ['N^^expandedYes-NoIndicator', ['N', '60001007']],
])(
  'an answer on pregnancy is known by its SNOMED CT code, also when it comes as one: %s',
  (answer, codes) => {
    const text = `MSH|^~\\&|A|B|||20260107||ORM^O01^ORM_O01|1|P|2.5.1\rPID|||1^^^A^PI\rORC|NW|P-1\rOBR|1|||24590-2^MR Brain^LN\rOBX|1|CE|82810-3^Pregnancy status^LN||${answer}||||||O`
    const { target, unmapped } = maps.run('ORM_O01-to-ServiceRequest', toTree(parseMessage(text)))
    const [said] = resourcesOf(target).filter((one): one is Observation => one.resourceType === 'Observation')
    expect(said?.valueCodeableConcept?.coding?.map(({ code }) => code)).toEqual(codes)
    expect(unmapped).toEqual([])
  },
)

import type {
  Observation,
  Patient,
  QuestionnaireResponse,
  Resource,
  ServiceRequest,
} from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { systems } from '../../../src/fhir/canonical.ts'
import { blockingFlags, flagged, flagsOf } from '../../../src/flows/referral/flags.ts'
import { territory } from '../desk.ts'
import { noPriorExams, note, notPregnant, observation, patient, request, slot } from '../messages.ts'

const at = { now: '2030-01-07T08:00:00Z', territory }
const scanner = { code: { coding: [{ system: 'http://loinc.org', code: '30799-1' }] } }
const answered = [notPregnant, noPriorExams]

const flags = ({
  more = scanner,
  who = patient(),
  supporting = answered,
  unmapped = false,
}: {
  more?: Partial<ServiceRequest>
  who?: Patient | undefined
  supporting?: Resource[]
  unmapped?: boolean
} = {}) => flagsOf({ request: request('F-1', more), patient: who, supporting, unmapped }, at)

describe('a request', () => {
  test('with all that is asked for has no flag', () => {
    expect(flags()).toEqual([])
  })

  test('is flagged for each thing that is missing', () => {
    const bare = { ...scanner, note: [], supportingInfo: [] }
    const { occurrencePeriod: _, priority: __, ...rest } = request('F-1', bare)
    expect(flagsOf({ request: rest, patient: patient(), supporting: [], unmapped: true }, at)).toEqual([
      'missing-purpose',
      'missing-justification',
      'missing-desired-date',
      'missing-priority',
      'missing-pregnancy',
      'missing-prior-exams',
      'unmapped-code',
    ])
  })

  test('is justified by a note or by a reason', () => {
    const purpose = [note('purpose', 'Rechercher un calcul')]
    expect(flags({ more: { ...scanner, note: purpose } })).toEqual(['missing-justification'])
    expect(flags({ more: { ...scanner, note: purpose, reasonCode: [{ text: 'Douleur' }] } })).toEqual([])
  })
})

describe('a possible pregnancy', () => {
  const unasked = (more: Partial<Patient>) =>
    flags({ who: patient(more), supporting: [noPriorExams] }).includes('missing-pregnancy')

  test('is asked about by sex and age', () => {
    expect(unasked({ gender: 'female', birthDate: '1990-03-28' })).toBe(true)
    expect(unasked({ gender: 'male', birthDate: '1990-03-28' })).toBe(false)
    expect(unasked({ gender: 'female', birthDate: '2020-03-28' })).toBe(false)
    expect(unasked({ gender: 'female', birthDate: '1940-03-28' })).toBe(false)
  })

  test('is asked about where sex or age is unknown', () => {
    const { birthDate: _, ...ageless } = patient()
    expect(unasked({ gender: 'unknown', birthDate: '1990-03-28' })).toBe(true)
    expect(flags({ who: ageless, supporting: [noPriorExams] })).toEqual(['missing-pregnancy'])
    expect(flags({ who: undefined, supporting: [noPriorExams] })).toEqual(['missing-pregnancy'])
  })

  test.each<[string, Partial<Observation>]>([
    ['unknown by SNOMED CT', { valueCodeableConcept: { coding: [{ code: '261665006' }] } }],
    ['asked but unknown', { valueCodeableConcept: { coding: [{ code: 'ASKU' }] } }],
    ['unknown in words', { valueString: 'inconnue' }],
    ['without a value', {}],
    ['coded, and unknown in words', { valueCodeableConcept: { coding: [{ code: 'X' }], text: 'inconnue' } }],
    ['absent', { dataAbsentReason: { coding: [{ code: 'asked-unknown' }] } }],
    ['withdrawn', { valueBoolean: false, status: 'entered-in-error' }],
  ])('that is %s is not answered', (_, value) => {
    expect(flags({ supporting: [noPriorExams, observation('82810-3', value)] })).toEqual([
      'missing-pregnancy',
    ])
  })

  test('is answered on a questionnaire as by an observation, unknown never being an answer', () => {
    const form = (code: string): QuestionnaireResponse => ({
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      item: [
        { linkId: '82810-3', answer: [{ valueCoding: { system: 'http://snomed.info/sct', code } }] },
        { linkId: '30954-2', answer: [{ valueString: 'Aucun connu' }] },
      ],
    })
    expect(flags({ supporting: [form('373067005')] })).toEqual([])
    expect(flags({ supporting: [form('261665006')] })).toEqual(['missing-pregnancy'])
  })

  test('is answered by yes as by no', () => {
    const yes = observation('82810-3', { valueCodeableConcept: { coding: [{ code: '77386006' }] } })
    expect(flags({ supporting: [noPriorExams, yes] })).toEqual([])
  })
})

describe('rule fr-r1333-53', () => {
  const kept = flagged(request('F-1', scanner), [
    'missing-purpose',
    'missing-priority',
    'missing-prior-exams',
  ])
  const nine = ['2030-01-08T09:00:00+01:00', '2030-01-08T09:20:00+01:00'] as const
  const inSlot = (code: string) =>
    slot('nine', ...nine, { serviceType: [{ coding: [{ system: systems.dicom, code }] }] })

  test('keeps an exam with X-rays from being booked for what it names, and for nothing else', () => {
    expect(blockingFlags(kept, inSlot('CT'), territory)).toEqual(['missing-purpose', 'missing-prior-exams'])
  })

  test('only warns of an ultrasound', () => {
    const sound = { code: { coding: [{ system: 'http://loinc.org', code: '24558-9' }] } }
    expect(flags({ more: sound, supporting: [] })).toEqual(['missing-pregnancy', 'missing-prior-exams'])
    expect(blockingFlags({ ...kept, ...sound }, inSlot('US'), territory)).toEqual([])
  })

  test('holds in the slot of a scanner, though the request does not say with what', () => {
    const vague = { code: { text: 'Abdomen' } }
    expect(flags({ more: vague, supporting: [] })).toEqual(['missing-pregnancy', 'missing-prior-exams'])
    expect(blockingFlags({ ...kept, ...vague }, inSlot('CT'), territory)).toContain('missing-purpose')
  })
})

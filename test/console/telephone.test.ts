import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { doctorMeant } from '../../src/console/doctors.ts'
import { bornOn, readCall, type Subject } from '../../src/console/telephone.ts'
import type { Exam, Question } from '../../src/flows/protocol/protocol.ts'

const doctors = [
  { rpps: '99900000011', name: 'EXEMPLE Camille' },
  { rpps: '99900000029', name: 'MODÈLE Dominique' },
  { rpps: '99900000037', name: 'EXEMPLE Claude' },
]

const question = (code: string, kind: Question['kind']): Question => ({
  coding: { code },
  also: [],
  text: { fr: 'Q', en: 'Q' },
  kind,
  role: 'answer',
  required: true,
  modalities: [],
  options: [],
})

const exam: Exam = {
  canonical: 'https://x.example/ActivityDefinition/us|1',
  title: { fr: 'Échographie', en: 'Ultrasound' },
  codings: [{ system: 'http://loinc.org', code: '24558-9' }],
  modality: 'US',
  questions: [],
  preparation: undefined,
  doseClass: undefined,
  period: {},
}

const subject: Subject = {
  indication: {
    canonical: 'https://x.example/PlanDefinition/I2|1',
    title: { fr: 'Colique', en: 'Colic' },
    codings: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'N23' }],
    choices: [{ exam, kind: 'first', text: undefined }],
    questions: [],
    priority: undefined,
    guidance: [],
  },
  questions: [question('fever', 'yes-no'), question('29463-7', 'number')],
  doctors,
  language: 'fr',
}

const said = {
  number: '7',
  doctor: '99900000011',
  family: 'Dupont',
  given: 'Lucie',
  born: '12/05/1984',
  sex: 'female',
  exam: 'us',
}

const formOf = (values: Record<string, string>) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(values)) form.set(name, value)
  return form
}

describe('a call', () => {
  test('becomes a referral as software would send it', () => {
    const { referral, faults } = readCall(
      formOf({ ...said, 'q.fever': 'no', 'q.29463-7': '61,5', urgent: 'no' }),
      subject,
    )
    expect(faults).toEqual([])
    expect(referral).toMatchObject({
      placerOrderNumber: '7',
      patient: { familyName: 'Dupont', birthDate: '1984-05-12', sex: 'female' },
      prescriber: { rpps: '99900000011', name: 'EXEMPLE Camille' },
      exam: { code: { code: '24558-9' }, modality: 'US' },
      reason: { text: 'Colique', code: { code: 'N23' } },
      priority: 'routine',
      answers: [
        { question: 'fever', answer: 'no' },
        { question: '29463-7', answer: 61.5 },
      ],
    })
  })

  test('does not say no where nothing was answered', () => {
    expect(readCall(formOf(said), subject).referral?.answers).toEqual([])
  })

  test('tells all that is missing at once, each at its field', () => {
    const { faults } = readCall(
      formOf({ born: '31/02/1984', doctor: 'exemple', urgent: 'yes', 'q.29463-7': 'lourd' }),
      subject,
    )
    expect(Object.fromEntries(faults.map(({ field, key }) => [field, key]))).toEqual({
      doctor: 'fault.doctor',
      born: 'fault.date',
      family: 'fault.empty',
      given: 'fault.empty',
      sex: 'fault.choose',
      exam: 'fault.choose',
      urgencyReason: 'fault.why-urgent',
      'q.29463-7': 'fault.number',
    })
  })
})

test.each([
  ['999 0000 0029', '99900000029'],
  ['modele', '99900000029'],
  ['camille exemple', '99900000011'],
  ['exemple', undefined],
  ['', undefined],
  ['11122233344', '11122233344'],
])('the doctor meant by "%s" is %s', (words, rpps) => {
  expect(doctorMeant(words, doctors)?.rpps).toBe(rpps)
})

test('a day is the same however it is written', () => {
  const days = fc.date({
    min: new Date('1900-01-01T00:00:00Z'),
    max: new Date('2099-12-31T00:00:00Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(days, (date) => {
      const iso = date.toISOString().slice(0, 10)
      const [year, month, day] = iso.split('-')
      for (const written of [
        iso,
        `${day}/${month}/${year}`,
        `${day}${month}${year}`,
        `${Number(day)}.${Number(month)}.${year}`,
      ])
        expect(bornOn(written)).toBe(iso)
    }),
  )
  expect(['30/02/2000', '1/13/2000', '12/05/84', 'hier'].map(bornOn)).toEqual(Array(4).fill(undefined))
})

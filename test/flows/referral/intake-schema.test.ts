import { describe, expect, test } from 'vitest'
import { intake1 } from '../../../src/flows/referral/intake-schema.ts'

const referral = {
  version: 1,
  placerOrderNumber: 'W-1',
  patient: { familyName: 'PAT-TROIS', givenName: 'DOMINIQUE', birthDate: '1979-03-28', sex: 'female' },
  prescriber: { rpps: '10003461033' },
  exam: { text: 'Échographie rénale' },
  reason: { text: 'suspicion de pyélonéphrite' },
}

const placesOf = (value: unknown) =>
  intake1.safeParse(value).error?.issues.map(({ path }) => path.join('.')) ?? []

describe('a referral as JSON', () => {
  test('needs a number, a patient, a prescriber, an exam and a reason, and nothing else', () => {
    expect(intake1.parse(referral)).toMatchObject({ answers: [], patient: { insType: 'NIR' } })
    for (const key of Object.keys(referral)) {
      expect(placesOf({ ...referral, [key]: undefined })).toEqual([key])
    }
  })

  test.each([{ code: { system: 'http://loinc.org', code: '24558-9' } }, { modality: 'US', region: 'rein' }])(
    'may name its exam by code, or by modality and region: %o',
    (exam) => expect(placesOf({ ...referral, exam })).toEqual([]),
  )

  test.each([
    ['exam', { exam: { modality: 'US' } }],
    ['patient.ins', { patient: { ...referral.patient, insStatus: 'VALI' } }],
    ['patient.birthDate', { patient: { ...referral.patient, birthDate: '1979-02-30' } }],
    ['patient.sex', { patient: { ...referral.patient, sex: 'other' } }],
    ['prescriber.rpps', { prescriber: { rpps: '1234' } }],
    ['desiredBy', { desiredBy: '2026-01-10T10:00:00' }],
    ['version', { version: 2 }],
    ['placerOrderNumber', { placerOrderNumber: ' ' }],
  ])('is refused at %s', (place, change) => {
    expect(placesOf({ ...referral, ...change })).toEqual([place])
  })

  test('is refused for what nobody knows', () => {
    const { error } = intake1.safeParse({ ...referral, patient: { ...referral.patient, colour: 'red' } })
    expect(error?.issues).toMatchObject([{ code: 'unrecognized_keys', path: ['patient'], keys: ['colour'] }])
  })
})

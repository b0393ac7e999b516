import type { CodeableConcept, Practitioner, PractitionerRole } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { systems } from '../../../src/fhir/canonical.ts'
import { flagCodesOf } from '../../../src/flows/referral/flags.ts'
import { received } from '../../../src/flows/referral/received.ts'
import type { EntryRules } from '../../../src/flows/referral/standing.ts'
import type { Step } from '../../../src/flows/step.ts'
import { openTestDesk, type TestDesk, territory } from '../desk.ts'
import { doctor, patient, qualified, referral, request } from '../messages.ts'
import { demoProtocol } from '../protocol/support.ts'

const rules: EntryRules = {
  professions: [{ code: '10' }, { code: '50', start: '2030-02-01' }],
  nonMembers: 'flag',
  communes: [{ code: '14118' }],
  outsideCommunes: 'flag',
  outsidePath: 'flag',
  outsideProtocol: 'flag',
  duplicateDays: 7,
}

let desk: TestDesk
const open = async (entry: Partial<EntryRules> = {}) => {
  desk = await openTestDesk({ ...territory, entry: { ...rules, ...entry } })
}
beforeEach(async () => {
  await open()
  return () => desk[Symbol.asyncDispose]()
})

const ofKidney = (number: string) => ({
  request: request(number, { code: { coding: [{ system: systems.exam, code: 'us-kidney' }] } }),
})
const refer = (number: string, more: Parameters<typeof referral>[1] = {}) =>
  desk.does('practice', received, referral(number, more))
const flagsOf = async (number: string) => {
  const [found] = await desk.all('ServiceRequest', `identifier=${number}`)
  if (!found) throw new Error(`There is no request ${number}`)
  const [task] = await desk.all('Task', `focus=ServiceRequest/${found.id}`)
  expect(task && flagCodesOf(task)).toEqual(flagCodesOf(found))
  return flagCodesOf(found)
}
const isMember = (period: PractitionerRole['period'], more: Partial<Practitioner> = {}) =>
  desk.does(
    'cell',
    {
      name: 'test.joined',
      facts: async () => ({}),
      decide: () => ({
        write: [
          { ...doctor, ...more, id: 'doctor' },
          {
            resourceType: 'PractitionerRole' as const,
            id: 'role',
            practitioner: { reference: 'Practitioner/doctor' },
            organization: { reference: territory.community },
            ...(period && { period }),
          },
        ],
      }),
    },
    {},
  )
const commune = (code: string) => ({
  address: [
    {
      extension: [
        {
          url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code',
          valueCoding: { code },
        },
      ],
      city: 'Ville',
    },
  ],
})

describe('whoever asks', () => {
  test('is flagged when not a member, on the request and its Task; the request is not lost', async () => {
    await refer('R-1')
    expect(await flagsOf('R-1')).toEqual(['non-member'])
  })

  test('is a member between two days', async () => {
    await isMember({ start: '2029-01-01', end: '2030-01-07' })
    await refer('R-1')
    expect(await flagsOf('R-1')).toEqual([])
    desk.clock.turn({ days: 1 })
    await refer('R-2', { request: request('R-2', { code: { text: 'Scanner' } }) })
    expect(await flagsOf('R-2')).toContain('non-member')
  })

  test('is refused, with the reason, where that is the rule', async () => {
    await desk[Symbol.asyncDispose]()
    await open({ nonMembers: 'refuse' })
    await expect(refer('R-1')).rejects.toMatchObject({
      case: 'business-rule',
      message: expect.stringContaining('members'),
    })
    expect(await desk.all('ServiceRequest')).toEqual([])
  })

  test('of a profession that may not refer is refused; from the day it may, is not', async () => {
    const midwife = {
      qualification: [
        {
          code: {
            coding: [
              {
                system: 'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante',
                code: '50',
              },
            ],
          },
        },
      ],
    }
    await isMember(undefined, midwife)
    const said = { doctor: { ...doctor, ...midwife } }
    await expect(refer('R-1', said)).rejects.toMatchObject({ case: 'forbidden' })
    desk.clock.turn({ days: 30 })
    await refer('R-1', said)
    expect(await flagsOf('R-1')).toEqual([])
  })
})

describe('a patient', () => {
  test('of another commune is flagged; of whom it is not known, is not', async () => {
    await isMember(undefined)
    await refer('R-1', { patient: patient(commune('75056')) })
    expect(await flagsOf('R-1')).toEqual(['out-of-territory'])
    const other = { identifier: [{ system: 'urn:test', value: 'other' }], birthDate: '1950-01-01' }
    await refer('R-2', { patient: patient({ ...other, ...commune('14118') }) })
    expect(await flagsOf('R-2')).toEqual([])
  })
})

describe('the care pathway', () => {
  const treatedBy = (value: string) =>
    patient({ generalPractitioner: [{ identifier: { system: 'https://rpps.esante.gouv.fr', value } }] })
  const number = doctor.identifier?.[0]?.value ?? ''

  test('is kept by the treating doctor, and is not known where no treating doctor is', async () => {
    await isMember(undefined)
    await refer('R-1', { patient: treatedBy(number) })
    expect(await flagsOf('R-1')).toEqual([])
  })

  test('is left when another doctor asks: flagged, or refused where that is the rule', async () => {
    await isMember(undefined)
    await refer('R-1', { patient: treatedBy('99900000999') })
    expect(await flagsOf('R-1')).toEqual(['out-of-path'])
    await desk[Symbol.asyncDispose]()
    await open({ outsidePath: 'refuse' })
    await isMember(undefined)
    await expect(refer('R-2', { patient: treatedBy('99900000999') })).rejects.toMatchObject({
      case: 'business-rule',
      message: expect.stringContaining('treating doctor'),
    })
  })
})

describe('a request outside the protocol', () => {
  const outside = async (outsideProtocol: EntryRules['outsideProtocol']) => {
    await desk[Symbol.asyncDispose]()
    desk = await openTestDesk({
      ...territory,
      protocols: [demoProtocol()],
      entry: { ...rules, outsideProtocol },
    })
    await isMember(undefined)
    const reasonCode = [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'Z00.0' }] }]
    await refer('R-1', { patient: patient({ gender: 'male' }), request: request('R-1', { reasonCode }) })
    const [task] = await desk.all('Task')
    expect(task && flagCodesOf(task)).toContain('out-of-protocol')
    return task
  }

  test('is for a person to decide, with the others or apart, as the territory wants; it is never refused', async () => {
    expect((await outside('flag'))?.businessStatus?.text).not.toBe('additional-assessment-required')
    expect(await outside('assess')).toMatchObject({
      status: 'requested',
      businessStatus: { text: 'additional-assessment-required' },
    })
  })
})

describe('the same exam of the same patient', () => {
  test('asked for twice within seven days is warned of, and not later', async () => {
    await isMember(undefined)
    await refer('R-1')
    desk.clock.turn({ days: 6 })
    await refer('R-2')
    expect(await flagsOf('R-2')).toEqual(['duplicate-suspected'])
    desk.clock.turn({ days: 9 })
    await refer('R-3')
    expect(await flagsOf('R-3')).toEqual([])
  })

  test('is seen by the patient’s traits, where two doctors number the patient each in their own way', async () => {
    await isMember(undefined)
    await refer('R-1')
    const identifier = [{ system: 'urn:test', value: 'elsewhere' }]
    await desk.does('other', received, referral('R-2', { patient: patient({ identifier }) }))
    expect(await flagsOf('R-2')).toEqual(['duplicate-suspected'])
    await desk.does(
      'other',
      received,
      referral('R-3', {
        patient: patient({
          identifier: [{ system: 'urn:test', value: 'twin' }],
          name: [{ family: 'ESSAI', given: ['AUTRE'] }],
        }),
      }),
    )
    expect(await flagsOf('R-3')).toEqual([])
  })

  test('and by the national identifier', async () => {
    await isMember(undefined)
    await refer('R-1', { patient: patient(qualified()) })
    await refer('R-2', {
      patient: patient({ ...qualified(), name: [{ use: 'official', family: 'AUTREMENT', given: ['A'] }] }),
    })
    expect(await flagsOf('R-2')).toEqual(['duplicate-suspected'])
  })

  test('and by the traits, where only one of the two records has a national identifier', async () => {
    await isMember(undefined)
    const elsewhere = { identifier: [{ system: 'urn:test', value: 'elsewhere' }] }
    await refer('R-1', { patient: patient(elsewhere) })
    const ins = { ...qualified(), identifier: (qualified().identifier ?? []).slice(1) }
    await refer('R-2', { patient: patient(ins) })
    expect(await flagsOf('R-2')).toEqual(['duplicate-suspected'])
    const another = qualified('185052A00401270').identifier ?? []
    await refer('R-3', { patient: patient({ ...ins, identifier: another.slice(1) }), ...ofKidney('R-3') })
    expect(await flagsOf('R-3')).toEqual([])
    await refer('R-4', { patient: patient(ins), ...ofKidney('R-4') })
    expect(await flagsOf('R-4')).toEqual([])
  })

  test('is seen when it is called by another code of the catalogue, and again when it has been done', async () => {
    await using own = await openTestDesk({ ...territory, protocols: [demoProtocol()] })
    const asks = async (number: string, code: CodeableConcept) => {
      await own.does('practice', received, referral(number, { request: request(number, { code }) }))
      const [found] = await own.all('ServiceRequest', `identifier=${number}`)
      return found && { found, isTwice: flagCodesOf(found).includes('duplicate-suspected') }
    }
    const modality = { system: systems.dicom, code: 'US' }
    const first = await asks('R-1', { coding: [{ system: systems.exam, code: 'us-abdomen' }, modality] })
    const done: Step<void, void> = {
      name: 'test.done',
      facts: async () => {},
      decide: () => ({ write: first ? [{ ...first.found, status: 'completed' }] : [] }),
    }
    await own.does('cell', done, undefined)
    expect(first?.isTwice).toBe(false)
    const loinc = { system: 'http://loinc.org', code: '24558-9' }
    expect((await asks('R-2', { coding: [loinc, modality] }))?.isTwice).toBe(true)
    const kidney = { system: systems.exam, code: 'us-kidney' }
    expect((await asks('R-3', { coding: [kidney, modality] }))?.isTwice).toBe(false)
  })

  test('is no duplicate when another exam is asked for', async () => {
    await isMember(undefined)
    await refer('R-1')
    await refer('R-2', {
      request: request('R-2', { code: { coding: [{ system: 'http://loinc.org', code: '43774-9' }] } }),
    })
    expect(await flagsOf('R-2')).toEqual([])
  })
})

import type { Slot } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { extensions, systems } from '../../../../src/fhir/canonical.ts'
import {
  isAsked,
  isInHours,
  isOpen,
  isTaken,
  minutesNeeded,
} from '../../../../src/flows/booking/finding/eligible.ts'
import type { Needs } from '../../../../src/flows/booking/finding/needs.ts'
import { isTimely, unmetIn } from '../../../../src/flows/booking/finding/timing.ts'
import type { Wish } from '../../../../src/flows/booking/finding/wish.ts'
import type { Diary } from '../../../../src/flows/slots/diaries.ts'
import { limitsOf } from '../../../../src/flows/slots/limits.ts'

const dicom = (code: string) => `${systems.dicom}|${code}`
const diary = (more: Partial<Diary> = {}): Diary => ({
  reference: 'Schedule/1',
  peer: 'ris',
  centre: 'Organization/centre',
  zone: 'Europe/Paris',
  actors: ['Location/place'],
  involved: new Set(['Location/place', 'Practitioner/doctor']),
  exams: new Map([[dicom('MR'), 30]]),
  specialties: new Set(),
  limits: {},
  words: ['imagerie du port', 'caen', '14000'],
  opening: [],
  closed: [],
  conventions: [],
  ...more,
})
const wish = (more: Partial<Wish> = {}): Wish => ({
  start: '2030-01-07T00:00:00Z',
  end: '2030-02-07T00:00:00Z',
  exams: [],
  organizations: [],
  locations: [],
  count: 10,
  ...more,
})
const needs = (more: Partial<Needs> = {}): Needs => ({
  exams: [dicom('MR')],
  reasons: [],
  regions: [],
  contrast: false,
  implants: [],
  people: 1,
  ...more,
})
const slot = (start = '2030-01-08T09:00:00.000+01:00', end = '2030-01-08T09:30:00.000+01:00'): Slot => ({
  resourceType: 'Slot',
  schedule: { reference: 'Schedule/1' },
  status: 'free',
  start,
  end,
})

describe('a diary is asked for', () => {
  test.each<[string, Partial<Wish>, boolean]>([
    ['by its centre', { organizations: ['Organization/other', 'Organization/centre'] }, true],
    ['not by another centre', { organizations: ['Organization/other'] }, false],
    ['by its place', { locations: ['Location/place'] }, true],
    ['by who stands behind a role', { practitioners: ['Practitioner/doctor'] }, true],
    ['not by somebody else', { practitioners: ['Practitioner/other'] }, false],
    ['by its town, whatever the case', { places: ['CAEN'] }, true],
    ['by the beginning of a word', { places: ['140'] }, true],
    ['not by another town', { places: ['Lisieux'] }, false],
    ['by its specialty, which is radiology unless it is said', { specialties: ['SM44'] }, true],
    ['not by another specialty', { specialties: ['SM26'] }, false],
    [
      'by an insurance plan that it is in the network of',
      { networks: new Set(['Organization/centre']) },
      true,
    ],
    ['not by one that it is not in', { networks: new Set(['Organization/other']) }, false],
    [
      'by all kinds of wishes together',
      { organizations: ['Organization/centre'], practitioners: ['Practitioner/other'] },
      false,
    ],
  ])('%s', (_, more, is) => {
    expect(isAsked(diary(), wish(more), [])).toBe(is)
  })

  test('by an exam that it does, by its code in any system or in one', () => {
    expect(
      [dicom('MR'), 'MR', dicom('CT'), 'urn:other|MR'].map((one) => isAsked(diary(), wish(), [one])),
    ).toEqual([true, true, false, false])
    expect(isAsked(diary({ exams: new Map() }), wish(), [dicom('CT')])).toBe(true)
  })
})

describe('a machine', () => {
  const day = '2030-01-08'
  test.each<[string, Parameters<typeof isTaken>[0], Partial<Needs>, boolean]>([
    ['bears whom its table bears', { tableWeightKg: 150 }, { weightKg: 150 }, true],
    ['does not bear more', { tableWeightKg: 150 }, { weightKg: 151 }, false],
    ['takes whose weight nobody knows', { tableWeightKg: 150 }, {}, true],
    [
      'takes implants that it is made for',
      { implants: new Set(['a|MED-1117']) },
      { implants: ['a|MED-1117'] },
      true,
    ],
    ['takes no others', { implants: new Set(['a|MED-1117']) }, { implants: ['a|MED-1112'] }, false],
    ['without contrast does no exam with it', { contrast: false }, { contrast: true }, false],
    ['of which that is not said does', {}, { contrast: true }, true],
    ['looks at the regions that it is for', { regions: new Set(['s|1']) }, { regions: ['s|1', 's|2'] }, true],
    ['and at no others', { regions: new Set(['s|1']) }, { regions: ['s|2'] }, false],
    ['takes accepted indications', { indications: new Set(['i|K85.9']) }, { reasons: ['K85.9'] }, true],
    ['and no others', { indications: new Set(['i|K85.9']) }, { reasons: ['i|R51'] }, false],
    ['takes one sex, where it is said', { sexes: new Set(['female']) }, { sex: 'male' }, false],
    ['takes whose sex is not known', { sexes: new Set(['female']) }, { sex: 'unknown' }, true],
    ['takes children from an age', { age: { from: 16 } }, { bornOn: '2014-01-08' }, true],
    ['not a day before', { age: { from: 16 } }, { bornOn: '2014-01-09' }, false],
    ['takes them to an age', { age: { to: 15 } }, { bornOn: '2014-01-08' }, false],
  ])('%s', (_, limits, more, is) => {
    expect(isTaken(limits, needs(more), day)).toBe(is)
  })

  test('says its limits in an extension', () => {
    const said = limitsOf({
      ...slot(),
      extension: [
        {
          url: extensions.limits,
          extension: [
            { url: 'tableWeight', valueQuantity: { value: 200, code: 'kg' } },
            { url: 'implant', valueCodeableConcept: { coding: [{ system: 's', code: 'MED-1117' }] } },
            { url: 'contrast', valueBoolean: false },
            { url: 'age', valueRange: { low: { value: 18 } } },
            { url: 'sex', valueCode: 'female' },
            { url: 'minimumDuration', valueDuration: { value: 1, code: 'h' } },
            { url: 'joinable', valueBoolean: true },
          ],
        },
      ],
    })
    expect(said).toEqual({
      tableWeightKg: 200,
      implants: new Set(['s|MED-1117']),
      contrast: false,
      age: { from: 18 },
      sexes: new Set(['female']),
      minimumMinutes: 60,
      joinable: true,
    })
  })
})

test('an exam needs the time that its diary gives it, and at least what is said for the slot', () => {
  expect(minutesNeeded(diary(), needs())).toBe(30)
  expect(minutesNeeded(diary(), needs(), { minimumMinutes: 45 })).toBe(45)
  expect(minutesNeeded(diary(), needs({ exams: [dicom('CT')] }))).toBe(0)
})

describe('a place is open', () => {
  const hours = [{ days: ['tue'], from: '08:00:00', to: '12:00:00' }]

  test.each<[string, string, string, boolean]>([
    ['in its hours', '2030-01-08T11:30:00+01:00', '2030-01-08T12:00:00+01:00', true],
    ['not past them', '2030-01-08T11:40:00+01:00', '2030-01-08T12:10:00+01:00', false],
    ['not on other days', '2030-01-09T09:00:00+01:00', '2030-01-09T09:30:00+01:00', false],
    ['by the clock there', '2030-01-08T07:30:00Z', '2030-01-08T08:00:00Z', true],
  ])('%s', (_, start, end, is) => {
    expect(isInHours({ start, end }, diary({ opening: [hours] }))).toBe(is)
  })

  test('when all who say their hours are there', () => {
    const short = [{ days: [], from: '10:00:00', to: '11:00:00' }]
    expect(isInHours(slot(), diary({ opening: [hours] }))).toBe(true)
    expect(isInHours(slot(), diary({ opening: [hours, short] }))).toBe(false)
  })

  test('not while its service is away', () => {
    const at = Date.parse('2030-01-08T08:30:00Z')
    expect(isInHours(slot(), diary({ closed: [{ since: at - 1, until: at }] }))).toBe(false)
    expect(isInHours(slot(), diary({ closed: [{ since: at, until: at + 1 }] }))).toBe(true)
  })

  test('to as many at once as it has room for', () => {
    const two = { ...slot(), extension: [{ url: extensions.capacity, valuePositiveInt: 2 }] }
    expect(isOpen(slot(), diary(), needs({ people: 2 }))).toBe(false)
    expect(isOpen(two, diary(), needs({ people: 2 }))).toBe(true)
  })

  test('by what the slot says itself, in place of its diary', () => {
    const own = {
      ...slot(),
      extension: [{ url: extensions.limits, extension: [{ url: 'contrast', valueBoolean: true }] }],
    }
    const without = diary({ limits: { contrast: false } })
    expect(isOpen(slot(), without, needs({ contrast: true }))).toBe(false)
    expect(isOpen(own, without, needs({ contrast: true }))).toBe(true)
  })
})

describe('a wished time', () => {
  const at = '2030-01-08T09:00:00.000+01:00' // a Tuesday
  test.each<[string, Parameters<typeof isTimely>[1], boolean]>([
    ['is a day of the week', { repeat: { dayOfWeek: ['tue', 'thu'] } }, true],
    ['is not another', { repeat: { dayOfWeek: ['mon'] } }, false],
    ['is the hour from a time of day', { repeat: { timeOfDay: ['08:30:00'] } }, true],
    ['is not later', { repeat: { timeOfDay: ['08:00:00'] } }, false],
    ['is a part of the day', { repeat: { when: ['MORN'] } }, true],
    ['is not another part', { repeat: { when: ['AFT', 'EVE'] } }, false],
    ['is within bounds', { repeat: { boundsPeriod: { start: '2030-01-08', end: '2030-01-08' } } }, true],
    ['is not after them', { repeat: { boundsPeriod: { end: '2030-01-07' } } }, false],
    ['is a day', { event: ['2030-01-08'] }, true],
    ['is all of it together', { repeat: { dayOfWeek: ['tue'], when: ['EVE'] } }, false],
  ])('%s', (_, timing, is) => {
    expect(isTimely(at, timing, 'Europe/Paris')).toBe(is)
  })

  test('is within the days of its bounds, by the clock of the place', () => {
    const isOn = (start: string, boundsPeriod: { start?: string; end?: string }) =>
      isTimely(start, { repeat: { boundsPeriod } }, 'Pacific/Noumea')
    const day = { start: '2030-01-08', end: '2030-01-08' }
    const times = ['2030-01-08T00:00:00+11:00', '2030-01-08T08:00:00+11:00', '2030-01-08T23:40:00+11:00']
    expect(times.map((start) => isOn(start, day))).toEqual([true, true, true])
    expect(isOn('2030-01-09T00:00:00+11:00', day)).toBe(false)
    expect(isOn('2030-01-08T08:00:00+11:00', { end: '2030-01-07T21:30:00Z' })).toBe(true)
    expect(isOn('2030-01-08T08:00:00+11:00', { end: '2030-01-07T21:00:00Z' })).toBe(false)
  })

  test('that comes again and again is told not to be looked at', () => {
    expect(unmetIn({ repeat: { dayOfWeek: ['tue'], frequency: 2, period: 1 } })).toEqual([
      'frequency',
      'period',
    ])
    expect(unmetIn({ repeat: { when: ['PCM'] } })).toEqual(['when PCM'])
    expect(unmetIn({ repeat: { when: ['MORN'] } })).toEqual([])
  })
})

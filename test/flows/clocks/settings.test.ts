import type { Extension, HealthcareService, Organization } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { extensions, systems } from '../../../src/fhir/canonical.ts'
import { settingsIn, settingsOf } from '../../../src/flows/clocks/settings.ts'

const places = { community: 'Organization/c', cell: 'Organization/cell', zone: 'Europe/Paris' }

const community = (...rules: readonly Extension[][]): Organization => ({
  resourceType: 'Organization',
  id: 'c',
  extension: rules.map((extension) => ({ url: extensions.clockRule, extension })),
})

const service = (of: string, more: Partial<HealthcareService> = {}): HealthcareService => ({
  resourceType: 'HealthcareService',
  providedBy: { reference: `Organization/${of}` },
  ...more,
})

const weekdays = (from: string, to: string) => ({
  daysOfWeek: ['mon' as const, 'fri' as const],
  availableStartTime: from,
  availableEndTime: to,
})

describe('the clocks of a territory', () => {
  test('that says nothing are 24 and 48 hours, from Monday to Saturday', () => {
    const { rules, cell, centres } = settingsIn([community()], places)
    expect(settingsOf({ zone: 'Europe/Paris' })).toEqual({ rules, cell, centres })
    expect(rules.answer).toMatchObject({ hours: 24, mode: 'next-open-day', warnAt: 0.75 })
    expect(rules.exam.hours).toBe(48)
    expect([...(cell[0]?.week.keys() ?? [])]).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('are set by its rules, each by its own', () => {
    const { rules } = settingsIn(
      [
        community([
          { url: 'name', valueCode: 'answer' },
          { url: 'mode', valueCode: 'opening-hours' },
          { url: 'hours', valueDecimal: 8 },
          { url: 'warn-at', valueDecimal: 0.5 },
        ]),
      ],
      places,
    )
    expect(rules.answer).toEqual({
      hours: 8,
      strictHours: 24,
      mode: 'opening-hours',
      warnAt: 0.5,
    })
    expect(rules.exam.mode).toBe('next-open-day')
  })

  test('with a rule that makes no sense are refused, by its place', () => {
    const rules = community([
      { url: 'name', valueCode: 'answer' },
      { url: 'warn-at', valueDecimal: 75 },
    ])
    expect(() => settingsIn([rules], places)).toThrow('warn-at')
    // A clock starts when the request comes: nothing else starts it.
    const started = community([
      { url: 'name', valueCode: 'exam' },
      { url: 'start', valueCode: 'qualified' },
    ])
    expect(() => settingsIn([started], places)).toThrow('start')
  })

  test("go by the cell's hours, closings and holidays, and by the centres'", () => {
    const { cell, centres } = settingsIn(
      [
        community(),
        service('cell', {
          availableTime: [weekdays('08:00:00', '12:00:00'), weekdays('14:00:00', '18:00:00')],
          notAvailable: [{ description: 'Été', during: { start: '2026-08-03', end: '2026-08-14' } }],
          extension: [{ url: extensions.holidays, valueCode: 'alsace-moselle' }],
        }),
        service('centre', { type: [{ coding: [{ system: systems.dicom, code: 'MR' }] }] }),
        service('closed', { active: false }),
      ],
      places,
    )
    expect(cell).toEqual([
      {
        zone: 'Europe/Paris',
        holidays: 'alsace-moselle',
        week: new Map(
          [1, 5].map((day) => [
            day,
            [
              { from: '08:00:00', to: '12:00:00' },
              { from: '14:00:00', to: '18:00:00' },
            ],
          ]),
        ),
        closed: [{ from: '2026-08-03', to: '2026-08-14' }],
      },
    ])
    expect(centres.map(({ modalities }) => modalities)).toEqual([['MR']])
  })
})

import type { Schedule, Slot } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { frCore, systems } from '../../src/fhir/canonical.ts'
import { turnableClock, until } from '../support/clock.ts'
import { freshDatabase } from '../support/database.ts'
import { centreV2, practiceV2, startGateway, writeTerritory } from '../support/gateway.ts'
import { slotsAreThere } from './support.ts'

const connectors = { ehr: practiceV2, 'ris-v2': centreV2() }

/** A diary of the centre with one daily range; its slots last 30 minutes. */
function diary(value: string, from: string, to: string): Schedule {
  const identifier = { system: 'https://relais.example/demo', value }
  return {
    resourceType: 'Schedule',
    meta: { source: 'urn:relais:source:ris-v2' },
    extension: [
      {
        url: frCore.serviceTypeDuration,
        extension: [
          {
            url: 'serviceType',
            valueCodeableConcept: { coding: [{ system: systems.dicom, code: 'US' }] },
          },
          {
            url: 'duration',
            valueDuration: { value: 30, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
          },
        ],
      },
      {
        url: frCore.availabilityTime,
        extension: [
          { url: 'type', valueCoding: { code: 'free' } },
          { url: 'start', valueDateTime: `2026-01-05T${from}:00+01:00` },
          { url: 'end', valueDateTime: `2026-01-05T${to}:00+01:00` },
          { url: 'identifier', valueIdentifier: identifier },
          { url: 'rrule', extension: [{ url: 'freq', valueCoding: { code: 'daily' } }] },
        ],
      },
    ],
    identifier: [identifier],
    active: true,
    actor: [{ reference: 'Location?identifier=https://relais.example/demo|centre-v2-place' }],
  }
}

describe('ranges that a centre declares', () => {
  test('become slots; a range that is declared later does too, at the next start', async () => {
    await using database = await freshDatabase()
    const clock = turnableClock()
    await using before = await writeTerritory({ connectors })
    await using after = await writeTerritory({ connectors, resources: [diary('evening', '19:00', '20:00')] })
    {
      await using first = await startGateway({ territory: before, databaseUrl: database.url, clock })
      await slotsAreThere(first)
    }
    clock.turn({ minutes: 1 })
    await using second = await startGateway({ territory: after, databaseUrl: database.url, clock })
    const cell = second.as('cell')
    const [evening] = await cell.search<Schedule>('Schedule?identifier=https://relais.example/demo|evening')
    const slots = await until(
      () => cell.search<Slot>(`Slot?schedule=Schedule/${evening?.id}&_count=100`),
      (all) => all.length > 0,
    )
    expect(slots.every(({ start }) => start.includes('T19:'))).toBe(true)
  })
})

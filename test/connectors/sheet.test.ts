import { describe, expect, test } from 'vitest'
import { fhirSettings } from '../../src/connectors/fhir/index.ts'
import { jsonSettings } from '../../src/connectors/json/index.ts'
import { settings as mllpSettings } from '../../src/connectors/mllp/settings.ts'
import { contradictions, type Sheeted, sheetOf, takenBy } from '../../src/connectors/sheet.ts'

const mllp = (more: object = {}, sheet?: Sheeted['sheet']): Sheeted => ({
  kind: 'mllp',
  settings: mllpSettings.parse({
    host: 'ris',
    port: 2575,
    sendingApplication: ['RIS'],
    addresses: ['10.0.0.1'],
    ...more,
  }),
  sheet,
})
const json = (more: object, maps = {}): Sheeted => ({
  kind: 'json',
  settings: jsonSettings.parse({ baseUrl: 'https://ris.example', ...more }),
  maps,
})
const manual: Sheeted = { kind: 'manual', settings: {} }

describe('what a connector can do', () => {
  test.each([
    [
      'an HL7 v2 line',
      mllp(),
      { publish: 'declared', confirm: 'message', cancel: 'message', move: 'rebook', push: true },
    ],
    [
      'one that only sends',
      mllp({ host: undefined, port: undefined }),
      { confirm: 'telephone', cancel: 'telephone', move: 'telephone', push: true },
    ],
    [
      'one that is told of moves',
      mllp({
        sends: {
          'appointment.moved': { map: 'x', message: 'SRM^S02' },
          'appointment.requested': { map: 'x', message: 'SRM^S01' },
        },
      }),
      { confirm: 'message', cancel: 'telephone', move: 'message' },
    ],
    [
      'a FHIR server',
      { kind: 'fhir', settings: fhirSettings.parse({ baseUrl: 'https://ris.example' }) },
      { publish: 'pulled', confirm: 'message', move: 'rebook', push: false },
    ],
    [
      'an API that only publishes',
      json({ slots: { path: 'slots' } }),
      { publish: 'pulled', confirm: 'telephone' },
    ],
    ['a folder', { kind: 'file', settings: {} }, { publish: 'dropped', confirm: 'telephone', push: true }],
    [
      'a telephone',
      manual,
      {
        publish: 'declared',
        hold: false,
        confirm: 'telephone',
        cancel: 'telephone',
        move: 'telephone',
        push: false,
      },
    ],
  ])('follows from its settings: %s', (_, file, expected) => {
    expect(sheetOf(file)).toMatchObject(expected)
    expect(contradictions({ ...file, maps: { Slot: 'x', Appointment: 'x' } })).toEqual([])
  })

  test('is less where its file says so, and the gateway sends no more than that', () => {
    const file = mllp({}, { cancel: 'telephone', move: 'telephone' })
    expect(sheetOf(file)).toMatchObject({ confirm: 'message', cancel: 'telephone' })
    expect(takenBy(file)).toContain('appointment.requested')
    expect(takenBy(file)).not.toContain('appointment.cancelled')
    expect(contradictions(file)).toEqual([])
  })
})

test.each<[string, Sheeted, string]>([
  [
    'confirms by message and has no line',
    { ...manual, sheet: { confirm: 'message' } },
    'sheet.confirm: nothing in settings says how appointment.requested is sent',
  ],
  [
    'moves by message and says no message',
    mllp({}, { move: 'message' }),
    'sheet.move: nothing in settings says how appointment.moved is sent',
  ],
  [
    'rebooks and is cancelled by telephone',
    mllp({}, { cancel: 'telephone', move: 'rebook' }),
    'sheet.move: to rebook takes a booking and a cancellation by message',
  ],
  [
    'keeps places',
    { ...manual, sheet: { hold: true } },
    'sheet.hold: no connector can keep a place at its centre; places are held here',
  ],
  [
    'is read and says how nowhere',
    { ...manual, sheet: { publish: 'pulled' } },
    'sheet.publish: nothing in settings says how its places are read',
  ],
  [
    'pushes and is known by nothing',
    { ...manual, sheet: { push: true } },
    'sheet.push: nothing in settings says by what its messages are known',
  ],
  [
    'is read by a map that is not named',
    json({ slots: { path: 'slots' } }),
    'maps.Slot: settings.slots needs it, and no map is named',
  ],
])('a file contradicts itself that %s', (_, file, told) => {
  expect(contradictions(file)).toEqual([told])
})

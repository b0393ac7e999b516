import { describe, expect, test } from 'vitest'
import { fhirSettings } from '../../src/connectors/fhir/index.ts'
import { connectors } from '../../src/connectors/index.ts'
import { jsonSettings } from '../../src/connectors/json/index.ts'
import { settings as mllpSettings } from '../../src/connectors/mllp/settings.ts'
import { contradictions, mapsNamed, type Sheeted, sheetOf, takenBy } from '../../src/connectors/sheet.ts'

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
    'tells changes that no map reads',
    json({ changes: { path: 'changes' } }),
    'maps.Appointment: settings.changes needs it, and no map is named',
  ],
  [
    'calls about places that no map reads',
    json({ webhook: { secretFile: 'secret', kind: 'Slot' } }, { Appointment: 'x' }),
    'maps.Slot: settings.webhook needs it, and no map is named',
  ],
  [
    'is read by a map that is not named',
    json({ slots: { path: 'slots' } }),
    'maps.Slot: settings.slots needs it, and no map is named',
  ],
])('a file contradicts itself that %s', (_, file, told) => {
  expect(contradictions(file)).toEqual([told])
})

test('a webhook for places wants the map for places, and no other', () => {
  const file = json({ webhook: { secretFile: 'secret', kind: 'Slot' } }, { Slot: 'x' })
  expect(contradictions(file)).toEqual([])
})

test('every map that a file names is named with its place', () => {
  const send = { 'appointment.requested': { path: 'book', map: 'asks' } }
  const look = { path: 'look', map: 'looks' }
  expect(mapsNamed(json({ send, look }, { Slot: 'reads' }))).toEqual([
    { place: 'maps.Slot', map: 'reads' },
    { place: 'settings.send.appointment.requested.map', map: 'asks' },
    { place: 'settings.look.map', map: 'looks' },
  ])
  const sends = { 'request.ordered': { map: 'orders', message: 'ORM^O01' } }
  expect(mapsNamed(mllp({ sends }))).toEqual([{ place: 'settings.sends.request.ordered.map', map: 'orders' }])
})

test.each([
  [
    'a line',
    () => mllpSettings.parse({ sends: { 'appointment.request': { map: 'x', message: 'SRM^S01' } } }),
  ],
  [
    'an API',
    () =>
      jsonSettings.parse({ baseUrl: 'https://x', send: { 'appointment.request': { path: 'x', map: 'x' } } }),
  ],
  ['a FHIR server', () => fhirSettings.parse({ baseUrl: 'https://x', takes: ['request.ordered'] })],
])('%s is not told what nobody sends, or what it cannot be told', (_, read) => {
  expect(read).toThrow(/appointment\.request/)
})

test('an API takes what its file says how to send, and nothing else', () => {
  const said = { baseUrl: 'https://x', takes: ['request.ordered'] }
  expect(connectors.json?.settings.safeParse(said).error?.issues).toMatchObject([
    { path: ['takes'], message: 'send does not say how each of them is sent' },
  ])
})

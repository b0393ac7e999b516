import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  covering,
  grantedScopes,
  type Letter,
  parseScope,
  parseScopes,
  scopeText,
} from '../../src/auth/scopes.ts'
import { servedTypes } from '../../src/fhir/served.ts'

const read = (text: string) => parseScopes(text).scopes
const grant = (asked: string, registered: string) => scopeText(grantedScopes(read(asked), read(registered)))

const letters = fc.subarray([...'cruds'], { minLength: 1 }).map((some) => some.join(''))
const type = fc.constantFrom('*', ...servedTypes)
const filter = fc.constantFrom('', '?status=active', '?status=active&intent=order', '?category=a,b')
const scope = fc
  .tuple(type, fc.oneof(letters, fc.constantFrom('read', 'write', '*')), filter)
  .map(([type, permissions, filter]) => `system/${type}.${permissions}${type === '*' ? '' : filter}`)
const scopes = fc.array(scope, { minLength: 1, maxLength: 6 })

/** Whether a right to this exact type, letter and filter is among the scopes. */
const holds = (texts: string, type: string, letter: string, filter: string) =>
  covering(read(texts), type, letter as Letter).some(
    (scope) => scope.filter === '' || filter.split('&').join('&').includes(scope.filter),
  )

describe('what is read', () => {
  test.each([
    ['system/ServiceRequest.cruds', 'ServiceRequest', 'cruds'],
    ['system/Slot.rs', 'Slot', 'rs'],
    ['system/*.rs', '*', 'rs'],
    ['system/Patient.read', 'Patient', 'rs'],
    ['system/Patient.write', 'Patient', 'cud'],
    ['system/Patient.*', 'Patient', 'cruds'],
  ])('%s is a right to %s, letters %s', (text, type, letters) => {
    expect(parseScope(text).scope).toMatchObject({ type, letters })
  })

  test.each([
    '',
    'launch',
    'fhirUser',
    'openid',
    'user/Patient.rs',
    'patient/Patient.rs',
    'system/UnknownResource.read',
    'system/Patient.unknownAction',
    'system/Patient.xyz',
    'system/Patient.sr',
    'system/Patient.rr',
    'system/Patient.',
    'system/Patient',
    'System/Patient.rs',
    'system/Patient.rs#',
    'system/metrics.rs',
    'system/constructor.rs',
  ])('«%s» is refused', (text) => {
    expect(parseScope(text).fault).toBeTypeOf('string')
  })

  test.each([
    'system/ServiceRequest.rs?',
    'system/ServiceRequest.rs?status',
    'system/ServiceRequest.rs?status=',
    'system/ServiceRequest.rs?status:not=active',
    'system/ServiceRequest.rs?subject.name=a',
    'system/ServiceRequest.rs?_has:Task:focus:status=a',
    'system/ServiceRequest.rs?_filter=status eq active',
    'system/ServiceRequest.rs?_include=ServiceRequest:subject',
    'system/ServiceRequest.rs?_count=1',
    'system/ServiceRequest.rs?_text=a',
    'system/ServiceRequest.rs?_format=json',
    'system/ServiceRequest.rs?nonsense=1',
    'system/Slot.rs?start=not-a-date',
    'system/*.rs?status=active',
  ])('a filter that cannot be kept exactly is refused: %s', (text) => {
    expect(parseScope(text).fault).toBeTypeOf('string')
  })

  test('one fault in a list is told, and does not hide the rest', () => {
    expect(parseScopes('system/Slot.rs nonsense system/Patient.r')).toMatchObject({
      scopes: [{ type: 'Slot' }, { type: 'Patient' }],
      faults: [expect.stringContaining('nonsense')],
    })
  })

  test('any text at all is either a scope or a fault, and what is quoted back is harmless', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { scope, fault } = parseScope(text)
        expect(scope === undefined).toBe(fault !== undefined)
        expect(fault ?? '').not.toMatch(/[\r\n\0]/)
      }),
    )
  })

  test('what is told of a scope is read as the same scope again', () => {
    fc.assert(
      fc.property(scope, (text) => {
        const once = parseScope(text).scope
        expect(parseScope(once?.text ?? '').scope).toEqual(once)
      }),
    )
  })
})

describe('what is granted', () => {
  test.each([
    ['system/*.read', 'system/*.rs', 'system/*.read'],
    ['system/*.rs', 'system/*.rs', 'system/*.rs'],
    ['system/*.*', 'system/*.rs', 'system/*.rs'],
    ['system/Patient.*', 'system/*.rs', 'system/Patient.rs'],
    ['system/Patient.cruds', 'system/*.rs', 'system/Patient.rs'],
    ['system/*.rs', 'system/Slot.rs system/Patient.r', 'system/Slot.rs system/Patient.r'],
    ['system/Patient.read system/Observation.rs', 'system/*.rs', 'system/Patient.read system/Observation.rs'],
    ['system/Patient.write', 'system/*.rs', ''],
    ['system/Patient.u', 'system/*.rs', ''],
    ['system/Slot.cruds', 'system/Slot.rs system/Slot.c', 'system/Slot.crs'],
    ['system/Slot.rs', 'system/Slot.rs?status=free', 'system/Slot.rs?status=free'],
    ['system/Slot.rs?schedule=1', 'system/Slot.rs?status=free', 'system/Slot.rs?schedule=1&status=free'],
    [
      'system/Slot.rs?status=free system/Slot.rs?schedule=1',
      'system/Slot.rs?status=free system/Slot.rs?schedule=1',
      'system/Slot.rs?status=free system/Slot.rs?schedule=1',
    ],
    ['system/metrics', 'system/*.cruds', ''],
    ['system/operation', 'system/*.cruds', ''],
    ['system/operation system/*.r', 'system/operation system/*.cruds', 'system/operation system/*.r'],
    ['system/*.cruds', 'system/metrics', ''],
    ['system/metrics system/Slot.r', 'system/metrics', 'system/metrics'],
  ])('asked %s of %s: «%s»', (asked, registered, granted) => {
    expect(grant(asked, registered)).toBe(granted)
  })

  test('never reaches beyond what was asked, nor beyond what is registered', () => {
    fc.assert(
      fc.property(scopes, scopes, (asked, registered) => {
        for (const { type, letters, filter } of read(grant(asked.join(' '), registered.join(' ')))) {
          for (const letter of letters) {
            expect(holds(asked.join(' '), type === '*' ? 'Slot' : type, letter, filter)).toBe(true)
            expect(holds(registered.join(' '), type === '*' ? 'Slot' : type, letter, filter)).toBe(true)
          }
        }
      }),
    )
  })

  test('leaves out nothing that is both asked and registered without a filter', () => {
    const plain = fc.array(
      scope.filter((text) => !text.includes('?')),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(
        plain,
        plain,
        fc.constantFrom(...servedTypes),
        fc.constantFrom(...'cruds'),
        (a, b, type, letter) => {
          const both = holds(a.join(' '), type, letter, '') && holds(b.join(' '), type, letter, '')
          expect(holds(grant(a.join(' '), b.join(' ')), type, letter, '')).toBe(both)
        },
      ),
    )
  })

  test('asked and granted again it stays as it is', () => {
    fc.assert(
      fc.property(scopes, scopes, (asked, registered) => {
        const granted = grant(asked.join(' '), registered.join(' '))
        expect(grant(granted, registered.join(' '))).toBe(granted)
      }),
    )
  })
})

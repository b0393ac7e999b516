import { expect, test } from 'vitest'
import { isNotAfter, natives } from '../../src/validate/natives.ts'

test.each([
  ['2026-01-01', '2026-01-01', true],
  ['2026-01', '2026-01-15', true],
  ['2026-02', '2026-01-15', false],
  ['2026-01-15', '2026-01', true],
  ['2027', '2026-12-31T23:00:00Z', false],
  ['2026-01-01T00:30:00+01:00', '2025-12-31T23:40:00Z', true],
  ['2026-01-01T10:00:00Z', '2026-01-01T10:00:00+01:00', false],
])('%s may be before or at %s: %s', (start, end, expected) => {
  expect(isNotAfter(start, end)).toBe(expected)
})

test.each([
  ['per-1', { start: '2026-01-02', end: '2026-01' }, {}, true],
  ['per-1', { start: '2026-02-02', end: '2026-01' }, {}, false],
  ['per-1', { start: '2026-02-02' }, {}, true],
  ['ref-1', { reference: '#p' }, { contained: [{ id: 'p' }] }, true],
  ['ref-1', { reference: '#q' }, { contained: [{ id: 'p' }] }, false],
  ['ref-1', { reference: '#' }, {}, true],
  ['ref-1', { reference: 'Patient/1' }, {}, true],
  ['dom-3', { contained: [{ id: 'p' }], subject: { reference: '#p' } }, {}, true],
  ['dom-3', { contained: [{ id: 'p', subject: { reference: '#' } }] }, {}, true],
  ['dom-3', { contained: [{ id: 'p' }], subject: { reference: '#q' } }, {}, false],
  ['dom-3', {}, {}, true],
  ['eld-16', { sliceName: 'a/b-c_d[x]@1' }, {}, true],
  ['eld-16', { sliceName: 'a b' }, {}, false],
  ['eld-16', {}, {}, true],
  ['eld-19', { path: 'Patient.name' }, {}, true],
  ['eld-19', { path: '.name' }, {}, false],
  ['eld-20', { path: '1' }, {}, false],
  ['eld-20', { path: 'Patient' }, {}, true],
])('%s of %j in %j: %s', (key, value, root, expected) => {
  expect(natives[key]?.(value, { issues: [], root, resource: value })).toBe(expected)
})

test('every invariant written out by hand has examples on both sides', () => {
  expect(Object.keys(natives)).toEqual(['per-1', 'ref-1', 'dom-3', 'eld-16', 'eld-19', 'eld-20'])
})

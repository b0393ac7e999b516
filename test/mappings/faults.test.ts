import { expect, test } from 'vitest'
import { Failure } from '../../src/fhir/outcome.ts'
import { parseMessage } from '../../src/hl7v2/message.ts'
import { toTree } from '../../src/hl7v2/tree.ts'
import { maps } from './support.ts'

const header = 'MSH|^~\\&|GP|PRACTICE|RELAIS|REGION|20260106134418||ORM^O01^ORM_O01|1|P|2.5.1'
const patient = 'PID|||1^^^1.2.3&1.2.3&ISO^PI||Essai^Alix||19900101|F'

/** Where the faults of an order are told to be. */
function places(...lines: string[]): (string | undefined)[] {
  const text = [header, ...(lines[0]?.startsWith('PID') ? [] : [patient]), ...lines].join('\r')
  try {
    maps.run('ORM_O01-to-ServiceRequest', toTree(parseMessage(text)), { now: '2026-01-07T08:00:00Z' })
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown.issues.map(({ expression }) => expression)
    throw thrown
  }
  return []
}

test.each([
  ['OBR-7', 'ORC|NW|A', 'OBR|1|A||X^Y^L|||soon'],
  ['OBR-27.4', 'ORC|NW|A', `OBR|1|A||X^Y^L${'|'.repeat(23)}^^^soon`],
  ['ORC-7.4', 'ORC|NW|A|||||^^^soon', 'OBR|1|A||X^Y^L'],
  ['ORC-9', 'ORC|NW|A|||||||soon', 'OBR|1|A||X^Y^L|||20260107'],
  ['OBR-6', 'ORC|NW|A', 'OBR|1|A||X^Y^L||soon|soon'],
  ['PID-7', patient.replace('19900101', 'soon'), 'ORC|NW|A', 'OBR|1|A||X^Y^L'],
  ['TQ1-7', 'ORC|NW|A', 'TQ1|1||||||soon', 'OBR|1|A||X^Y^L'],
])('a date that is none is told at its field: %s', (place, ...lines) => {
  expect(places(...lines)).toEqual([place])
})

test('a fault of the second order is told at its own segment', () => {
  const first = ['ORC|NW|A', 'OBR|1|A||X^Y^L||20260107']
  expect(places(...first, 'ORC|NW|B', 'OBR|2|B||X^Y^L||soon')).toEqual(['OBR[2]-6'])
  expect(places(...first, 'ORC|NW|B|||||||soon', 'OBR|2|B||X^Y^L')).toEqual(['ORC[2]-9'])
})

test('faults of both orders are told each at its own, though they say the same', () => {
  const lines = ['ORC|NW|A', 'OBR|1|A||X^Y^L||soon', 'ORC|NW|B', 'OBR|2|B||X^Y^L||soon']
  expect(places(...lines)).toEqual(['OBR-6', 'OBR[2]-6'])
})

import { expect, test } from 'vitest'
import { violations } from './layers.ts'

const within = (file: string, ...lines: string[]) =>
  violations(file, lines.join('\n')).map(({ line, text }) => `${line} ${text}`)

test('an import may point down, and within its room', () => {
  expect(within('src/flows/booking/hold.ts', "import { a } from '../../store/index.ts'")).toEqual([])
  expect(within('src/flows/booking/hold.ts', "import type { A } from './states.ts'")).toEqual([])
  expect(within('src/main.ts', "import { openDemo } from './demo/index.ts'")).toEqual([])
})

test('an import that points up is told with its line and both floors', () => {
  expect(within('src/store/index.ts', '', "import type { Plan } from '../flows/step.ts'")).toEqual([
    '2 points up: store (store) imports flows (flows · subscriptions · bulk-export · indicators)',
  ])
})

test('rooms of one floor leave each other alone', () => {
  expect(within('src/api/index.ts', "const a = await import('../connectors/index.ts')")).toEqual([
    '1 points sideways: api imports connectors, both of the floor api · console · connectors',
  ])
})

test('the ground floor may use what is known of FHIR, and nothing may log there', () => {
  expect(within('src/hl7v2/tree.ts', "import { failure } from '../fhir/outcome.ts'")).toEqual([])
  expect(within('src/fhir/outcome.ts', "import { a } from '../hl7v2/tree.ts'")).toHaveLength(1)
  expect(within('src/fhir/outcome.ts', "import { openLog } from '../log.ts'")).toHaveLength(1)
})

test('an import over several lines, one of the tests, and one of a room without a floor are found', () => {
  expect(within('src/store/index.ts', 'import {', '  a,', "} from '../api/index.ts'")).toHaveLength(1)
  expect(within('src/store/index.ts', "import { a } from '../../test/support/api.ts'")).toHaveLength(1)
  expect(within('src/attic/index.ts', "import { a } from '../store/index.ts'")).toEqual([
    '1 attic stands on no floor: give it one in test/support/layers.ts',
  ])
})

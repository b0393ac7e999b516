import fc from 'fast-check'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { describe, expect, test } from 'vitest'
import { newWriting } from '../../src/transform/compile/code.ts'
import { fast } from '../../src/transform/expressions/fast.ts'
import { itemsOf, listed, unusual } from '../../src/transform/expressions/items.ts'
import type { Node } from '../../src/transform/expressions/names.ts'
import { functions, userFunctions } from '../../src/transform/functions.ts'
import { type Frame, newRun, type Run } from '../../src/transform/run.ts'
import { fhirShape } from '../../src/transform/shapes/fhir.ts'
import { plain, type Shape } from '../../src/transform/shapes/shape.ts'
import { made, rules } from './support.ts'

const options = { zone: 'Europe/Paris', now: '2026-01-06T12:00:00Z' }

/** What fhirpath.js says; `error` when it fails. */
function theirs(text: string, context: unknown, variables: Record<string, unknown>, base?: string): unknown {
  const path = base ? { base, expression: text } : text
  try {
    const run = fhirpath.compile(path, r4, { async: false, userInvocationTable: userFunctions })
    return run(structuredClone(context), { ...structuredClone(variables), ...options })
  } catch {
    return 'error'
  }
}

/** What the quick form says; `other` when there is none, or when it gives up. */
function ours(text: string, context: unknown, variables: Record<string, unknown>, shape: Shape): unknown {
  const entries = Object.keys(variables).map(
    (name, slot) => [name, { name, slot, shape: plain, mode: 'source' as const }] as const,
  )
  const tree: Node = fhirpath.parse(text)
  const writing = newWriting()
  const part = fast(tree, { writing, focus: shape, self: shape, variables: new Map(entries), constants: {} })
  if (!part) return 'other'
  const evaluate = writing.finish<(self: unknown, frame: Frame, run: Run) => unknown>(
    text,
    'self, frame, run',
    `return ${part.code('self', 'self')}`,
  )
  try {
    return listed(evaluate(itemsOf(context), Object.values(variables), newRun(options)))
  } catch (thrown) {
    if (thrown === unusual) return 'other'
    return 'error'
  }
}

const names = ['a', 'b', 'c', 'PID', 'text']
const leaf = fc.oneof(
  fc.constantFrom<unknown>('x', 'y', 'xyz', '', 'a1 2', '20260106134418', '1.2.250', true, false, 0, 3, null),
  fc.string({ maxLength: 4 }),
)
const { tree: anyTree } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    tie('tree'),
    fc.array(tie('tree'), { maxLength: 3 }),
  ),
  tree: fc.dictionary(fc.constantFrom(...names, '_a', 'id', 'resourceType'), tie('value'), { maxKeys: 4 }),
}))

const quoted = fc.constantFrom("('x' | 'y')", "'x'", "'y'", "''", "'xy'", "'\\u0041\\n'")
const { expression: anyExpression } = fc.letrec<{
  path: string
  text: string
  condition: string
  expression: string
}>((tie) => ({
  path: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...names, 'id', 'resourceType', '$this', '%v', '%w', '`b`'),
    fc.tuple(tie('path'), fc.constantFrom(...names)).map(([left, right]) => `${left}.${right}`),
    tie('path').map((list) => `${list}[1]`),
    fc
      .tuple(tie('path'), fc.constantFrom('first()', 'last()', 'where(true)', 'skip(1)', 'distinct()'))
      .map(([left, right]) => `${left}.${right}`),
    fc.tuple(tie('path'), tie('condition')).map(([left, right]) => `${left}.where(${right})`),
    fc.tuple(tie('path'), tie('path')).map(([left, right]) => `${left}.select(${right})`),
  ),
  text: fc.oneof(
    { maxDepth: 3 },
    quoted,
    tie('path'),
    fc.tuple(tie('text'), fc.constantFrom('+', '&', '|'), tie('text')).map((found) => `(${found.join(' ')})`),
    fc
      .tuple(
        tie('path'),
        fc.constantFrom(
          'upper()',
          'lower()',
          'trim()',
          'toString()',
          "join('-')",
          'join()',
          'substring(1)',
          'substring(1, 2)',
          "replace('x', 'z')",
          "replaceMatches('[a-x]', '$&$&')",
          "split('y')",
          'distinct()',
          'skip(1)',
          'combine(%w)',
          ...Object.keys(functions).map((name) => `${name}()`),
        ),
      )
      .map(([left, right]) => `${left}.${right}`),
    fc
      .tuple(tie('condition'), tie('text'), tie('text'))
      .map(([is, then, otherwise]) => `iif(${is}, ${then}, ${otherwise})`),
  ),
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('true', 'false', '{}'),
    fc
      .tuple(tie('text'), fc.constantFrom('=', '!=', 'in', 'contains'), tie('text'))
      .map((found) => `(${found.join(' ')})`),
    fc
      .tuple(
        tie('path'),
        fc.constantFrom(
          'exists()',
          'empty()',
          'not()',
          'allTrue()',
          "startsWith('x')",
          "endsWith('y')",
          "contains('y')",
          "matches('^x.?')",
          'startsWith(b)',
        ),
      )
      .map(([left, right]) => `${left}.${right}`),
    fc.tuple(tie('path'), tie('condition')).map(([left, right]) => `${left}.exists(${right})`),
    fc
      .tuple(tie('text'), fc.constantFrom('String', 'Integer', 'Boolean', 'Decimal'))
      .map((found) => `(${found.join(' is ')})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map((found) => `(${found.join(' ')})`),
    fc
      .tuple(tie('path'), fc.constantFrom('count()', 'length()'), fc.constantFrom('>', '<', '>=', '<=', '='))
      .map(([left, right, sign]) => `(${left}.${right} ${sign} 1)`),
  ),
  expression: fc.oneof(tie('path'), tie('text'), tie('condition')),
}))

describe('the quick form of an expression', () => {
  test('says what fhirpath.js says, or leaves it to that', () => {
    let compared = 0
    fc.assert(
      fc.property(
        anyExpression,
        fc.oneof(anyTree, leaf),
        fc.oneof(anyTree, leaf, fc.array(leaf, { maxLength: 2 })),
        (text, context, v) => {
          fc.pre(context !== null)
          const variables = { v, w: 'x' }
          const quick = ours(text, context, variables, plain)
          if (quick === 'other') return
          compared++
          expect({ text, context, v, result: quick }).toEqual({
            text,
            context,
            v,
            result: theirs(text, context, variables),
          })
        },
      ),
      { numRuns: 4000 },
    )
    expect(compared).toBeGreaterThan(1000)
  })

  const patient = {
    resourceType: 'Patient',
    active: true,
    birthDate: '1979-03-28',
    gender: 'female',
    multipleBirthInteger: 2,
    name: [
      { use: 'official', family: 'PAT-TROIS', given: ['DOMINIQUE', 'ANNE'], period: { start: '2020-01-01' } },
      { text: 'x' },
    ],
    identifier: [
      { system: 'urn:a', value: '1' },
      { system: 'urn:b', value: '2', type: { coding: [{ code: 'PI' }] } },
    ],
    contact: [{ name: { family: 'C' }, telecom: [{ value: '01' }] }],
    _gender: { id: 'g' },
  }
  test.each([
    'name.family',
    'name.given.first()',
    "name.where(use = 'official').given.join(' ')",
    'birthDate',
    "birthDate = '1979-03-28'",
    'birthDate.toString()',
    'birthDate.substring(0, 4)',
    'multipleBirth',
    'multipleBirthInteger',
    'gender',
    'gender.exists()',
    'active',
    'active = true',
    "identifier.where(system = 'urn:b').value",
    'identifier.type.coding.code',
    'contact.name.family',
    'contact.telecom.value | name.family',
    'name.count() > 1',
    'Patient.name.family',
    'Resource.id',
    'name.period.start = name.period.start',
    'identifier.exists(type.coding.exists())',
    "name.select(family & ' ' & text)",
    'none',
    'name.none',
    "identifier.where(system.startsWith('urn:') and value in ('1' | '3')).value",
  ])('knows the types of FHIR: %s', (text) => {
    const shape = fhirShape('Patient') as Shape // R4 has Patient
    const quick = ours(text, patient, {}, shape)
    if (quick !== 'other') expect(quick).toEqual(theirs(text, patient, {}))
    const name = fhirShape('HumanName') as Shape // and HumanName
    const inner = ours(text, patient.name[0], {}, name)
    if (inner !== 'other') expect(inner).toEqual(theirs(text, patient.name[0], {}, 'HumanName'))
  })

  test('does not hide that an expression fails', () => {
    expect(ours('a.upper()', { a: ['x', 'y'] }, {}, plain)).toBe('other')
    expect(theirs('a.upper()', { a: ['x', 'y'] }, {})).toBe('error')
  })
})

describe('an expression', () => {
  test('of what has no quick form is evaluated all the same', () => {
    const map = rules(
      "src -> tgt.a = (v.toQuantity().value), tgt.b = (v is String), tgt.c = (v.encode('base64'));",
    )
    expect(made(map, { v: '5' })).toEqual({ a: 5, b: true, c: 'NQ==' })
  })
  test('does not change what it reads', () => {
    const input = Object.freeze({ a: Object.freeze([Object.freeze({ b: 'x' })]) })
    const map = rules("src.a as a where (b = 'x') -> tgt.a = (%a), tgt.b = (a.descendants());")
    expect(made(map, input)).toEqual({ a: { b: 'x' } })
  })
})

import type { StructureDefinition } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { structures } from '../../src/fhir/definitions/index.ts'
import { type Context, isObject } from '../../src/validate/check.ts'
import { byEngine } from '../../src/validate/invariants.ts'
import { Beyond, simplePath } from '../../src/validate/simple-path.ts'
import { thinned, validSamples } from './mutations.ts'
import { baseValidator, projectFiles } from './support.ts'

const ofProject = projectFiles().filter(
  (file): file is StructureDefinition => isObject(file) && file.resourceType === 'StructureDefinition',
)
const constraints = new Map(
  [...structures, ...ofProject]
    .flatMap(({ snapshot }) => snapshot?.element ?? [])
    .flatMap(({ constraint = [], path }) =>
      constraint.map(({ key, expression = '' }) => ({ key, expression, path })),
    )
    .map((one) => [`${one.path} ${one.key}`, one]),
)
const simple = [...constraints.values()].flatMap((one) => {
  const quick = simplePath(one.expression)
  return quick ? [{ ...one, quick, whole: byEngine(one.expression, one.path) }] : []
})
const base = baseValidator()

const contextOf = (resource: Record<string, unknown>): Context => ({ issues: [], root: resource, resource })

/** What an expression gives, `beyond` when the quick rules leave it to the engine, `error` when neither can say. */
function resultOf(evaluate: () => readonly unknown[]): unknown {
  try {
    return evaluate()
  } catch (error) {
    return error instanceof Beyond ? 'beyond' : 'error'
  }
}

const definitions = new Map(
  structures.flatMap(({ snapshot }) => (snapshot?.element ?? []).map((one) => [one.path, one])),
)

/** Every object in a value of a type, with the path of the definition that it is of. */
function typedObjects(value: unknown, path: string): { value: unknown; path: string }[] {
  if (!isObject(value)) return []
  const inner = Object.entries(value).flatMap(([name, held]) => {
    const [definition, type] = elementOf(path, name)
    if (!definition || !type) return []
    const below = type === 'BackboneElement' || type === 'Element' ? [definition] : [definition, type]
    return [held].flat().flatMap((one) => below.flatMap((where) => typedObjects(one, where)))
  })
  return [{ value, path }, ...inner]
}

/** The path of the definition of an element, and the type that it is given in. */
function elementOf(path: string, name: string): [path?: string, type?: string | undefined] {
  const plain = definitions.get(`${path}.${name}`)
  if (plain) return [plain.path, plain.type?.[0]?.code]
  for (let end = name.length; end > 0; end--) {
    const choice = definitions.get(`${path}.${name.slice(0, end)}[x]`)
    const type = choice?.type?.find(({ code }) => code.toLowerCase() === name.slice(end).toLowerCase())
    if (choice && type) return [choice.path, type.code]
  }
  return []
}

test('most invariants of R4, and all of the project, are simple', () => {
  const keys = new Set([...constraints.values()].map(({ key }) => key))
  const simpleKeys = new Set(simple.map(({ key }) => key))
  expect(simpleKeys.size / keys.size).toBeGreaterThan(0.6)
  expect([...keys].filter((key) => /^(relais|fr-core)-/.test(key) && !simpleKeys.has(key))).toEqual([])
})

test('what the quick rules say of a sound resource, the engine says too', () => {
  let compared = 0
  const compare = (resource: unknown) => {
    if (
      !isObject(resource) ||
      base.validate(resource).some(({ case: what }) => what === 'structure' || what === 'value')
    )
      return
    const context = contextOf(resource)
    for (const { value, path: place } of typedObjects(resource, String(resource.resourceType))) {
      for (const { key, quick, whole } of simple.filter(({ path }) => path === place)) {
        const ours = resultOf(() => quick(value, context))
        if (ours === 'beyond') continue
        compared++
        expect([key, JSON.stringify(value), ours]).toEqual([
          key,
          JSON.stringify(value),
          resultOf(() => whole(value, context)),
        ])
      }
    }
  }
  validSamples.forEach(compare)
  fc.assert(fc.property(thinned, compare), { numRuns: 300 })
  expect(compared).toBeGreaterThan(1000)
})

describe('an expression', () => {
  const resource = {
    resourceType: 'Observation',
    status: 'final',
    effectiveInstant: '2026-11-21T10:00:00+01:00',
    meta: { lastUpdated: '2026-11-21T09:30:00.500Z' },
    code: { text: 'x' },
    valueQuantity: { value: 3, unit: 'mm' },
    category: [{ text: 'a' }, { text: 'b' }],
    _issued: { extension: [{ url: 'urn:x', valueCode: 'masked' }] },
    extension: [{ url: 'urn:y', valueString: 'z' }],
    note: [],
  }
  const context = contextOf(resource)

  test.each([
    ["status = 'final'"],
    ["status != 'final'"],
    ["missing = 'final'"],
    ["category.text = 'a'"],
    ['value.exists() and code.exists()'],
    ['value.value = 3'],
    ['value.value > 2 and value.value <= 3'],
    ['missing > 2'],
    ['effective < meta.lastUpdated'],
    ['meta.lastUpdated <= effective'],
    ['meta.lastUpdated >= missing'],
    ['value.unit = %ucum'],
    ["category.where(text = 'a').count() = 1"],
    ["category.all(text = 'a' or text = 'b')"],
    ["category.exists(text = 'c')"],
    ['missing.all(text.exists())'],
    ['missing.exists().not()'],
    ['missing.not()'],
    ["status in ('final' | 'amended')"],
    ["missing in ('final')"],
    ["extension('urn:y').value = 'z'"],
    ["extension('urn:z').empty()"],
    ['issued.exists()'],
    ["Observation.status = 'final'"],
    ['Patient.status.exists()'],
    ["%resource.status = 'final'"],
    ['(category.count() + extension.count()) > 2'],
    ['missing and status.exists()'],
    ["missing = 'a' and status = 'amended'"],
    ["missing = 'a' or status = 'final'"],
    ["missing = 'a' or status = 'amended'"],
    ["missing = 'a' implies status = 'final'"],
    ["status = 'final' implies missing = 'a'"],
    ["missing = 'a' implies status = 'amended'"],
    ["status = 'amended' implies missing = 'a'"],
    ['status.exists() xor missing.exists()'],
    ["(missing = 'a') xor status.exists()"],
    ['status.exists() = missing.exists()'],
    ['code and true'],
    ['`code`.text.exists()'],
    ['$this.code.exists()'],
  ])('%s', (expression) => {
    const quick = simplePath(expression)
    expect(quick).toBeDefined()
    expect(resultOf(() => quick?.(resource, context) ?? [])).toEqual(
      resultOf(() => byEngine(expression, 'Observation')(resource, context)),
    )
  })

  test.each([
    ['value is Quantity'],
    ["status.startsWith('f')"],
    ['code = category'],
    ['status ~ code'],
    ["code.text = 'a\\'b'"],
    ['%context.code'],
    ['category contains code'],
    ['category[0].text'],
    ['value.value - 1 > 2'],
    ['{}'],
    ['where()'],
  ])('%s is left to the engine', (expression) => {
    expect(simplePath(expression)).toBeUndefined()
  })

  test.each([
    ["code = 'x'"],
    ["issued.extension('urn:x').exists() and status.extension('urn:x').exists()"],
    ['category and true'],
    ["code in ('x')"],
    ['status > 1'],
    ['status < code.text'],
  ])('%s is left to the engine for these values', (expression) => {
    const quick = simplePath(expression)
    expect(() => quick?.(resource, context)).toThrow(Beyond)
  })

  test('that is no FHIRPath is refused', () => {
    expect(() => simplePath('status.exists(')).toThrow()
  })
})

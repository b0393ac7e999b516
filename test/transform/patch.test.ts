import type { Patient, Resource } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { parseWritten, textOf } from '../../src/fhir/decimals.ts'
import { Failure } from '../../src/fhir/outcome.ts'
import { fhirpathPatchOf } from '../../src/transform/patch/fhirpath-patch.ts'
import { jsonPatchOf } from '../../src/transform/patch/json-patch.ts'

/** https://hl7.org/fhir/R4/fhirpatch.html */

const patient: Patient = {
  resourceType: 'Patient',
  id: 'p',
  name: [{ family: 'Martin', given: ['Rose', 'Anne'], _given: [null, { id: 'second' }] } as object],
  birthDate: '1961-04-02',
  deceasedBoolean: false,
}

type Said = Readonly<Record<string, unknown>>

/** Parameters, each part under its name: texts and numbers as such, the rest as it is written. */
const parameters = (...operations: readonly Said[]) => ({
  resourceType: 'Parameters',
  parameter: operations.map((operation) => ({
    name: 'operation',
    part: Object.entries(operation).map(([name, value]) => {
      if (typeof value === 'number') return { name, valueInteger: value }
      return typeof value === 'string' ? { name, valueString: value } : { name, ...(value as object) }
    }),
  })),
})

const changed = (...operations: readonly Said[]) => fhirpathPatchOf(parameters(...operations))(patient)

function refusal(run: () => unknown) {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof Failure) return { case: thrown.case, at: thrown.issues[0]?.expression }
    throw thrown
  }
  throw new Error('Nothing was refused')
}

describe('FHIRPath Patch', () => {
  test('an element that does not repeat is added, and replaces what was there', () => {
    expect(changed({ type: 'add', path: 'Patient', name: 'gender', value: { valueCode: 'female' } })).toEqual(
      {
        ...patient,
        gender: 'female',
      },
    )
  })

  test('an element that repeats is added behind the others', () => {
    const next = changed({ type: 'add', path: 'Patient.name[0]', name: 'given', value: 'Lou' })
    expect(next).toMatchObject({
      name: [{ given: ['Rose', 'Anne', 'Lou'], _given: [null, { id: 'second' }, null] }],
    })
  })

  test('a value is inserted at its index, and ids of the others stay theirs', () => {
    const next = changed({ type: 'insert', path: 'Patient.name[0].given', index: 1, value: 'Lou' })
    expect(next).toMatchObject({
      name: [{ given: ['Rose', 'Lou', 'Anne'], _given: [null, null, { id: 'second' }] }],
    })
  })

  test('the first value of a list that is not there is inserted at 0', () => {
    const value = { valueContactPoint: { system: 'phone' } }
    expect(changed({ type: 'insert', path: 'Patient.telecom', index: 0, value })).toMatchObject({
      telecom: [{ system: 'phone' }],
    })
  })

  test('an item is moved with its id', () => {
    const next = changed({ type: 'move', path: 'Patient.name[0].given', source: 1, destination: 0 })
    expect(next).toMatchObject({ name: [{ given: ['Anne', 'Rose'], _given: [{ id: 'second' }, null] }] })
  })

  test('an element found by a condition is deleted; the last one takes its list along', () => {
    const next = changed({ type: 'delete', path: "Patient.name.where(family = 'Martin')" })
    expect(next).not.toHaveProperty('name')
  })

  test('deleting what is not there changes nothing', () => {
    expect(changed({ type: 'delete', path: 'Patient.contact' })).toEqual(patient)
  })

  test('one way of a choice replaces another', () => {
    const next = changed({
      type: 'replace',
      path: 'Patient.deceased',
      value: { valueDateTime: '2026-01-01' },
    })
    expect(next).toMatchObject({ deceasedDateTime: '2026-01-01' })
    expect(next).not.toHaveProperty('deceasedBoolean')
  })

  test('an element without a type of its own is given part by part', () => {
    const value = {
      part: [
        { name: 'name', valueHumanName: { text: 'A neighbour' } },
        { name: 'telecom', valueContactPoint: { system: 'phone', value: '0231' } },
      ],
    }
    expect(changed({ type: 'add', path: 'Patient', name: 'contact', value })).toMatchObject({
      contact: [{ name: { text: 'A neighbour' }, telecom: [{ system: 'phone' }] }],
    })
  })

  test('operations are carried out one after the other, and what was given stays as it was', () => {
    const before = structuredClone(patient)
    const next = changed(
      { type: 'add', path: 'Patient', name: 'gender', value: { valueCode: 'male' } },
      { type: 'replace', path: 'Patient.gender', value: { valueCode: 'female' } },
    )
    expect(next).toMatchObject({ gender: 'female' })
    expect(patient).toEqual(before)
  })

  test.each([
    [
      'several elements',
      { type: 'replace', path: 'Patient.name.given', value: 'x' },
      'business-rule',
      '.path',
    ],
    ['nothing', { type: 'replace', path: 'Patient.gender', value: 'x' }, 'business-rule', '.path'],
    ['what is no FHIRPath', { type: 'delete', path: 'Patient.[' }, 'value', '.path'],
    ['what is computed', { type: 'delete', path: '1 + 1' }, 'value', '.path'],
    ['the resource itself', { type: 'delete', path: 'Patient' }, 'value', '.path'],
    [
      'an index outside',
      { type: 'insert', path: 'Patient.name', index: 7, value: 'x' },
      'business-rule',
      '.part',
    ],
    ['an unknown element', { type: 'add', path: 'Patient', name: 'colour', value: 'x' }, 'value', '.part'],
    [
      'a wrong way of a choice',
      { type: 'add', path: 'Patient', name: 'deceased', value: 'x' },
      'value',
      '.part',
    ],
  ])('a path or a value that means %s is refused with its place', (_, operation, what, at) => {
    expect(refusal(() => changed(operation))).toEqual({ case: what, at: `Parameters.parameter[0]${at}` })
  })

  test.each([
    ['an unknown type', { type: 'zap', path: 'Patient' }, 'value'],
    ['no path', { type: 'delete' }, 'required'],
    ['no value', { type: 'replace', path: 'Patient.gender' }, 'required'],
  ])('an operation with %s is refused before anything is looked at', (_, operation, what) => {
    expect(refusal(() => fhirpathPatchOf(parameters(operation)))).toMatchObject({ case: what })
  })

  const named = 'Parameters.parameter[0]'
  const path = { name: 'path', valueString: 'Patient.gender' }
  const deletion = [{ name: 'type', valueCode: 'delete' }, path]
  const operation = (part: readonly unknown[], more: object = {}) => ({
    resourceType: 'Parameters',
    parameter: [{ name: 'operation', part, ...more }],
  })
  const contact = (...part: readonly object[]) =>
    parameters({ type: 'add', path: 'Patient', name: 'contact', value: { part } })

  test.each<[string, object, string, string]>([
    [
      'a part of another name',
      operation([...deletion, { name: 'oops', valueCode: 'x' }]),
      'value',
      `${named}.part[2]`,
    ],
    [
      'a part of another type of operation',
      parameters({ type: 'delete', path: 'Patient.gender', index: 1 }),
      'value',
      `${named}.part[2]`,
    ],
    ['a part twice', operation([...deletion, path]), 'value', `${named}.part[2]`],
    ['a part that is none', operation([...deletion, 7]), 'structure', `${named}.part[2]`],
    [
      'a part with two values',
      operation([...deletion.slice(0, 1), { ...path, valueCode: 'x' }]),
      'structure',
      `${named}.part[1].valueCode`,
    ],
    [
      'a value beside the parts',
      operation(deletion, { valueString: 'x' }),
      'structure',
      `${named}.valueString`,
    ],
    ['an unknown property', operation(deletion, { parts: [] }), 'structure', `${named}.parts`],
    ['an unknown property of all', { ...operation(deletion), mode: 'dry' }, 'structure', 'Parameters.mode'],
    ['a value without a value', contact({ name: 'gender' }), 'required', `${named}.part[3].part[0]`],
  ])('%s is refused, for it would be ignored', (_, sent, what, at) => {
    expect(refusal(() => fhirpathPatchOf(sent))).toEqual({ case: what, at })
  })

  test('an element that does not repeat is not given twice', () => {
    const [one, other] = ['female', 'male'].map((valueCode) => ({ name: 'gender', valueCode }))
    expect(refusal(() => fhirpathPatchOf(contact(one ?? {}, other ?? {}))(patient))).toMatchObject({
      case: 'value',
    })
  })
})

describe('JSON Patch', () => {
  const patched = (operations: unknown): Resource => jsonPatchOf(operations)(patient)

  test('values are replaced, added and removed by their pointers', () => {
    const next = patched([
      { op: 'test', path: '/birthDate', value: '1961-04-02' },
      { op: 'replace', path: '/birthDate', value: '1961-04-03' },
      { op: 'add', path: '/name/0/given/-', value: 'Lou' },
      { op: 'remove', path: '/deceasedBoolean' },
    ])
    expect(next).toMatchObject({ birthDate: '1961-04-03', name: [{ given: ['Rose', 'Anne', 'Lou'] }] })
    expect(next).not.toHaveProperty('deceasedBoolean')
    expect(patient.birthDate).toBe('1961-04-02')
  })

  test.each([
    [
      'a test that does not hold',
      [{ op: 'test', path: '/birthDate', value: '2000-01-01' }],
      'business-rule',
      'Patch[0]',
    ],
    ['a pointer to nothing', [{ op: 'remove', path: '/gender' }], 'business-rule', 'Patch[0]'],
    ['a move into itself', [{ op: 'move', from: '/name', path: '/name/0' }], 'value', 'Patch[0].path'],
    ['an index beyond the end', [{ op: 'add', path: '/name/2', value: {} }], 'business-rule', 'Patch[0]'],
    ['an index that is none', [{ op: 'add', path: '/name/x', value: {} }], 'business-rule', 'Patch[0]'],
    ['an index with a zero in front', [{ op: 'remove', path: '/name/00' }], 'business-rule', 'Patch[0]'],
    [
      'the length of a list',
      [{ op: 'replace', path: '/name/length', value: 0 }],
      'business-rule',
      'Patch[0]',
    ],
    ['the item after the last', [{ op: 'remove', path: '/name/-' }], 'business-rule', 'Patch[0]'],
    ['a part of a text', [{ op: 'add', path: '/birthDate/year', value: 1 }], 'business-rule', 'Patch[0]'],
    ['the whole resource', [{ op: 'replace', path: '', value: {} }], 'business-rule', 'Patch[0]'],
    ['an unknown operation', [{ op: 'merge', path: '/gender' }], 'value', 'Patch[0].op'],
    ['no pointer', [{ op: 'remove', path: 'gender' }], 'value', 'Patch[0].path'],
    ['no value', [{ op: 'add', path: '/gender' }], 'required', 'Patch[0].value'],
    ['no list', { op: 'remove', path: '/gender' }, 'structure', 'Patch'],
  ])('%s is refused with its place', (_, operations, what, at) => {
    expect(refusal(() => patched(operations))).toEqual({ case: what, at })
  })

  test('what is moved or copied is there once or twice, and stays as it was written', () => {
    const quantity = parseWritten('{"valueQuantity":{"value":2.50},"component":[{"id":"a"},{"id":"b"}]}')
    const made = jsonPatchOf([
      { op: 'move', from: '/component/0', path: '/component/1' },
      { op: 'copy', from: '/component/0', path: '/component/-' },
      { op: 'copy', from: '/valueQuantity', path: '/component/0/valueQuantity' },
      { op: 'move', from: '/valueQuantity/value', path: '/valueQuantity/low' },
      { op: 'move', from: '/valueQuantity', path: '/valueQuantity' },
    ])(quantity as Resource)
    expect(textOf(made)).toBe(
      '{"component":[{"id":"b","valueQuantity":{"value":2.50}},{"id":"a"},{"id":"b"}],"valueQuantity":{"low":2.50}}',
    )
  })

  test('a test changes nothing, and a number is written as it was given last', () => {
    const quantity = parseWritten('{"valueQuantity":{"value":2.50,"unit":"kg"}}') as Resource
    const sent = (value: string, op: string) =>
      jsonPatchOf(parseWritten(`[{"op":"${op}","path":"/valueQuantity/value","value":${value}}]`))
    expect(textOf(sent('2.5000', 'test')(quantity))).toContain('"value":2.50,')
    expect(textOf(sent('2.5000', 'replace')(quantity))).toContain('"value":2.5000,')
    expect(textOf(sent('2.5', 'replace')(quantity))).toContain('"value":2.5,')
    const whole = [{ op: 'test', path: '', value: { valueQuantity: { unit: 'kg', value: 2.5 } } }]
    expect(jsonPatchOf(whole)(quantity)).toEqual(quantity)
  })

  test('prototypes are out of reach', () => {
    expect(refusal(() => patched([{ op: 'add', path: '/__proto__/polluted', value: true }]))).toBeDefined()
    expect({}).not.toHaveProperty('polluted')
  })
})

import { writtenIn } from '../../fhir/decimals.ts'
import { failures, type Issue, issue } from '../../fhir/outcome.ts'
import { unheardIn } from '../shapes/unheard.ts'

/** One operation of a FHIRPath Patch, read. */
export type Operation = { place: string; path: string } & (
  | { type: 'add'; name: string; value: Value }
  | { type: 'insert'; value: Value; index: number }
  | { type: 'delete' }
  | { type: 'replace'; value: Value }
  | { type: 'move'; source: number; destination: number }
)

/** A value: of a type that has a name, or given part by part. */
export type Value =
  | { type: string; value: unknown /** A number, as it was written. */; written?: string }
  | { parts: readonly { name: string; value: Value }[] }

/** What each type of operation says beside its path. */
const partsOf: Readonly<Record<string, readonly string[]>> = {
  add: ['name', 'value'],
  insert: ['value', 'index'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
}

type Part = Record<string, unknown>

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The operations of a Parameters resource. Fails: structure, required and value, with all that is wrong or would be ignored. */
export function operationsOf(sent: unknown, place: string): Operation[] {
  const listed = isPart(sent) && sent.resourceType === 'Parameters' ? sent.parameter : undefined
  if (!isPart(sent) || !Array.isArray(listed) || listed.length === 0) {
    throw failures([
      issue('structure', 'A FHIRPath Patch is a Parameters resource with operations.', `${place}.parameter`),
    ])
  }
  const read = listed.map((each, index) => operationOf(each, `${place}.parameter[${index}]`))
  const faults = [
    ...unheardIn('Parameters', sent, place),
    ...read.flatMap((each) => ('faults' in each ? each.faults : [])),
  ]
  if (faults.length > 0) throw failures(faults)
  return read.flatMap((each) => ('faults' in each ? [] : [each]))
}

function operationOf(sent: unknown, place: string): Operation | { faults: Issue[] } {
  const parts = isPart(sent) && sent.name === 'operation' && Array.isArray(sent.part) ? sent.part : undefined
  if (!parts) return { faults: [issue('structure', 'Each parameter is an operation with parts.', place)] }
  const faults = partFaults(sent, place)
  if (faults.length > 0) return { faults }
  const said = new Map(parts.map((part: Part) => [part.name, part])) // there was no fault
  const type = textIn(said.get('type'))
  const expected = type === undefined ? undefined : partsOf[type]
  if (type === undefined || !expected) {
    const all = Object.keys(partsOf).join(', ')
    return { faults: [issue('value', `The type of an operation is one of ${all}.`, `${place}.part`)] }
  }
  const names = ['path', ...expected]
  const read = new Map(names.map((name) => [name, readers[name]?.(said.get(name))]))
  const missing = [...read].filter(([, value]) => value === undefined)
  const wrong = [
    ...missing.map(([name]) => issue('required', `${type} says its ${name}.`, `${place}.part`)),
    ...strangeParts(parts, ['type', ...names], place),
  ]
  return wrong.length > 0
    ? { faults: wrong }
    : ({ place, type, ...Object.fromEntries(read) } as unknown as Operation) // all its parts are there
}

/** Parts that an operation would not look at: others than its own, and second ones. */
function strangeParts(parts: readonly Part[], names: readonly string[], place: string): Issue[] {
  const said = parts.map(({ name }) => name)
  return said.flatMap((name, index) => {
    const isOwn = names.includes(String(name)) && said.indexOf(name) === index
    if (isOwn) return []
    const text = `This operation has the parts ${names.join(', ')}, each once: take this one out.`
    return [issue('value', text, `${place}.part[${index}]`)]
  })
}

/** What would be ignored of a part, and of those within it. Source: FHIR R4, Parameters, invariant inv-1. */
function partFaults(part: unknown, place: string): Issue[] {
  if (!isPart(part)) return [issue('structure', 'A part is an object.', place)]
  const [first, second] = Object.keys(part).filter((key) => /^(value[A-Z]\w*|resource|part)$/.test(key))
  const { part: listed = [] } = part
  if (!Array.isArray(listed)) return [issue('structure', 'Parts are a list.', `${place}.part`)]
  return [
    ...unheardIn('Parameters.parameter', part, place),
    ...(first === undefined ? [issue('required', 'A part has a value.', place)] : []),
    ...(second === undefined
      ? []
      : [issue('structure', 'A part has one value: a value[x], a resource or parts.', `${place}.${second}`)]),
    ...listed.flatMap((each, index) => partFaults(each, `${place}.part[${index}]`)),
  ]
}

const valueKey = (part: Part) => Object.keys(part).find((key) => /^value[A-Z]/.test(key))

function valueFrom(part: Part | undefined): Value | undefined {
  if (!part) return undefined
  const key = valueKey(part)
  const written = key && writtenIn(part, key)
  if (key) return { type: key.slice('value'.length), value: part[key], ...(written && { written }) }
  if (part.resource !== undefined) return { type: 'Resource', value: part.resource }
  if (!Array.isArray(part.part)) return undefined
  const parts = part.part.filter(isPart).map((each) => ({ name: String(each.name), value: valueFrom(each) }))
  return { parts: parts.flatMap(({ name, value }) => (value ? [{ name, value }] : [])) } // each has one
}

function textIn(part: Part | undefined): string | undefined {
  const key = part && valueKey(part)
  const value = key && part[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function countIn(part: Part | undefined): number | undefined {
  const value = part?.valueInteger ?? part?.valueUnsignedInt ?? part?.valuePositiveInt
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}

const readers: Readonly<Record<string, (part: Part | undefined) => unknown>> = {
  path: textIn,
  name: textIn,
  value: valueFrom,
  index: countIn,
  source: countIn,
  destination: countIn,
}

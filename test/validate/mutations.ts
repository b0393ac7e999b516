import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { namesIn, readJson } from './support.ts'

/** Where something was changed in a resource: names and indices from the top. */
export type Path = readonly (string | number)[]

export interface Mutant {
  readonly resource: unknown
  readonly path: Path
}

/** Valid resources of many types: the valid cases of the profiles. */
export const validSamples: readonly unknown[] = readdirSync(new URL('../profiles/', import.meta.url), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => namesIn(`test/profiles/${name}/`).map((file) => `test/profiles/${name}/${file}`))
  .filter((path) => path.includes('/valid-'))
  .map(readJson)

const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    0,
    -1,
    1.5,
    true,
    [],
    {},
    [null],
    [[]],
    [{}],
    { id: 'x' },
    'no code',
    '2026-02-30',
    '2026-11-21',
  ),
  fc.constantFrom<unknown>(
    'Slot/1',
    '#p',
    'urn:uuid:x',
    { reference: 'Slot/1' },
    { resourceType: 'Patient' },
    { extension: [] },
  ),
  fc.jsonValue(),
)
const names = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'foo',
    'a b',
    '',
    '_status',
    '_id',
    'id',
    'resourceType',
  ),
  fc.constantFrom(
    'extension',
    'modifierExtension',
    'contained',
    'valueString',
    'text',
    'language',
    'meta',
    'note',
  ),
)

/** A valid resource in which one thing was replaced, removed, wrapped or added. */
export const mutants: fc.Arbitrary<Mutant> = fc
  .record({
    sample: fc.constantFrom(...validSamples),
    where: fc.nat(),
    how: fc.constantFrom('replace', 'remove', 'wrap', 'add'),
    name: names,
    value: strange,
  })
  .map(({ sample, where, how, name, value }) => {
    const places = placesOf(sample)
    const path = places[where % places.length] as Path
    if (how === 'remove') return { resource: edited(sample, path, () => undefined), path }
    if (how === 'wrap') return { resource: edited(sample, path, (old) => [old]), path }
    if (how === 'replace') return { resource: edited(sample, path, () => value), path }
    return { resource: edited(sample, path, (old) => added(old, name, value)), path: [...path, name] }
  })

/** A valid resource from which a few elements were taken: sound in structure, it may break any invariant. */
export const thinned: fc.Arbitrary<unknown> = fc
  .record({
    sample: fc.constantFrom(...validSamples),
    where: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
  })
  .map(({ sample, where }) => where.reduce<unknown>(without, sample))

function without(value: unknown, where: number): unknown {
  const places = placesOf(value).filter(
    (path) => typeof path.at(-1) === 'string' && path.at(-1) !== 'resourceType',
  )
  const path = places[where % places.length]
  return path ? edited(value, path, () => undefined) : value
}

function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...inner.flatMap(([step, child]) => placesOf(child, [...path, step]))]
}

/** A copy in which one place is changed, by way of JSON text: a member may be called `__proto__`. */
function edited(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return change(value)
  if (Array.isArray(value))
    return value
      .map((one, index) => (index === step ? edited(one, rest, change) : one))
      .filter((one) => one !== undefined)
  return fromEntries(
    Object.entries(value as object).map(([name, one]) => [
      name,
      name === step ? edited(one, rest, change) : one,
    ]),
  )
}

function added(old: unknown, name: string, value: unknown): unknown {
  if (typeof old !== 'object' || old === null || Array.isArray(old)) return value
  return fromEntries([...Object.entries(old), [name, value]])
}

function fromEntries(entries: readonly (readonly [string, unknown])[]): unknown {
  const members = entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  return JSON.parse(`{${members.join(',')}}`)
}

/** Whether a place said in FHIRPath is the changed one, above it, below it, or beside it. */
export function isNear(expression: string, path: Path): boolean {
  const said = expression
    .split('.')
    .slice(1)
    .flatMap((step) => {
      const [, name = step, index] = /^(.*?)\[(\d+)\]$/.exec(step) ?? []
      return index === undefined ? [name] : [name, Number(index)]
    })
  const parent = path.slice(0, -1)
  const shared = Math.min(said.length, parent.length)
  return said.slice(0, shared).every((step, at) => isStep(step, parent[at]))
}

/** `occurrence` is `occurrencePeriod`, and `birthDate` is `_birthDate`, in JSON. */
function isStep(said: string | number, step: string | number | undefined): boolean {
  if (typeof said === 'number' || typeof step !== 'string') return said === step
  const name = step.replace(/^_/, '')
  return name === said || (name.startsWith(said) && /[A-Z]/.test(name.charAt(said.length)))
}

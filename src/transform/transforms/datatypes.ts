import { issue } from '../../fhir/outcome.ts'
import { quoted } from '../compile/code.ts'
import { computed, textIn } from '../compile/transform.ts'
import { located } from '../located.ts'
import type { Run } from '../run.ts'
import { fhirShape } from '../shapes/fhir.ts'
import { casts } from '../shapes/primitives.ts'
import { plain } from '../shapes/shape.ts'
import type { Supported } from './transform.ts'

/** The texts of a datatype's arguments, in order; undefined where one is absent or not written. */
type Texts = readonly (string | undefined)[]

/** A transform that makes a datatype of texts; nothing when the one at `needs` is absent. */
function datatype(
  type: string,
  form: string,
  arity: readonly [number, number],
  make: (texts: Texts, run: Run, place: string) => unknown,
): Supported {
  return {
    form,
    arity,
    compile(given, spot) {
      const texts = given.map((one) => textIn(computed(one, spot), spot))
      const value = `${spot.scope.writing.bind(make)}([${texts.join(', ')}], run, ${quoted(spot.place)})`
      return { shape: fhirShape(type) ?? plain, value }
    },
  }
}

/** Without what is undefined; undefined when the code or value is. */
function having(parts: Record<string, unknown>, needed: unknown): Record<string, unknown> | undefined {
  if (needed === undefined) return undefined
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
}

const coding = ([system, code, display]: Texts) => having({ system, code, display }, code)

export const c = datatype('Coding', 'a system, a code and perhaps a display: c(system, code)', [2, 3], coding)

export const cc = datatype(
  'CodeableConcept',
  'a text, or a system, a code and perhaps a display: cc(text), cc(system, code)',
  [1, 3],
  (texts) => {
    if (texts.length === 1) return having({ text: texts[0] }, texts[0])
    const one = coding(texts)
    return one && { coding: [one] }
  },
)

export const id = datatype(
  'Identifier',
  'a system, a value and perhaps a type of table 0203: id(system, value)',
  [2, 3],
  ([system, value, type]) => {
    const typed = type === undefined ? undefined : { coding: [{ system: identifierTypes, code: type }] }
    return having({ type: typed, system, value }, value)
  },
)

const identifierTypes = 'http://terminology.hl7.org/CodeSystem/v2-0203'

export const cp = datatype(
  'ContactPoint',
  "a value, or a system and a value: cp(value), cp('phone', value)",
  [1, 2],
  (texts) => {
    const [system, value] = texts.length === 2 ? texts : [undefined, texts[0]]
    return having({ system: system ?? (value?.includes('@') ? 'email' : 'phone'), value }, value)
  },
)

const quantity = /^\s*(<=|>=|<|>)?\s*([+-]?\d+(?:\.\d+)?)\s*(.*?)\s*$/

export const qty = datatype(
  'Quantity',
  "a text such as '5 mg', or a value, a unit, and perhaps a system and a code: qty(v), qty(v, 'mg')",
  [1, 4],
  (texts, run, place) => {
    if (texts[0] === undefined) return undefined
    const [, comparator, digits, rest] = (texts.length === 1 ? texts[0].match(quantity) : undefined) ?? []
    const value = casts.decimal?.(texts.length === 1 ? digits : texts[0])
    if (value === undefined) {
      run.issues.push(issue('value', 'The value is no number with a unit.', located(place, run, texts[0])))
      return undefined
    }
    const [, unit = rest || undefined, system, code] = texts
    return having({ value, comparator, unit, system, code }, value)
  },
)

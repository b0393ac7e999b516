import type { Code, Writing } from '../compile/code.ts'
import { plain, type Shape } from '../shapes/shape.ts'
import { type Items, isSimple, listed, oneText, simple, textsOf, truth, united, unusual } from './items.ts'
import { fixed, type Part } from './part.ts'

/** The quick form of two parts with a sign or a word between them; undefined when there is none. */
export function infix(sign: string, left: Part, right: Part, writing: Writing): Part | undefined {
  const known = Object.hasOwn(infixes, sign) ? infixes[sign] : undefined
  if (!known || isDated(left.shape) || isDated(right.shape)) return undefined
  const { combine, isCondition } = known
  const kind = { shape: plain, ...(isCondition && { isCondition }) }
  if (left.fixed && right.fixed) return worked(combine, kind, left.fixed.items, right.fixed.items, writing)
  const apply = withFixed(sign, right, writing) ?? writing.bind(combine)
  return { ...kind, code: (_, self) => `${apply}(${left.code(self, self)}, ${right.code(self, self)})` }
}

/** Whether fhirpath.js compares or adds by more than the value as it is written. */
export const isDated = ({ model, name, kind }: Shape): boolean =>
  model === 'fhir' &&
  (kind === 'complex' || ['date', 'dateTime', 'instant', 'time', 'decimal'].includes(name))

type Combine = (left: Items, right: Items) => Items

const infixes: Readonly<Record<string, { combine: Combine; isCondition?: true }>> = {
  '=': { combine: (left, right) => equality(left, right, true), isCondition: true },
  '!=': { combine: (left, right) => equality(left, right, false), isCondition: true },
  and: { combine: (left, right) => and(truth(left), truth(right)), isCondition: true },
  or: { combine: (left, right) => or(truth(left), truth(right)), isCondition: true },
  '+': {
    combine: (left, right) =>
      left === undefined || right === undefined ? undefined : oneText(left) + oneText(right),
  },
  '&': { combine: (left, right) => oneText(left ?? '') + oneText(right ?? '') },
  '|': { combine: united },
  '>': { combine: comparing((a, b) => a > b), isCondition: true },
  '<': { combine: comparing((a, b) => a < b), isCondition: true },
  '>=': { combine: comparing((a, b) => a >= b), isCondition: true },
  '<=': { combine: comparing((a, b) => a <= b), isCondition: true },
  in: { combine: among, isCondition: true },
  contains: { combine: (left, right) => among(right, left), isCondition: true },
}

/** Two written values, worked out once; what fhirpath.js is to decide has no quick form. */
function worked(
  combine: Combine,
  kind: Omit<Part, 'code'>,
  left: Items,
  right: Items,
  writing: Writing,
): Part | undefined {
  try {
    return { ...fixed(combine(left, right), writing), ...kind }
  } catch {
    return undefined
  }
}

/** Compared with a written text, or looked up in written ones. */
function withFixed(sign: string, { fixed: written }: Part, { bind }: Writing): Code | undefined {
  if (!written) return undefined
  const { items } = written
  if ((sign === '=' || sign === '!=') && typeof items === 'string')
    return bind(sign === '=' ? isThe : isNotThe)
  if (sign !== 'in' || !listed(items).every((item) => typeof item === 'string')) return undefined
  const texts = new Set(textsOf(items))
  return bind((left: Items) => (left === undefined ? undefined : texts.has(oneText(left))))
}

function isThe(left: Items, text: Items): boolean | undefined {
  if (left === undefined) return undefined
  if (!isSimple(left)) throw unusual
  return left === text
}

function isNotThe(left: Items, text: Items): boolean | undefined {
  const is = isThe(left, text)
  return is === undefined ? undefined : !is
}

function equality(left: Items, right: Items, wanted: boolean): Items {
  if (left === undefined || right === undefined) return undefined
  return (simple(left) === simple(right)) === wanted
}

function and(a: boolean | undefined, b: boolean | undefined): Items {
  if (a === false || b === false) return false
  return a === undefined || b === undefined ? undefined : true
}

function or(a: boolean | undefined, b: boolean | undefined): Items {
  if (a === true || b === true) return true
  return a === undefined || b === undefined ? undefined : false
}

function comparing(holds: (a: number, b: number) => boolean): Combine {
  return (left, right) => {
    if (left === undefined || right === undefined) return undefined
    const [a, b] = [simple(left), simple(right)]
    if (typeof a !== 'number' || typeof b !== 'number') throw unusual
    return holds(a, b)
  }
}

function among(left: Items, right: Items): Items {
  if (left === undefined) return undefined
  const one = oneText(left)
  return textsOf(right).includes(one)
}

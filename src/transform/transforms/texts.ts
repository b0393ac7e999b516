import { issue } from '../../fhir/outcome.ts'
import { computed, literalIn, nothing, textIn } from '../compile/transform.ts'
import { located } from '../located.ts'
import type { Run } from '../run.ts'
import { fhirShape } from '../shapes/fhir.ts'
import { casts } from '../shapes/primitives.ts'
import { plain, text } from '../shapes/shape.ts'
import { isAbsent } from '../values.ts'
import type { Supported } from './transform.ts'

export const truncate: Supported = {
  form: 'a value and a length: truncate(v, 20)',
  arity: [2, 2],
  compile([of, length], spot, at) {
    const most = Number(literalIn(length, spot, at, `truncate takes ${this.form}`))
    if (!of || !Number.isInteger(most) || most < 1) {
      spot.unit.fault(length ?? at, 'The length is a whole number, 1 or more.')
      return nothing
    }
    return { shape: text, value: `${textIn(computed(of, spot), spot)}?.slice(0, ${most})` }
  },
}

export const append: Supported = {
  form: "values, put one behind the other: append(v, ' ', w)",
  arity: [1, 64],
  compile(given, spot) {
    const parts = given.map((one) => `(${textIn(computed(one, spot), spot)} ?? '')`)
    return { shape: text, value: `(${parts.join(' + ')})` }
  },
}

export const cast: Supported = {
  form: "a value and the name of a FHIR primitive: cast(v, 'integer')",
  arity: [2, 2],
  compile([of, to], spot, at) {
    const type = literalIn(to, spot, at, `cast takes ${this.form}`)
    const convert = type === undefined || !Object.hasOwn(casts, type) ? undefined : casts[type]
    if (!of || !convert || type === undefined) {
      if (type !== undefined)
        spot.unit.fault(to ?? at, `"${type}" is no FHIR primitive. One of: ${Object.keys(casts).join(', ')}.`)
      return nothing
    }
    const casting = (found: unknown, run: Run) => {
      if (isAbsent(found)) return undefined
      const converted = convert(found)
      if (converted === undefined)
        run.issues.push(issue('value', `The value is no ${type}.`, located(spot.place, run, found)))
      return converted
    }
    const { value } = computed(of, spot)
    return { shape: fhirShape(type) ?? plain, value: `${spot.scope.writing.bind(casting)}(${value}, run)` }
  },
}

const xml: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

const toXml = (plain: string) => plain.replace(/[&<>"']/g, (sign) => xml[sign] ?? sign)
const fromXml = (escaped: string) =>
  escaped.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name) return named[name.toLowerCase()] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

const forms: Record<string, { write(plain: string): string; read(escaped: string): string }> = {
  plain: { write: (text) => text, read: (text) => text },
  html: { write: toXml, read: fromXml },
  xml: { write: toXml, read: fromXml },
  json: { write: (text) => JSON.stringify(text).slice(1, -1), read: fromJson },
}

function fromJson(escaped: string): string {
  const found: unknown = JSON.parse(`"${escaped}"`)
  return String(found)
}

export const escaping: Supported = {
  form: "a value and the form it takes, or the form it has and the one it takes: escape(v, 'html'), escape(v, 'html', 'plain')",
  arity: [2, 3],
  compile([of, first, second], spot, at) {
    const [from, to] = second ? [first, second] : [undefined, first]
    const reads = from ? formOf(literalIn(from, spot, at, `escape takes ${this.form}`)) : forms.plain
    const writes = formOf(literalIn(to, spot, at, `escape takes ${this.form}`))
    if (!of || !reads || !writes) {
      spot.unit.fault(first ?? at, `A form is one of: ${Object.keys(forms).join(', ')}.`)
      return nothing
    }
    const escaped = (found: string | undefined, run: Run) => {
      if (found === undefined) return undefined
      try {
        return writes.write(reads.read(found))
      } catch {
        const wrong = 'The value is not in the form that it should have.'
        run.issues.push(issue('value', wrong, located(spot.place, run, found)))
        return undefined
      }
    }
    const value = textIn(computed(of, spot), spot)
    return { shape: text, value: `${spot.scope.writing.bind(escaped)}(${value}, run)` }
  },
}

const formOf = (name: string | undefined) =>
  name !== undefined && Object.hasOwn(forms, name) ? forms[name] : undefined

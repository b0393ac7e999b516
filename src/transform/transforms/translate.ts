import { nearest } from '../compile/context.ts'
import { computed, literalIn, nothing } from '../compile/transform.ts'
import type { Translation, Translator } from '../concept-map.ts'
import { located } from '../located.ts'
import type { Run } from '../run.ts'
import { fhirShape } from '../shapes/fhir.ts'
import { plain } from '../shapes/shape.ts'
import { isTree, listOf } from '../values.ts'
import type { Supported } from './transform.ts'

/** What a translation is given as, by the word for it. */
const outputs: Record<string, { type: string; of(found: readonly Translation[]): unknown }> = {
  code: { type: 'code', of: ([first]) => first?.code },
  system: { type: 'uri', of: ([first]) => first?.system },
  display: { type: 'string', of: ([first]) => first?.display },
  Coding: { type: 'Coding', of: ([first]) => first && { ...first } },
  CodeableConcept: {
    type: 'CodeableConcept',
    of: (found) => (found.length ? { coding: found.map((one) => ({ ...one })) } : undefined),
  },
}

export const translate: Supported = {
  form: `a code, the URL of a ConceptMap and one of ${Object.keys(outputs).join(', ')}: translate(v, '#map', 'code')`,
  arity: [2, 3],
  compile([of, map, as], spot, at) {
    const url = literalIn(map, spot, at, `translate takes ${this.form}`)
    const word = as ? literalIn(as, spot, at, `translate takes ${this.form}`) : 'code'
    const output = word !== undefined && Object.hasOwn(outputs, word) ? outputs[word] : undefined
    if (!output) spot.unit.fault(as ?? at, `translate takes ${this.form}`)
    const translator = url === undefined ? undefined : spot.unit.translator(url)
    if (url !== undefined && !translator)
      spot.unit.fault(
        map ?? at,
        `There is no ConceptMap "${url}".${nearest(url, spot.unit.conceptMaps.keys())}`,
      )
    if (!of || !output || !translator || url === undefined) return nothing
    const { value } = computed(of, spot)
    const ask = asking(translator, url, spot.place)
    const translated = (given: unknown, run: Run) => {
      if (typeof given === 'string') return output.of(ask(given, run))
      const found = listOf(given).flatMap((one) => output.of(ask(one, run)) ?? [])
      return found.length > 1 ? found : found[0]
    }
    return {
      shape: fhirShape(output.type) ?? plain,
      value: `${spot.scope.writing.bind(translated)}(${value}, run)`,
    }
  },
}

/** Translates a code, a Coding, a v2 CE or CWE, or a CodeableConcept; what is not known is put down. */
function asking(translator: Translator, map: string, place: string) {
  return (value: unknown, run: Run): readonly Translation[] => {
    if (typeof value === 'string') {
      const { translations, unmapped } = translator(value, undefined)
      if (unmapped) run.unmapped.push(row(map, value, undefined, fieldOf(located(place, run, value))))
      return translations.length > 1 ? distinct(translations) : translations
    }
    const codes = codesOf(value)
    const answers = codes.map((code) => ({ ...code, ...translator(code.code, code.system) }))
    const known = answers.filter(({ unmapped }) => !unmapped)
    if (!known.length)
      for (const { code, system } of answers)
        run.unmapped.push(row(map, code, system, fieldOf(located(place, run, code))))
    return distinct((known.length ? known : answers).flatMap(({ translations }) => translations))
  }
}

const row = (map: string, code: string, system: string | undefined, place: string) => ({
  map,
  ...(system !== undefined && { system }),
  code,
  place,
})

/** A code is told by the field it stands in, with all that the field says of it. */
const fieldOf = (place: string) => place.replace(/(-\d+(?:\[\d+\])?)\..*$/, '$1')

function distinct(translations: readonly Translation[]): readonly Translation[] {
  if (translations.length < 2) return translations
  const found = new Map<string, Translation>()
  for (const one of translations) {
    const key = `${one.system}|${one.code}`
    if (!found.has(key)) found.set(key, one)
  }
  return [...found.values()]
}

interface Asked {
  code: string
  system: string | undefined
}

function codesOf(value: unknown): Asked[] {
  if (!isTree(value)) return typeof value === 'object' ? [] : [{ code: String(value), system: undefined }]
  if (Array.isArray(value.coding)) return value.coding.flatMap(codesOf)
  const { code = value.identifier, system } = value
  if (typeof code !== 'string' || !code) return []
  return [{ code, system: typeof system === 'string' ? system : undefined }]
}

import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/hl7v2/message.ts'
import { isLeftOut, leftOut } from './left-out.ts'
import { cases, conceptMaps, leavesOf, messageOf, run, samples } from './support.ts'

const read = ['ORC', 'OBR', 'OBX', 'NTE', 'DG1', 'AL1', 'PV1', 'PID']

interface Value {
  /** `PID-5.1`, `PV1-3.2.2`: segment, field, component, subcomponent. */
  place: string
  text: string
}

/** Every filled value of the segments that are promised to be read. */
function valuesOf({ segments }: Message): Value[] {
  return segments
    .filter(({ name }) => read.includes(name))
    .flatMap(({ name, fields }) =>
      fields.flatMap((repetitions, at) =>
        repetitions.flatMap((components) =>
          components.flatMap((parts, component) =>
            parts.flatMap((text, part) =>
              text.trim() ? [{ place: placeOf(name, at, component, part), text: text.trim() }] : [],
            ),
          ),
        ),
      ),
    )
}

const placeOf = (name: string, at: number, component: number, part: number) =>
  `${name}-${at}.${component + 1}${part ? `.${part + 1}` : ''}`

/** What a value may be called in FHIR: as it is, as a date, as its translation, as a system. */
function formsOf(text: string): string[] {
  return [text, ...datesOf(text), ...translationsOf(text), ...systemsOf(text), base64(text)]
}

function datesOf(text: string): string[] {
  const [, year, month, day, hours, minutes = '00', seconds = '00', offset] =
    /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?([+-]\d{4})?$/.exec(text) ?? []
  if (!year) return []
  const date = `${year}-${month}-${day}`
  if (!hours) return [date]
  const time = `${date}T${hours}:${minutes}:${seconds}`
  return [offset ? `${time}${offset.slice(0, 3)}:${offset.slice(3)}` : `${time}+01:00`]
}

const translations = new Map<string, string[]>()
for (const { code, target } of conceptMaps.flatMap(
  ({ group }) => group?.flatMap(({ element }) => element) ?? [],
)) {
  const known = translations.get(code ?? '') ?? []
  translations.set(code ?? '', [...known, ...(target ?? []).flatMap((one) => one.code ?? [])])
}

const translationsOf = (text: string) => translations.get(text) ?? []

function systemsOf(text: string): string[] {
  const table = /^HL7(\d{4})$/.exec(text)?.[1]
  const slug = text.replace(/[^A-Za-z0-9._~-]+/g, '-')
  return [
    ...(table ? [`http://terminology.hl7.org/CodeSystem/v2-${table}`] : []),
    ...(/^[0-2](\.\d+)+$/.test(text) ? [`urn:oid:${text}`] : []),
    `urn:uuid:${text.toLowerCase()}`,
    `urn:relais:${slug}`,
    `urn:relais:code-system:${slug}`,
  ]
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Whether a leaf says it: it is the value, or holds it as a word, or (a longer one) anywhere. */
function says(leaf: string, form: string): boolean {
  if (leaf === form) return true
  return form.length > 3 ? leaf.includes(form) : leaf.split(/[^\p{L}\p{N}.]+/u).includes(form)
}

const sampled = cases.filter(({ name }) => samples.has(name))

describe.each(sampled)('$name', ({ map, name, input }) => {
  const leaves = leavesOf(run(map, input).target)
  const values = valuesOf(messageOf(samples.get(name) ?? ''))

  test('every filled value is found in the result, or is left out on purpose', () => {
    const lost = values
      .filter((value) => !isLeftOut({ ...value, map }))
      .filter(({ text }) => !formsOf(text).some((form) => leaves.some((leaf) => says(leaf, form))))
    expect(lost.map(({ place, text }) => `${place} ${text}`)).toEqual([])
  })
})

test('nothing stands on the list of what is left out that no sample fills', () => {
  const filled = sampled.flatMap(({ map, name }) =>
    valuesOf(messageOf(samples.get(name) ?? '')).map((value) => ({ ...value, map })),
  )
  const idle = leftOut.filter((one) => !filled.some((value) => isLeftOut(value, [one])))
  expect(idle.map(({ fields, values }) => fields ?? values)).toEqual([])
})

import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/fhir/outcome.ts'
import { type Message, type Segment, segmentsNamed } from '../../src/hl7v2/message.ts'
import { toTree } from '../../src/hl7v2/tree.ts'
import { cases, messageOf, run, samples } from './support.ts'

const sampled = cases.filter(({ name }) => samples.has(name))

/** What the map says of a message: the place and case of each fault, or nothing when it was read. */
function faultsOf(map: string, message: Message): string[] {
  try {
    run(map, toTree(message))
    return []
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return thrown.issues.map((issue) => `${issue.case} ${issue.expression}`)
  }
}

const withSegment = ({ segments }: Message, at: number, ...instead: Segment[]): Message => ({
  segments: segments.flatMap((segment, n) => (n === at ? instead : [segment])),
})

const isNamed = (fault: string) => /^(value|required) ([A-Z][A-Z0-9]{1,2}-\d+|[A-Z][A-Z_]+)$/.test(fault)

/** One try for each field of each map is enough. */
const tried = new Set<string>()
const isNew = (what: string) => !tried.has(what) && Boolean(tried.add(what))

describe.each(sampled)('$name', ({ map, name }) => {
  const message = messageOf(samples.get(name) ?? '')
  const places = message.segments.map((segment, at) => ({ segment, at })).filter(({ at }) => at > 0)

  test('without any one of its segments, or with one twice, is read or refused by a place', () => {
    for (const { segment, at } of places.filter(({ segment }) => isNew(`${map} ${segment.name}`))) {
      const faults = [[], [segment, segment]].flatMap((instead) =>
        faultsOf(map, withSegment(message, at, ...instead)),
      )
      expect(faults.filter((fault) => !isNamed(fault))).toEqual([])
    }
  })

  test('with nonsense in any one of its fields is read, or refused by the place of that very field', () => {
    const refusals = places.flatMap(({ segment, at }) => {
      const nth = segmentsNamed(message, segment.name).indexOf(segment) + 1
      const name = nth > 1 ? `${segment.name}[${nth}]` : segment.name
      return segment.fields.flatMap((repetitions, field) => {
        if (repetitions.length === 0 || !isNew(`${map} ${segment.name}-${field}`)) return []
        const fields = segment.fields.map((own, n) => (n === field ? [[['???']]] : own))
        const faults = faultsOf(map, withSegment(message, at, { ...segment, fields }))
        return faults.map((fault) => ({ fault, at: `value ${name}-${field}` }))
      })
    })
    expect(refusals.filter(({ fault, at }) => fault !== at && !fault.startsWith(`${at}.`))).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { businessKeys } from '../../src/fhir/business-key.ts'
import { fromTree } from '../../src/hl7v2/from-tree.ts'
import { writeMessage } from '../../src/hl7v2/message.ts'
import type { Tree } from '../../src/hl7v2/tree.ts'
import { projectValidator } from '../validate/support.ts'
import { cases, isOutward, maps, resourcesOf, run, samples } from './support.ts'

const validator = projectValidator()

/** Messages that say something new of what is known: what they leave out is not missing. */
const partial = ['cancelled', 'merged', 'post-acte', 'refused', 'refused-without-schedule', 'change-refused']

describe.each(cases)('$map of $name', ({ map, input, expected }) => {
  test('makes what is expected', async () => {
    const { target, unmapped, issues } = run(map, input)
    const made = `${JSON.stringify({ target, unmapped, issues }, null, 2)}\n`
    await expect(made).toMatchFileSnapshot(`${expected}.json`)
  })
})

describe.each(cases.filter(({ map }) => !isOutward(map)))('$map of $name, inward', ({ map, name, input }) => {
  const { target } = run(map, input)

  test('makes resources that are valid', () => {
    const against = partial.includes(name) ? 'base' : 'all'
    const faults = resourcesOf(target).flatMap((resource) =>
      validator
        .validate(resource, { against })
        .filter(({ severity }) => severity !== 'warning' && severity !== 'information')
        .map(({ text, expression }) => `${expression}: ${text}`),
    )
    expect(resourcesOf(target)).not.toEqual([])
    expect(faults).toEqual([])
  })

  test('gives no business key to two resources of a type', () => {
    const keys = resourcesOf(target).flatMap((resource) =>
      businessKeys(resource).map(({ system, value }) => `${resource.resourceType} ${system}|${value}`),
    )
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('makes entries that are named once, and names none that is not there', () => {
    const { entry = [] } = target as { entry?: { fullUrl?: string }[] } // an inward map makes a Bundle
    const urls = entry.map(({ fullUrl }) => fullUrl)
    expect(new Set(urls).size).toBe(urls.length)
    const named = JSON.stringify(target).match(/"reference":"(urn:local:[^"]+)"/g) ?? []
    for (const one of named) expect(urls).toContain(one.slice('"reference":"'.length, -1))
  })
})

describe.each(cases.filter(({ map }) => isOutward(map)))(
  '$map of $name, outward',
  ({ map, input, expected }) => {
    test('makes a message that can be written', async () => {
      await expect(written(map, run(map, input).target)).toMatchFileSnapshot(`${expected}.hl7`)
    })
  },
)

test('every sample has a case, but for the acknowledgements, which no map reads', () => {
  const without = [...samples.keys()].filter((name) => !cases.some((one) => one.name === name))
  expect(without).toEqual(['ack-AA', 'ack-AE'])
})

test('every map that a message may be sent to has a case', () => {
  const without = maps.names.filter((name) => name.includes('-to-') && !cases.some(({ map }) => map === name))
  expect(without).toEqual([])
})

/** The message that an outward map makes, under a header as a connector adds it; a segment a line. */
function written(map: string, target: unknown): string {
  const structure = map.replace(/^.*-to-/, '')
  const [messageCode = '', triggerEvent = ''] = structure.split('_')
  // An outward map makes the tree of a message.
  const { MSH, ...tree } = target as Tree & { MSH?: Tree }
  const header = {
    sendingApplication: { namespaceId: 'RELAIS' },
    messageType: { messageCode, triggerEvent, messageStructure: structure },
    messageControlId: '1',
    processingId: { processingId: 'P' },
    versionId: { versionId: '2.5.1' },
    countryCode: 'FRA',
    ...MSH,
  }
  return writeMessage(fromTree({ MSH: header, ...tree }, structure)).replaceAll('\r', '\n')
}

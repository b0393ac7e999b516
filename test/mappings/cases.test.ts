import { describe, expect, test } from 'vitest'
import { projectValidator } from '../validate/support.ts'
import { cases, maps, resourcesOf, run, samples } from './support.ts'

const validator = projectValidator()
/** Messages that say something new of what is known: what they leave out is not missing. */
const partial = ['cancelled', 'post-acte', 'refused', 'refused-without-schedule']

const isInward = (target: unknown) => resourcesOf(target).length > 0

describe.each(cases)('$map of $name', ({ map, name, input, expected }) => {
  const { target, unmapped, issues } = run(map, input)

  test('makes what is expected', async () => {
    const made = `${JSON.stringify({ target, unmapped, issues }, null, 2)}\n`
    await expect(made).toMatchFileSnapshot(`${expected}.json`)
  })

  test.runIf(isInward(target))('makes resources that are valid', () => {
    const faults = resourcesOf(target).flatMap((resource) =>
      validator
        .validate(resource, { against: partial.includes(name) ? 'base' : 'all' })
        .filter(({ severity }) => severity !== 'warning' && severity !== 'information')
        .map(({ text, expression }) => `${expression}: ${text}`),
    )
    expect(faults).toEqual([])
  })

  test.runIf(isInward(target))('makes entries that are named once, and names none that is not there', () => {
    const { entry = [] } = target as { entry?: { fullUrl?: string }[] } // an inward map makes a Bundle
    const urls = entry.map(({ fullUrl }) => fullUrl)
    expect(new Set(urls).size).toBe(urls.length)
    const named = JSON.stringify(target).match(/"reference":"(urn:local:[^"]+)"/g) ?? []
    for (const one of named) expect(urls).toContain(one.slice('"reference":"'.length, -1))
  })
})

test('every sample has a case, but for the acknowledgements, which no map reads', () => {
  const without = [...samples.keys()].filter((name) => !cases.some((one) => one.name === name))
  expect(without).toEqual(['ack-AA', 'ack-AE'])
})

test('every map that a message may be sent to has a case', () => {
  const without = maps.names.filter((name) => name.includes('-to-') && !cases.some(({ map }) => map === name))
  expect(without).toEqual([])
})

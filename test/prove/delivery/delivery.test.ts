import { describe, expect, test } from 'vitest'
import { check, type Seen } from './check.ts'
import { proved } from './index.ts'

test('what comes by broken lines, and leaves to partners that misbehave, arrives once and in order', async () => {
  const { seen, breaches, harm } = await proved({
    messages: 120,
    seed: 1,
    atOnce: 6,
    share: 0.1,
    harmEveryMs: 500,
    isControl: false,
    note: () => {},
  })
  expect(breaches).toEqual([])
  expect(seen.acknowledged.size).toBe(120)
  expect(seen.departures.map(({ status }) => status)).toEqual(Array(108).fill('sent'))
  expect(harm.get('gateway killed')).toBeGreaterThan(0)
}, 180_000)

const mark = 'D0-0#1'
const taken = { at: 0, ids: new Set(['A']), digests: new Set(['x']) }
const good: Seen = {
  acknowledged: new Set(['O0', 'C0-1', 'C0-2']),
  arrivals: ['O0', 'C0-1', 'C0-2'].map((id) => ({ id, status: 'transformed' })),
  comments: [mark, 'D0-0#2'],
  departures: [mark, 'D0-0#2'].map((one) => ({
    mark: one,
    peer: 'ehr-v2',
    status: 'sent',
    isHeld: false,
    replayed: false,
  })),
  partners: [
    {
      name: 'ehr-v2',
      taken: new Map([
        [mark, taken],
        ['D0-0#2', { ...taken, at: 1, ids: new Set(['B']) }],
      ]),
    },
    { name: 'ehr-fhir', taken: new Map() },
  ],
  exits: [0],
  memory: [200, 210],
}

describe('the check finds', () => {
  const [first] = good.departures
  const [partner] = good.partners
  const broken: Record<string, Partial<Seen>> = {
    stored: { arrivals: good.arrivals.slice(0, 2) },
    'one-effect': { comments: [...good.comments, mark] },
    'one-end': { departures: good.departures.map((one) => ({ ...one, isHeld: true })) },
    delivered: { departures: first ? [{ ...first, status: 'dead' }, ...good.departures.slice(1)] : [] },
    'one-id': {
      partners: [
        {
          name: 'ehr-v2',
          taken: new Map([...(partner?.taken ?? []), [mark, { ...taken, ids: new Set(['A', 'C']) }]]),
        },
      ],
    },
    order: {
      partners: [
        { name: 'ehr-v2', taken: new Map([...(partner?.taken ?? []), [mark, { ...taken, at: 2 }]]) },
      ],
    },
    exit: { exits: [0, 1] },
    memory: { memory: [200, 320] },
  }

  test('nothing wrong where nothing is', () => expect(check(good)).toEqual([]))

  test.each(Object.entries(broken))('that a promise is broken: %s', (rule, part) => {
    expect(check({ ...good, ...part }).map((one) => one.rule)).toContain(rule)
  })
})

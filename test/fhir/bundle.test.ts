import { expect, test } from 'vitest'
import { history, responses, searchset } from '../../src/fhir/bundle.ts'
import { outcomeOf } from '../../src/fhir/outcome.ts'

const base = 'https://gateway.example/fhir'
const slot = {
  type: 'Slot',
  id: 's1',
  version: 1,
  lastUpdated: '2026-03-02T07:00:00.000Z',
  deleted: false,
  body: '{"resourceType":"Slot","id":"s1","comment":"1.10 \\u00e9"}',
}

test('bodies stand in a searchset letter by letter as they are kept', () => {
  const body = '{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.10}}'
  const text = searchset(base, [{ ...slot, type: 'Observation', id: 'o', body, mode: 'match' }], {
    links: [],
  })
  expect(text).toContain(body)
})

test('a searchset tells matches, what came along, and what was left out', () => {
  const outcome = outcomeOf([{ case: 'unknown-parameter', text: 'No such parameter.', severity: 'warning' }])
  const links = [{ relation: 'self', url: `${base}/Slot?x="1"` }] as const
  const found = [
    { ...slot, mode: 'match' },
    { ...slot, type: 'Schedule', id: 'c', body: '{"resourceType":"Schedule","id":"c"}', mode: 'include' },
  ] as const
  expect(JSON.parse(searchset(base, found, { links, total: 1 }, outcome))).toEqual({
    resourceType: 'Bundle',
    type: 'searchset',
    total: 1,
    link: links,
    entry: [
      { fullUrl: `${base}/Slot/s1`, resource: JSON.parse(slot.body), search: { mode: 'match' } },
      {
        fullUrl: `${base}/Schedule/c`,
        resource: { resourceType: 'Schedule', id: 'c' },
        search: { mode: 'include' },
      },
      { resource: outcome, search: { mode: 'outcome' } },
    ],
  })
})

test('a bundle of nothing has no empty lists', () => {
  expect(JSON.parse(searchset(base, [], { links: [], total: 0 }))).toEqual({
    resourceType: 'Bundle',
    type: 'searchset',
    total: 0,
  })
})

test('a history tells how each version came about', () => {
  const versions = [
    { ...slot, version: 3, deleted: true, body: '' },
    { ...slot, version: 2 },
    { ...slot, version: 1 },
  ]
  const { entry } = JSON.parse(history(base, versions, { links: [] }))
  expect(entry.map(({ request }: { request: unknown }) => request)).toEqual([
    { method: 'DELETE', url: 'Slot/s1' },
    { method: 'PUT', url: 'Slot/s1' },
    { method: 'POST', url: 'Slot' },
  ])
  expect(
    entry.map(({ response }: { response: { status: string; etag: string } }) => [
      response.status,
      response.etag,
    ]),
  ).toEqual([
    ['204 No Content', 'W/"3"'],
    ['200 OK', 'W/"2"'],
    ['201 Created', 'W/"1"'],
  ])
  expect(entry[0]).not.toHaveProperty('resource')
})

test('a transaction is answered entry by entry', () => {
  const entries = [
    { status: '201 Created', location: 'Slot/s1/_history/1', body: slot.body },
    { status: '204 No Content' },
  ]
  expect(JSON.parse(responses('transaction-response', entries))).toEqual({
    resourceType: 'Bundle',
    type: 'transaction-response',
    entry: [
      {
        resource: JSON.parse(slot.body),
        response: { status: '201 Created', location: 'Slot/s1/_history/1' },
      },
      { response: { status: '204 No Content' } },
    ],
  })
})

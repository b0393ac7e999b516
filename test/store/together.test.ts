import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Write } from '../../src/store/index.ts'
import { areApart, reachOf } from '../../src/store/write/whole.ts'
import { openTestStore } from '../support/database.ts'
import { create, minute, newId, patient } from './resources.ts'

const numbered = (id: string, value: string) => ({
  ...patient(id),
  identifier: [{ system: 'urn:oid:1.2.250.1.999.2', value }],
})

const creating = (value: string): Write => ({
  at: minute(0),
  resources: [{ resource: numbered(newId(), value), replaces: 0 }],
})

test('of many who create at once, each is answered as if it had been alone', async () => {
  await using store = await openTestStore()
  await store.write(creating('taken'))
  const values = Array.from({ length: 60 }, (_, n) =>
    n % 6 === 0 ? 'taken' : n % 6 === 1 ? 'twice' : `P-${n}`,
  )
  const results = await Promise.allSettled(values.map((value) => store.write(creating(value))))
  const done = values.filter((_, n) => results[n]?.status === 'fulfilled')
  expect(done.filter((value) => value === 'taken')).toEqual([])
  expect(done.filter((value) => value === 'twice')).toEqual(['twice'])
  expect(done).toHaveLength(41)
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.case] : []))
  expect(new Set(refused)).toEqual(new Set(['duplicate']))
})

test('what is refused in company keeps none of the others out', async () => {
  await using store = await openTestStore()
  const [good, bad] = [newId(), newId()]
  const relying = (id: string, version: number): Write => ({
    at: minute(0),
    resources: [{ resource: patient(id), replaces: 0 }],
    relies: new Map([['Organization/none', version]]),
  })
  const results = await Promise.all([
    ...Array.from({ length: 5 }, () => create(store, patient(newId()))),
    store.write(relying(bad, 3)),
    store.write({ ...relying(good, 0), relies: new Map() }),
  ])
  expect(results).toEqual([true, true, true, true, true, false, true])
  expect(await store.read('Patient', bad, 'all')).toBeUndefined()
  expect(await store.read('Patient', good, 'all')).toBeDefined()
})

test('all who see a patient by writes at once see it', async () => {
  await using store = await openTestStore()
  const id = newId()
  await store.write({ at: minute(0), resources: [{ resource: patient(id), replaces: 0, sight: ['org:0'] }] })
  const keys = Array.from({ length: 20 }, (_, n) => `org:${n + 1}`)
  await Promise.all(
    keys.map((key) =>
      store.write({ ...creating(key), grants: [{ reference: `Patient/${id}`, sight: [key] }] }),
    ),
  )
  expect([...(await store.reader().sight(`Patient/${id}`))].sort()).toEqual(['org:0', ...keys].sort())
})

test('a message that comes twice at once is kept once, in whatever company', async () => {
  await using store = await openTestStore()
  const arriving = (id: string): Write => ({
    ...creating(crypto.randomUUID()),
    arrival: {
      row: crypto.randomUUID(),
      raw: Buffer.from(`MSH|${id}`),
      id,
      kind: 'ORM^O01',
      peer: 'ehr',
      receivedAt: minute(0),
      by: 'mllp',
      status: 'transformed',
      digest: id,
      answer: Buffer.from([0x0b, 0xe9, 0x22, 0x5c]),
      knownUntil: minute(60),
    },
  })
  const ids = Array.from({ length: 40 }, (_, n) => `M-${n % 30}`)
  const results = await Promise.all(ids.map((id) => store.write(arriving(id))))
  expect(results.filter(Boolean)).toHaveLength(30)
  const known = await store.messages.known('ehr', 'M-3', minute(1))
  expect(known?.answer).toEqual(Buffer.from([0x0b, 0xe9, 0x22, 0x5c]))
})

const names = fc.constantFrom('a', 'b', 'c', 'd')

const someWrite = fc
  .record({ id: names, value: names, granted: fc.array(names), relied: fc.array(fc.tuple(names, fc.nat(2))) })
  .map(
    ({ id, value, granted, relied }): Write => ({
      at: minute(0),
      resources: [{ resource: numbered(id, value), replaces: 0 }],
      grants: granted.map((name) => ({ reference: `Patient/${name}`, sight: ['org:1'] })),
      relies: new Map(relied.map(([name, version]) => [`Patient/${name}`, version])),
    }),
  )

test('writes go together only when neither touches what the other makes', () => {
  fc.assert(
    fc.property(someWrite, someWrite, (one, other) => {
      const [mine, theirs] = [reachOf(one), reachOf(other)]
      if (!mine || !theirs) throw new Error('Both only add')
      const touched = ({ resources = [], grants = [], relies = new Map() }: Write) => [
        ...resources.map(({ resource }) => `Patient/${resource.id}`),
        ...grants.map(({ reference }) => reference),
        ...relies.keys(),
      ]
      const made = ({ resources = [] }: Write) => resources.map(({ resource }) => `Patient/${resource.id}`)
      const meet =
        made(one).some((name) => touched(other).includes(name)) ||
        made(other).some((name) => touched(one).includes(name))
      if (meet) expect(areApart(mine, theirs)).toBe(false)
      expect(areApart(mine, theirs)).toBe(areApart(theirs, mine))
    }),
  )
})

test('what replaces or ends something is written by itself', () => {
  const replacing = {
    at: minute(0),
    resources: [{ resource: patient(newId(), { version: 2 }), replaces: 1 }],
  }
  expect(reachOf(replacing)).toBeUndefined()
  expect(reachOf({ ...creating('x'), release: ['1'] })).toBeUndefined()
  expect(reachOf(creating('x'))).toBeDefined()
})

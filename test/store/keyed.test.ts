import { expect, test } from 'vitest'
import { silent } from '../../src/log.ts'
import { openDatabase } from '../../src/store/database.ts'
import { isReferring, keyedReads } from '../../src/store/keyed.ts'
import { openTestStore } from '../support/database.ts'
import { create, newId, patient } from './resources.ts'

const ipp = { system: 'urn:oid:1.2.3', value: '42' }

/** Reads by key on the database of a store, and how many statements they took. */
async function counted(url: string) {
  const db = openDatabase({ connectionString: url }, 4, silent)
  const seen = { statements: 0 }
  const rows: typeof db.rows = (piece) => {
    seen.statements++
    return db.rows(piece)
  }
  const keyed = keyedReads({ ...db, rows })
  return { keyed, seen, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() }
}

test('what is asked in one turn is one statement, and each hears what it asked for', async () => {
  await using store = await openTestStore()
  const [a, b] = [newId(), newId()]
  await create(store, patient(a))
  await create(store, patient(b, { identifier: [ipp] }), ['org:1'])
  await using under = await counted(store.url)
  const { keyed, seen } = under
  const found = await Promise.all([
    keyed.current('Patient', a),
    keyed.current('Patient', b),
    keyed.current('Patient', a),
    keyed.current('Patient', newId()),
    keyed.carrying('Patient', [ipp]),
    keyed.carrying('Patient', [{ system: undefined, value: '42' }]),
    keyed.carrying('Practitioner', [ipp]),
  ])
  expect(found.map((one) => (Array.isArray(one) ? one.map(({ id }) => id) : one?.id))).toEqual([
    a,
    b,
    a,
    undefined,
    [b],
    [b],
    [],
  ])
  expect(seen.statements).toBe(1)
  expect((await keyed.current('Patient', b))?.access).toEqual(['org:1'])
  expect(seen.statements).toBe(2)
})

test('those that name what carries an identifier are read along with the rest', async () => {
  await using store = await openTestStore()
  const [doctor, other] = [newId(), newId()]
  const practitioner = { ...patient(doctor, { identifier: [ipp] }), resourceType: 'Practitioner' as const }
  const role = (of: string) => ({
    resourceType: 'PractitionerRole' as const,
    id: newId(),
    meta: patient(of).meta,
    practitioner: { reference: `Practitioner/${of}` },
  })
  const [mine, theirs] = [role(doctor), role(other)]
  for (const resource of [practitioner, mine, theirs]) {
    await store.write({ at: resource.meta.lastUpdated, resources: [{ resource, replaces: 0 }] })
  }
  await using under = await counted(store.url)
  const { keyed, seen } = under
  const referring = keyed.referring('PractitionerRole?practitioner', `Practitioner/${other}`)
  const [roles, who, none] = await Promise.all([
    keyed.naming('PractitionerRole?practitioner', 'Practitioner', [ipp]),
    keyed.carrying('Practitioner', [ipp]),
    keyed.naming('PractitionerRole?practitioner', 'Practitioner', [{ ...ipp, value: '43' }]),
  ])
  expect([roles, who, none].map((rows) => rows.map(({ id }) => id))).toEqual([[mine.id], [doctor], []])
  expect((await referring).map(({ id }) => id)).toEqual([theirs.id])
  expect(seen.statements).toBe(1)
})

test('those that refer to something may be asked for by a code beside, and namesakes by their birth', async () => {
  await using store = await openTestStore()
  const born = (family: string, birthDate: string) => ({
    ...patient(newId()),
    name: [{ family }, { family: 'Autre' }],
    birthDate,
  })
  const [same, later, other] = [
    born('Lécole', '1979-03-28'),
    born('Lécole', '1979-03-29'),
    { ...born('Ecole', '1979-03-28'), identifier: [{ system: 'urn:oid:1.2', value: newId() }] },
  ]
  const asked = (status: 'active' | 'revoked') => ({
    resourceType: 'ServiceRequest' as const,
    id: newId(),
    meta: same.meta,
    status,
    intent: 'order' as const,
    subject: { reference: `Patient/${same.id}` },
  })
  const [active, revoked] = [asked('active'), asked('revoked')]
  for (const resource of [same, later, other, active, revoked]) {
    await store.write({ at: resource.meta.lastUpdated, resources: [{ resource, replaces: 0 }] })
  }
  await using under = await counted(store.url)
  const { keyed, seen } = under
  const inForce = 'ServiceRequest?subject&status=active'
  const namesakes = async (of: Parameters<typeof keyed.namesakes>[0]) =>
    (await keyed.namesakes(of, inForce)).flatMap(({ patient, naming }) => [patient, ...naming])
  const found = await Promise.all([
    keyed.referring(inForce, `Patient/${same.id}`),
    keyed.referring('ServiceRequest?subject', `Patient/${same.id}`),
    namesakes({ family: 'Lécole', birthDate: '1979-03-28' }),
    namesakes({ family: 'Autre', birthDate: '1979-03-29' }),
    namesakes({ family: 'LECOLE', birthDate: '1979-03-28' }),
    namesakes({ family: 'Lécole', birthDate: '1979-03' }),
    namesakes({ patient: `Patient/${other.id}` }),
    namesakes({ patient: `Patient/${later.id}` }),
    keyed.referring('ServiceRequest?subject&status=active,revoked', `Patient/${same.id}`),
  ])
  expect(found.map((rows) => rows.map(({ id }) => id))).toEqual([
    [active.id],
    [active.id, revoked.id].toSorted().reverse(),
    [same.id, active.id],
    [later.id],
    [],
    [],
    [same.id, active.id],
    [],
    [active.id, revoked.id].toSorted().reverse(),
  ])
  expect(seen.statements).toBe(1)
  expect(
    [
      'ServiceRequest?subject&status=active',
      'ServiceRequest?subject&status=active,revoked',
      "ServiceRequest?subject&status=a'b",
      "ServiceRequest?subject&status=a,b'",
    ].map(isReferring),
  ).toEqual([true, true, false, false])
})

test('what cannot be a key does not spoil what others ask', async () => {
  await using store = await openTestStore()
  const a = newId()
  await create(store, patient(a))
  await using under = await counted(store.url)
  const [good, ...bad] = await Promise.all([
    under.keyed.current('Patient', a),
    under.keyed.current('Patient', '\0'),
    under.keyed.current('Pa\0tient', a),
    under.keyed.carrying('Patient', [{ system: 'urn:a', value: 'b\0' }]),
  ])
  expect(good?.id).toBe(a)
  expect(bad).toEqual([undefined, undefined, []])
})

test('while two statements are under way what else is asked gathers, though not for long', async () => {
  await using store = await openTestStore()
  const ids = Array.from({ length: 8 }, newId)
  for (const id of ids) await create(store, patient(id))
  await using db = openDatabase({ connectionString: store.url }, 4, silent)
  const waiting: (() => void)[] = []
  const rows: typeof db.rows = async (piece) => {
    await new Promise<void>((go) => waiting.push(go))
    return db.rows(piece)
  }
  const keyed = keyedReads({ ...db, rows }, undefined, 60_000)
  const turn = () => new Promise((next) => setImmediate(next))
  const asked: Promise<{ id: string } | undefined>[] = []
  for (const id of ids) {
    asked.push(keyed.current('Patient', id))
    await turn()
    await turn()
  }
  expect(waiting).toHaveLength(2)
  waiting[0]?.()
  expect((await asked[0])?.id).toBe(ids[0])
  await turn()
  expect(waiting).toHaveLength(3)
  for (const go of waiting) go()
  expect((await Promise.all(asked)).map((one) => one?.id)).toEqual(ids)

  const hasty = keyedReads({ ...db, rows }, undefined, 1)
  waiting.length = 0
  for (const id of ids.slice(0, 3)) {
    asked.push(hasty.current('Patient', id))
    await turn()
  }
  await expect.poll(() => waiting.length, { interval: 1 }).toBe(3) // nothing has been answered meanwhile
  for (const go of waiting) go()
  await Promise.all(asked)
})

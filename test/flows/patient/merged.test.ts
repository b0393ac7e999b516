import type { Patient } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { merged } from '../../../src/flows/patient/merged.ts'
import { updated } from '../../../src/flows/patient/updated.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { type ActorName, entries, openTestDesk, type TestDesk, territory } from '../desk.ts'
import { referral } from '../messages.ts'

const file = 'urn:oid:1.2.250.1.999.8'

/** A file of the practice for one and the same woman. */
const numbered = (value: string, more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  identifier: [{ system: file, value }],
  name: [{ use: 'official', family: 'PAT-TROIS', given: ['DOMINIQUE'] }],
  birthDate: '1979-03-28',
  gender: 'female',
  ...more,
})

let desk: TestDesk
beforeEach(async () => {
  const [ris, ...others] = territory.peers
  const curious = ris && { ...ris, takes: [...ris.takes, 'patient.updated', 'patient.merged'] }
  desk = await openTestDesk({ ...territory, peers: [...(curious ? [curious] : []), ...others] })
  return () => desk[Symbol.asyncDispose]()
})

/** A request for a patient of this file, addressed to the centre. */
const refers = (order: string, patient: Patient) => {
  const said = referral(order)
  const swapped = said.entries.map((one) =>
    one.resource.resourceType === 'Patient' ? { ...one, resource: patient } : one,
  )
  return desk.does('practice', received, { ...said, entries: swapped, addressedTo: 'RIS' })
}

const merges = (by: ActorName, stays: Patient, goes: string) => {
  const link = [{ type: 'replaced-by' as const, other: { reference: 'urn:local:stays' } }]
  const prior: Patient = { resourceType: 'Patient', identifier: [{ system: file, value: goes }], link }
  return desk.does(by, merged, { entries: entries({ stays, goes: prior }) })
}

const fileOf = async (value: string) => {
  const all = await desk.all('Patient')
  const found = all.find(({ identifier = [] }) =>
    identifier.some((one) => one.value === value && one.use !== 'old'),
  )
  if (!found) throw new Error(`There is no file ${value}`)
  return found
}

describe('two files that become one', () => {
  beforeEach(async () => {
    await refers('M-1', numbered('STAYS'))
    await refers('M-2', numbered('GOES', { telecom: [{ system: 'phone', value: '+33699000011' }] }))
  })

  test('are one patient with the numbers of both, and the other says which replaced it', async () => {
    const goes = await fileOf('GOES')
    await merges('practice', numbered('STAYS', { gender: 'male' }), 'GOES')
    const stays = await fileOf('STAYS')
    expect(await fileOf('GOES')).toEqual(stays)
    expect(stays).toMatchObject({
      active: true,
      gender: 'male',
      telecom: [{ value: '+33699000011' }],
      link: [{ type: 'replaces', other: { reference: `Patient/${goes.id}` } }],
    })
    expect((await desk.all('Patient')).find(({ id }) => id === goes.id)).toMatchObject({
      active: false,
      identifier: [{ value: 'GOES', use: 'old' }],
      telecom: [{ value: '+33699000011' }],
      link: [{ type: 'replaced-by', other: { reference: `Patient/${stays.id}` } }],
    })
  })

  test('leave nothing that names the one that is gone: requests and Tasks are found under the other', async () => {
    const goes = await fileOf('GOES')
    const before = await Promise.all([
      desk.all('ServiceRequest', `subject=Patient/${goes.id}`),
      desk.all('Task', `patient=Patient/${goes.id}`),
    ])
    expect(before.flat().length).toBeGreaterThanOrEqual(2)
    await merges('practice', numbered('STAYS'), 'GOES')
    const stays = await fileOf('STAYS')
    expect(await desk.all('ServiceRequest', `subject=Patient/${goes.id}`)).toEqual([])
    expect(await desk.all('Task', `patient=Patient/${goes.id}`)).toEqual([])
    const subjects = (await desk.all('ServiceRequest')).map(({ subject }) => subject.reference)
    expect(subjects).toEqual([`Patient/${stays.id}`, `Patient/${stays.id}`])
    const ids = (await desk.all('Task', `patient=Patient/${stays.id}`)).map(({ id }) => id)
    expect(ids).toEqual(
      expect.arrayContaining(before.flat().flatMap((one) => (one.resourceType === 'Task' ? one.id : []))),
    )
  })

  test('once, however often it is told', async () => {
    await merges('practice', numbered('STAYS'), 'GOES')
    const before = await fileOf('STAYS')
    expect(await merges('practice', numbered('STAYS'), 'GOES')).toMatchObject({ written: [] })
    expect(await fileOf('STAYS')).toEqual(before)
  })

  test('a request under the old number is for the one that stays', async () => {
    await merges('practice', numbered('STAYS'), 'GOES')
    await refers('M-3', numbered('GOES'))
    const stays = await fileOf('STAYS')
    const subjects = (await desk.all('ServiceRequest')).map(({ subject }) => subject.reference)
    expect(subjects).toEqual(Array(3).fill(`Patient/${stays.id}`))
  })

  test('are seen by whoever saw either, and their systems that take it are told', async () => {
    const goes = await fileOf('GOES')
    await merges('practice', numbered('STAYS'), 'GOES')
    const stays = await fileOf('STAYS')
    const seen = await desk.seenBy(`Patient/${goes.id}`)
    expect(await desk.seenBy(`Patient/${stays.id}`)).toEqual(expect.arrayContaining([...seen]))
    const sent = await merges('practice', numbered('STAYS'), 'GOES')
    expect(sent.departures).toEqual([])
  })

  test('are told to the centre that sees them', async () => {
    const { departures } = await merges('practice', numbered('STAYS'), 'GOES')
    expect(departures).toMatchObject([{ peer: 'ris', kind: 'patient.merged' }])
  })

  test('stay two when somebody says so who knows neither', async () => {
    expect(await merges('other', numbered('STAYS'), 'GOES')).toMatchObject({
      written: [],
      filtered: expect.any(String),
    })
  })

  test('stay two when they have two national numbers: they are two people', async () => {
    const ins = (value: string) => ({
      use: 'official' as const,
      system: 'urn:oid:1.2.250.1.213.1.4.10',
      value,
    })
    for (const [number, value] of [
      ['STAYS', '279035121518989'],
      ['GOES', '279035100000152'],
    ] as const) {
      const identifier = [{ system: file, value: number }, ins(value)]
      await desk.does('practice', updated, {
        entries: entries({ patient: numbered(number, { identifier }) }),
      })
    }
    await expect(merges('practice', numbered('STAYS'), 'GOES')).rejects.toMatchObject({ case: 'conflict' })
  })
})

test('one of which only the other number is known gets this number too', async () => {
  await refers('M-1', numbered('GOES'))
  await merges('practice', numbered('STAYS'), 'GOES')
  expect(await fileOf('STAYS')).toEqual(await fileOf('GOES'))
})

describe('what is newly known of a patient', () => {
  beforeEach(() => refers('U-1', numbered('P-1')))

  test('replaces what was known, and is told to the centre', async () => {
    const address = [{ city: 'MARSEILLE' }]
    const said = numbered('P-1', { address })
    const { departures } = await desk.does('practice', updated, { entries: entries({ patient: said }) })
    expect(await fileOf('P-1')).toMatchObject({ address, birthDate: '1979-03-28' })
    expect(departures).toMatchObject([{ peer: 'ris', kind: 'patient.updated' }])
  })

  test('of somebody who was never referred, or is another’s patient, makes nobody known', async () => {
    for (const [by, number] of [
      ['practice', 'P-2'],
      ['other', 'P-1'],
    ] as const) {
      const said = numbered(number, { address: [{ city: 'PARIS' }] })
      expect(await desk.does(by, updated, { entries: entries({ patient: said }) })).toMatchObject({
        filtered: expect.any(String),
      })
    }
    expect(await desk.all('Patient')).toHaveLength(1)
  })
})

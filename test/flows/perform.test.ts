import type { Patient } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { perform } from '../../src/flows/perform.ts'
import type { Plan, Step } from '../../src/flows/step.ts'
import type { Kept } from '../../src/store/index.ts'
import { openTestDesk, type TestDesk } from './desk.ts'
import { patient } from './messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

/** Decides on one patient as it is now; `meanwhile` happens between reading and writing. */
const about = (
  id: string,
  decide: (now: Kept<Patient>) => Plan,
  meanwhile?: () => Promise<unknown>,
): Step<object, Kept<Patient>> => ({
  name: 'test.decided',
  async facts(_, store) {
    const now = await store.read('Patient', id)
    if (!now) throw new Error('The patient is there')
    await meanwhile?.()
    return now
  },
  decide: (_, now) => decide(now),
})

const writes = (plan: Plan) =>
  desk.does('gateway', { name: 'test.written', facts: async () => ({}), decide: () => plan }, {})

async function newPatient(): Promise<string> {
  const { written } = await writes({ write: [patient()] })
  return written[0]?.id ?? ''
}

const telephone = (value: string) => (now: Kept<Patient>) => ({
  write: [{ ...now, telecom: [...(now.telecom ?? []), { system: 'phone' as const, value }] }],
})

describe('a step', () => {
  test('whose facts were outrun decides again, and loses nothing', async () => {
    const id = await newPatient()
    let runs = 0
    const other = about(id, telephone('1'))
    const outrun = about(id, telephone('2'), async () => {
      if (runs++ === 0) await desk.does('gateway', other, {})
    })
    await desk.does('gateway', outrun, {})
    const [now] = await desk.all('Patient')
    expect(now?.telecom?.map(({ value }) => value)).toEqual(['1', '2'])
  })

  test('that twenty want to do to one resource at once is done twenty times', async () => {
    const id = await newPatient()
    const numbers = Array.from({ length: 20 }, (_, n) => `${n}`)
    await Promise.all(numbers.map((number) => desk.does('gateway', about(id, telephone(number)), {})))
    const [now] = await desk.all('Patient')
    expect(now?.telecom?.map(({ value }) => value).toSorted()).toEqual(numbers.toSorted())
  })

  test('that relies on what was changed meanwhile decides again', async () => {
    const id = await newPatient()
    const seen: string[] = []
    const relying = about(
      id,
      (now) => {
        seen.push(now.meta.versionId)
        return {
          write: [patient({ identifier: [{ system: 'urn:oid:1.2.3', value: 'other' }] })],
          rely: [`Patient/${id}`],
        }
      },
      async () => {
        if (seen.length === 0) await desk.does('gateway', about(id, telephone('1')), {})
      },
    )
    await desk.does('gateway', relying, {})
    expect(seen).toEqual(['1', '2'])
  })

  test('lets nobody see what they see already, as its facts have it', async () => {
    const id = await newPatient()
    const reference = `Patient/${id}`
    const granted: unknown[] = []
    const own = desk.as('gateway')
    const store = {
      ...desk.store,
      write: (write: Parameters<typeof desk.store.write>[0]) => {
        granted.push(write.grants)
        return desk.store.write(write)
      },
    }
    const letting = (...keys: string[]) =>
      perform(
        about(id, () => ({
          write: [patient({ identifier: [{ system: 'urn:oid:1.2.3', value: `${granted.length}` }] })],
          grant: { [reference]: keys },
        })),
        {},
        { ...own, store },
      )
    await letting('org:one')
    await letting('org:one')
    await letting('org:one', 'org:two')
    expect(granted).toEqual([
      [{ reference, sight: ['org:one'] }],
      [],
      [{ reference, sight: ['org:one', 'org:two'] }],
    ])
    expect(await desk.seenBy(reference)).toEqual(expect.arrayContaining(['org:one', 'org:two']))
  })

  test('that others always outrun gives up, and says that it may be tried again', async () => {
    const id = await newPatient()
    let n = 0
    const always = about(id, telephone('late'), () =>
      desk.does('gateway', about(id, telephone(`${n++}`)), {}),
    )
    await expect(desk.does('gateway', always, {})).rejects.toMatchObject({ case: 'lock-error' })
    expect((await desk.all('Patient'))[0]?.telecom?.some(({ value }) => value === 'late')).toBe(false)
  })

  test('is refused with every breach of every resource at once, and writes nothing', async () => {
    const wrong = [patient({ gender: 'woman' as never }), patient({ identifier: [], birthDate: 'once' })] // on purpose
    const failed = await writes({ write: wrong }).catch((thrown) => thrown)
    expect(failed.issues.map(({ expression }: { expression: string }) => expression)).toEqual(
      expect.arrayContaining(['Patient.gender', 'Patient.identifier', 'Patient.birthDate']),
    )
    expect(await desk.all('Patient')).toEqual([])
  })

  test('that changes something leaves its trail in the same statement', async () => {
    const id = await newPatient()
    const trail = await desk.all('AuditEvent', `entity=Patient/${id}`)
    expect(trail).toHaveLength(1)
  })
})

import type { Communication, Observation, Resource, Task } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { flagCodesOf } from '../../../src/flows/referral/flags.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { transact } from '../../../src/flows/resource/transact.ts'
import { businessStatus } from '../../../src/flows/task.ts'
import type { Kept } from '../../../src/store/index.ts'
import { type ActorName, openTestDesk, type TestDesk, territory } from '../desk.ts'
import { observation, patient, referral, request } from '../messages.ts'
import { demoProtocol, told } from '../protocol/support.ts'

const judging = { ...territory, protocols: [demoProtocol()] }

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk(judging)
  return () => desk[Symbol.asyncDispose]()
})

const icd = (code: string) => ({
  reasonCode: [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code }], text: 'Céphalées' }],
})
const brain = { code: { coding: [{ system: 'http://loinc.org', code: '30657-1' }] } }
const man = { patient: patient({ gender: 'male' }) }
const required = {
  'MED-1117': 'no',
  'MED-1113': 'no',
  'MED-1112': 'no',
  'MED-1111': 'no',
  'MED-1110': 'no',
  thunderclap: 'no',
  'neurological-deficit': 'no',
}
const refer = (more: Parameters<typeof referral>[1] = {}) =>
  desk.does(
    'practice',
    received,
    referral('R-1', { ...man, request: request('R-1', { ...brain, ...icd('R51') }), ...more }),
  )

const onlyTask = async (): Promise<Kept<Task>> => {
  const [task, second] = await desk.all('Task')
  if (!task || second) throw new Error('There is not one Task')
  return task
}
const answered = async (answers: Record<string, string>, who: ActorName = 'practice') => {
  const [asked] = await desk.all('ServiceRequest')
  const observations = told(answers).map(
    (observation): Observation => ({
      ...observation,
      ...(asked && { subject: asked.subject, basedOn: [{ reference: `ServiceRequest/${asked.id}` }] }),
    }),
  )
  let n = 0
  await transact(
    observations.map((resource) => ({ verb: 'create' as const, type: 'Observation', resource })),
    () => `answer-${n++}-${Math.random().toString(36).slice(2)}`,
    desk.as(who),
    () => undefined,
  )
}
const outputs = ({ output = [] }: Task, code: string) =>
  output.filter(({ type }) => type.coding?.some((one) => one.code === code))

describe('a referral that the protocol finds incomplete', () => {
  test('is put on hold, and its prescriber is asked in two languages, with the way out in danger', async () => {
    await refer()
    const task = await onlyTask()
    expect(task).toMatchObject({
      status: 'on-hold',
      businessStatus: { text: 'awaiting-information' },
      owner: { reference: 'Organization/cell' },
      instantiatesCanonical: 'https://relais.example/fhir/demo/PlanDefinition/entry-protocol|1.0.0',
    })
    expect(outputs(task, 'missing')).toHaveLength(8)
    expect(outputs(task, 'verdict')).toMatchObject([
      { valueCodeableConcept: { coding: [{ code: 'incomplete' }] } },
    ])
    const [asked] = await desk.all('CommunicationRequest')
    expect(asked).toMatchObject({ status: 'active', sender: { reference: 'Organization/cell' } })
    expect(asked?.payload?.[0]?.contentString).toContain('Stimulateur cardiaque')
    expect(asked?.payload?.[0]?.contentString).toContain('15')
    expect(asked?.payload?.[1]?.contentString).toContain('Pacemaker')
    expect(await desk.seenBy(`CommunicationRequest/${asked?.id}`)).toContain('org:practice')
  })

  test('is asked for less when some answers come, and is in the pool again with the last', async () => {
    await refer()
    await answered(required)
    expect(outputs(await onlyTask(), 'missing')).toMatchObject([
      { valueCodeableConcept: { coding: [{ code: 'stiff-neck' }] } },
    ])
    expect((await onlyTask()).status).toBe('on-hold')
    await answered({ 'stiff-neck': 'no' })
    const task = await onlyTask()
    expect(task).toMatchObject({ status: 'requested', businessStatus: { text: 'created' } })
    expect(task.statusReason).toBeUndefined()
    expect(await desk.all('CommunicationRequest')).toMatchObject([{ status: 'completed' }])
  })

  test('is asked again when an answer is “unknown”, which is not “no”', async () => {
    await refer()
    await answered({ ...required, 'stiff-neck': 'unknown' })
    expect((await onlyTask()).status).toBe('on-hold')
    const [asked] = await desk.all('CommunicationRequest')
    expect(asked?.payload?.[0]?.contentString).toContain('« inconnu » a été répondu')
  })

  test('is judged by the last answer to each question, also where an answer was corrected', async () => {
    const warned = async () => outputs(await onlyTask(), 'warning').length
    await refer()
    await answered({ ...required, 'stiff-neck': 'yes' })
    expect(await warned()).toBe(1)
    desk.clock.turn({ minutes: 5 })
    await answered({ 'stiff-neck': 'no' })
    expect(await warned()).toBe(0)
    desk.clock.turn({ minutes: 5 })
    await answered({ 'stiff-neck': 'yes' })
    expect(await warned()).toBe(1)
    desk.clock.turn({ minutes: 5 })
    await answered({ thunderclap: 'no' })
    expect(await warned()).toBe(1)
  })

  test('is not asked twice when it is sent twice', async () => {
    await refer()
    expect((await refer()).written).toEqual([])
    expect(await desk.all('CommunicationRequest')).toHaveLength(1)
  })

  test('is answered by the same referral, sent again with what was missing', async () => {
    await refer()
    const answers = Object.fromEntries(
      told({ ...required, 'stiff-neck': 'no' }).map((one, n) => [
        `answer-${n}`,
        { ...one, subject: { reference: 'urn:local:patient' } },
      ]),
    )
    const info = Object.keys(answers).map((name) => ({ reference: `urn:local:${name}` }))
    await refer({ ...answers, request: request('R-1', { ...brain, ...icd('R51'), supportingInfo: info }) })
    expect((await onlyTask()).status).toBe('requested')
  })

  test('is taken back with what was asked for it', async () => {
    await refer()
    const back = request('R-1', { status: 'revoked', supportingInfo: [] })
    await desk.does('practice', received, referral('R-1', { request: back }))
    expect((await onlyTask()).status).toBe('cancelled')
    expect(await desk.all('CommunicationRequest')).toMatchObject([{ status: 'revoked' }])
  })
})

test('is judged by the protocol and the age of the day that it is in the territory', async () => {
  const older = demoProtocol()
  const newer = { ...older, version: '2.0.0', canonical: `${older.canonical.split('|')[0]}|2.0.0` }
  const protocols = [
    { ...older, period: { end: '2030-01-07' } },
    { ...newer, period: { start: '2030-01-08' } },
  ]
  await using far = await openTestDesk({ ...judging, zone: 'Pacific/Noumea', protocols })
  const twelve = {
    patient: patient({ gender: 'female', birthDate: '2018-01-08' }),
    pregnancy: observation('82810-3', { status: 'entered-in-error' }),
  }
  const refers = async (number: string) => {
    const { supportingInfo: _, ...said } = request(number, { ...brain, ...icd('R51') })
    await far.does('practice', received, referral(number, { ...twelve, request: said }))
    const [task] = await far.all('Task')
    return [
      task?.instantiatesCanonical?.split('|')[1],
      task && flagCodesOf(task).includes('missing-pregnancy'),
    ]
  }
  // Seven in the evening of the 7th there, then one in the morning of the 8th: in UTC it is the 7th still.
  expect(await refers('R-1')).toEqual(['1.0.0', false])
  far.clock.turn({ hours: 6 })
  expect(await refers('R-2')).toEqual(['2.0.0', true])
})

describe('a question of a person of the cell', () => {
  const sends = (by: ActorName, ...resources: (Resource | Kept)[]) =>
    transact(
      resources.map((resource) =>
        resource.id === undefined
          ? { verb: 'create' as const, type: resource.resourceType, resource }
          : { verb: 'update' as const, type: resource.resourceType, resource, target: { id: resource.id } },
      ),
      () => crypto.randomUUID(),
      desk.as(by),
      () => undefined,
    )
  const about = async () => {
    const [asked] = await desk.all('ServiceRequest')
    if (!asked) throw new Error('There is no request')
    return { subject: asked.subject, basedOn: [{ reference: `ServiceRequest/${asked.id}` }] }
  }
  const asks = async () =>
    sends(
      'cell',
      {
        resourceType: 'CommunicationRequest',
        status: 'active',
        payload: [{ contentString: 'Une IRM antérieure ?' }],
        ...(await about()),
      } as Resource, // its subject is a patient
      { ...(await onlyTask()), status: 'on-hold', businessStatus: businessStatus('awaiting-information') },
    )
  const word = async (more: Partial<Communication> = {}) =>
    ({
      resourceType: 'Communication',
      status: 'completed',
      payload: [{ contentString: 'Aucune' }],
      ...(await about()),
      ...more,
    }) as Communication // its subject is a patient
  const questions = async () => (await desk.all('CommunicationRequest')).map(({ status }) => status).sort()
  const stands = async () => {
    const { status, businessStatus: stage } = await onlyTask()
    return `${status}, ${stage?.text}`
  }
  const complete = async () => {
    await refer()
    await answered({ ...required, 'stiff-neck': 'no' })
  }

  test('is answered by a word of whoever asked: it is completed, and the request goes on', async () => {
    await complete()
    await asks()
    expect(await stands()).toBe('on-hold, awaiting-information')
    await sends('practice', await word())
    expect(await stands()).toBe('requested, created')
    expect(await questions()).toEqual(['completed', 'completed'])
  })

  test('is not dropped by news of another kind, nor by a word of the cell itself', async () => {
    await complete()
    await asks()
    await answered({ thunderclap: 'yes' })
    const [kept] = await desk.all('ServiceRequest')
    await sends('practice', { ...kept, priority: 'asap' } as Resource)
    await refer({ request: request('R-1', { ...brain, ...icd('R51'), priority: 'routine' }) })
    await sends('cell', await word())
    expect((await desk.all('ServiceRequest'))[0]?.priority).toBe('routine')
    expect(await stands()).toBe('on-hold, awaiting-information')
    expect(await questions()).toEqual(['active', 'completed'])
  })

  test('leaves a request on hold whose protocol asks something still, until that has come too', async () => {
    await refer()
    await asks()
    await sends('practice', await word())
    expect(await questions()).toEqual(['active', 'completed'])
    expect(await stands()).toBe('on-hold, awaiting-information')
    await answered({ ...required, 'stiff-neck': 'no' })
    expect(await stands()).toBe('requested, created')
  })

  test('may be one of several: a word that names one answers that alone', async () => {
    await complete()
    await asks()
    await asks()
    const [first] = await desk.all('CommunicationRequest', 'status=active')
    expect(await desk.seenBy(`CommunicationRequest/${first?.id}`)).toContain('org:practice')
    const { basedOn } = await about()
    const named = [...basedOn, { reference: `CommunicationRequest/${first?.id}` }]
    await sends('practice', await word({ basedOn: named }))
    expect(await questions()).toEqual(['active', 'completed', 'completed'])
    expect(await stands()).toBe('on-hold, awaiting-information')
    await sends('practice', await word())
    expect(await stands()).toBe('requested, created')
  })

  test('is answered in one with what else is said of the request, or by taking it back', async () => {
    await complete()
    await asks()
    const [prior] = told({ thunderclap: 'no' })
    await sends('practice', { ...prior, ...(await about()) } as Resource, await word())
    expect(await stands()).toBe('requested, created')
    await asks()
    await sends('practice', { ...(await onlyTask()), status: 'cancelled' }, await word())
    expect(await stands()).toBe('cancelled, cancelled')
    expect(new Set(await questions())).toEqual(new Set(['completed']))
  })
})

describe('a referral', () => {
  test('that conforms waits in the pool, and nobody is asked anything', async () => {
    const answers = Object.fromEntries(
      told({ ...required, 'stiff-neck': 'no' }).map((one, n) => [
        `answer-${n}`,
        { ...one, subject: { reference: 'urn:local:patient' } },
      ]),
    )
    const info = Object.keys(answers).map((name) => ({ reference: `urn:local:${name}` }))
    await refer({ ...answers, request: request('R-1', { ...brain, ...icd('R51'), supportingInfo: info }) })
    expect(await onlyTask()).toMatchObject({ status: 'requested' })
    expect(await desk.all('CommunicationRequest')).toEqual([])
  })

  test('for a reason that is not in the protocol is flagged, never refused', async () => {
    await refer({ request: request('R-1', icd('Z00.0')) })
    const task = await onlyTask()
    expect(task.status).toBe('requested')
    expect(flagCodesOf(task)).toEqual(['out-of-protocol'])
    const [kept] = await desk.all('ServiceRequest')
    expect(kept).toMatchObject({ status: 'active' })
  })

  test('for a CT without purpose is blocked by rule, and says which', async () => {
    const ct = {
      code: { coding: [{ system: 'http://loinc.org', code: '30799-1' }] },
      note: [{ text: 'Merci' }],
    }
    await refer({ request: request('R-1', { ...ct, ...icd('K85.9') }) })
    const task = await onlyTask()
    expect(task.status).toBe('on-hold')
    expect(outputs(task, 'verdict')).toMatchObject([
      { valueCodeableConcept: { coding: [{ code: 'blocked' }] } },
    ])
    expect(task.statusReason?.text).toContain('R.1333-53')
  })
})

import type { Appointment, Task } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { find } from '../../../src/flows/booking/index.ts'
import { received } from '../../../src/flows/referral/received.ts'
import type { CapacityRules } from '../../../src/flows/routing/capacity-rules.ts'
import { type Places, propose } from '../../../src/flows/routing/index.ts'
import { callForCapacity } from '../../../src/flows/routing/short.ts'
import { published } from '../../../src/flows/slots/published.ts'
import type { Step } from '../../../src/flows/step.ts'
import { mayMove } from '../../../src/flows/task.ts'
import { offerPlaces } from '../../../src/gateway/bookings.ts'
import { silent } from '../../../src/log.ts'
import { type ActorName, entries, openTestDesk, type TestDesk, territory } from '../desk.ts'
import { referral, schedule, slot } from '../messages.ts'

const rules: CapacityRules = {
  shortFrom: 2,
  callEveryHours: 24,
  overflow: [
    { do: 'wait', modalities: ['US'], days: 14 },
    { do: 'elsewhere', modalities: [], text: { fr: 'Appelez le CHU.', en: 'Call the hospital.' } },
    { do: 'elsewhere', modalities: ['MR'], text: { fr: 'IRM du CHU.', en: 'MRI of the hospital.' } },
  ],
}
const places: Places = async (wish, desk) => (await find(wish, desk)).proposals
const forEver = new AbortController().signal

const publishes = (desk: TestDesk, by: ActorName, slots: Parameters<typeof entries>[0] = {}) =>
  desk.does(by, published, {
    entries: entries({
      schedule: { ...schedule, identifier: [{ system: 'urn:oid:1.2.250.1.999.4', value: `diary-${by}` }] },
      ...slots,
    }),
    peer: by,
  })

/** A request for which there is no place, looked for by the cell. */
async function inVain(desk: TestDesk, number: string): Promise<void> {
  const { written } = await desk.does('practice', received, referral(number))
  const task = written.find((one) => one.resourceType === 'Task')
  if (!task) throw new Error('The request has no Task')
  expect(await propose(task, places, desk.as('cell'))).toEqual([])
}

const calls = async (desk: TestDesk) => (await desk.all('Task')).filter(isCall)
const isCall = ({ code }: Task) => code?.coding?.[0]?.code === 'capacity-call'
const looks = (desk: TestDesk) => callForCapacity(desk.as('gateway'), silent, forEver)

test('a modality is short when so many wait for it: each of its centres is called once, and until it is short no more', async () => {
  await using desk = await openTestDesk({ ...territory, capacity: rules })
  await publishes(desk, 'ris')
  await publishes(desk, 'ris-other')
  await inVain(desk, 'R-1')
  await looks(desk)
  expect(await calls(desk)).toEqual([])

  await inVain(desk, 'R-2')
  await looks(desk)
  await looks(desk)
  const made = await calls(desk)
  expect(made.map(({ owner }) => owner?.reference).sort()).toEqual([
    'Organization/centre',
    'Organization/centre-other',
  ])
  expect(made[0]).toMatchObject({
    status: 'requested',
    reasonCode: { coding: [{ code: 'US' }] },
    input: [{ valueUnsignedInt: 2 }],
  })
  const own = made.find(({ owner }) => owner?.reference === 'Organization/centre')
  expect(await desk.seenBy(`Task/${own?.id}`)).toEqual(['org:centre'])
  for (const answer of ['completed', 'rejected'] as const)
    expect(() => mayMove(made[0] as Task, answer)).not.toThrow()

  const [first] = await desk.all('ServiceRequest')
  const waiting = (await desk.all('Task')).find(
    ({ focus }) => focus?.reference === `ServiceRequest/${first?.id}`,
  )
  const ends: Step<void, void> = {
    name: 'test.ended',
    facts: async () => {},
    decide: () => ({ write: waiting ? [{ ...waiting, status: 'rejected' }] : [] }),
  }
  await desk.does('cell', ends, undefined)
  await looks(desk)
  expect((await calls(desk)).map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
})

test('what has no place follows the rule of the territory, and its prescriber is told of it', async () => {
  await using desk = await openTestDesk({ ...territory, capacity: rules })
  await publishes(desk, 'ris')
  await inVain(desk, 'R-1')
  const [whole] = (await desk.all('Task')).filter(({ partOf }) => !partOf)
  expect(whole?.businessStatus?.text).toBe('waitlist')
  const [word] = await desk.all('Communication')
  const text = word?.payload?.[0]?.contentString ?? ''
  expect(text).toContain('liste d’attente pour 14 jours')
  expect(text).toContain('Appelez le CHU.')
  expect(text).not.toContain('IRM du CHU.')
  expect(await desk.seenBy(`Communication/${word?.id}`)).toContain('org:practice')

  const [waits] = await desk.all('Appointment', 'status=waitlist')
  expect(await desk.seenBy(`Appointment/${waits?.id}`)).toContain('org:practice')
  await publishes(desk, 'ris', {
    nine: slot('nine', '2030-01-08T09:00:00+01:00', '2030-01-08T09:20:00+01:00'),
  })
  await offerPlaces(desk.as('gateway'), silent, forEver)
  const [held] = (await desk.all('Appointment')) as Appointment[]
  expect(held).toMatchObject({ status: 'pending', start: '2030-01-08T09:00:00.000+01:00' })
})

test('what was on the list until its window was over is put there again', async () => {
  await using desk = await openTestDesk({ ...territory, capacity: rules })
  await publishes(desk, 'ris')
  await inVain(desk, 'R-1')
  const again = async () => {
    const [task] = (await desk.all('Task')).filter(({ partOf }) => !partOf)
    if (!task) throw new Error('The request has a Task')
    await propose(task, places, desk.as('cell'))
    return desk.all('Appointment', 'status=waitlist')
  }
  expect(await again()).toHaveLength(1)
  desk.clock.turn({ minutes: 15 * 24 * 60 })
  const ends = (await again()).map(({ requestedPeriod }) => Date.parse(requestedPeriod?.[0]?.end ?? ''))
  expect(ends.filter((end) => end > desk.clock().getTime())).toHaveLength(1)
})

test('without a rule that there is no place is said, and nobody is called', async () => {
  await using desk = await openTestDesk()
  await publishes(desk, 'ris')
  for (const number of ['R-1', 'R-2', 'R-3']) await inVain(desk, number)
  await looks(desk)
  expect(await calls(desk)).toEqual([])
  expect(await desk.all('Appointment')).toEqual([])
  const stages = (await desk.all('Task')).map(({ businessStatus }) => businessStatus?.text)
  expect(new Set(stages)).toEqual(new Set(['no-capacity']))
})

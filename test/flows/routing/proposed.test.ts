import type { Appointment, Task } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { answered } from '../../../src/flows/booking/answered.ts'
import { find } from '../../../src/flows/booking/index.ts'
import { requested } from '../../../src/flows/booking/requested.ts'
import { clocksIn } from '../../../src/flows/clocks/kept.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { type Places, propose, proposeNext } from '../../../src/flows/routing/index.ts'
import { published } from '../../../src/flows/slots/published.ts'
import type { Step } from '../../../src/flows/step.ts'
import { businessStatus } from '../../../src/flows/task.ts'
import { silent } from '../../../src/log.ts'
import type { Kept } from '../../../src/store/index.ts'
import { type ActorName, entries, openTestDesk, type TestDesk } from '../desk.ts'
import { referral, request as requestOf, schedule, slot } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

const places: Places = async (wish, at) => (await find(wish, at)).proposals
const forEver = new AbortController().signal
const again = (by = places) => proposeNext(by, desk.as('gateway'), silent, forEver)

const publishes = (by: ActorName, value: string, hour: number) => {
  const at = (minute: string) => `2030-01-08T${String(hour).padStart(2, '0')}:${minute}:00+01:00`
  return desk.does(by, published, {
    entries: entries({
      schedule: { ...schedule, identifier: [{ system: 'urn:oid:1.2.250.1.999.4', value: `diary-${value}` }] },
      [value]: slot(value, at('00'), at('20')),
    }),
    peer: by,
  })
}
const slotNamed = async (value: string) => {
  const [found] = await desk.all('Slot', `identifier=urn:oid:1.2.250.1.999.3|${value}`)
  if (!found) throw new Error(`There is no slot ${value}`)
  return found
}
const tasks = async () => {
  const all = await desk.all('Task')
  const whole = all.find(({ partOf }) => !partOf)
  if (!whole) throw new Error('The request has no Task')
  return { whole, parts: all.filter(({ partOf }) => partOf) }
}
const request = async () => {
  const [found] = await desk.all('ServiceRequest')
  if (!found) throw new Error('There is no request')
  return found
}
async function asks(value: string): Promise<Appointment> {
  const { written } = await desk.does('practice', requested, {
    slot: (await slotNamed(value)).id,
    request: (await request()).id,
  })
  return written.find(({ resourceType }) => resourceType === 'Appointment') as Kept<Appointment> // just asked for
}
const refuses = (by: ActorName, appointment: Appointment, text: string) =>
  desk.does(by, answered, {
    appointment: { ...appointment, status: 'cancelled', cancelationReason: { text } },
    peer: by,
  })
const stageOfWhole = async () => (await tasks()).whole.businessStatus?.coding?.map(({ code }) => code)
const proposedIn = async ({ output = [] }: Task) => {
  const ids = output.flatMap(({ valueReference }) => valueReference?.display ?? [])
  return ids.map((text) => text.slice(11, 16))
}

describe('a centre that is asked', () => {
  test('has its own part of the request, and says yes or no on it', async () => {
    await publishes('ris', 'nine', 9)
    await desk.does('practice', received, referral('R-1'))
    const asked = await asks('nine')
    const { whole, parts } = await tasks()
    expect(parts).toMatchObject([
      {
        status: 'requested',
        owner: { reference: 'Organization/centre' },
        partOf: [{ reference: `Task/${whole.id}` }],
        focus: { reference: `Appointment/${asked.id}` },
      },
    ])
    expect(await desk.seenBy(`Task/${parts[0]?.id}`)).toContain('org:centre')
    await desk.does('ris', answered, { appointment: { ...asked, status: 'booked' }, peer: 'ris' })
    expect((await tasks()).parts).toMatchObject([{ status: 'accepted' }])
    expect((await tasks()).whole).toMatchObject({
      status: 'in-progress',
      businessStatus: { text: 'visit-scheduled' },
    })
  })

  test('and refuses, gives its reason on its part: the request stays active, and the next centre is proposed', async () => {
    await publishes('ris', 'nine', 9)
    await publishes('ris-other', 'ten', 10)
    await desk.does('practice', received, referral('R-1'))
    await refuses('ris', await asks('nine'), 'Machine en panne')
    const refused = await tasks()
    expect(refused.parts).toMatchObject([{ status: 'rejected', statusReason: { text: 'Machine en panne' } }])
    expect(refused.whole).toMatchObject({ status: 'in-progress', businessStatus: { text: 'declined' } })
    expect((await request()).status).toBe('active')

    await again()
    const { whole } = await tasks()
    expect(whole).toMatchObject({ status: 'in-progress', businessStatus: { text: 'proposed' } })
    expect(await proposedIn(whole)).toEqual(['10:00'])
    const [word] = await desk.all('Communication')
    expect(word?.payload?.[0]?.contentString).toContain('Places proposées')
    expect(await desk.seenBy(`Communication/${word?.id}`)).toContain('org:practice')

    await again()
    expect((await tasks()).whole.meta.versionId).toBe(whole.meta.versionId)
  })

  test('and refuses as the last one leaves the request in force, and no capacity is said', async () => {
    await publishes('ris', 'nine', 9)
    await desk.does('practice', received, referral('R-1'))
    await refuses('ris', await asks('nine'), 'Plus de place')
    await again()
    expect((await tasks()).whole).toMatchObject({ businessStatus: { text: 'no-capacity' } })
    expect((await request()).status).toBe('active')
  })

  test('and is silent has the next one proposed beside it, once', async () => {
    await publishes('ris', 'nine', 9)
    await publishes('ris-other', 'ten', 10)
    await desk.does('practice', received, referral('R-1'))
    await asks('nine')
    await again()
    expect((await tasks()).whole.output).toBeUndefined()
    desk.clock.turn({ hours: 5 })
    await again()
    const { whole } = await tasks()
    expect(whole.businessStatus?.text).toBe('awaiting-confirmation')
    expect(await proposedIn(whole)).toHaveLength(1)
    await again()
    expect((await tasks()).whole.meta.versionId).toBe(whole.meta.versionId)
  })

  test('and stays silent has the prescriber told once, however long: that stops the clock of the answer', async () => {
    await publishes('ris', 'nine', 9)
    await publishes('ris-other', 'ten', 10)
    await desk.does('practice', received, referral('R-1'))
    await asks('nine')
    expect(clocksIn((await tasks()).whole).answer?.stoppedAt).toBeUndefined()
    desk.clock.turn({ hours: 5 })
    await again()
    const told = (await tasks()).whole.lastModified
    for (let n = 0; n < 3; n++) {
      desk.clock.turn({ hours: 5 })
      await again()
    }
    expect(await desk.all('Communication')).toHaveLength(1)
    expect(clocksIn((await tasks()).whole).answer?.stoppedAt).toBe(told)
  })

  test('and is silent where there is no other says so beside, once; the next centre that is silent is told again', async () => {
    await publishes('ris', 'nine', 9)
    await desk.does('practice', received, referral('R-1'))
    const first = await asks('nine')
    for (let n = 0; n < 2; n++) {
      desk.clock.turn({ hours: 5 })
      await again()
    }
    expect(await stageOfWhole()).toEqual(['awaiting-confirmation', 'no-capacity'])
    expect(await desk.all('Communication')).toHaveLength(1)
    await refuses('ris', first, 'Plus de place')
    await publishes('ris-other', 'ten', 10)
    await asks('ten')
    expect(await stageOfWhole()).toEqual(['awaiting-confirmation'])
    desk.clock.turn({ hours: 5 })
    await again()
    expect(await desk.all('Communication')).toHaveLength(2)
  })
})

test('places are proposed for a new request as $find ranks them, each with its reason', async () => {
  await publishes('ris', 'nine', 9)
  await publishes('ris-other', 'eight', 8)
  await desk.does('practice', received, referral('R-1'))
  const found = await propose((await tasks()).whole, places, desk.as('cell'))
  expect(found.map(({ start }) => start?.slice(11, 16))).toEqual(['08:00', '09:00'])
  const { whole } = await tasks()
  expect(whole).toMatchObject({ status: 'accepted', businessStatus: { text: 'proposed' } })
  expect(whole.output?.[0]?.valueReference?.display).toMatch(/ · /)
})

describe('of two requests that their centres have refused', () => {
  /** As a centre's refusal leaves it. */
  const declined: Step<Kept<Task>, void> = {
    name: 'test.declined',
    facts: async () => {},
    decide: (task) => ({
      write: [{ ...task, status: 'in-progress', businessStatus: businessStatus('declined') }],
    }),
  }
  const refers = async (number: string, more: Parameters<typeof requestOf>[1] = {}) => {
    await desk.does('practice', received, referral(number, { request: requestOf(number, more) }))
    await desk.does('cell', declined, (await desk.all('Task'))[0] as Kept<Task>) // the newest
    desk.clock.turn({ minutes: 1 })
  }
  const stages = async () => (await desk.all('Task')).map(({ businessStatus }) => businessStatus?.text)

  test('the one that says its exam in words only is given to a person, once, and does not hold up the other', async () => {
    await publishes('ris', 'nine', 9)
    await refers('R-1', { code: { text: 'Une échographie' } })
    await refers('R-2')
    await again()
    expect(await stages()).toEqual(['proposed', 'additional-assessment-required'])
    const before = (await desk.all('Task')).map(({ meta }) => meta.versionId)
    await again()
    expect((await desk.all('Task')).map(({ meta }) => meta.versionId)).toEqual(before)
  })

  test('the one that fails is told, tried again, and does not hold up the other', async () => {
    await publishes('ris', 'nine', 9)
    await refers('R-1')
    await refers('R-2')
    let tries = 0
    const failing: Places = (wish, at) =>
      tries++ === 0 ? Promise.reject(new Error('out of order')) : places(wish, at)
    await again(failing)
    expect(await stages()).toEqual(['proposed', 'declined'])
    await again(failing)
    expect(await stages()).toEqual(['proposed', 'proposed'])
  })
})

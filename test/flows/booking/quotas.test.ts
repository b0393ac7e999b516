import type { Slot } from '@medplum/fhirtypes'
import { Registry } from 'prom-client'
import { beforeEach, expect, test } from 'vitest'
import { systems } from '../../../src/fhir/canonical.ts'
import { answered } from '../../../src/flows/booking/answered.ts'
import { cancelled } from '../../../src/flows/booking/cancelled.ts'
import { held } from '../../../src/flows/booking/hold.ts'
import { type BookTarget, book, bookOnce, hold } from '../../../src/flows/booking/index.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { published } from '../../../src/flows/slots/published.ts'
import type { Desk, Territory } from '../../../src/flows/step.ts'
import { quotaRefusals } from '../../../src/gateway/quota-refusals.ts'
import { silent } from '../../../src/log.ts'
import { type ActorName, entries, openTestDesk, type TestDesk, territory } from '../desk.ts'
import { referral, said, schedule, slot } from '../messages.ts'

const served: Territory = {
  ...territory,
  slots: {
    reservations: [],
    quotas: [{ name: 'weekly', label: 'CPTS', per: 'practice', period: 'week', most: 2 }],
  },
}

let desk: TestDesk
let ids: Record<string, string>
let requests: string[]
beforeEach(async () => {
  desk = await openTestDesk(served)
  const label = (code: string): Partial<Slot> => ({
    meta: { security: [{ system: systems.slotType, code }] },
  })
  const at = (value: string, time: string, code: string) => {
    const end = new Date(Date.parse(time) + 1_200_000).toISOString()
    return slot(value, time, end, label(code))
  }
  const slots = {
    tuesday: at('tuesday', '2030-01-08T09:00:00+01:00', 'CPTS'),
    wednesday: at('wednesday', '2030-01-09T09:00:00+01:00', 'CPTS'),
    thursday: at('thursday', '2030-01-10T09:00:00+01:00', 'CPTS'),
    sunday: at('sunday', '2030-01-13T23:30:00+01:00', 'CPTS'),
    monday: at('monday', '2030-01-14T00:30:00+01:00', 'CPTS'),
    open: at('open', '2030-01-10T10:00:00+01:00', 'PUBLIC'),
  }
  await desk.does('ris', published, { entries: entries({ schedule, ...slots }), peer: 'ris' })
  ids = Object.fromEntries((await desk.all('Slot')).map(({ id, identifier }) => [identifier?.[0]?.value, id]))
  requests = []
  return () => desk[Symbol.asyncDispose]()
})

/** A request of its own for each: two live bookings of one request are another matter. */
async function holds(name: string, by: ActorName = 'practice'): Promise<string> {
  const number = `Q-${by}-${requests.push(name)}`
  await desk.does(by, received, referral(number))
  const [request] = await desk.all('ServiceRequest', `identifier=${number}`)
  const { written } = await desk.does(by, held, { slot: ids[name] ?? '', request: request?.id ?? '' })
  return written.find(({ resourceType }) => resourceType === 'Appointment')?.id ?? ''
}

test('a practice has so many reserved places in a week and no more; those open to all are not counted', async () => {
  await holds('tuesday')
  await holds('sunday')
  await expect(holds('wednesday')).rejects.toMatchObject({
    case: 'throttled',
    retryAfterSeconds: 3600,
    message: expect.stringMatching(/all of its 2 reserved places of this week \(weekly\)/),
  })
  await holds('open')
  await holds('monday')
  await holds('wednesday', 'other')
})

test('a place that is given back may be had again', async () => {
  await holds('tuesday')
  const second = await holds('wednesday')
  await expect(holds('thursday')).rejects.toMatchObject({ case: 'throttled' })
  await desk.does('practice', cancelled, { appointment: second })
  await holds('thursday')
})

test('of two who take the last one at once, one gets it, whatever the slots', async () => {
  await holds('tuesday')
  const both = await Promise.allSettled([holds('wednesday'), holds('thursday')])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { case: 'throttled' } })
})

test('the cell shares places out, and has no share of its own', async () => {
  for (const name of ['tuesday', 'wednesday', 'thursday']) await holds(name, 'cell')
  expect(await desk.all('Appointment')).toHaveLength(3)
})

test('who has used up a quota moves within it, and has as many places as before', async () => {
  const old = await holds('tuesday')
  await holds('wednesday')
  const asks = (target: BookTarget, replaces?: string) =>
    bookOnce({ target, waitMs: 0, ...(replaces !== undefined && { replaces }) }, desk.as('practice'))
  const says = (status: 'booked' | 'cancelled', ours: string) =>
    desk.does('ris', answered, { appointment: said(status, { ours }), peer: 'ris' })
  await asks({ appointment: old })
  await says('booked', old)
  const request = (await desk.store.reader().read('Appointment', old))?.basedOn?.[0]?.reference
  const target = { slot: ids.thursday ?? '', request: request?.replace('ServiceRequest/', '') ?? '' }

  const refused = await asks(target, old)
  await says('cancelled', refused.id)
  await expect(holds('sunday')).rejects.toMatchObject({ case: 'throttled' })

  const moved = await asks(target, old)
  await says('booked', moved.id)
  expect((await desk.store.reader().read('Appointment', old))?.status).toBe('cancelled')
  await expect(holds('sunday')).rejects.toMatchObject({ case: 'throttled' })
  await desk.does('practice', cancelled, { appointment: moved.id })
  await holds('sunday')
  await expect(holds('tuesday')).rejects.toMatchObject({ case: 'throttled' })
})

test('what a quota refuses is logged and counted, by the quota and to whom', async () => {
  await holds('tuesday')
  await holds('wednesday')
  const registry = new Registry()
  const lines: object[] = []
  const log = { ...silent, event: (name: string, fields?: object) => void lines.push({ name, ...fields }) }
  const told: Desk = { ...desk.as('practice'), quotaRefused: quotaRefusals(registry, log) }
  const slot = ids.thursday ?? ''
  await expect(hold({ slot }, undefined, told)).rejects.toMatchObject({ case: 'throttled' })
  await desk.does('practice', received, referral('Q-book'))
  const [request] = await desk.all('ServiceRequest', 'identifier=Q-book')
  const target = { slot, request: request?.id ?? '' }
  await expect(book(target, undefined, 0, told)).rejects.toMatchObject({ case: 'throttled' })
  await hold({ slot: ids.open ?? '' }, undefined, told)
  expect(await registry.getSingleMetricAsString('relais_quota_refusals_total')).toContain(
    '{quota="weekly"} 2',
  )
  const line = {
    name: 'quota.refused',
    quota: 'weekly',
    label: 'CPTS',
    per: 'practice',
    client: told.actor.client,
  }
  expect(lines).toEqual([line, line])
})

import type { Appointment } from '@medplum/fhirtypes'
import type { Actor } from '../auth/actor.ts'
import { sightOf, withSources } from '../auth/gate.ts'
import { Failure } from '../fhir/outcome.ts'
import { idOf } from '../fhir/reference.ts'
import { agreedNow } from '../flows/booking/covered.ts'
import { expired } from '../flows/booking/expired.ts'
import { findSlots } from '../flows/booking/find.ts'
import { examsAsked } from '../flows/booking/finding/needs.ts'
import { lapsed } from '../flows/booking/lapsed.ts'
import { offered } from '../flows/booking/offered.ts'
import { withQuotasTold } from '../flows/booking/quotas.ts'
import { rulesOf } from '../flows/booking/rules.ts'
import { isLive, operatorOf } from '../flows/booking/states.ts'
import { unanswered } from '../flows/booking/unanswered.ts'
import { inOrder, isWindowOver, passedBy, windowOf } from '../flows/booking/waiting.ts'
import { perform } from '../flows/perform.ts'
import type { Desk } from '../flows/step.ts'
import { isOfRequest, isOpen } from '../flows/task.ts'
import { oneByOne } from '../jobs/one-by-one.ts'
import type { Log } from '../log.ts'
import type { Kept } from '../store/index.ts'
import { isMember } from './members.ts'
import { openSources } from './open-sources.ts'

/** Holds that have lasted their time give their places back. */
export async function endHolds(desk: Desk, log: Log, signal: AbortSignal): Promise<void> {
  const now = encodeURIComponent(desk.clock().toISOString())
  const over = await desk.store.reader().search('Appointment', `status=pending&held-until=le${now}`)
  const telling = { log, event: 'booking.not-expired', field: 'appointment', signal } as const
  await oneByOne(over, ({ id }) => perform(expired, { appointment: id }, desk), telling)
}

/** Of what a centre has not answered in time, the cell is told. */
export async function raiseUnanswered(desk: Desk, log: Log, signal: AbortSignal): Promise<void> {
  const { answerMinutes } = rulesOf(desk.territory)
  const before = new Date(desk.clock().getTime() - answerMinutes * 60_000).toISOString()
  const query = `status=pending&held-until:missing=true&_lastUpdated=le${encodeURIComponent(before)}&_count=1000`
  const found = await desk.store.reader().search('Appointment', query)
  const telling = { log, event: 'booking.not-raised', field: 'appointment', signal } as const
  await oneByOne(found, ({ id }) => perform(unanswered, { appointment: id }, desk), telling)
}

/** Places that are free are offered to those who wait, one after the other in their order; whose window is over waits no more. */
export async function offerPlaces(desk: Desk, log: Log, signal: AbortSignal): Promise<void> {
  const waiting = await desk.store.reader().search('Appointment', 'status=waitlist&_count=1000')
  const telling = { log, event: 'waiting.failed', field: 'appointment', signal } as const
  await oneByOne(waiting.toSorted(inOrder), (one) => offerPlace(one, desk, log), telling)
}

async function offerPlace(one: Kept<Appointment>, desk: Desk, log: Log): Promise<void> {
  if (isWindowOver(one, desk.clock().toISOString())) {
    await perform(lapsed, { appointment: one.id }, desk)
    log.event('waiting.lapsed', { appointment: one.id })
    return
  }
  const request = idOf('ServiceRequest', one.basedOn?.[0]?.reference)
  const whose = await onBehalfOf(one, desk)
  const [slot, ...others] = request === undefined ? [] : await firstFor(one, request, whose)
  if (request === undefined || slot === undefined) return
  try {
    const offer = { appointment: one.id, slot, with: others, request, ...(await agreedNow(desk)) }
    await withQuotasTold(perform(offered, offer, whose), whose)
    log.event('waiting.offered', { appointment: one.id, slot })
  } catch (thrown) {
    // Somebody else was quicker, or the request is not to be booked now: it waits on.
    if (!(thrown instanceof Failure)) throw thrown
    log.event('waiting.not-offered', { appointment: one.id, slot, case: thrown.case })
  }
}

/** The slots of the place that `$find` would propose first in its window, and that was not offered before; none when there is none. */
async function firstFor(one: Appointment, request: string, desk: Desk): Promise<string[]> {
  const kept = await desk.store.reader().read('ServiceRequest', request)
  const window = windowOf(one)
  if (kept?.status !== 'active' || !window?.start || !window.end) return []
  const reader = desk.store.reader()
  const [others, tasks] = await Promise.all([
    reader.search('Appointment', `based-on=ServiceRequest/${request}`),
    reader.search('Task', `focus=ServiceRequest/${request}`),
  ])
  if (others.some(isLive)) return [] // booked meanwhile by another way
  if (tasks.some((task) => isOfRequest(task) && !isOpen(task))) return [] // refused, or done
  if (examsAsked(kept, desk.territory).length === 0) return []
  const passed = new Set(passedBy(one))
  const { start, end } = window
  const anywhere = { exams: [], organizations: [], locations: [] }
  const places = await findSlots({ start, end, request: kept, ...anywhere, count: passed.size + 1 }, desk)
  return places.find(([slot]) => !passed.has(`Slot/${slot.id}`))?.map(({ id }) => id) ?? []
}

/** With the eyes of whoever put it on the list. */
async function onBehalfOf(one: Appointment, desk: Desk): Promise<Desk> {
  const organization = operatorOf(one)
  const { territory, store, clock } = desk
  const member = organization !== undefined && (await isMember(organization, territory, clock(), store))
  const role = organization === territory.cell ? ('cell' as const) : ('prescriber' as const)
  const standing = { role, member, ...(organization && { organization }) }
  // As at the door: with the diaries that are open now.
  const sight = withSources(sightOf(standing), await openSources(desk)())
  const actor: Actor = { ...desk.actor, ...standing, sight }
  return { ...desk, actor }
}

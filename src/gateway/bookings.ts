import type { Appointment, ServiceRequest } from '@medplum/fhirtypes'
import type { Actor } from '../auth/actor.ts'
import { sightOf, withSources } from '../auth/gate.ts'
import { systems } from '../fhir/canonical.ts'
import { Failure } from '../fhir/outcome.ts'
import { idOf } from '../fhir/reference.ts'
import { parseSearch } from '../fhir/search.ts'
import { agreedNow } from '../flows/booking/covered.ts'
import { expired } from '../flows/booking/expired.ts'
import { offered } from '../flows/booking/offered.ts'
import { withQuotasTold } from '../flows/booking/quotas.ts'
import { rulesOf } from '../flows/booking/rules.ts'
import { centreOf, operatorOf } from '../flows/booking/states.ts'
import { unanswered } from '../flows/booking/unanswered.ts'
import { inOrder, passedBy, windowOf } from '../flows/booking/waiting.ts'
import { perform } from '../flows/perform.ts'
import { modalitiesOf } from '../flows/referral/flags.ts'
import type { Desk } from '../flows/step.ts'
import type { Log } from '../log.ts'
import type { Kept } from '../store/index.ts'
import { isMember } from './members.ts'
import { openSources } from './open-sources.ts'

/** Holds that have lasted their time give their places back. */
export async function endHolds(desk: Desk): Promise<void> {
  const now = encodeURIComponent(desk.clock().toISOString())
  const over = await desk.store.reader().search('Appointment', `status=pending&held-until=le${now}`)
  for (const { id } of over) await perform(expired, { appointment: id }, desk)
}

/** Of what a centre has not answered in time, the cell is told. */
export async function raiseUnanswered(desk: Desk, signal: AbortSignal): Promise<void> {
  const { answerMinutes } = rulesOf(desk.territory)
  const before = new Date(desk.clock().getTime() - answerMinutes * 60_000).toISOString()
  const query = `status=pending&held-until:missing=true&_lastUpdated=le${encodeURIComponent(before)}&_count=1000`
  for (const { id } of await desk.store.reader().search('Appointment', query)) {
    if (signal.aborted) return
    await perform(unanswered, { appointment: id }, desk)
  }
}

/** Places that are free are offered to those who wait, one after the other in their order. */
export async function offerPlaces(desk: Desk, log: Log, signal: AbortSignal): Promise<void> {
  const waiting = await desk.store.reader().search('Appointment', 'status=waitlist&_count=1000')
  for (const one of waiting.toSorted(inOrder)) {
    if (signal.aborted) return
    const request = idOf('ServiceRequest', one.basedOn?.[0]?.reference)
    const slot = request === undefined ? undefined : await firstFor(one, request, desk)
    if (request === undefined || slot === undefined) continue
    try {
      const offer = { appointment: one.id, slot, request, ...(await agreedNow(desk)) }
      const whose = await onBehalfOf(one, desk)
      await withQuotasTold(perform(offered, offer, whose), whose)
      log.event('waiting.offered', { appointment: one.id, slot })
    } catch (thrown) {
      // Somebody else was quicker, or the request is not to be booked now: it waits on.
      if (!(thrown instanceof Failure)) throw thrown
      log.event('waiting.not-offered', { appointment: one.id, slot, case: thrown.case })
    }
  }
}

/** The first free slot that fits: in the window, for the exam, at a centre that is connected, and not offered before. */
async function firstFor(one: Appointment, request: string, desk: Desk): Promise<string | undefined> {
  const kept = await desk.store.reader().read('ServiceRequest', request)
  const window = windowOf(one)
  if (kept?.status !== 'active' || !window?.start || !window.end) return undefined
  const exams = examsOf(kept, desk)
  if (exams.length === 0) return undefined
  const from = Math.max(Date.parse(window.start), desk.clock().getTime())
  const query = new URLSearchParams([
    ['status', 'free'],
    ['start', `ge${new Date(from).toISOString()}`],
    ['start', `lt${new Date(window.end).toISOString()}`],
    ['service-type', exams.join(',')],
    ['_sort', 'start'],
    ['_count', '50'],
  ])
  const { actor } = await onBehalfOf(one, desk)
  const { entries } = await desk.store.search(parseSearch('Slot', query).search, actor.sight)
  const passed = new Set(passedBy(one))
  return entries
    .map(({ body }) => JSON.parse(body) as Kept) // as it is kept
    .find((slot) => !passed.has(`Slot/${slot.id}`) && centreOf(slot, desk.territory) !== undefined)?.id
}

const examsOf = (request: ServiceRequest, { territory }: Desk): string[] => [
  ...(request.code?.coding ?? []).map(({ system = '', code = '' }) => `${system}|${code}`),
  ...modalitiesOf(request, territory).map((code) => `${systems.dicom}|${code}`),
]

/** With the eyes of whoever put it on the list. */
async function onBehalfOf(one: Appointment, desk: Desk): Promise<Desk> {
  const organization = operatorOf(one)
  const { territory, store, clock } = desk
  const member =
    organization !== undefined && (await isMember(organization, territory.community, clock(), store))
  const standing = { role: 'prescriber' as const, member, ...(organization && { organization }) }
  // As at the door: with the diaries that are open now.
  const sight = withSources(sightOf(standing), await openSources(desk)())
  const actor: Actor = { ...desk.actor, ...standing, sight }
  return { ...desk, actor }
}

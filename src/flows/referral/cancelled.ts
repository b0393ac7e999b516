import type { Appointment, CommunicationRequest, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { cancellingAll, type Given, givenAlone } from '../booking/cancelled.ts'
import { centreOf, isLive, isWaiting, versionOf } from '../booking/states.ts'
import type { Entry } from '../entries.ts'
import { merged } from '../plan.ts'
import { isCopyWish } from '../results/copied.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { businessStatus, isOpen } from '../task.ts'
import { askedAbout } from './around.ts'

interface Facts {
  /** One for each request that is taken back, in the message's order. */
  requests: readonly Withdrawn[]
}

export interface Withdrawn {
  request: Kept<ServiceRequest>
  tasks: readonly Kept<Task>[]
  /** What its prescriber was asked for the protocol's sake. */
  asked: Kept<CommunicationRequest> | undefined
  /** All that somebody was asked about it and has not answered, for the protocol's sake or not. */
  questions: readonly Kept<CommunicationRequest>[]
  /** Those that hold a place, or wait for one. */
  appointments: readonly Given[]
}

/** The prescriber takes a referral back: its Tasks end, its appointment is cancelled at the centre too. */
export const cancelled: Step<{ entries: readonly Entry[] }, Facts> = {
  name: 'referral.cancelled',

  async facts({ entries }, store, actor) {
    const said = entries.map(({ resource }) => resource).filter(isRequest)
    const known = await Promise.all(said.map((request) => seen(request, store, actor)))
    const requests = known.filter((request) => request !== undefined)
    if (requests.length < said.length || said.length === 0) {
      throw failure(
        'not-found',
        'No referral carries this placer order number: there is nothing to cancel.',
        'ServiceRequest.identifier',
      )
    }
    return { requests: await Promise.all(requests.map((request) => withdrawn(request, store))) }
  },

  decide({ entries }, { requests }, at) {
    const said = entries.map(({ resource }) => resource).filter(isRequest)
    return merged(requests.map((one, n) => withdrawing(one, said[n], at)))
  },
}

/** The request that is meant. Another sender's is none: nobody cancels it from outside. */
async function seen(said: ServiceRequest, store: Reader, actor: Actor) {
  const request = await store.sameIdentifier(said)
  if (!request) return undefined
  return sees(actor, await store.sight(`ServiceRequest/${request.id}`)) ? request : undefined
}

const isRequest = (resource: { resourceType: string }): resource is ServiceRequest =>
  resource.resourceType === 'ServiceRequest'

export async function withdrawn(request: Kept<ServiceRequest>, store: Reader): Promise<Withdrawn> {
  const reference = `ServiceRequest/${request.id}`
  const [tasks, appointments, asked, questions] = await Promise.all([
    store.search('Task', `focus=${reference}`),
    store.search('Appointment', `based-on=${reference}`),
    askedAbout(request, store),
    store.search('CommunicationRequest', `based-on=${reference}&status=active`),
  ])
  const live: Kept<Appointment>[] = appointments.filter((one) => isLive(one) || isWaiting(one))
  return {
    request,
    tasks,
    asked,
    questions: questions.filter((one) => !isCopyWish(one)),
    appointments: await Promise.all(live.map((one) => givenAlone(one, store))),
  }
}

/** Taken back already: the same answer again. Done already: too late. */
export function withdrawing(
  { request, tasks, questions, appointments }: Withdrawn,
  said: ServiceRequest | undefined,
  at: Moment,
): Plan {
  if (request.status === 'revoked') return {}
  if (request.status === 'completed') {
    throw failure(
      'business-rule',
      'The exam has been done: the referral can no longer be cancelled.',
      'ServiceRequest.status',
    )
  }
  const revoked: ServiceRequest = {
    ...request,
    status: 'revoked',
    ...(said?.note && { note: [...(request.note ?? []), ...newNotes(said, request)] }),
  }
  const ended = tasks.filter(isOpen).map(
    (task): Task => ({
      ...task,
      status: 'cancelled',
      businessStatus: businessStatus('cancelled'),
      lastModified: at.now,
    }),
  )
  const ending = cancellingAll(appointments, { text: 'The prescriber has cancelled the referral.' }, at)
  const told = toldOf(revoked, request, appointments, at)
  return merged([{ write: [revoked, ...ended, ...unasked(questions)], send: told }, ending])
}

/** Questions that nobody has to answer any more. */
export const unasked = (questions: readonly Kept<CommunicationRequest>[]): CommunicationRequest[] =>
  questions.map((question) => ({ ...question, status: 'revoked' }))

/** A centre whose system has got the order hears that it is taken back, if it takes such a thing. */
function toldOf(revoked: ServiceRequest, before: Kept<ServiceRequest>, given: readonly Given[], at: Moment) {
  const ordered = given.filter(({ appointment }) => appointment.status === 'booked')
  const centres = ordered.map(({ slots, appointment }) => centreOf(slots[0] ?? appointment, at.territory))
  const about = [versionOf(revoked, before), before.subject.reference ?? '']
  return [...new Set(centres)]
    .filter((centre) => centre?.takes.includes('request.cancelled'))
    .map((centre) => ({ peer: centre?.name ?? '', kind: 'request.cancelled', about }))
}

function newNotes(said: ServiceRequest, { note = [] }: ServiceRequest) {
  const texts = new Set(note.map(({ text }) => text))
  return (said.note ?? []).filter(({ text }) => !texts.has(text))
}

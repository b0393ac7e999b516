import type { Patient, Resource, ServiceRequest } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { sameContent } from '../entries.ts'
import { merged } from '../plan.ts'
import { nextOf, type Put } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import type { Moment, Plan } from '../step.ts'
import { admitted, grants, hasEnded, readmitted, senderKeys } from './admit.ts'
import { isAnswerTo, newestOf, supportingOf } from './around.ts'
import { type Withdrawn, withdrawing, withdrawn } from './cancelled.ts'
import { flagCodesOf, type Submitted } from './flags.ts'
import type { Identified } from './judged.ts'
import { unanswered } from './questioned.ts'
import { foundOf, type Standing, standingOf } from './standing.ts'

interface Facts {
  /** What the requests refer to and was not sent along: patients and supporting information. */
  around: ReadonlyMap<string, Kept>
  /** Observations that answer to the requests that are there already, by the request's id. */
  answers: ReadonlyMap<string, readonly Kept[]>
  /** `org:<id>` of all who see the requests that are there already, by the request's id. */
  keys: ReadonlyMap<string, readonly string[]>
  /** Tasks and appointments of the requests that are there already. */
  known: ReadonlyMap<string, Withdrawn>
  /** Of each new request, by its id, who asks and what else was asked. */
  standings: ReadonlyMap<string, Standing>
}

/** A request through the API goes the same road as one by HL7 v2: it is flagged, gets its Task, and is taken back with all it led to. */
export const requestByApi: Hook<Facts> = {
  async facts(changes, all, store, actor) {
    const here = new Set(all.map(({ type, id }) => `${type}/${id}`))
    const named = changes.filter(isPut).flatMap(({ resource }) => namedBy(resource as ServiceRequest))
    const outside = [...new Set(named)].filter((reference) => !here.has(reference))
    const before = changes.flatMap(({ before }) => (before ? [before as Kept<ServiceRequest>] : []))
    const fresh = changes.filter(isPut).filter(({ before }) => !before)
    const [around, known, answers, keys, standings] = await Promise.all([
      Promise.all(outside.map(async (reference) => [reference, await store.follow(reference)] as const)),
      Promise.all(before.map((request) => knownAs(request, all, store, actor))),
      Promise.all(before.map(async (request) => [request.id, await supportingOf(request, store)] as const)),
      Promise.all(before.map(async ({ id }) => [id, await seeing(id, store)] as const)),
      Promise.all(fresh.map(async (change) => [change.id, await standingIn(change, all, store)] as const)),
    ])
    return {
      around: new Map(around.flatMap(([reference, kept]) => (kept ? [[reference, kept] as const] : []))),
      known: new Map(known),
      answers: new Map(answers.map(([id, all]) => [id, all.filter((one) => isAnswerTo(one, id))])),
      keys: new Map(keys),
      standings: new Map(standings),
    }
  },

  decide(changes, all, facts, at, actor) {
    const plans = changes.map((change) => decided(change, all, facts, at))
    const written = plans.flatMap(({ write = [] }) => write)
    const shared = [
      ...written,
      ...changes.filter(isPut).flatMap(({ resource }) => around(resource as ServiceRequest, facts)),
    ]
    const theirs = changes.map((change) => sharedWith(change, facts))
    return merged([...plans, { grant: grants(shared, senderKeys(actor)) }, ...theirs])
  },
}

/** Who asks, of those who are kept or come along, and what else was asked for the same patient. */
function standingIn({ resource }: Put, all: readonly Seen[], store: Reader): Promise<Standing> {
  const { requester, subject } = resource as ServiceRequest // changes of this hook are: the table says so
  const sent = (reference: string | undefined) =>
    all.filter(isPut).find(({ type, id }) => `${type}/${id}` === reference)
  const patient = sent(subject.reference)?.resource
  const doctor = requester?.reference
  const named = {
    requester: sent(doctor) && !sent(doctor)?.before ? 'new' : doctor,
    patientReference: subject.reference,
    patient: patient?.resourceType === 'Patient' ? patient : undefined,
  }
  return standingOf(named, store)
}

const seeing = async (id: string, store: Reader) =>
  (await store.sight(`ServiceRequest/${id}`)).filter((key) => key.startsWith('org:'))

/** What is newly said to a request is for all who see it: the centre that is asked, too. */
function sharedWith(change: Seen, facts: Facts): Plan {
  const keys = isPut(change) ? facts.keys.get(change.id) : undefined
  if (!isPut(change) || !keys) return {}
  return { grant: grants(around(change.resource as ServiceRequest, facts), keys) }
}

const isPut = (change: Seen): change is Seen & Put => change.verb !== 'delete'

/** What is there of a request; a word that comes along answers what people asked. */
async function knownAs(before: Kept<ServiceRequest>, all: readonly Seen[], store: Reader, actor: Actor) {
  const known = await withdrawn(before, store)
  const words = all.filter(isPut).map(({ resource }) => resource)
  return [before.id, { ...known, questions: unanswered(known.questions, before, words, actor) }] as const
}

function namedBy({ subject, supportingInfo = [], reasonReference = [] }: ServiceRequest): string[] {
  return [subject, ...supportingInfo, ...reasonReference].flatMap(({ reference }) =>
    reference?.includes('/') ? [reference] : [],
  )
}

const around = (request: ServiceRequest, facts: Facts): Kept[] =>
  namedBy(request).flatMap((reference) => facts.around.get(reference) ?? [])

function decided(change: Seen, all: readonly Seen[], facts: Facts, at: Moment): Plan {
  if (!isPut(change)) return removed(change, facts)
  // Changes of this hook are ServiceRequests: the table says so.
  const submitted = submittedWith(
    nextOf(change.resource, change.before) as ServiceRequest & { id: string },
    all,
    facts,
  )
  const known = facts.known.get(change.id)
  if (!known) {
    const standing = facts.standings.get(change.id)
    return { write: admitted({ ...submitted, found: standing ? foundOf(standing, submitted, at) : [] }, at) }
  }
  refuseRevived(submitted.request, known.request)
  const renewed = renewedWith(submitted, known, facts, at)
  if (submitted.request.status !== 'revoked' || known.request.status === 'revoked') return renewed
  const taken = withdrawing(known, undefined, at)
  const others = (taken.write ?? []).filter(({ resourceType }) => resourceType !== 'ServiceRequest')
  return { ...taken, write: [...(renewed.write ?? []).filter(isRequest), ...others] }
}

const isRequest = ({ resourceType }: Resource) => resourceType === 'ServiceRequest'

function refuseRevived(said: ServiceRequest, before: ServiceRequest): void {
  if (!hasEnded(before) || said.status === before.status || said.status === 'entered-in-error') return
  throw failure(
    'business-rule',
    `A request that is ${before.status} stays so: create a new one.`,
    'ServiceRequest.status',
  )
}

function submittedWith(request: ServiceRequest & { id: string }, all: readonly Seen[], facts: Facts) {
  const sent = all.filter(isPut).map(({ resource, before }) => nextOf<Resource>(resource, before))
  const named = new Set(namedBy(request))
  const isMeant = (resource: Resource) =>
    named.has(`${resource.resourceType}/${resource.id}`) || isAnswerTo(resource, request.id)
  const supporting = newestOf(sent.filter(isMeant), [
    ...around(request, facts),
    ...(facts.answers.get(request.id) ?? []),
  ])
  const patient = supporting.find((resource): resource is Patient => resource.resourceType === 'Patient')
  const before = facts.known.get(request.id)?.request
  return { request, patient, supporting, unmapped: isStillUnmapped(request, before) } satisfies Submitted
}

/** A code that was in no table is in none as long as it is the same. */
const isStillUnmapped = ({ code }: ServiceRequest, before: ServiceRequest | undefined) =>
  before !== undefined &&
  flagCodesOf(before).includes('unmapped-code') &&
  JSON.stringify(code) === JSON.stringify(before.code)

/** The request as it is now said, its Tasks and what was asked for it, as this makes them; what is new is for all who see it. */
function renewedWith(
  submitted: Submitted & { request: Identified },
  known: Withdrawn,
  facts: Facts,
  at: Moment,
): Plan {
  const before = new Map(
    [...known.tasks, ...(known.asked ? [known.asked] : [])].map((one) => [one.id, one] as const),
  )
  const write = readmitted(submitted, known, at).filter(
    (one) => isRequest(one) || !sameContent(one, before.get(one.id ?? '')),
  )
  const news = write.filter((one) => !isRequest(one) && !one.meta?.versionId)
  return { write, grant: grants(news, facts.keys.get(submitted.request.id) ?? []) }
}

/** A request that has led to an appointment is taken back, not deleted. */
function removed({ id, before }: Seen, facts: Facts): Plan {
  if (!before) return {}
  const known = facts.known.get(id)
  if (known && known.appointments.length > 0) {
    throw failure(
      'business-rule',
      'This request has an appointment: set its status to revoked instead.',
      'ServiceRequest',
    )
  }
  return { remove: [before, ...(known?.tasks ?? []), ...(known?.asked ? [known.asked] : [])] }
}

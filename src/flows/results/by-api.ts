import type { Resource, ServiceRequest } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import { referenceTo } from '../booking/states.ts'
import type { Entry } from '../entries.ts'
import { merged } from '../plan.ts'
import { isAnswerTo } from '../referral/around.ts'
import { answering, type Questioned } from '../referral/questioned.ts'
import { nextOf, type Put, placeIn, referenceOf } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import type { Moment, Plan } from '../step.ts'
import { type About, aboutOf, told } from './commented.ts'

/** A Communication or a report through the API goes to whoever takes part in the request, like one by HL7 v2. */
export const commentByApi: Hook<readonly About[]> = {
  facts: (changes, _, store, actor) =>
    Promise.all(changes.map((change) => aboutOf(entriesOf(change), store, actor))),

  decide(changes, all, abouts, at, actor) {
    const plans = changes.map(({ before, ...change }, n) => {
      if (change.verb === 'delete') return { remove: before ? [before] : [] }
      const about = abouts[n] ?? { request: undefined, keys: [] }
      if (!about.request) refuseUnheard(change, all, actor)
      return told([nextOf(change.resource, before)], about, before ? [before] : [], at, actor)
    })
    const words = plans.flatMap(({ write = [] }) => write)
    return merged([...plans, ...openIn(abouts).map((one) => answered(one, words, all, at, actor))])
  },
}

interface Open {
  request: Kept<ServiceRequest>
  open: Questioned
}

/** The requests that the words are about and of which something is open, each once. */
function openIn(abouts: readonly About[]): Open[] {
  const found = abouts.flatMap(({ request, open }) =>
    request && open ? [[request.id, { request, open }] as const] : [],
  )
  return [...new Map(found).values()]
}

/** What words answer; what is sent along is written by its own hook, and so is a Task about whose request more is said. */
function answered(
  { request, open }: Open,
  words: readonly Resource[],
  all: readonly Seen[],
  at: Moment,
  actor: Actor,
): Plan {
  const name = referenceTo(request)
  const sent = new Set(all.map(referenceOf))
  const isMore = all.some(
    (one) => referenceOf(one) === name || (one.verb !== 'delete' && isAnswerTo(one.resource, request.id)),
  )
  if (isMore && open.task) sent.add(referenceTo(open.task))
  return answering(open, request, words, sent, at, actor)
}

const entriesOf = (change: Seen): Entry[] =>
  change.verb === 'delete' ? [] : [{ url: `${change.type}/${change.id}`, resource: change.resource }]

/** Who hears of a comment follows from its request: without one it would be kept for nobody. */
function refuseUnheard(change: Put, all: readonly Seen[], { role }: Actor): void {
  if (change.resource.resourceType !== 'Communication' || role === 'cell' || role === 'operator') return
  const names = new Set(change.resource.basedOn?.map(({ reference }) => reference))
  if (all.some(({ type, id }) => type === 'ServiceRequest' && names.has(`${type}/${id}`))) return
  throw failure(
    'business-rule',
    'Nobody would hear of it: name the request that it is about in basedOn, or what it answers in inResponseTo.',
    placeIn(change, 'Communication.basedOn'),
  )
}

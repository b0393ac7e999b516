import type { Patient, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { sameContent } from '../entries.ts'
import { merged } from '../plan.ts'
import { nextOf, type Put } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import type { Moment, Plan } from '../step.ts'
import { admitted, grants, senderKeys } from './admit.ts'
import { type Withdrawn, withdrawing, withdrawn } from './cancelled.ts'
import { flagged, flagsOf, type Submitted } from './flags.ts'

interface Facts {
  /** What the requests refer to and was not sent along: patients and supporting information. */
  around: ReadonlyMap<string, Kept>
  /** Tasks and appointments of the requests that are there already. */
  known: ReadonlyMap<string, Withdrawn>
}

/** A request through the API goes the same road as one by HL7 v2: it is flagged, gets its Task, and is taken back with all it led to. */
export const requestByApi: Hook<Facts> = {
  async facts(changes, all, store) {
    const here = new Set(all.map(({ type, id }) => `${type}/${id}`))
    const named = changes.filter(isPut).flatMap(({ resource }) => namedBy(resource as ServiceRequest))
    const outside = [...new Set(named)].filter((reference) => !here.has(reference))
    const [around, known] = await Promise.all([
      Promise.all(outside.map(async (reference) => [reference, await store.follow(reference)] as const)),
      Promise.all(
        changes.flatMap(({ before }) => (before ? [knownAs(before as Kept<ServiceRequest>, store)] : [])),
      ),
    ])
    return {
      around: new Map(around.flatMap(([reference, kept]) => (kept ? [[reference, kept] as const] : []))),
      known: new Map(known),
    }
  },

  decide(changes, all, facts, at, actor) {
    const plans = changes.map((change) => decided(change, all, facts, at))
    const written = plans.flatMap(({ write = [] }) => write)
    const shared = [
      ...written,
      ...changes.filter(isPut).flatMap(({ resource }) => around(resource as ServiceRequest, facts)),
    ]
    return merged([...plans, { grant: grants(shared, senderKeys(actor)) }])
  },
}

const isPut = (change: Seen): change is Seen & Put => change.verb !== 'delete'
const knownAs = async (before: Kept<ServiceRequest>, store: Reader) =>
  [before.id, await withdrawn(before, store)] as const

function namedBy({ subject, supportingInfo = [] }: ServiceRequest): string[] {
  return [subject, ...supportingInfo].flatMap(({ reference }) =>
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
  if (!known) return { write: admitted(submitted, at) }
  const renewed = flaggedWith(submitted, known, at)
  if (submitted.request.status !== 'revoked' || known.request.status === 'revoked') return renewed
  const taken = withdrawing(known, undefined, at)
  const others = (taken.write ?? []).filter(({ resourceType }) => resourceType !== 'ServiceRequest')
  return { ...taken, write: [...(renewed.write ?? []).filter(isRequest), ...others] }
}

const isRequest = ({ resourceType }: Resource) => resourceType === 'ServiceRequest'

function submittedWith(request: ServiceRequest & { id: string }, all: readonly Seen[], facts: Facts) {
  const sent = all.filter(isPut).map(({ resource }) => resource as Resource)
  const named = new Set(namedBy(request))
  const supporting = [
    ...sent.filter(({ resourceType, id }) => named.has(`${resourceType}/${id}`)),
    ...around(request, facts),
  ]
  const patient = supporting.find((resource): resource is Patient => resource.resourceType === 'Patient')
  return { request, patient, supporting, unmapped: false } satisfies Submitted
}

/** The request as it is now said, and its Tasks, with the flags that this gives them. */
function flaggedWith(
  submitted: Submitted & { request: ServiceRequest & { id: string } },
  known: Withdrawn,
  at: Moment,
): Plan {
  const flags = flagsOf(submitted, at.territory)
  const request = flagged(submitted.request, flags)
  const tasks = known.tasks
    .map((task): Task => flagged(task, flags))
    .filter((task, n) => !sameContent(task, known.tasks[n]))
  return { write: [request, ...tasks] }
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
  return { remove: [before, ...(known?.tasks ?? [])] }
}

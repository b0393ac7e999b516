import type { AuditEvent, Provenance, Resource, ServiceRequest } from '@medplum/fhirtypes'
import { sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import type { Desk } from '../step.ts'
import { supportingOf } from './around.ts'

/** A version of something about a request, and who made it so, when and by which step. */
export interface Happening {
  resource: Kept
  provenance: Provenance
}

/** How much of one resource is told: a request seldom has ten versions. */
const mostVersions = 1000

/**
 * All that happened about a request, in the order of time: each version of the request, what came with it, its Tasks,
 * appointments, questions, answers, comments and reports, as far as it is for the caller's eyes and the caller may read it.
 *
 * Fails: not-found for what is not there, or not for these eyes.
 */
export async function everythingAbout(
  request: string,
  desk: Desk,
  mayRead: (version: Kept) => boolean,
): Promise<Happening[]> {
  const { store, actor } = desk
  const reader = store.reader()
  const whole = `ServiceRequest/${request}`
  const [kept, keys] = await Promise.all([reader.read('ServiceRequest', request), reader.sight(whole)])
  if (!kept || !sees(actor, keys)) throw failure('not-found', `There is no ${whole}.`)
  const around = await aboutIt(kept, reader)
  const [versions, events] = await Promise.all([
    Promise.all([kept, ...around].map((one) => versionsOf(one, desk))),
    tracesOf([kept, ...around], reader),
  ])
  return versions
    .flat()
    .filter(mayRead)
    .sort(byTime)
    .map((resource) => ({ resource, provenance: provenanceOf(resource, events) }))
}

/** What hangs on a request, and on its Tasks. */
async function aboutIt(kept: Kept<ServiceRequest>, reader: Reader): Promise<Kept[]> {
  const request = `ServiceRequest/${kept.id}`
  const based = (type: 'Appointment' | 'Communication' | 'DiagnosticReport') =>
    reader.search(type, `based-on=${request}`)
  const [tasks, children, asked, ...others] = await Promise.all([
    reader.search('Task', `focus=${request}`),
    reader.search('Task', `based-on=${request}`),
    reader.search('CommunicationRequest', `based-on=${request}`),
    based('Appointment'),
    based('Communication'),
    based('DiagnosticReport'),
    supportingOf(kept, reader),
  ])
  const all: Kept[] = [...tasks, ...children, ...asked, ...others.flat()]
  return [...new Map(all.map((one) => [`${one.resourceType}/${one.id}`, one])).values()]
}

async function versionsOf({ resourceType: type, id }: Kept, { store, actor }: Desk): Promise<Kept[]> {
  const { entries } = await store.history({ type, id, order: 'newest', count: mostVersions }, actor.sight)
  // Bodies are what the store keeps under this type.
  return entries.filter(({ deleted }) => !deleted).map(({ body }) => JSON.parse(body) as Kept)
}

const order: readonly Resource['resourceType'][] = [
  'ServiceRequest',
  'Task',
  'CommunicationRequest',
  'Condition',
  'DocumentReference',
  'Observation',
  'QuestionnaireResponse',
  'Appointment',
  'Communication',
  'DiagnosticReport',
]

/** By time; what one step wrote, the request first. */
const byTime = (a: Kept, b: Kept): number =>
  Date.parse(a.meta.lastUpdated) - Date.parse(b.meta.lastUpdated) ||
  rankOf(a) - rankOf(b) ||
  Number(a.meta.versionId) - Number(b.meta.versionId)

/** What a request names as its support may be of any type: it comes last. */
const rankOf = ({ resourceType }: Kept) => order.indexOf(resourceType) + 1 || order.length + 1

const nameOf = ({ resourceType, id, meta }: Kept) => `${resourceType}/${id}/_history/${meta.versionId}`

/** Traces of changes, by the version that each made. */
async function tracesOf(all: readonly Kept[], reader: Reader): Promise<ReadonlyMap<string, AuditEvent>> {
  const names = all.map(({ resourceType, id }) => `${resourceType}/${id}`)
  const events = await reader.search('AuditEvent', `entity=${names.join(',')}&action=C,U`)
  const pairs = events.flatMap((event) =>
    (event.entity ?? []).flatMap(({ what }) => (what?.reference ? [[what.reference, event] as const] : [])),
  )
  return new Map(pairs)
}

/** Who made this version: told from the trail, which itself is for the cell's eyes alone. */
function provenanceOf(resource: Kept, events: ReadonlyMap<string, AuditEvent>): Provenance {
  const event = events.get(nameOf(resource))
  const agents = event?.agent ?? []
  return {
    resourceType: 'Provenance',
    target: [{ reference: nameOf(resource) }],
    recorded: event?.recorded ?? resource.meta.lastUpdated,
    ...(event?.subtype && { activity: { coding: event.subtype } }),
    agent: agents.length > 0 ? agents.map(agentOf) : [unknown],
  }
}

type ProvenanceAgent = Provenance['agent'][number]

const unknown: ProvenanceAgent = { who: { display: '?' } }

function agentOf({ who, name, altId }: AuditEvent['agent'][number]): ProvenanceAgent {
  // A trail names organisations and people of the directory alone.
  const known = who as ProvenanceAgent['who'] | undefined
  return { who: { ...known, display: known?.display ?? name ?? altId ?? '?' } }
}

import type { Patient, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { organizationKey } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { type Entry, type Known, knownOf, sameContent, settled } from '../entries.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { admitted, grants, senderKeys } from './admit.ts'
import { flagged, flagsOf } from './flags.ts'

/** A referral as it came, transformed: one or more requests, their patient, and what came with them. */
export interface Referral {
  entries: readonly Entry[]
  /** Names of fields whose code is in no ConceptMap; the code is kept as text. */
  unmapped: readonly string[]
  /** The application that the message is addressed to (MSH-5), if it says so. */
  addressedTo?: string
}

interface Facts {
  known: Known
  /** The Tasks of the requests that are known. */
  tasks: readonly Kept<Task>[]
  /** `Organization/<id>`s that the requesters practise at. */
  practices: readonly string[]
}

/** A referral sent twice is one ServiceRequest: the second updates the first. */
export const received: Step<Referral, Facts> = {
  name: 'referral.received',

  async facts({ entries }, store, actor) {
    const known = await knownOf(entries, anchorOf(entries), store, actor)
    return { known, tasks: await tasksOf(known, store), practices: await practicesOf(known, store, actor) }
  },

  decide({ entries, unmapped, addressedTo }, { known, tasks, practices }, at, actor) {
    const anchor = anchorOf(entries)
    refuseRevoked(entries, known)
    const { all, changed } = settled(entries, known, anchor, at)
    const parts = { all, known, tasks, unmapped: unmapped.length > 0 }
    const requests = all.filter(isRequest).flatMap((request) => admittedOrRenewed(request, parts, at))
    const others = changed.filter((resource) => !isRequest(resource))
    const write = [...others, ...requests]
    const keys = [
      ...senderKeys(actor),
      ...[...practices, ...receiversOf(addressedTo, at)].map(organizationKey),
    ]
    return { write, grant: grants([...all, ...requests], keys) } satisfies Plan
  },
}

/** An order that is addressed to a centre is for that centre's eyes from the start. */
const receiversOf = (application: string | undefined, { territory }: Moment) =>
  territory.peers
    .filter(({ applications }) => application && applications.includes(application))
    .map(({ organization }) => organization)

interface Parts {
  all: readonly Resource[]
  known: Known
  tasks: readonly Kept<Task>[]
  unmapped: boolean
}

/** A new request brings its Task; a known one that says something new takes its Task's flags along. */
function admittedOrRenewed(request: ServiceRequest & { id: string }, parts: Parts, at: Moment): Resource[] {
  const submitted = {
    request,
    patient: parts.all.find(isPatient),
    supporting: parts.all,
    unmapped: parts.unmapped,
  }
  if (!request.meta?.versionId) return admitted(submitted, at)
  const flags = flagsOf(submitted, at.territory)
  const before = [
    ...[...parts.known.values()].filter(({ id }) => id === request.id),
    ...tasksFor(request, parts),
  ]
  const now = [request, ...tasksFor(request, parts)].map((resource) => flagged(resource, flags))
  return now.filter((resource, n) => !sameContent(resource, before[n]))
}

const tasksFor = ({ id }: { id: string }, { tasks }: Parts) =>
  tasks.filter(({ focus }) => focus?.reference === `ServiceRequest/${id}`)

function refuseRevoked(entries: readonly Entry[], known: Known): void {
  for (const { url, resource } of entries) {
    const before = known.get(url)
    if (before?.resourceType === 'ServiceRequest' && before.status === 'revoked' && isRequest(resource)) {
      throw failure(
        'conflict',
        'This referral has been cancelled. Send a new one, with a number of its own.',
        'ServiceRequest.identifier',
      )
    }
  }
}

/** The business key of the message's first order: what it makes without identifiers of their own hangs on it. */
function anchorOf(entries: readonly Entry[]): string | undefined {
  const request = entries.map(({ resource }) => resource).find(isRequest)
  const identifier = request?.identifier?.find(({ value }) => value)
  return identifier && `${identifier.system ?? ''}|${identifier.value}`
}

async function tasksOf(known: Known, store: Reader): Promise<Kept<Task>[]> {
  const ids = [...known.values()].filter(isRequest).map(({ id }) => `ServiceRequest/${id}`)
  return ids.length === 0 ? [] : store.search('Task', `focus=${ids.join(',')}`)
}

/** When the cell writes down a telephone call, the doctor's own practice sees the request as well. */
async function practicesOf(known: Known, store: Reader, { role }: Actor): Promise<string[]> {
  if (role !== 'cell') return []
  const doctors = [...known.values()].filter(({ resourceType }) => resourceType === 'Practitioner')
  if (doctors.length === 0) return []
  const roles = await store.search(
    'PractitionerRole',
    `practitioner=${doctors.map(({ id }) => `Practitioner/${id}`).join(',')}`,
  )
  return [...new Set(roles.flatMap(({ organization }) => organization?.reference ?? []))]
}

const isRequest = (resource: Resource): resource is ServiceRequest & { id: string } =>
  resource.resourceType === 'ServiceRequest'
const isPatient = (resource: Resource): resource is Patient => resource.resourceType === 'Patient'

import type { CommunicationRequest, Patient, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { organizationKey } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { referenceTo } from '../booking/states.ts'
import { type Entry, type Known, knownOf, sameContent, settled } from '../entries.ts'
import { merged } from '../plan.ts'
import { practicesOf } from '../practices.ts'
import { nextOf } from '../resource/change.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { admitted, grants, hasEnded, readmitted, senderKeys } from './admit.ts'
import { askedAbout, newestOf, questionsAbout, supportingOf } from './around.ts'
import { cancelled } from './cancelled.ts'
import { askedIdOf } from './judged.ts'
import { foretellFor, foundOf, type Standing, standingOf } from './standing.ts'

/** A referral as it came, transformed: one or more requests, their patient, and what came with them. */
export interface Referral {
  entries: readonly Entry[]
  /** Names of fields whose code is in no ConceptMap; the code is kept as text. */
  unmapped: readonly string[]
  /** The application that the message is addressed to (MSH-5), if it says so. */
  addressedTo?: string
}

interface Facts extends Renewals {
  /** What cancelling changes of the orders that the message takes back. */
  takenBack: Parameters<typeof cancelled.decide>[1] | undefined
}

interface Renewals {
  known: Known
  /** What was answered to the known requests before. */
  supporting: readonly Kept[]
  /** `org:<id>` of all who see the known requests: the centre that is asked, too. */
  keys: readonly string[]
  /** The Tasks of the requests that are known. */
  tasks: readonly Kept<Task>[]
  /** What their prescribers were asked. */
  asked: readonly Kept<CommunicationRequest>[]
  /** `Organization/<id>`s that the requesters practise at. */
  practices: readonly string[]
  /** Of each new request, by its url, who asks and what else was asked. */
  standings: ReadonlyMap<string, Standing>
}

/** A referral sent twice is one ServiceRequest: the second updates the first. */
export const received: Step<Referral, Facts> = {
  name: 'referral.received',

  async facts({ entries }, store, actor) {
    const { back, others } = parted(entries)
    const [known] = await Promise.all([
      knownOf(others, anchorOf(entries), store, actor),
      // Asked by the patient's number, along with who the patient is.
      Promise.all(patientsOfNew(others).map((patient) => foretellFor(patient, store))),
    ])
    const [tasks, practices, takenBack, keys, supporting, asked, standings] = await Promise.all([
      tasksOf(known, store),
      practicesSeeing(known, store, actor),
      back.length > 0 ? cancelled.facts({ entries: back }, store, actor) : undefined,
      keysOf(known, store),
      supportingOfAll(known, store),
      askedOfAll(known, store),
      standingsOf(others, known, store),
    ])
    return { known, tasks, practices, takenBack, keys, supporting, asked, standings }
  },

  decide(referral, { takenBack, ...facts }, at, actor) {
    refuseNone(referral.entries)
    const { back, others } = parted(referral.entries)
    const plans = [
      ...(others.some(({ resource }) => isRequest(resource))
        ? [taken({ ...referral, entries: others }, anchorOf(referral.entries), facts, at, actor)]
        : []),
      ...(takenBack ? [cancelled.decide({ entries: back }, takenBack, at, actor)] : []),
    ]
    return merged(plans)
  },
}

/** A patient alone is no referral: to acknowledge it would lose the order that was meant. */
function refuseNone(entries: readonly Entry[]): void {
  if (entries.some(({ resource }) => isRequest(resource))) return
  throw failure(
    'required',
    'The message carries no order. Send what is asked for with the patient.',
    'Message.order',
  )
}

/** Of the orders of one message, some may be taken back while others are given. */
function parted(entries: readonly Entry[]) {
  const isBack = ({ resource }: Entry) => isRequest(resource) && resource.status === 'revoked'
  return { back: entries.filter(isBack), others: entries.filter((entry) => !isBack(entry)) }
}

function taken(
  { entries, unmapped, addressedTo }: Referral,
  anchor: string | undefined,
  { known, tasks, practices, keys, supporting, asked, standings }: Renewals,
  at: Moment,
  actor: Actor,
): Plan {
  refuseEnded(entries, known)
  const { all, changed, referenceOf } = settled(entries, known, anchor, at)
  const byReference = new Map([...standings].map(([url, standing]) => [referenceOf(url), standing]))
  const isNews = new Set(changed)
  const said = all.map((one) => (isNews.has(one) ? nextOf(one, undefined) : one))
  const parts = {
    all: newestOf(said, supporting),
    known,
    tasks,
    asked,
    standings: byReference,
    unmapped: unmapped.length > 0,
  }
  const requests = all.filter(isRequest).flatMap((request) => admittedOrRenewed(request, parts, at))
  const write = [...changed.filter((resource) => !isRequest(resource)), ...requests]
  const seeing = [
    ...senderKeys(actor),
    ...keys,
    ...[...practices, ...receiversOf(addressedTo, at)].map(organizationKey),
  ]
  return { write, grant: grants([...all, ...requests], [...new Set(seeing)]) }
}

/** Whoever sees a request that is known sees what is newly said to it. */
async function keysOf(known: Known, store: Reader): Promise<string[]> {
  const requests = requestsIn(known)
  const sights = await Promise.all(requests.map(({ id }) => store.sight(`ServiceRequest/${id}`)))
  return [...new Set(sights.flat())].filter((key) => key.startsWith('org:'))
}

async function supportingOfAll(known: Known, store: Reader): Promise<Kept[]> {
  const requests = requestsIn(known)
  return (await Promise.all(requests.map((request) => supportingOf(request, store)))).flat()
}

/** What was asked about the requests: for the protocol's sake, and by people who have no answer yet. */
async function askedOfAll(known: Known, store: Reader): Promise<Kept<CommunicationRequest>[]> {
  const all = requestsIn(known).flatMap((request) => [
    askedAbout(request, store).then((one) => (one ? [one] : [])),
    questionsAbout(request, store),
  ])
  return (await Promise.all(all)).flat()
}

const patientsOfNew = (entries: readonly Entry[]): Patient[] =>
  entries.some(({ resource }) => isRequest(resource))
    ? entries.map(({ resource }) => resource).filter(isPatient)
    : []

/** Who asks for what is new, and what else was asked for the same patient. */
async function standingsOf(
  entries: readonly Entry[],
  known: Known,
  store: Reader,
): Promise<ReadonlyMap<string, Standing>> {
  const fresh = entries.filter(({ url, resource }) => isRequest(resource) && !known.has(url))
  const found = await Promise.all(
    fresh.map(async ({ url, resource }) => {
      // As was just seen; what it lacks is told with all else, once it is validated.
      const { requester, subject } = resource as Partial<ServiceRequest>
      const patient = entries.find((entry) => entry.url === subject?.reference)?.resource
      const kept = known.get(subject?.reference ?? '')
      const named = {
        requester: doctorNamed(requester?.reference, entries, known),
        patientReference: kept && `Patient/${kept.id}`,
        patient: patient?.resourceType === 'Patient' ? patient : undefined,
      }
      return [url, await standingOf(named, store)] as const
    }),
  )
  return new Map(found)
}

/** The doctor whom a message names as asking: as it is kept; `new` when it was not known before. */
function doctorNamed(url: string | undefined, entries: readonly Entry[], known: Known): string | undefined {
  const entry = entries.find((one) => one.url === url)
  const doctor =
    entry?.resource.resourceType === 'PractitionerRole' ? entry.resource.practitioner?.reference : url
  if (doctor === undefined) return undefined
  const kept = known.get(doctor)
  return kept ? `${kept.resourceType}/${kept.id}` : 'new'
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
  asked: readonly Kept<CommunicationRequest>[]
  /** By reference. */
  standings: ReadonlyMap<string, Standing>
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
  if (!request.meta?.versionId) {
    const standing = parts.standings.get(`ServiceRequest/${request.id}`)
    const found = standing ? foundOf(standing, submitted, at) : []
    return admitted({ ...submitted, found }, at)
  }
  const asked = parts.asked.find(({ id }) => id === askedIdOf(request.id))
  const tasks = tasksFor(request, parts)
  const before = [...parts.known.values(), ...tasks, ...(asked ? [asked] : [])]
  const questions = parts.asked.filter(({ basedOn = [] }) =>
    basedOn.some(({ reference }) => reference === `ServiceRequest/${request.id}`),
  )
  const known = [...parts.known.values()].find(
    (one): one is Kept<ServiceRequest> => one.resourceType === 'ServiceRequest' && one.id === request.id,
  )
  return readmitted(submitted, { request: known, tasks, asked, questions }, at).filter(
    (resource) =>
      !sameContent(
        resource,
        before.find(({ id }) => id === resource.id),
      ),
  )
}

const tasksFor = ({ id }: { id: string }, { tasks }: Parts) =>
  tasks.filter(({ focus }) => focus?.reference === `ServiceRequest/${id}`)

/** What has ended does not begin again under the same number. */
function refuseEnded(entries: readonly Entry[], known: Known): void {
  for (const { url, resource } of entries) {
    const before = known.get(url)
    if (before?.resourceType === 'ServiceRequest' && isRequest(resource) && hasEnded(before)) {
      throw failure(
        'conflict',
        `This referral is ${before.status}. Send a new one, with a number of its own.`,
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
const practicesSeeing = (known: Known, store: Reader, { role }: Actor): Promise<string[]> =>
  practicesOf(role === 'cell' ? [...known.values()].filter(isDoctor).map(referenceTo) : [], store)

const requestsIn = (known: Known) =>
  [...known.values()].filter((kept): kept is Kept<ServiceRequest> => kept.resourceType === 'ServiceRequest')

const isRequest = (resource: Resource): resource is ServiceRequest & { id: string } =>
  resource.resourceType === 'ServiceRequest'
const isDoctor = ({ resourceType }: Resource) => resourceType === 'Practitioner'
const isPatient = (resource: Resource): resource is Patient => resource.resourceType === 'Patient'

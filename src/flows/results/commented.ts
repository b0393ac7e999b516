import type { Communication, Patient, Reference, Resource, ServiceRequest } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { organizationKey, sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { currentOf, referenceTo, versionOf } from '../booking/states.ts'
import { type Entry, type Known, knownOf, settled } from '../entries.ts'
import { merged } from '../plan.ts'
import { grants } from '../referral/admit.ts'
import { answering, type Questioned, questioned } from '../referral/questioned.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { type Copy, copiesOf, withCopies } from './copied.ts'
import { type Earlier, earlierOf, linked, superseded } from './documents.ts'

/** A result or a comment as it came, transformed: a Communication, and the report or observations it is about. */
export interface Comment {
  entries: readonly Entry[]
}

/** The request that a comment is about, when the actor may comment on it, and who takes part in it. */
export interface About {
  request: Kept<ServiceRequest> | undefined
  /** `org:<id>` of all who may see the request. */
  keys: readonly string[]
  /** Who gets a copy of an answer, such as the treating doctor. */
  copies?: readonly Copy[]
  /** What a word of whoever asked may answer. */
  open?: Questioned
}

interface Facts extends About {
  known: Known
  earlier: Earlier
}

/** The radiologist's word reaches whoever asked, tied to the request; a correction replaces what it corrects. */
export const commented: Step<Comment, Facts> = {
  name: 'results.commented',

  async facts({ entries }, store, actor) {
    refuseSeveral(entries)
    const [known, about, earlier] = await Promise.all([
      knownOf(entries, anchorOf(entries), store, actor),
      aboutOf(entries, store, actor),
      earlierOf(entries, store, actor),
    ])
    if (!about.request) return { known, earlier, ...about }
    const patient = await store.follow(about.request.subject.reference)
    const named = new Map([...known, ...aliases(withPatient(entries), about.request, patient)])
    return { known: named, earlier, ...about }
  },

  decide({ entries }, { known, earlier, ...about }, at, actor) {
    if (!about.request) return { filtered: 'No request of this centre fits the result.' }
    const { changed } = settled(withPatient(entries), known, anchorOf(entries), at)
    const news = changed.filter(isNews).map((one) => linked(one, earlier))
    const plan = told([...news, ...superseded(news, earlier)], about, [...known.values()], at, actor)
    const { request, open } = about
    return open ? merged([plan, answering(open, request, plan.write ?? [], new Set(), at, actor)]) : plan
  },
}

/** What maps call the patient of a message. */
const patientUrl = 'urn:local:patient'

/** A result that names no patient is about the one of its request. */
function withPatient(entries: readonly Entry[]): readonly Entry[] {
  if (entries.some(({ resource }) => resource.resourceType === 'Patient')) return entries
  return [...entries, { url: patientUrl, resource: { resourceType: 'Patient' } }]
}

/** Passes when all comments of a message are on one order: none is filed under another's. Fails: business-rule. */
function refuseSeveral(entries: readonly Entry[]): void {
  const orders = entries
    .map(({ resource }) => resource)
    .filter(isCommunication)
    .flatMap(({ basedOn = [] }) => basedOn.slice(0, 1))
    .map(({ identifier, reference }) => reference ?? `${identifier?.system}|${identifier?.value}`)
  if (new Set(orders).size <= 1) return
  throw failure(
    'business-rule',
    'The message holds results of several orders. Send one message for each.',
    'Communication.basedOn',
  )
}

/** Finds the request that a comment is about. */
export async function aboutOf(entries: readonly Entry[], store: Reader, actor: Actor): Promise<About> {
  const request = await requestOf(entries, store)
  if (!request) return { request, keys: [] }
  const keys = (await store.sight(referenceTo(request))).filter((key) => key.startsWith('org:'))
  if (!sees(actor, keys)) return { request: undefined, keys: [] }
  const isWord = actor.role === 'prescriber' && entries.some(({ resource }) => isCommunication(resource))
  const [copies, open] = await Promise.all([
    copiesOf(request, store),
    isWord ? questioned(request, store) : undefined,
  ])
  return { request, keys, copies, ...(open && { open }) }
}

/**
 * Tied to the request, for the eyes of all who take part in it, and sent to their systems; an answer also to those who get
 * a copy.
 */
export function told(
  news: readonly Resource[],
  about: About,
  before: readonly Kept[],
  at: Moment,
  actor: Actor,
): Plan {
  const { request } = about
  if (!request) return { write: news }
  const copies = isAnswer(news, request, actor) ? (about.copies ?? []) : []
  const copied = copies.flatMap(({ organizations }) => organizations).filter((one) => isPractice(one, at))
  const keys = [...new Set([...about.keys, ...copied.map(organizationKey)])]
  const write = news.map((resource) => tied(resource, request, copies, at, actor))
  const send = write
    .filter(isCommunication)
    .flatMap((said) => sending(said, before, request, keys, at, actor))
  const patient = copied.length > 0 && request.subject.reference
  return {
    write,
    grant: { ...grants(write, keys), ...(patient && { [patient]: copied.map(organizationKey) }) },
    send,
  }
}

/** What is said to whoever asked; not what they say themselves, nor what is meant for somebody else. */
function isAnswer(news: readonly Resource[], { requester }: ServiceRequest, { role }: Actor): boolean {
  if (role === 'prescriber') return false
  const recipients = news.filter(isCommunication).flatMap(({ recipient = [] }) => recipient)
  const own = recipients.filter(({ extension = [] }) => extension.length === 0)
  return own.length === 0 || own.some(({ reference }) => reference === requester?.reference)
}

/** To be a member of the community is no practice, nor is to work at its cell. */
const isPractice = (organization: string, { territory: { community, cell } }: Moment) =>
  organization !== community && organization !== cell

/** The patient and the request are ours already: a result names them, it does not change them. */
const isNews = ({ resourceType }: Resource) => resourceType !== 'Patient' && resourceType !== 'ServiceRequest'
const isRequest = (resource: Resource): resource is ServiceRequest =>
  resource.resourceType === 'ServiceRequest'
const isCommunication = (resource: Resource): resource is Communication & { id: string } =>
  resource.resourceType === 'Communication'

/** What a message calls its patient and its request, said of ours. */
function aliases(
  entries: readonly Entry[],
  request: Kept<ServiceRequest>,
  patient: Kept | undefined,
): [string, Kept][] {
  return entries.flatMap(({ url, resource }): [string, Kept][] => {
    if (isRequest(resource)) return [[url, request]]
    return resource.resourceType === 'Patient' && patient ? [[url, patient as Kept<Patient>]] : []
  })
}

/** The result's own number at the centre, else the order's: what is made hangs on it, so that a correction finds it. */
function anchorOf(entries: readonly Entry[]): string | undefined {
  const resources = entries.map(({ resource }) => resource)
  const named = [...resources.filter(isNews), ...resources].map(identifierOf).find(Boolean)
  return named && `result:${named}`
}

function identifierOf(resource: Resource): string | undefined {
  if (resource.resourceType.startsWith('Practitioner') || resource.resourceType === 'Organization')
    return undefined
  const identifier =
    'identifier' in resource && Array.isArray(resource.identifier) ? resource.identifier[0] : undefined
  return identifier?.value && `${identifier.system ?? ''}|${identifier.value}`
}

/** By the request that came along, by an order number, by a literal reference, or through what is answered. */
async function requestOf(
  entries: readonly Entry[],
  store: Reader,
): Promise<Kept<ServiceRequest> | undefined> {
  const resources = entries.map(({ resource }) => resource)
  const inside = resources.find(isRequest)
  if (inside) return store.sameIdentifier(inside)
  const said = resources.find(isCommunication)
  const named = await requestNamed(said?.basedOn?.[0], store)
  if (named || !said?.inResponseTo) return named
  const first = await store.follow(said.inResponseTo[0]?.reference)
  return first?.resourceType === 'Communication' ? requestNamed(first.basedOn?.[0], store) : undefined
}

async function requestNamed({ identifier, reference }: Reference = {}, store: Reader) {
  if (identifier?.value) return store.identified('ServiceRequest', identifier.system, identifier.value)
  const kept = await store.follow(reference)
  return kept?.resourceType === 'ServiceRequest' ? kept : undefined
}

/** A resource of the result as it will be kept: about this request and its own patient. */
function tied(
  resource: Resource,
  request: Kept<ServiceRequest>,
  copies: readonly Copy[],
  at: Moment,
  actor: Actor,
): Resource {
  // A request's subject is a patient here, which all three types take.
  const about = {
    basedOn: [{ reference: referenceTo(request) }],
    subject: request.subject as Reference<Patient>,
  }
  if (resource.resourceType === 'Communication')
    return {
      ...addressed(resource, request, copies, at, actor),
      ...about,
      basedOn: basesOf(resource, request),
    }
  if (resource.resourceType === 'DiagnosticReport') return { ...resource, ...about }
  if (resource.resourceType === 'Observation') return { ...resource, ...about }
  return resource
}

/** The request, and what was asked about it and is answered by this. */
const basesOf = ({ basedOn = [] }: Communication, request: Kept<ServiceRequest>): Reference[] => [
  { reference: referenceTo(request) },
  ...basedOn.filter(({ reference }) => reference?.startsWith('CommunicationRequest/')),
]

function addressed(
  said: Communication,
  { requester }: Kept<ServiceRequest>,
  copies: readonly Copy[],
  at: Moment,
  actor: Actor,
): Communication {
  const sender = said.sender ?? (actor.organization ? { reference: actor.organization } : undefined)
  const known = said.recipient ?? (requester ? [requester as Reference<never>] : []) // a requester may receive
  const recipient = withCopies(known, copies)
  return {
    ...said,
    ...(recipient.length > 0 && { recipient }),
    ...(sender && { sender }),
    sent: said.sent ?? at.now,
    received: at.now,
  }
}

/** To the systems of all others who may see the request, if theirs take such a thing. */
function sending(
  said: Communication & { id: string },
  before: readonly Kept[],
  request: Kept<ServiceRequest>,
  keys: readonly string[],
  at: Moment,
  actor: Actor,
) {
  const last = before.find(({ id }) => id === said.id)
  const about = [versionOf(said, last), currentOf(request), request.subject.reference ?? '']
  return at.territory.peers
    .filter(
      ({ organization, takes }) => isOther(organization, keys, actor) && takes.includes('communication.sent'),
    )
    .map(({ name }) => ({ peer: name, kind: 'communication.sent', about }))
}

const isOther = (organization: string, keys: readonly string[], actor: Actor) =>
  organization !== actor.organization && keys.includes(organizationKey(organization))

import type {
  Appointment,
  AppointmentParticipant,
  CodeableConcept,
  ServiceRequest,
  Slot,
} from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { extensions, systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import { parseSearch } from '../../fhir/search.ts'
import type { Kept, Reader, Store } from '../../store/index.ts'
import { modalitiesOf } from '../referral/flags.ts'
import type { Desk, Territory } from '../step.ts'
import { proposalId, proposalOf } from './proposal.ts'
import { centreOf, referenceTo } from './states.ts'

/** What is looked for. Instants; tokens as `system|code`. */
export interface Wish {
  start: string
  end: string
  request?: Kept<ServiceRequest>
  /** `Patient/<id>`, when there is no request. */
  patient?: string
  /** Exams or modalities; any of them will do. */
  exams: readonly string[]
  /** Centres and places, `Organization/<id>` and `Location/<id>`; any of them will do, none means all. */
  organizations: readonly string[]
  locations: readonly string[]
  count: number
}

/** A slot with who and what its diary is about. */
interface Candidate {
  slot: Kept<Slot>
  actors: readonly string[]
  reserved: boolean
}

/**
 * Places that fit, best first: those reserved for the asker, then the earliest. Nothing is kept.
 *
 * Fails: business-rule when the request says its exam in words only, and the wish does not say which it is.
 */
export async function find(wish: Wish, { store, actor, territory, clock }: Desk): Promise<Appointment[]> {
  const exams = examsOf(wish, territory)
  const from = new Date(Math.max(Date.parse(wish.start), clock().getTime())).toISOString()
  const query = new URLSearchParams([
    ['status', 'free'],
    ['start', `ge${from}`],
    ['start', `lt${new Date(wish.end).toISOString()}`],
    ['_sort', 'start'],
    ['_count', '1000'],
  ])
  if (exams.length > 0) query.append('service-type', exams.map(escaped).join(','))
  const { search } = parseSearch('Slot', query)
  const page = await store.search(search, actor.sight)
  // Bodies are what the store keeps: Slots, complete.
  const slots = page.entries.map(({ body }) => JSON.parse(body) as Kept<Slot>)
  const candidates = await inPlaces(slots, wish, store, territory)
  return candidates
    .sort(better)
    .slice(0, wish.count)
    .map((candidate, n) => proposed(candidate, n, wish))
}

/** What a slot must be for: the exam that is asked for, or its modality; anything when nothing is asked. */
function examsOf({ request, exams }: Wish, territory: Territory): string[] {
  const asked = (request?.code?.coding ?? []).map(({ system = '', code = '' }) => `${system}|${code}`)
  const modalities = request ? modalitiesOf(request, territory).map((code) => `${systems.dicom}|${code}`) : []
  const all = exams.length > 0 ? [...exams] : [...asked, ...modalities]
  if (all.length > 0 || !request) return all
  throw failure(
    'business-rule',
    'The request says its exam in words only: give its code or its modality in visit-type.',
    'Parameters.parameter',
  )
}

const escaped = (token: string) => token.replaceAll(',', '\\,')

async function inPlaces(
  slots: readonly Kept<Slot>[],
  wish: Wish,
  store: Store,
  territory: Territory,
): Promise<Candidate[]> {
  const reader = store.reader()
  const diaries = [...new Set(slots.map(({ schedule }) => schedule.reference ?? ''))]
  const schedules = await Promise.all(diaries.map((reference) => reader.follow(reference)))
  const actors = new Map(
    schedules.map((schedule, n) => [
      diaries[n],
      schedule?.resourceType === 'Schedule' ? schedule.actor.flatMap(({ reference }) => reference ?? []) : [],
    ]),
  )
  return slots
    .map((slot) => ({ slot, actors: actors.get(slot.schedule.reference) ?? [], reserved: isReserved(slot) }))
    .filter((candidate) => isWhereWished(candidate, wish, territory))
}

function isWhereWished(
  { slot, actors }: Candidate,
  { organizations, locations }: Wish,
  territory: Territory,
): boolean {
  const centre = centreOf(slot, territory)?.organization
  // A centre that is not connected cannot be asked.
  if (centre === undefined) return false
  return (
    (organizations.length === 0 || organizations.includes(centre)) &&
    (locations.length === 0 || locations.some((location) => actors.includes(location)))
  )
}

const isReserved = ({ meta }: Slot) =>
  meta?.security?.some(({ system, code }) => system === systems.slotType && code !== 'PUBLIC') ?? false

function better(a: Candidate, b: Candidate): number {
  if (a.reserved !== b.reserved) return a.reserved ? -1 : 1
  const earlier = Date.parse(a.slot.start) - Date.parse(b.slot.start)
  return earlier !== 0 ? earlier : a.slot.id < b.slot.id ? -1 : 1
}

function proposed(
  { slot, actors, reserved }: Candidate,
  rank: number,
  { request, patient, start, end }: Wish,
): Appointment {
  const subject = request?.subject.reference ?? patient
  const serviceType: CodeableConcept[] | undefined = slot.serviceType
  return {
    resourceType: 'Appointment',
    id: proposalId({ slot: slot.id, ...(request && { request: request.id }) }),
    extension: [{ url: extensions.rank, valueString: why(rank, reserved) }],
    status: 'proposed',
    ...(serviceType && { serviceType }),
    start: slot.start,
    end: slot.end,
    slot: [{ reference: referenceTo(slot) }],
    ...(request && { basedOn: [{ reference: referenceTo(request) }] }),
    participant: [...(subject ? [subject] : []), ...actors].map(participant),
    requestedPeriod: [{ start, end }],
  }
}

/**
 * A proposal once more, from its id alone: as long as its slot is free and for these eyes.
 * Undefined for any other id.
 */
export async function proposalAgain(
  id: string,
  { store, actor, territory }: Desk,
): Promise<Appointment | undefined> {
  const wanted = proposalOf(id)
  if (!wanted) return undefined
  const reader = store.reader()
  const [slot, request] = await Promise.all([
    seen('Slot', wanted.slot, reader, actor),
    wanted.request === undefined ? undefined : seen('ServiceRequest', wanted.request, reader, actor),
  ])
  if (slot?.status !== 'free' || (wanted.request !== undefined && !request)) return undefined
  const { start, end } = slot
  const wish: Wish = {
    start,
    end,
    exams: [],
    organizations: [],
    locations: [],
    count: 1,
    ...(request && { request }),
  }
  const [candidate] = await inPlaces([slot], wish, store, territory)
  return candidate && proposed(candidate, 0, wish)
}

async function seen<T extends 'Slot' | 'ServiceRequest'>(type: T, id: string, reader: Reader, actor: Actor) {
  const [kept, keys] = await Promise.all([reader.read(type, id), reader.sight(`${type}/${id}`)])
  return kept && sees(actor, keys) ? kept : undefined
}

const why = (rank: number, reserved: boolean) =>
  `${rank + 1}: ${reserved ? 'reserved for members, then earliest' : 'open to all, then earliest'}`

const participant = (reference: string): AppointmentParticipant => ({
  actor: { reference },
  status: 'needs-action',
})

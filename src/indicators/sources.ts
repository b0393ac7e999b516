import type {
  ActivityDefinition,
  Appointment,
  OrganizationAffiliation,
  Practitioner,
  PractitionerRole,
  Resource,
  ServiceRequest,
  Slot,
  Task,
} from '@medplum/fhirtypes'
import { extensions, systems } from '../fhir/canonical.ts'
import { type KeptClock, keptClocks } from '../fhir/clock.ts'
import { coversDay, parseDate } from '../fhir/dates.ts'
import { idOf } from '../fhir/reference.ts'
import { parseSearch } from '../fhir/search.ts'
import { dayIn } from '../fhir/zone.ts'
import type { Kept, Store } from '../store/index.ts'
import type { Asked, Place } from './indicator.ts'

/** What indicators are counted over, one after the other. */
export interface Sources {
  requests: CountedRequest
  bookings: CountedBooking
  slots: CountedSlot
  conventions: CountedConvention
}

/** A request that was received in the period. Instants. */
export interface CountedRequest {
  receivedAt: string
  /** How it ended, if it did: taken back, refused, or given up for want of a place. */
  ended?: 'withdrawn' | 'refused' | 'short'
  answer?: CountedClock
  exam?: CountedClock
  /** DICOM codes. */
  modalities: readonly string[]
  /** As the territory's catalogue calls it; else as its code is worded, or coded. */
  examName?: string
  /** RPPS of the doctor who asked, and whether it was a member's then. */
  rpps?: string
  isMember: boolean
}

/** A clock that was started, and when it was stopped. */
export type CountedClock = Pick<KeptClock, 'startedAt' | 'dueAt' | 'strictDueAt'> & { stoppedAt?: string }

/** An appointment that a centre said yes to in the period. */
export interface CountedBooking {
  bookedAt: string
  isCancelled: boolean
}

/** A slot that begins in the period. */
export interface CountedSlot {
  modalities: readonly string[]
  /** Places that it has. */
  capacity: number
  taken: number
}

export interface CountedConvention {
  /** `Organization/<id>` */
  centre: string
}

/** How many resources are looked at in one go. */
const pageSize = 200

/** Each of the things that are counted, one after the other: no more than a page of them is held. */
export const sources: {
  [Name in keyof Sources]: (asked: Asked, place: Place, store: Store) => AsyncIterable<Sources[Name]>
} = { requests, bookings, slots, conventions }

async function* requests(asked: Asked, place: Place, store: Store): AsyncIterable<CountedRequest> {
  const [members, catalogue] = await Promise.all([membersOf(place, store), catalogueIn(store)])
  const query = `authored-on=ge${asked.start}&authored-on=lt${asked.end}&code=fulfill`
  for await (const tasks of pages<Task>('Task', query, store)) {
    const own = tasks.filter(
      ({ partOf, focus }) => !partOf && focus?.reference?.startsWith('ServiceRequest/'),
    )
    const ids = own.flatMap(({ focus }) => idOf('ServiceRequest', focus?.reference) ?? [])
    const [byId, booked] = await Promise.all([requestsById(ids, store), appointmentsByRequest(ids, store)])
    for (const task of own) {
      const id = idOf('ServiceRequest', task.focus?.reference) ?? ''
      const appointments = booked.get(id) ?? []
      if (asked.centre && !appointments.some((one) => isWith(one, asked.centre, place))) continue
      yield counted(task, byId.get(id), appointments, { members, catalogue, zone: place.zone })
    }
  }
}

/** What a request is counted by. */
interface Known {
  members: ReadonlyMap<string, Doctor>
  catalogue: ReadonlyMap<string, string>
  /** IANA zone in which its day is counted. */
  zone: string
}

function counted(
  task: Task,
  request: ServiceRequest | undefined,
  appointments: readonly Appointment[],
  { members, catalogue, zone }: Known,
): CountedRequest {
  const { answer, exam } = keptClocks(task)
  const examAt = firstExam(appointments)
  const ended = endOf(task)
  const doctor = members.get(task.requester?.reference ?? request?.requester?.reference ?? '')
  const receivedAt = task.authoredOn ?? ''
  const received = parseDate(receivedAt, zone)
  const day = received ? dayIn(zone, received.low) : ''
  return {
    receivedAt,
    ...(ended && { ended }),
    ...(answer && { answer: withStop(answer, answer.stoppedAt) }),
    ...(exam && { exam: withStop(exam, examAt) }),
    modalities: exam?.modalities ?? [],
    ...nameOf(request, catalogue),
    ...(doctor && { rpps: doctor.rpps }),
    isMember: doctor?.roles.some((period) => coversDay(period, day)) ?? false,
  }
}

const withStop = ({ startedAt, dueAt, strictDueAt }: KeptClock, stop: string | undefined): CountedClock => ({
  startedAt,
  dueAt,
  strictDueAt,
  ...(stop !== undefined && { stoppedAt: stop }),
})

/** However it was coded: by each of the codes of an exam of the catalogue it is that exam. */
function nameOf(
  request: ServiceRequest | undefined,
  catalogue: ReadonlyMap<string, string>,
): { examName?: string } {
  const { text, coding = [] } = request?.code ?? {}
  const known = coding.flatMap(({ system, code }) => catalogue.get(`${system}|${code}`) ?? [])[0]
  const name = known ?? coding.find(({ display }) => display)?.display ?? text ?? coding[0]?.code
  return name === undefined ? {} : { examName: name }
}

/** Titles of the territory's exams by `system|code`; of several with one code the first by its URL. */
async function catalogueIn(store: Store): Promise<Map<string, string>> {
  const exams: ActivityDefinition[] = []
  for await (const page of pages<ActivityDefinition>('ActivityDefinition', 'status=active', store))
    exams.push(...page)
  exams.sort(({ url: a = '' }, { url: b = '' }) => (a < b ? 1 : -1))
  return new Map(
    exams.flatMap(({ code, title }) =>
      (code?.coding ?? [])
        .filter(({ system }) => system !== systems.dicom)
        .flatMap(({ system, code }) => (title ? [[`${system}|${code}`, title] as const] : [])),
    ),
  )
}

function endOf({ status }: Task): CountedRequest['ended'] {
  if (status === 'cancelled' || status === 'entered-in-error') return 'withdrawn'
  if (status === 'rejected') return 'refused'
  return status === 'failed' ? 'short' : undefined
}

/** An appointment that has been, or is to be, kept. */
const keptStatus: readonly string[] = ['booked', 'arrived', 'checked-in', 'fulfilled']

const firstExam = (appointments: readonly Appointment[]): string | undefined =>
  appointments
    .filter(({ status = '' }) => keptStatus.includes(status))
    .flatMap(({ start }) => start ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b))[0]

const isWith = ({ meta }: Resource, centre: string | undefined, { centres }: Place) =>
  centre !== undefined && centres.get(meta?.source ?? '') === centre

interface Doctor {
  rpps: string
  /** When it was a member of the community. */
  roles: readonly { start?: string; end?: string }[]
}

/** Doctors by whatever a request may name them by: `Practitioner/<id>`, `PractitionerRole/<id>`. */
async function membersOf({ community }: Place, store: Store): Promise<Map<string, Doctor>> {
  const roles = new Map<string, PractitionerRole[]>()
  for await (const page of pages<PractitionerRole>('PractitionerRole', '', store)) {
    for (const role of page) {
      const name = role.practitioner?.reference ?? ''
      roles.set(name, [...(roles.get(name) ?? []), role])
    }
  }
  const doctors = new Map<string, Doctor>()
  for await (const page of pages<Practitioner>('Practitioner', '', store)) {
    for (const { id, identifier = [] } of page) {
      const rpps = identifier.find(({ system }) => system === systems.rpps)?.value
      if (rpps === undefined) continue
      const own = roles.get(`Practitioner/${id}`) ?? []
      const doctor = { rpps, roles: own.filter(isRoleAt(community)).map(({ period = {} }) => period) }
      doctors.set(`Practitioner/${id}`, doctor)
      for (const role of own) doctors.set(`PractitionerRole/${role.id}`, doctor)
    }
  }
  return doctors
}

const isRoleAt =
  (community: string) =>
  ({ organization, active }: PractitionerRole) =>
    organization?.reference === community && active !== false

async function requestsById(ids: readonly string[], store: Store) {
  const found = new Map<string, ServiceRequest>()
  if (ids.length === 0) return found
  for await (const page of pages<ServiceRequest>('ServiceRequest', `_id=${ids.join(',')}`, store))
    for (const request of page) found.set(request.id, request)
  return found
}

async function appointmentsByRequest(ids: readonly string[], store: Store) {
  const found = new Map<string, Appointment[]>()
  if (ids.length === 0) return found
  const names = ids.map((id) => `ServiceRequest/${id}`).join(',')
  for await (const page of pages<Appointment>('Appointment', `based-on=${names}`, store)) {
    for (const appointment of page) {
      for (const { reference } of appointment.basedOn ?? []) {
        const id = idOf('ServiceRequest', reference) ?? ''
        found.set(id, [...(found.get(id) ?? []), appointment])
      }
    }
  }
  return found
}

/** An appointment counts when its centre first said yes, whatever became of it since. */
async function* bookings(asked: Asked, place: Place, store: Store): AsyncIterable<CountedBooking> {
  for await (const page of pages<Appointment>('Appointment', `_lastUpdated=ge${asked.start}`, store)) {
    const own = page.filter((one) => !asked.centre || isWith(one, asked.centre, place))
    const booked = await store.firstHad(
      'Appointment',
      own.map(({ id }) => id),
      ['booked'],
    )
    for (const { id, status } of own) {
      const bookedAt = booked.get(id)
      if (bookedAt === undefined || !isWithin(bookedAt, asked)) continue
      yield { bookedAt, isCancelled: status === 'cancelled' || status === 'entered-in-error' }
    }
  }
}

const isWithin = (instant: string, { start, end }: Asked) =>
  Date.parse(instant) >= Date.parse(start) && Date.parse(instant) < Date.parse(end)

async function* slots(asked: Asked, place: Place, store: Store): AsyncIterable<CountedSlot> {
  const query = `start=ge${asked.start}&start=lt${asked.end}&status=free,busy,busy-tentative`
  for await (const page of pages<Slot>('Slot', query, store)) {
    const own = page.filter((one) => !asked.centre || isWith(one, asked.centre, place))
    const taken = own.length > 0 ? await store.reader().occupancies(own.map(({ id }) => id)) : []
    for (const slot of own) {
      const places = new Set(taken.filter((one) => one.slot === slot.id).map((one) => one.place))
      const capacity = capacityOf(slot)
      // A desk may give away what is held here: there is one place of it all the same.
      yield { modalities: modalitiesOf(slot), capacity, taken: Math.min(places.size, capacity) }
    }
  }
}

const modalitiesOf = ({ serviceType = [] }: Slot): string[] =>
  serviceType.flatMap(({ coding = [] }) =>
    coding.flatMap(({ system, code }) => (system === systems.dicom && code ? [code] : [])),
  )

const capacityOf = ({ extension = [] }: Slot) =>
  extension.find(({ url }) => url === extensions.capacity)?.valuePositiveInt ?? 1

/** A convention counts when it is active on some day of the period. */
async function* conventions(asked: Asked, place: Place, store: Store): AsyncIterable<CountedConvention> {
  const [from, to] = [dayIn(place.zone, asked.start), dayIn(place.zone, Date.parse(asked.end) - 1)]
  for await (const page of pages<OrganizationAffiliation>('OrganizationAffiliation', '', store)) {
    for (const { active, organization, participatingOrganization, period = {} } of page) {
      const centre = participatingOrganization?.reference
      const isOurs = organization?.reference === place.community && active !== false
      const covers =
        (!period.start || period.start.slice(0, 10) <= to) &&
        (!period.end || period.end >= from.slice(0, period.end.length))
      if (centre && isOurs && covers && (!asked.centre || centre === asked.centre)) yield { centre }
    }
  }
}

/** All that a search finds, a page at a time; by the gateway's own eyes. */
async function* pages<R extends Resource>(
  type: R['resourceType'],
  query: string,
  store: Store,
): AsyncIterable<Kept<R>[]> {
  let cursor: string | undefined
  do {
    const params = new URLSearchParams(query)
    params.set('_count', String(pageSize))
    if (cursor !== undefined) params.set('_cursor', cursor)
    const { search } = parseSearch(type, params)
    const page = await store.search(search, 'all')
    yield page.entries.map(({ body }) => JSON.parse(body) as Kept<R>) // of the type that was searched
    cursor = page.next
  } while (cursor !== undefined)
}

import type {
  HealthcareService,
  Location,
  LocationHoursOfOperation,
  Organization,
  PractitionerRole,
  Resource,
  Schedule,
} from '@medplum/fhirtypes'
import { parseDate } from '../../fhir/dates.ts'
import { normal } from '../../fhir/search/forms.ts'
import { parseSearch } from '../../fhir/search.ts'
import type { Kept, Reader, Store } from '../../store/index.ts'
import { centreOf, zoneOf } from '../booking/states.ts'
import type { Commune, Desk, Territory } from '../step.ts'
import type { Convention, Conventions } from './conventions.ts'
import { examsOf, type Limits, limitsOf, tokensOf } from './limits.ts'

/** Hours at which a place is open, by the clock there; without days, on each of them. */
export interface Opening {
  days: readonly string[]
  /** `08:00:00`, end exclusive. */
  from: string
  to: string
}

/** A diary with all that is asked of it when a place is looked for. */
export interface Diary {
  reference: string
  /** Name of its connector, and `Organization/<id>` of its centre. */
  peer: string
  centre: string
  /** IANA zone of its place. */
  zone: string
  /** Whom and what it is about, as it says it, in its order. */
  actors: readonly string[]
  /** Those, and who stands behind them: the doctor of a role, the place of a service. */
  involved: ReadonlySet<string>
  /** Tokens of the exams that it says it is for, and how many minutes each takes; empty: it does not say. */
  exams: ReadonlyMap<string, number | undefined>
  /** Tokens; empty: it does not say. */
  specialties: ReadonlySet<string>
  limits: Limits
  /** Names, towns and postal codes by which it may be asked for, normalised. */
  words: readonly string[]
  /** INSEE code of the commune that it is in. */
  commune?: string
  /** Of each of those that say their hours: all of them must be open. */
  opening: readonly (readonly Opening[])[]
  /** When its service is not had: ms since 1970, both included. */
  closed: readonly { since: number; until: number }[]
  /** Of its centre. */
  conventions: readonly Convention[]
}

/** The diaries of a territory, as they are now. */
export interface Diaries {
  now(): Promise<DiaryBook>
}

export interface DiaryBook {
  /** Of connected centres: nobody could be asked for the places of others. */
  diaries: readonly Diary[]
  /** Centres that have a convention and no connection: `Organization/<id>`. */
  unconnected: readonly { centre: string; conventions: readonly Convention[] }[]
  conventions: Conventions
}

type DiaryDesk = Pick<Desk, 'store' | 'territory'>

/** Diaries that are read whenever they are asked for. */
export const readDiaries = (desk: DiaryDesk): Diaries => ({ now: () => bookOf(desk) })

/** How long diaries are kept without a word that something has changed: a notice from another gateway may be lost. */
const keptMs = 30_000

/** Types of which a diary tells something. */
const told = /^(Schedule|HealthcareService|Location|Organization|OrganizationAffiliation|PractitionerRole)\//

/** Diaries that are read once, and again when something of them has changed. */
export function openDiaries(desk: DiaryDesk): Diaries & Disposable {
  let known: { at: number; book: Promise<DiaryBook> } | undefined
  const listening = desk.store.onChange(({ references }) => {
    if (references.some((reference) => told.test(reference))) known = undefined
  })
  return {
    now() {
      if (!known || performance.now() - known.at > keptMs) {
        const read = { at: performance.now(), book: bookOf(desk) }
        read.book.catch(() => {
          if (known === read) known = undefined // the next one asks again
        })
        known = read
      }
      return known.book
    },
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  }
}

async function bookOf({ store, territory }: DiaryDesk): Promise<DiaryBook> {
  const reader = store.reader()
  const [schedules, conventions] = await Promise.all([allSchedules(store), conventionsByCentre(reader)])
  const diaries = await Promise.all(
    schedules
      .filter(({ active }) => active !== false)
      .map((schedule) => diaryOf(schedule, conventions, reader, territory)),
  )
  const connected = new Set(territory.peers.map(({ organization }) => organization))
  return {
    diaries: diaries.flatMap((diary) => diary ?? []),
    conventions,
    unconnected: [...conventions]
      .filter(([centre]) => !connected.has(centre))
      .map(([centre, conventions]) => ({ centre, conventions })),
  }
}

async function conventionsByCentre(reader: Reader): Promise<Conventions> {
  const all = await reader.search('OrganizationAffiliation', '_count=1000')
  const centres = new Map<string, Convention[]>()
  for (const one of all) {
    const centre = one.participatingOrganization?.reference
    if (centre !== undefined) centres.set(centre, [...(centres.get(centre) ?? []), one])
  }
  return centres
}

async function allSchedules(store: Store): Promise<Kept<Schedule>[]> {
  const found: Kept<Schedule>[] = []
  const { search } = parseSearch('Schedule', '_count=1000')
  for (let cursor: string | undefined; ; ) {
    const { entries, next } = await store.search({ ...search, ...(cursor && { cursor }) }, 'all')
    // Bodies are what the store keeps: Schedules, complete.
    found.push(...entries.map(({ body }) => JSON.parse(body) as Kept<Schedule>))
    if (next === undefined) return found
    cursor = next
  }
}

/** Undefined for the diary of a centre that is not connected: nobody could be asked for its places. */
async function diaryOf(
  schedule: Kept<Schedule>,
  conventions: Conventions,
  reader: Reader,
  territory: Territory,
): Promise<Diary | undefined> {
  const peer = centreOf(schedule, territory)
  if (!peer) return undefined
  const actors = schedule.actor.flatMap(({ reference }) => reference ?? [])
  const direct = await followed(actors, reader)
  const behind = await followed(direct.flatMap(behindOf), reader)
  const all = [...direct, ...behind, ...(await followed([peer.organization], reader))]
  const places = all.filter((one): one is Kept<Location> => one.resourceType === 'Location')
  const services = all.filter(
    (one): one is Kept<HealthcareService> => one.resourceType === 'HealthcareService',
  )
  const roles = all.filter((one): one is Kept<PractitionerRole> => one.resourceType === 'PractitionerRole')
  const commune = communeOf(places, territory)
  return {
    reference: `Schedule/${schedule.id}`,
    peer: peer.name,
    centre: peer.organization,
    zone: zoneOf(schedule, territory),
    actors,
    involved: new Set([...actors, ...direct.flatMap(behindOf)]),
    exams: new Map(
      examsOf(schedule).flatMap(({ concept, minutes }) =>
        tokensOf(concept).map((token) => [token, minutes] as const),
      ),
    ),
    specialties: new Set([schedule, ...services, ...roles].flatMap(specialtiesOf)),
    limits: limitsOf(schedule),
    words: wordsOf(all, places).map(normal),
    ...(commune !== undefined && { commune }),
    opening: [...places.map(({ hoursOfOperation = [] }) => hoursOfOperation), ...services.map(hoursIn)]
      .filter(({ length }) => length > 0)
      .map((hours) => hours.map(openingOf)),
    closed: services.flatMap((service) => closedIn(service, zoneOf(schedule, territory))),
    conventions: conventions.get(peer.organization) ?? [],
  }
}

async function followed(references: readonly string[], reader: Reader): Promise<Kept[]> {
  const found = await Promise.all([...new Set(references)].map((one) => reader.follow(one)))
  return found.flatMap((one) => one ?? [])
}

/** Whom and what an actor stands for. */
function behindOf(actor: Resource): string[] {
  if (actor.resourceType === 'PractitionerRole') {
    return [actor.practitioner, ...(actor.location ?? [])].flatMap((one) => one?.reference ?? [])
  }
  if (actor.resourceType === 'HealthcareService')
    return (actor.location ?? []).flatMap((one) => one.reference ?? [])
  return actor.resourceType === 'Device' ? [actor.location?.reference ?? []].flat() : []
}

const specialtiesOf = ({ specialty = [] }: Pick<Schedule, 'specialty'>) => specialty.flatMap(tokensOf)

function wordsOf(all: readonly Kept[], places: readonly Location[]): string[] {
  const names = all.flatMap((one) =>
    one.resourceType === 'Organization' || one.resourceType === 'Location' ? (one.name ?? []) : [],
  )
  const addresses = [
    ...places.flatMap(({ address }) => address ?? []),
    ...all.flatMap((one) =>
      one.resourceType === 'Organization' ? ((one as Organization).address ?? []) : [],
    ),
  ]
  return [
    ...names,
    ...addresses.flatMap(({ city, postalCode, line = [], district, text }) =>
      [city, postalCode, district, text, ...line].flatMap((word) => word ?? []),
    ),
  ]
}

const hoursIn = ({ availableTime = [] }: HealthcareService): LocationHoursOfOperation[] =>
  availableTime.map(({ daysOfWeek, allDay, availableStartTime, availableEndTime }) => ({
    ...(daysOfWeek && { daysOfWeek }),
    ...(allDay !== undefined && { allDay }),
    ...(availableStartTime && { openingTime: availableStartTime }),
    ...(availableEndTime && { closingTime: availableEndTime }),
  }))

function closedIn({ notAvailable = [] }: HealthcareService, zone: string) {
  return notAvailable.flatMap(({ during }) => {
    const [since, until] = [during?.start, during?.end].map((said) => said && parseDate(said, zone))
    return since && until ? [{ since: since.low, until: until.high }] : []
  })
}

function openingOf({ daysOfWeek = [], allDay, openingTime, closingTime }: LocationHoursOfOperation): Opening {
  return {
    days: daysOfWeek,
    from: allDay ? '00:00:00' : (openingTime ?? '00:00:00'),
    to: allDay ? '24:00:00' : (closingTime ?? '24:00:00'),
  }
}

/** INSEE code of an address, as FR Core carries it. */
const inseeUrl = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code'

/** The commune of the first place that says one: by its INSEE code, else by a postal code or name that only one has. */
function communeOf(places: readonly Location[], territory: Territory): string | undefined {
  return places.flatMap(({ address }) => communeIn(address, territory) ?? [])[0]
}

/** The commune of an address, as far as the territory knows where it is. */
export function communeIn(
  address: Location['address'],
  { communes = new Map<string, Commune>() }: Pick<Territory, 'communes'>,
): string | undefined {
  const said = address?.extension?.find(({ url }) => url === inseeUrl)?.valueCoding?.code
  if (said !== undefined && communes.has(said)) return said
  const { city, postalCode } = address ?? {}
  const named = [...communes].filter(([, one]) =>
    one.names.some((name) => city !== undefined && normal(name) === normal(city)),
  )
  const coded = [...communes].filter(
    ([, one]) => postalCode !== undefined && one.postalCodes.includes(postalCode),
  )
  const both = coded.filter(([insee]) => named.some(([other]) => other === insee))
  const only = [both, coded, named].find(({ length }) => length === 1)
  return only?.[0]?.[0]
}

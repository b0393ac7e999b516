import type { Resource } from '@medplum/fhirtypes'
import { type BusinessKey, businessKeys } from '../fhir/business-key.ts'
import { parseKept } from '../fhir/decimals.ts'
import { failure } from '../fhir/outcome.ts'
import { lookAround } from './around.ts'
import type { Database } from './database.ts'
import type { Occupancy, Reader, SameTraits, Traits } from './facts.ts'
import type { Kept, Stored } from './kept.ts'
import { type CarriedKey, type Current, isReferring, type Keyed } from './keyed.ts'
import { raw, sql } from './sql.ts'

type Of<T extends Resource['resourceType']> = Kept<Resource & { resourceType: T }>

/**
 * Reads the facts of one step, with the gateway's own eyes, and remembers which versions they were. What is read by key
 * is read once: a step that looks twice sees the same version.
 */
export function readerOf(
  db: Database,
  keyed: Keyed,
  search: (type: string, query: string) => Promise<readonly Stored[]>,
): Reader {
  const versions = new Map<string, number>()
  const sights = new Map<string, readonly string[]>()
  const rows = new Map<string, Promise<Current | undefined>>()
  const naming = new Map<string, readonly Current[]>()
  const taken = new Map<string, readonly Occupancy[]>()
  /** Patients who are perhaps the same, by what was asked. */
  const twins = new Map<string, Promise<readonly Current[]>>()
  /** What names the carriers of some identifiers, by the search for it. */
  const foretold = new Map<string, { keys: readonly BusinessKey[]; found: readonly Current[] }[]>()

  const row = (type: string, id: string) => {
    const reference = `${type}/${id}`
    const known = rows.get(reference) ?? keyed.current(type, id)
    rows.set(reference, known)
    return known
  }

  /** The row as a resource of the type that was asked for by name. */
  const remembered = <R>(found: Stored | Current | undefined): R | undefined => {
    if (!found) return undefined
    versions.set(`${found.type}/${found.id}`, found.version)
    if ('access' in found) sights.set(`${found.type}/${found.id}`, found.access)
    return found.deleted ? undefined : (parseKept(found.body) as R)
  }

  const read = async <R>(type: string, id: string) => remembered<R>(await row(type, id))

  const carrying = async <R>(type: string, keys: readonly CarriedKey[]) => {
    if (keys.length === 0) return undefined
    const found = only(type, await keyed.carrying(type, keys))
    if (found) rows.set(`${type}/${found.id}`, Promise.resolve(found))
    return remembered<R>(found)
  }

  /** Those that refer to one resource are read with what else is read by key in this turn. */
  const referring = async (type: string, query: string) => {
    const [, code = '', reference, also = ''] = referringQuery.exec(query) ?? []
    const source = `${type}?${code}${also}`
    return reference === undefined || !isReferring(source) ? undefined : keyed.referring(source, reference)
  }

  /** The answer to a search by a reference that was asked by an identifier of what it refers to, before that was known. */
  const told = async (type: string, query: string): Promise<readonly Current[] | undefined> => {
    const [, code = '', reference = '', rest = ''] = referringQuery.exec(query) ?? []
    const asked = foretold.get(`${type}?${code}${rest}`)
    const carrier = asked && (await rows.get(reference))
    if (!carrier || carrier.deleted) return undefined
    const own = businessKeys(JSON.parse(carrier.body) as Resource) // the store keeps resources
    const answer = asked.find(({ keys }) => keys.some((key) => own.some((each) => isSame(each, key))))
    return answer?.found.toSorted((one, other) => (one.id < other.id ? 1 : -1))
  }

  /** Namesakes, and what names each, which a search for it then finds read. */
  const asked = async (of: Traits | SameTraits, query: string): Promise<readonly Current[]> => {
    const found = await keyed.namesakes(of, query)
    const [search = '', ...rest] = query.split('&')
    const beside = rest.map((one) => `&${one}`).join('')
    for (const { patient, naming: own } of found) naming.set(`${search}=Patient/${patient.id}${beside}`, own)
    return found.map(({ patient }) => patient)
  }

  return {
    versions,
    sights,
    async around(trails) {
      const seen = await lookAround(db, trails)
      for (const [reference, row] of seen.rows)
        if (!rows.has(reference)) rows.set(reference, Promise.resolve(row))
      for (const [query, found] of seen.naming) naming.set(query, found)
      for (const [slot, occupancies] of seen.taken) taken.set(slot, occupancies)
    },
    read: <T extends Resource['resourceType']>(type: T, id: string) => read<Of<T>>(type, id),
    async follow(reference) {
      const [, type, id] = /^([A-Z][A-Za-z]*)\/([^/#?]+)(?:\/_history\/\d+)?$/.exec(reference ?? '') ?? []
      return type === undefined || id === undefined ? undefined : read<Kept>(type, id)
    },
    sameIdentifier: <R extends Resource>(resource: R) =>
      carrying<Kept<R>>(resource.resourceType, businessKeys(resource)),
    identified: <T extends Resource['resourceType']>(type: T, system: string | undefined, value: string) =>
      carrying<Of<T>>(type, [{ system, value }]),
    async naming<T extends Resource['resourceType']>(type: T, code: string, named: Resource) {
      const keys = businessKeys(named)
      const query = `${type}?${code}`
      const found = keys.length === 0 ? [] : await keyed.naming(query, named.resourceType, keys)
      if (keys.length > 0) foretold.set(query, [...(foretold.get(query) ?? []), { keys, found }])
      return found.flatMap((one) => remembered<Of<T>>(one) ?? [])
    },
    async search<T extends Resource['resourceType']>(type: T, query: string) {
      const found =
        naming.get(`${type}?${query}`) ??
        (await told(type, query)) ??
        (await referring(type, query)) ??
        (await search(type, query))
      return found.flatMap((one) => remembered<Of<T>>(one) ?? [])
    },
    async namesakes(of, query) {
      const key = JSON.stringify([of, query])
      const known = twins.get(key) ?? asked(of, query)
      twins.set(key, known)
      return (await known).flatMap((one) => remembered<Of<'Patient'>>(one) ?? [])
    },
    async sight(reference) {
      const [type = '', id = ''] = reference.split('/')
      return (await row(type, id))?.access ?? []
    },
    async occupancies(slotIds) {
      const unseen = slotIds.filter((id) => !taken.has(id))
      const read = unseen.length > 0 ? await occupanciesOf(db, unseen) : []
      return [...slotIds.flatMap((id) => taken.get(id) ?? []), ...read]
    },
    takenBy: async (appointments) => (appointments.length > 0 ? occupanciesBy(db, appointments) : []),
  }
}

const isSame = (one: BusinessKey, other: BusinessKey): boolean =>
  one.system === other.system && one.value === other.value

/** `focus=Task/1`, `subject=Patient/1&status=active`. */
const referringQuery = /^([a-z-]+)=([A-Z][A-Za-z]*\/[A-Za-z0-9.-]{1,64})((?:&[a-z-]+=[a-z,-]+)*)$/

function only(type: string, rows: readonly Current[]): Current | undefined {
  if (rows.length <= 1) return rows[0]
  throw failure(
    'multiple-matches',
    `${rows.length} resources carry these identifiers: ${rows.map(({ id }) => `${type}/${id}`).join(', ')}. Name one of them.`,
    `${type}.identifier`,
  )
}

async function occupanciesOf(db: Database, slotIds: readonly string[]): Promise<Occupancy[]> {
  const rows = await db.rows<OccupancyRow>(sql`
    select ${occupancyColumns} from occupancy
    where slot = any(${[...slotIds]}::text[]) order by slot, place`)
  return rows.map(occupancyIn)
}

async function occupanciesBy(db: Database, appointments: readonly string[]): Promise<Occupancy[]> {
  const rows = await db.rows<OccupancyRow>(sql`
    select ${occupancyColumns} from occupancy
    where appointment = any(${[...appointments]}::text[]) order by slot, place`)
  return rows.map(occupancyIn)
}

const occupancyColumns = raw(
  'slot, place, appointment, resources, lower(during) as start, upper(during) as until',
)

const occupancyIn = ({ until, ...row }: OccupancyRow): Occupancy => ({ ...row, end: until })

interface OccupancyRow {
  slot: string
  place: number
  appointment: string
  resources: string[]
  start: string
  until: string
  [column: string]: unknown
}

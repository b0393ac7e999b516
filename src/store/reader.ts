import type { Resource } from '@medplum/fhirtypes'
import { type BusinessKey, businessKeys } from '../fhir/business-key.ts'
import { failure } from '../fhir/outcome.ts'
import type { Database } from './database.ts'
import type { Kept, Occupancy, Reader, Stored } from './index.ts'
import type { StoredRow } from './read.ts'
import { raw, sql } from './sql.ts'
import { indexed } from './write/identity.ts'

type Of<T extends Resource['resourceType']> = Kept<Resource & { resourceType: T }>

/** What is needed of a row or of what a search found. */
type Fact = Pick<Stored, 'type' | 'id' | 'version' | 'deleted' | 'body'>

/** Reads the facts of one step, with the gateway's own eyes, and remembers which versions they were. */
export function readerOf(
  db: Database,
  search: (type: string, query: string) => Promise<readonly Stored[]>,
): Reader {
  const versions = new Map<string, number>()

  /** The row as a resource of the type that was asked for by name. */
  const remembered = <R>(row: Fact | undefined): R | undefined => {
    if (!row) return undefined
    versions.set(`${row.type}/${row.id}`, row.version)
    return row.deleted ? undefined : (JSON.parse(row.body) as R)
  }

  const read = async <R>(type: string, id: string) => {
    const [row] = await db.rows<StoredRow>(sql`${selected} where r.type = ${type} and r.id = ${id}`)
    return remembered<R>(row)
  }

  const carrying = async <R>(type: string, keys: readonly BusinessKey[]) => {
    if (keys.length === 0) return undefined
    const rows = await db.rows<StoredRow>(sql`${selected} where (r.type, r.id) in (
      select i.type, i.id from identity i
      join unnest(${keys.map(({ value }) => indexed(value))}::text[], ${keys.map(({ system }) => indexed(system))}::text[])
        as k(value, system) on i.value = k.value and i.system = k.system
      where i.type = ${type})`)
    return remembered<R>(only(type, rows))
  }

  return {
    versions,
    read: <T extends Resource['resourceType']>(type: T, id: string) => read<Of<T>>(type, id),
    async follow(reference) {
      const [, type, id] = /^([A-Z][A-Za-z]*)\/([^/#?]+)(?:\/_history\/\d+)?$/.exec(reference ?? '') ?? []
      return type === undefined || id === undefined ? undefined : read<Kept>(type, id)
    },
    sameIdentifier: <R extends Resource>(resource: R) =>
      carrying<Kept<R>>(resource.resourceType, businessKeys(resource)),
    async identified<T extends Resource['resourceType']>(type: T, system: string | undefined, value: string) {
      if (system !== undefined) return carrying<Of<T>>(type, [{ system, value }])
      const rows = await db.rows<StoredRow>(sql`${selected} where (r.type, r.id) in (
        select type, id from identity where type = ${type} and value = ${indexed(value)})`)
      return remembered<Of<T>>(only(type, rows))
    },
    async search<T extends Resource['resourceType']>(type: T, query: string) {
      const rows = await search(type, query)
      return rows.flatMap((row) => remembered<Of<T>>(row) ?? [])
    },
    async sight(reference) {
      const [type, id] = reference.split('/')
      const [row] = await db.rows<{ access: string[] }>(
        sql`select access from resource where type = ${type} and id = ${id}`,
      )
      return row?.access ?? []
    },
    occupancies: (slotIds) => occupanciesOf(db, slotIds),
  }
}

const selected = raw('select r.type, r.id, r.version, r.updated, r.deleted, r.body from resource r')

function only(type: string, rows: readonly StoredRow[]): StoredRow | undefined {
  if (rows.length <= 1) return rows[0]
  throw failure(
    'multiple-matches',
    `${rows.length} resources carry these identifiers: ${rows.map(({ id }) => `${type}/${id}`).join(', ')}. Name one of them.`,
    `${type}.identifier`,
  )
}

async function occupanciesOf(db: Database, slotIds: readonly string[]): Promise<Occupancy[]> {
  const rows = await db.rows<OccupancyRow>(sql`
    select slot, place, appointment, resources, lower(during) as start, upper(during) as until
    from occupancy where slot = any(${[...slotIds]}::text[]) order by slot, place`)
  return rows.map(({ until, ...row }) => ({ ...row, end: until }))
}

interface OccupancyRow {
  slot: string
  place: number
  appointment: string
  resources: string[]
  start: string
  until: string
  [column: string]: unknown
}

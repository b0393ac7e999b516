import { parametersOf } from '../fhir/search/parameters.ts'
import type { Database } from './database.ts'
import type { Occupancy, Trail, Way } from './facts.ts'
import { accessIn, type Current } from './keyed.ts'
import { storedOf } from './read.ts'
import { foundIn } from './search/found.ts'
import { isHot } from './search/hot.ts'
import { quoted } from './search/schema.ts'
import { termOf } from './search/terms.ts'
import { join, probed, raw, type Sql, sql } from './sql.ts'
import { indexed } from './write/identity.ts'

/** What one statement has found around some resources. */
export interface Surroundings {
  /** By reference; one that is asked for by name and is not there is undefined. */
  rows: ReadonlyMap<string, Current | undefined>
  /** Those that name a resource, newest first, by `Task?focus=ServiceRequest/1`. */
  naming: ReadonlyMap<string, readonly Current[]>
  /** By slot id. */
  taken: ReadonlyMap<string, readonly Occupancy[]>
}

/**
 * Looks around some resources, all in one statement: what they name, what names them, what is taken of them.
 *
 * Each step of a way is a part of the statement that joins the part before it, by the keys of `resource` or the index
 * of a search parameter. The text follows from the trails' shape alone, so a step has one prepared statement.
 */
export async function lookAround(db: Database, trails: readonly Trail[]): Promise<Surroundings> {
  const parts: Part[] = []
  for (const trail of trails) begin(trail, parts)
  // Rows by their keys and nothing else, as a change does: left to guess, the planner would read whole tables.
  const found = await db.change<AroundRow>(statementOf(parts))
  return surroundings(trails, parts, found)
}

/** One step of a way, as a part of the statement. */
interface Part {
  select: Sql
  /** Its resources name those of another part. */
  isRead?: true
  /** What was asked: `Task?focus=`, of each that it was asked of. */
  naming?: { query: string; of?: number }
  /** The part whose slots' places these are; or the one whose they are. */
  placesOf?: number | string
}

interface AroundRow {
  part: number
  /** The resource that led here. */
  via: string | null
  type: string
  id: string
  version: number
  updated: string
  deleted: boolean
  body: string
  access: string
  [column: string]: unknown
}

const columns = raw('r.type, r.id, r.version, r.updated, r.deleted, r.body, r.access::text as access')

function begin(trail: Trail, parts: Part[]): void {
  if ('places' in trail) {
    const { places: slot } = trail
    parts.push({
      select: sql`select ${placeColumns} from occupancy o where o.slot = ${slot}`,
      placesOf: slot,
    })
  } else if ('carrying' in trail) parts.push(carrying(trail))
  else {
    const [type = '', id = ''] = trail.from.split('/')
    parts.push({
      select: sql`select null::text as via, ${columns} from resource r where r.type = ${type} and r.id = ${id}`,
    })
    lead(trail.ways ?? [], parts.length - 1, parts)
  }
}

/** The resource with a business identifier. */
const carrying = ({ carrying: type, system, value }: Extract<Trail, { carrying: string }>): Part => ({
  select: sql`select '' as via, ${columns} from identity i join resource r on r.type = i.type and r.id = i.id
    where i.type = ${type} and i.value = ${indexed(value)} and i.system = ${indexed(system)} and not r.deleted`,
  naming: { query: `${type}?identifier=${system}|${value}` },
})

function lead(ways: readonly Way[], from: number, parts: Part[]): void {
  for (const way of ways) {
    if ('places' in way) {
      parts.push({ select: places(from), placesOf: from })
      continue
    }
    if ('named' in way) {
      const leading = parts[from]
      if (leading) leading.isRead = true
      parts.push({ select: named(way.named, from) })
    } else parts.push({ select: naming(way.naming, from), naming: { query: `${way.naming}=`, of: from } })
    lead(way.ways ?? [], parts.length - 1, parts)
  }
}

/** What the resources of a part name in an element: `participant.actor`. */
function named(element: string, from: number): Sql {
  if (!/^[A-Za-z.]+$/.test(element)) throw new Error(`${element} is no path to a reference`)
  return sql`select f.type || '/' || f.id as via, ${columns}
    from j${raw(String(from))} f
    cross join lateral jsonb_path_query(f.json, ${raw(`'$.${element}.reference'`)}) as named
    join resource r on r.type = split_part(named #>> '{}', '/', 1) and r.id = split_part(named #>> '{}', '/', 2)`
}

/** Those that name the resources of a part, by a search parameter: `Task?focus`. */
function naming(query: string, from: number): Sql {
  const [type = '', code = ''] = query.split('?')
  const parameter = parametersOf(type).get(code)
  if (parameter?.kind !== 'reference' && parameter?.kind !== 'references')
    throw new Error(`${query} is no search by a reference`)
  const fits = isHot(type, parameter)
    ? raw(`s.${quoted(parameter.column)} = f.type || '/' || f.id`)
    : raw(`s.terms @> array['${termOf(parameter, '')}' || f.type || '/' || f.id]`)
  return sql`select f.type || '/' || f.id as via, ${columns}
    from p${raw(String(from))} f
    ${foundIn(type, fits)}`
}

/** Places as rows like the others: the occupancy is the body. */
const placeColumns =
  raw(`'' as via, '' as type, o.slot || '/' || o.place as id, 0 as version, now() as updated,
    false as deleted, json_build_object('slot', o.slot, 'place', o.place, 'appointment', o.appointment,
      'resources', o.resources, 'start', lower(o.during), 'end', upper(o.during))::text as body, '{}' as access`)

const places = (from: number): Sql => sql`select ${placeColumns}
    from p${raw(String(from))} f
    ${probed(sql`select * from occupancy where slot = f.id and f.type = 'Slot'`)} o`

function statementOf(parts: readonly Part[]): Sql {
  const named = parts.flatMap(({ select, isRead }, n) => [
    sql`p${raw(String(n))} as materialized (${select})`,
    ...(isRead ? [parsed(n)] : []),
  ])
  const read = parts.map((_, n) => raw(`select ${n} as part, * from p${n}`))
  return sql`with ${join(named, ', ')} ${join(read, ' union all ')}`
}

/** The resources of a part as JSON: parsed once, however many ways lead on by what they name. */
const parsed = (part: number): Sql =>
  raw(`j${part} as (select type, id, body::jsonb as json from p${part} where not deleted)`)

function surroundings(
  trails: readonly Trail[],
  parts: readonly Part[],
  found: readonly AroundRow[],
): Surroundings {
  const rows = new Map<string, Current | undefined>(
    trails.flatMap((trail) => ('from' in trail ? [[trail.from, undefined]] : [])),
  )
  for (const row of found) if (row.type !== '') rows.set(referenceOf(row), currentOf(row))
  const naming = new Map<string, Current[]>()
  const taken = new Map<string, Occupancy[]>()
  for (const [n, part] of parts.entries()) {
    const own = found.filter((row) => row.part === n)
    const ofPart = (of: number) => found.filter((row) => row.part === of)
    if (part.naming) {
      const { query, of } = part.naming
      if (of === undefined) naming.set(query, [])
      else for (const row of ofPart(of)) naming.set(query + referenceOf(row), [])
      for (const row of own.sort(newestFirst)) naming.get(query + row.via)?.push(currentOf(row))
    }
    if (part.placesOf !== undefined) {
      if (typeof part.placesOf === 'string') taken.set(part.placesOf, [])
      else for (const { id } of ofPart(part.placesOf)) taken.set(id, [])
      for (const { body } of own) {
        const occupancy = occupancyIn(body)
        taken.get(occupancy.slot)?.push(occupancy)
      }
    }
  }
  return { rows, naming, taken }
}

const referenceOf = ({ type, id }: AroundRow) => `${type}/${id}`
const newestFirst = (a: AroundRow, b: AroundRow) => (a.id < b.id ? 1 : -1)
const currentOf = (row: AroundRow): Current => ({ ...storedOf(row), access: accessIn(row.access) })

/** PostgreSQL writes the offset of UTC out in JSON. */
function occupancyIn(body: string): Occupancy {
  const { start, end, ...rest } = JSON.parse(body) as Occupancy // as the statement has built it
  return { ...rest, start: new Date(start).toISOString(), end: new Date(end).toISOString() }
}

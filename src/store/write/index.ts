import type { Kept } from '../kept.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { countedOn } from './conditions.ts'
import { containedParts } from './contained.ts'
import { claimed, forgotten, type Identity, identified, identitiesOf } from './identity.ts'
import { arrived, fenced, queued, settled } from './messages.ts'
import { chosen, counted, released, taken } from './places.ts'
import { type Change, changesOf, changeTable, created, granted, held, relied, replaced } from './resources.ts'
import { grantedParts, indexedParts } from './search.ts'
import type { Whole } from './whole.ts'

/** What the statement answers. */
export interface Answer {
  /** Everything is written; otherwise nothing is. */
  ok: boolean
  /** The resource that carries one of the business identifiers already: `Type/id`. */
  clash: string | null
  /** Somebody else has a departure in hand that this was to end. */
  lost: boolean
  /** Among these no place is left, and nothing else is wrong. */
  full: string | null
  /** Departures that are in hand now: their rows. */
  leased: string[] | null
}

/** What a write is made of, read from it once. */
interface Parts {
  write: Whole
  changes: readonly Change[]
  identities: readonly Identity[]
  creates: boolean
  replaces: boolean
  grants: NonNullable<Whole['grants']>
  relies: ReadonlyMap<string, number>
}

/**
 * The one statement that writes all of a step or nothing: a guard over the versions, then a part for each thing that
 * changes. Only the parts that are needed are in it, so there are some dozens of shapes, each prepared once.
 *
 * The guard holds the rows it looks at; a concurrent writer waits there and then sees the new version. What it cannot
 * see (rows not committed yet) is caught by the unique indexes, as an error.
 */
export function writeStatement(write: Whole, zone: string | undefined): Sql {
  const parts = partsOf(write)
  const resources = (write.resources ?? []).map(({ resource }) => resource)
  const pieces = [
    sql`position as materialized (select base + pg_current_xact_id()::text::bigint as xact from epoch)`,
    ...guard(parts),
    ...resourceParts(parts),
    ...foundParts(parts, resources, zone),
    ...identityParts(parts),
    ...placeParts(parts),
    ...conditionParts(parts),
    ...messageParts(parts),
  ]
  return sql`with ${join(pieces, ', ')} ${answer(parts)}`
}

function partsOf(write: Whole): Parts {
  const changes = changesOf(write)
  const written = new Set(changes.map(({ type, id }) => `${type}/${id}`))
  if (written.size < changes.length) throw new Error('A write names a resource twice')
  return {
    write,
    changes,
    identities: identitiesOf((write.resources ?? []).map(({ resource }) => resource)),
    creates: changes.some(({ replaces }) => replaces === 0),
    replaces: changes.some(({ replaces }) => replaces > 0),
    grants: (write.grants ?? []).filter(({ reference }) => !written.has(reference)),
    // What is replaced here is guarded by that already.
    relies: new Map([...(write.relies ?? [])].filter(([reference]) => !written.has(reference))),
  }
}

const fencedIn = ({ settlements = [] }: Pick<Whole, 'settlements'>) =>
  settlements.filter(({ holder }) => holder !== undefined)

function guard({ changes, identities, replaces, relies, write }: Parts): Sql[] {
  const fences = fencedIn(write)
  const sure = [
    ...(fences.length > 0 ? [sql`(select count(*) from in_hand) = ${fences.length}::integer`] : []),
    ...(replaces
      ? [sql`(select count(*) from held) = ${changes.filter((each) => each.replaces > 0).length}::integer`]
      : []),
    ...(relies.size > 0
      ? [
          sql`(select count(*) from relied where still) = ${[...relies.values()].filter((version) => version > 0).length}::integer`,
          sql`not exists (select from relied where not still)`,
        ]
      : []),
    ...(identities.length > 0 ? [sql`not exists (select from clash)`] : []),
  ]
  const { count = [], release = [] } = write
  return [
    ...(changes.length > 0 ? [changeTable(changes)] : []),
    ...(replaces ? [held] : []),
    ...(relies.size > 0 ? [relied(relies)] : []),
    ...(identities.length > 0 ? [claimed(identities)] : []),
    ...(fences.length > 0 ? [fenced(fences)] : []),
    ...(count.length > 0 ? [chosen(count, release)] : []),
    sql`sound as materialized (select ${sure.length > 0 ? join(sure, ' and ') : raw('true')} as ok)`,
    sql`guard as materialized (select ok${count.length > 0 ? raw(' and not exists (select from chosen where place is null)') : raw('')} as ok from sound)`,
  ]
}

function resourceParts({ creates, replaces, grants }: Parts): Sql[] {
  const tables = [...(creates ? ['created'] : []), ...(replaces ? ['replaced'] : [])]
  return [
    ...(creates ? [created] : []),
    ...(replaces ? [replaced] : []),
    ...(tables.length > 0
      ? [
          sql`written as (${raw(tables.map((name) => `select type, id, access from ${name}`).join(' union all '))})`,
        ]
      : []),
    ...(grants.length > 0 ? [granted(grants)] : []),
  ]
}

function foundParts({ changes, grants }: Parts, resources: readonly Kept[], zone: string | undefined): Sql[] {
  const types = new Set(grants.map(({ reference }) => reference.slice(0, reference.indexOf('/'))))
  return [
    ...indexedParts(resources, changes, zone),
    ...containedParts(resources, zone),
    ...grantedParts([...types].sort()),
  ]
}

function identityParts({ identities, replaces }: Parts): Sql[] {
  return [
    ...(replaces ? [forgotten(identities)] : []),
    ...(identities.length > 0 ? [identified(replaces)] : []),
  ]
}

function placeParts({ write: { release = [], take = [], count = [] } }: Parts): Sql[] {
  return [
    ...(release.length > 0 ? [released(release)] : []),
    ...(take.length > 0 ? [taken(take, release.length > 0)] : []),
    ...(count.length > 0 ? [counted(release.length > 0)] : []),
  ]
}

const conditionParts = ({ write: { conditions, at } }: Parts): Sql[] =>
  conditions?.size ? [countedOn(conditions, at)] : []

function messageParts({ write }: Parts): Sql[] {
  const { arrivals, departures = [], settlements = [], at } = write
  return [
    ...(arrivals.length > 0 ? [arrived(arrivals)] : []),
    ...(departures.length > 0 ? [queued(write)] : []),
    ...(settlements.length > 0 ? [settled(settlements, at)] : []),
  ]
}

/** A message's row that is there already, and was not refused, undoes the whole; and so does a condition that another was quicker with. */
function answer({ identities, write }: Parts): Sql {
  const clash = identities.length > 0 ? raw(`(select type || '/' || id from clash)`) : raw('null::text')
  const alone =
    write.arrivals.length > 0
      ? sql`, case when (select ok from guard) and (select count(*) from arrived) < ${write.arrivals.length}::integer
          then outrun() end as alone`
      : raw('')
  const overtaken = write.conditions?.size
    ? sql`, case when (select ok from guard) and (select count(*) from counted_on) < ${write.conditions.size}::integer
          then overtaken() end as overtaken`
    : raw('')
  const fences = fencedIn(write).length
  const lost = fences > 0 ? sql`(select count(*) from in_hand) < ${fences}::integer` : raw('false')
  const full = write.count?.length
    ? raw('(select slot from chosen, sound where place is null and ok limit 1)')
    : raw('null::text')
  const leased = write.leases
    ? raw(`(select array_agg(row::text) from queued where holder is not null)`)
    : raw('null::text[]')
  return sql`select (select ok from guard) as ok, ${clash} as clash, ${lost} as lost, ${full} as full, ${leased} as leased ${alone} ${overtaken}`
}

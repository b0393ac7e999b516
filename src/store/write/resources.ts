import { textOf } from '../../fhir/decimals.ts'
import type { Kept } from '../kept.ts'
import { type Sql, sql } from '../sql.ts'
import type { Removed, Write, Written } from '../writes.ts'
import { table } from './rows.ts'

/** A new version of a resource, or its deletion, as the statement has it. */
export interface Change {
  type: string
  id: string
  replaces: number
  updated: string
  deleted: boolean
  body: string
  sight: readonly string[]
  /** `sight` in place of the keys it has, not beside them. */
  instead: boolean
}

/** What a write changes, one row a resource. Grants on what is written anyway are part of its row. */
export function changesOf({
  resources = [],
  removed = [],
  grants = [],
}: Pick<Write, 'resources' | 'removed' | 'grants'>): Change[] {
  const granted = (reference: string) =>
    grants.flatMap((grant) => (grant.reference === reference ? grant.sight : []))
  return [
    ...resources.map((written) => changeOf(written, granted)),
    ...removed.map((each) => deletionOf(each, granted)),
  ]
}

function changeOf(
  { resource, replaces, sight = [], sightInstead }: Written,
  granted: (reference: string) => string[],
): Change {
  const { resourceType: type, id, meta } = resource
  if (Number(meta.versionId) !== replaces + 1) {
    throw new Error(`${type}/${id} says it is version ${meta.versionId}, and replaces ${replaces}`)
  }
  const keys = [...(sightInstead ?? sight), ...granted(`${type}/${id}`)]
  return {
    type,
    id,
    replaces,
    updated: meta.lastUpdated,
    deleted: false,
    body: bodyOf(resource),
    sight: [...new Set(keys)],
    instead: sightInstead !== undefined,
  }
}

const bodies = new WeakMap<Kept, string>()

/** The text under which a resource is kept, and answered: made once, as nobody changes what is to be kept. */
export function bodyOf(resource: Kept): string {
  const known = bodies.get(resource)
  if (known !== undefined) return known
  const body = textOf(resource)
  bodies.set(resource, body)
  return body
}

function deletionOf(
  { type, id, replaces, lastUpdated }: Removed,
  granted: (reference: string) => string[],
): Change {
  const sight = granted(`${type}/${id}`)
  return { type, id, replaces, updated: lastUpdated, deleted: true, body: '', sight, instead: false }
}

/** The table `change`; every other part reads it. */
export function changeTable(changes: readonly Change[]): Sql {
  return table('change', changes, {
    type: ['text', ({ type }) => type],
    id: ['text', ({ id }) => id],
    replaces: ['integer', ({ replaces }) => replaces],
    updated: ['timestamptz', ({ updated }) => updated],
    deleted: ['boolean', ({ deleted }) => deleted],
    body: ['text', ({ body }) => body],
    sight: ['text[][]', ({ sight }) => sight],
    instead: ['boolean', ({ instead }) => instead],
  })
}

/** Holds what is to be replaced, in one order for all writers, so that two never wait for one another. */
export const held: Sql = sql`held as materialized (
  select r.type, r.id from change c join resource r on r.type = c.type and r.id = c.id
  where c.replaces > 0 and r.version = c.replaces
  order by r.type, r.id for no key update of r
)`

export const created: Sql = sql`created as (
  insert into resource (type, id, version, updated, deleted, body, access, xact, seq)
  select type, id, 1, updated, deleted, body, sight, (select xact from position), nextval('change_seq')
  from change where replaces = 0 and (select ok from guard)
  returning type, id, access
)`

/** The old body goes to `version`, the new one takes its place. What is deleted keeps its keys. */
export const replaced: Sql = sql`moved as (
  insert into version (type, id, version, updated, until, deleted, body, xact, seq)
  select r.type, r.id, r.version, r.updated, c.updated, r.deleted, r.body, r.xact, r.seq
  from change c join resource r on r.type = c.type and r.id = c.id
  where c.replaces > 0 and (select ok from guard)
), replaced as (
  update resource r set
    version = c.replaces + 1, updated = c.updated, deleted = c.deleted, body = c.body,
    access = case when c.instead then c.sight else array(select unnest(r.access) union select unnest(c.sight) order by 1) end,
    xact = (select xact from position), seq = nextval('change_seq')
  from change c
  where r.type = c.type and r.id = c.id and c.replaces > 0 and (select ok from guard)
  returning r.type, r.id, r.access
)`

/**
 * Others may see it from now on. It moves to a new position, as those who follow changes have passed the old one
 * without seeing it; where nothing is new, nothing moves.
 */
export function granted(grants: NonNullable<Write['grants']>): Sql {
  const rows = grants.map(({ reference, sight }) => ({ at: reference.indexOf('/'), reference, sight }))
  const given = table('given', rows, {
    type: ['text', ({ at, reference }) => reference.slice(0, at)],
    id: ['text', ({ at, reference }) => reference.slice(at + 1)],
    sight: ['text[][]', ({ sight }) => sight],
  })
  return sql`${given}, granted as (
    update resource r set
      access = array(select unnest(r.access) union select unnest(g.sight) order by 1),
      xact = (select xact from position), seq = nextval('change_seq')
    from given g
    where r.type = g.type and r.id = g.id and not r.access @> g.sight and (select ok from guard)
    returning r.type, r.id, r.access
  )`
}

/** What was read and must still be so, though it is not written. Version 0: must not exist. */
export function relied(relies: ReadonlyMap<string, number>): Sql {
  const rows = [...relies].map(([reference, version]) => ({ at: reference.indexOf('/'), reference, version }))
  const given = table('believed', rows, {
    type: ['text', ({ at, reference }) => reference.slice(0, at)],
    id: ['text', ({ at, reference }) => reference.slice(at + 1)],
    version: ['integer', ({ version }) => version],
  })
  return sql`${given}, relied as materialized (
    select r.type, r.id, r.version = b.version as still
    from believed b join resource r on r.type = b.type and r.id = b.id
    order by r.type, r.id for share of r
  )`
}

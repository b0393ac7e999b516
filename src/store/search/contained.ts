import type { Contained, Search } from '../../fhir/search.ts'
import type { Sight } from '../kept.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { matching } from './conditions.ts'
import { type Key, orderBy, orderOf } from './order.ts'
import { keptColumns, quoted, searchTable } from './schema.ts'

/** A search that asks for contained resources. */
export type ContainedSearch = Search & { contained: Contained }

export const isContained = (search: Search): search is ContainedSearch => search.contained !== undefined

/** Some of what is found, under the name `s`. */
export interface Source {
  /** What stands after `from`, up to its conditions. */
  rows: Sql
  /** Of which resource of ours each is, or is a part. */
  type: string
  id: string
  /** Where it stands in that resource, from 0; -1: it is that resource. */
  number: string
  /** What all sources are ordered by, so that the order is total. */
  keys: readonly Key[]
}

/** Where the matches come from: contained resources or their containers, and those that stand for themselves. */
export function sourcesOf(search: ContainedSearch, sight: Sight): Source[] {
  const { beside } = search.contained
  return [...(beside ? [itself(search, sight)] : []), inner(search, sight)]
}

/** All that matches, as rows of nothing: what stands after `from`. */
export function everything(search: ContainedSearch, sight: Sight): Sql {
  const all = sourcesOf(search, sight).map(({ rows }) => sql`select from ${rows}`)
  return sql`(${join(all, ' union all ')}) every`
}

function itself(search: ContainedSearch, sight: Sight): Source {
  const { type, filters } = search
  return ordered(search, {
    rows: matching({ type, alias: 's', sight }, filters),
    type: `'${type}'::text collate "C"`,
    id: 's.id',
    // Not a mere number: that would be the place of a column to order by.
    number: '(-1)::integer',
  })
}

function inner(search: ContainedSearch, sight: Sight): Source {
  const { type, filters, contained } = search
  const rows = matching({ type, alias: 's', sight, from: innerRows(type, contained) }, filters)
  return ordered(search, {
    rows: contained.as === 'contained' ? rows : containers(search, sight, rows),
    type: 's.container_type',
    id: 's.container_id',
    number: 's.number',
  })
}

function ordered(search: Search, source: Omit<Source, 'keys'>): Source {
  const own = orderOf(search).slice(0, -1)
  const descending = own.at(-1)?.descending ?? true
  const key = (expression: string, type: Key['type']): Key => ({ expression, type, descending, always: true })
  return {
    ...source,
    keys: [...own, key(source.id, 'text'), key(source.type, 'text'), key(source.number, 'numeric')],
  }
}

/**
 * Contained resources of a type, with the columns of its search table: their own values, and what their containers say
 * of access and time. Terms are left as they stand, for their index.
 */
function innerRows(type: string, { within }: Contained): Sql {
  const columns = keptColumns(type).map(({ name }) => `p.${quoted(name)}, `)
  const only = within === undefined ? raw('') : sql` and k.container_type = any(${within}::text[])`
  return sql`(select k.id, k.terms, r.access, r.updated, ${raw(columns.join(''))}k.container_type, k.container_id, k.number
    from contained k
    join resource r on r.type = k.container_type and r.id = k.container_id and r.version = k.version
    cross join lateral jsonb_populate_record(null::${raw(searchTable(type))}, k.row) p
    where k.type = ${type}${only})`
}

/** Each container once, where the first of what it contains comes; not where it is a match itself. */
function containers(search: ContainedSearch, sight: Sight, rows: Sql): Sql {
  const { type, filters, contained } = search
  const own = orderBy([...orderOf(search).slice(0, -1), numbered])
  const once = sql`(select distinct on (s.container_type, s.container_id) s.* from ${rows}
    order by s.container_type, s.container_id, ${own}) s`
  if (!contained.beside) return sql`${once} where true`
  const same = matching({ type, alias: 'x', sight }, filters, raw('x.id = s.container_id'))
  return sql`${once} where not (s.container_type = ${type} and exists (select from ${same}))`
}

const numbered: Key = { expression: 's.number', type: 'numeric', descending: false, always: true }

import type { Occupancy } from '../index.ts'
import { type Sql, sql } from '../sql.ts'
import { table } from './rows.ts'

/** Places are given back, and what was taken with them. */
export function released(appointments: readonly string[]): Sql {
  return sql`released as (
    delete from occupancy where appointment = any(${appointments}::text[]) and (select ok from guard) returning 1
  ), disengaged as (
    delete from engagement where appointment = any(${appointments}::text[]) and (select ok from guard) returning 1
  )`
}

/** Places are taken, after those that are given back. The tables' constraints forbid two of one. */
export function taken(occupancies: readonly Occupancy[], afterReleased: boolean): Sql {
  const rows = table('wanted', occupancies, {
    slot: ['text', ({ slot }) => slot],
    place: ['integer', ({ place }) => place],
    appointment: ['text', ({ appointment }) => appointment],
    resources: ['text[][]', ({ resources }) => [...new Set(resources)]],
    start: ['timestamptz', ({ start }) => start],
    until: ['timestamptz', ({ end }) => end],
  })
  const after = afterReleased
    ? sql`and (select count(*) from released) >= 0 and (select count(*) from disengaged) >= 0`
    : sql``
  return sql`${rows}, taken as (
    insert into occupancy (slot, place, appointment, during, resources)
    select slot, place, appointment, tstzrange(start, until), resources
    from wanted where (select ok from guard) ${after}
  ), engaged as (
    insert into engagement (resource, during, appointment)
    select distinct unnest(resources), tstzrange(start, until), appointment
    from wanted where (select ok from guard) ${after}
  )`
}

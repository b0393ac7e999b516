import type { Occupancy } from '../facts.ts'
import { type Sql, sql } from '../sql.ts'
import type { Counted } from '../writes.ts'
import { table } from './rows.ts'

/** Places are given back, and what was taken with them. */
export function released(appointments: readonly string[]): Sql {
  return sql`released as (
    delete from occupancy where appointment = any(${appointments}::text[]) and (select ok from guard) returning 1
  ), disengaged as (
    delete from engagement where appointment = any(${appointments}::text[]) and (select ok from guard) returning 1
  )`
}

const after = (released: boolean): Sql =>
  released ? sql`and (select count(*) from released) >= 0 and (select count(*) from disengaged) >= 0` : sql``

/** Places that were chosen are taken, after those that are given back. */
export const counted = (afterReleased: boolean): Sql => sql`numbered as (
    insert into occupancy (slot, place, appointment, during, resources)
    select slot, place, appointment, tstzrange(start, until), '{}'
    from chosen where (select ok from guard) ${after(afterReleased)}
  )`

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
  return sql`${rows}, taken as (
    insert into occupancy (slot, place, appointment, during, resources)
    select slot, place, appointment, tstzrange(start, until), resources
    from wanted where (select ok from guard) ${after(afterReleased)}
  ), engaged as (
    insert into engagement (resource, during, appointment)
    select distinct unnest(resources), tstzrange(start, until), appointment
    from wanted where (select ok from guard) ${after(afterReleased)}
  )`
}

/**
 * A free place for each that counts among a limited number; none where all are taken. Those that are given back are free.
 *
 * Which one follows from the appointment, so that two at once seldom want the same; where they do, the table's key keeps
 * them apart.
 */
export function chosen(counted: readonly Counted[], released: readonly string[]): Sql {
  const rows = table('counted', counted, {
    slot: ['text', ({ slot }) => slot],
    nth: ['integer', (row) => counted.filter(({ slot }) => slot === row.slot).indexOf(row)],
    most: ['integer', ({ most }) => most],
    appointment: ['text', ({ appointment }) => appointment],
    start: ['timestamptz', ({ start }) => start],
    until: ['timestamptz', ({ end }) => end],
  })
  return sql`${rows}, chosen as materialized (
    select c.slot, f.place, c.appointment, c.start, c.until
    from counted c left join lateral (
      select n.place from generate_series(1, c.most) as n(place)
      where not exists (
        select from occupancy o
        where o.slot = c.slot and o.place = n.place and o.appointment <> all(${released}::text[])
      )
      order by md5(c.appointment || n.place) offset c.nth limit 1
    ) f on true
  )`
}

import { type Sql, sql } from '../sql.ts'
import { table } from './rows.ts'

/**
 * How often something was made by each condition is counted on, unless another has counted on since it was looked.
 *
 * Who counts on at the same time waits for the other's commit, and then finds the number changed. What nobody has asked
 * for in a day is forgotten: whoever looks later begins anew, and who has looked before finds another number.
 */
export function countedOn(conditions: ReadonlyMap<string, number>, at: string): Sql {
  const rows = table('condition_asked', [...conditions].sort(), {
    key: ['text', ([key]) => key],
    number: ['integer', ([, number]) => number + 1],
  })
  return sql`${rows}, counted_on as (
    insert into condition (key, number, at)
    select key, number, ${at}::timestamptz from condition_asked where (select ok from guard)
    on conflict (key) do update set number = excluded.number, at = excluded.at
    where condition.number = excluded.number - 1
    returning 1
  ), condition_forgotten as (
    delete from condition where key in (
      select key from condition
      where at < ${at}::timestamptz - interval '1 day' and key not in (select key from condition_asked)
      limit 100 for update skip locked
    )
  )`
}

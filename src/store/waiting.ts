import type { Database } from './database.ts'
import type { Stored } from './kept.ts'
import { type StoredRow, storedOf } from './read.ts'
import { sql } from './sql.ts'
import type { WaitingQuery } from './store.ts'

/**
 * Tasks of an owner and a code that are no part of another, by priority in the order given and then by when an answer is
 * due. Each pair of priority and status is read off the index from its beginning, so that a long list costs no more than a
 * short one; what is of another code is passed over on the way.
 */
export async function waitingTasks(
  db: Database,
  { owner, code, statuses, priorities, count }: WaitingQuery,
): Promise<Stored[]> {
  const rows = await db.rows<StoredRow>(sql`
    with first as (
      select one.id, p.rank, one.answer_due
      from unnest(${[...priorities]}::text[]) with ordinality as p(priority, rank)
      cross join unnest(${[...statuses]}::text[]) as s(status)
      cross join lateral (
        select id, answer_due from search_task
        where owner = ${owner} and status = s.status and priority = p.priority
          -- Not by operators that the index of terms answers: it has all Tasks of the code, in no order.
          and ${`code=${code}`} = any(terms) and strpos(array_to_string(terms, ' '), 'part-of=') = 0
        order by answer_due, id limit ${count}::integer
      ) as one
      order by p.rank, one.answer_due, one.id limit ${count}::integer
    )
    select r.type, r.id, r.version, r.updated, r.deleted, r.body
    from first join resource r on r.type = 'Task' and r.id = first.id
    order by first.rank, first.answer_due, first.id`)
  return rows.map(storedOf)
}

import { probed, raw, type Sql, sql } from '../sql.ts'
import { searchTable } from './schema.ts'

/**
 * A part of a `from`: the resources of a type, `r`, whose search row, `s`, fits what stands before. They are looked up by
 * type and id, though the planner may think that there are few of the type: what it is told of the type is a column.
 */
export const foundIn = (type: string, fits: Sql): Sql => sql`${probed(
  sql`select ${raw(`'${type}'`)} as type, s.id from ${raw(searchTable(type))} s where ${fits}`,
)} s
    join resource r on r.type = s.type and r.id = s.id`

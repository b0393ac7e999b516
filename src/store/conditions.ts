import type { Database } from './database.ts'
import { sql } from './sql.ts'

/** How often something was made by a condition, by its key; 0 when never, or not for long. */
export async function numberOf({ rows }: Pick<Database, 'rows'>, key: string): Promise<number> {
  const [row] = await rows<{ number: number }>(
    sql`select number::integer as number from condition where key = ${key}`,
  )
  return row?.number ?? 0
}

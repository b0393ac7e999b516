import { DatabaseError } from 'pg'
import { businessKeys } from '../fhir/business-key.ts'
import { type Failure, failure } from '../fhir/outcome.ts'
import type { Database } from './database.ts'
import { Duplicate, Overtaken } from './duplicate.ts'
import { sql } from './sql.ts'
import { indexed } from './write/identity.ts'
import { type Answer, writeStatement } from './write/index.ts'
import { wholeOf } from './write/whole.ts'
import type { Write } from './writes.ts'

/**
 * Writes all of a step in one statement: what is in hand now that it is on disk; undefined when another was quicker and
 * nothing is written.
 *
 * Fails: with what is said of places that are counted, when none is left; lock-error when a departure that this ends is in another's hand; conflict when a place is taken; duplicate when a business identifier exists; value for what no text may hold.
 */
export async function commit(
  db: Database,
  write: Write,
  zone: string | undefined,
): Promise<Committed | undefined> {
  try {
    const answer = await answerTo(db, [write], zone)
    if (answer?.clash) throw new Duplicate(answer.clash)
    if (answer?.full) throw fullOf(write, answer.full)
    if (answer?.lost) throw failure('lock-error', 'Another gateway has this departure in hand by now.')
    return answer?.ok === true ? { leased: new Set(answer.leased) } : undefined
  } catch (thrown) {
    if (!(thrown instanceof DatabaseError)) throw thrown
    if (isQuicker(thrown)) return undefined
    if (thrown.code === 'RL002') throw new Overtaken()
    throw (await refusal(db, write, thrown)) ?? thrown
  }
}

/**
 * Writes all of several steps in one statement, or nothing of any: whether it was done. For writes that are apart from one
 * another and only add. Fails only where nobody knows whether it is on disk.
 */
export async function commitTogether(
  db: Database,
  writes: readonly Write[],
  zone: string | undefined,
): Promise<boolean> {
  try {
    return (await answerTo(db, writes, zone))?.ok === true
  } catch (thrown) {
    if (thrown instanceof DatabaseError) return false
    throw thrown
  }
}

async function answerTo(db: Database, writes: readonly Write[], zone: string | undefined) {
  const [answer] = await db.change<Answer & Record<string, unknown>>(writeStatement(wholeOf(writes), zone))
  return answer
}

/** What a write has done beside what it was told. */
export interface Committed {
  /** Departures that are on a lease now: their rows. */
  leased: ReadonlySet<string>
}

/** Serialization failure, deadlock, `outrun()`; or a row that another created between our reading and our writing. */
function isQuicker({ code = '', constraint = '' }: DatabaseError): boolean {
  if (['40001', '40P01', 'RL001'].includes(code)) return true
  return (
    code === '23505' &&
    ['resource_pkey', 'version_pkey', 'message_current', 'message_pkey'].includes(constraint)
  )
}

async function refusal(
  db: Database,
  write: Write,
  { code, constraint }: DatabaseError,
): Promise<Failure | undefined> {
  switch (code) {
    case '23P01':
      return failure(
        'conflict',
        'Someone or something needed for this place is taken at this time. Choose another.',
      )
    case '23505':
      if (constraint === 'occupancy_pkey') {
        return failure('conflict', 'The place is taken. Choose another.', 'Appointment.slot')
      }
      return constraint === 'identity_pkey' ? duplicateOf(db, write) : undefined
    case '23514':
      return constraint?.startsWith('occupancy')
        ? failure('value', 'A place is numbered from 1, and ends after it starts.', 'Appointment')
        : undefined
    case '22000':
      return failure('value', 'A place ends after it starts.', 'Appointment.end')
    case '22021':
    case '22P05':
      return failure(
        'value',
        'A text contains a character that cannot be kept (U+0000 or half a surrogate pair). Remove it.',
      )
    default:
      return undefined
  }
}

/** What is told where all places are taken. */
function fullOf({ count = [] }: Write, slot: string): Error {
  return count.find((one) => one.slot === slot)?.full ?? new Error(`Nothing was to be counted in ${slot}`)
}

/** Another created it at the same moment: it is committed by now, so it can be named. */
async function duplicateOf(db: Database, { resources = [] }: Write): Promise<Failure> {
  for (const { resource } of resources) {
    for (const { system, value } of businessKeys(resource)) {
      const [other] = await db.rows<{ id: string }>(sql`
        select id from identity
        where type = ${resource.resourceType} and value = ${indexed(value)} and system = ${indexed(system)}
          and id <> ${resource.id}`)
      if (other) return new Duplicate(`${resource.resourceType}/${other.id}`)
    }
  }
  return failure('lock-error', 'Another resource had this business identifier a moment ago. Try again.')
}

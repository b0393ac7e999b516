import { type Committed, commit, commitTogether } from './commit.ts'
import type { Database } from './database.ts'
import { areApart, type Reach, reachOf } from './write/whole.ts'
import type { Write } from './writes.ts'

/** Writes in one statement. */
const mostTogether = 16
/** Statements under way at once: enough beside those that change what is there, which have the same connections. */
const mostUnderWay = 4
/** So many wait for each statement under way before another begins: one statement of eight costs half of eight. */
const worthAnother = 8

interface Waiting extends Reach {
  settle(done: Promise<Committed | undefined>): void
}

/**
 * Commits writes, several in one statement while the database is busy with those before them.
 *
 * A statement costs the database and us as much again as what it writes, and a commit waits for the disk: so writes that
 * wait anyway, are apart from one another and only add go together. None waits for company. Where they cannot all be
 * written, each is written by itself, and is answered as if it had been alone.
 */
export function committing(
  db: Database,
  zone: string | undefined,
): (write: Write) => Promise<Committed | undefined> {
  const waiting: Waiting[] = []
  let underWay = 0

  const alone = (write: Write) => commit(db, write, zone)

  const written = async (group: readonly Waiting[]): Promise<void> => {
    const together =
      group.length > 1 &&
      (await commitTogether(
        db,
        group.map(({ write }) => write),
        zone,
      ))
    const done = group.map(({ write }) => (together ? Promise.resolve(nothingLeased) : alone(write)))
    group.forEach(({ settle }, n) => void settle(done[n] ?? Promise.resolve(undefined)))
    await Promise.allSettled(done)
  }

  const next = (): void => {
    if (waiting.length === 0 || waiting.length < underWay * worthAnother || underWay >= mostUnderWay) return
    const group = taken(waiting)
    underWay++
    void written(group)
      .catch((thrown) => group.forEach(({ settle }) => void settle(Promise.reject(thrown))))
      .finally(() => {
        underWay--
        next()
      })
  }

  return (write) => {
    const reach = reachOf(write)
    if (!reach) return alone(write)
    return new Promise((settle) => {
      waiting.push({ ...reach, settle })
      next()
    })
  }
}

const nothingLeased: Committed = { leased: new Set() }

/** Takes the first that waits, and those after it that are apart from all that are taken. */
function taken(waiting: Waiting[]): Waiting[] {
  const group: Waiting[] = []
  const left: Waiting[] = []
  for (const one of waiting) {
    const fits = group.length < mostTogether && group.every((other) => areApart(one, other))
    ;(fits ? group : left).push(one)
  }
  waiting.splice(0, waiting.length, ...left)
  return group
}

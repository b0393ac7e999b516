import { chanceOf } from '../chance.ts'
import { type Checked, check } from './check.ts'
import { type Entry, Ledger } from './ledger.ts'
import { begin, play, type SeasonOptions } from './play.ts'
import { openWorld } from './world.ts'

/** A season that was played: its own ledger, and what the gateway keeps held against it. */
export interface Played {
  entries: readonly Entry[]
  checked: Checked
}

/** Plays a season on the embedded PostgreSQL, or on a server that is named. */
export async function season(options: SeasonOptions & { databaseUrl?: string }): Promise<Played> {
  const { seed, days, databaseUrl } = options
  await using world = await openWorld({
    from: begin,
    days,
    chance: chanceOf(seed + 1),
    ...(databaseUrl !== undefined && { databaseUrl }),
  })
  const ledger = new Ledger()
  await play(world, ledger, options)
  return { entries: ledger.entries, checked: await check(world.gateway, ledger.entries, world.now()) }
}

import type { Chance } from '../chance.ts'
import { rest } from '../crashes/load.ts'
import type { Wire } from './wire.ts'

/** One of the gateways, to be harmed. */
export interface Victim {
  /** SIGKILL, and started again after a while; comes back when it answers. */
  kill(downMs: number): Promise<void>
  /** SIGSTOP, and SIGCONT after a while. */
  pause(ms: number): Promise<void>
}

export interface Harm {
  victims: readonly Victim[]
  /** Lines to the centres. */
  wires: readonly Wire[]
  /** Ends the database as a restart does, or as a fall of the machine does; comes back when there is another. */
  restartDatabase(how: 'SIGINT' | 'SIGKILL'): Promise<void>
  /** How long a paused gateway stays so: beyond its leases. */
  pauseMs: number
  chance: Chance
  note(what: string): void
}

type Act = (harm: Harm) => Promise<void>

const acts: Readonly<Record<string, Act>> = {
  'kill a gateway': async ({ victims, chance }) => chance.one(victims)?.kill(chance.between(200, 2_000)),
  'pause a gateway': async ({ victims, chance, pauseMs }) => chance.one(victims)?.pause(pauseMs),
  'cut a centre off': ({ wires, chance }) =>
    during(chance.between(1_000, 4_000), chance.one(wires), (wire) => wire.cut()),
  'slow a centre': ({ wires, chance }) =>
    during(chance.between(2_000, 5_000), chance.one(wires), (wire) => wire.slow(chance.between(200, 1_500))),
  'restart the database': ({ restartDatabase, chance }) =>
    restartDatabase(chance.next() < 0.5 ? 'SIGINT' : 'SIGKILL'),
}

async function during(ms: number, wire: Wire | undefined, harm: (wire: Wire) => void): Promise<void> {
  if (!wire) return
  harm(wire)
  await rest(ms)
  wire.mend()
}

/** Harms one thing after the other, every kind before any comes again, until the signal; leaves all mended. */
export async function rage(harm: Harm, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const name of shuffled(Object.keys(acts), harm.chance)) {
      await rest(harm.chance.between(500, 2_500))
      if (signal.aborted) return
      harm.note(name)
      await acts[name]?.(harm)
      harm.note(`${name}: over`)
    }
  }
}

function shuffled<T>(all: readonly T[], chance: Chance): T[] {
  return all
    .map((one) => ({ one, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}

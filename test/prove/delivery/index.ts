import { run as relais } from '../../cli/support.ts'
import { chanceOf } from '../chance.ts'
import { rest } from '../crashes/load.ts'
import { type Breach, check, type Seen } from './check.ts'
import { forgetMessages, keptIn, waiting } from './end.ts'
import { commentsOnEach, nothingSent, play, type Sent } from './senders.ts'
import { openStage, type Stage } from './stage.ts'

export interface Options {
  /** Messages in: orders, and nine comments on each, each of which leaves to one of three partners. */
  messages: number
  seed: number
  /** Orders that are under way at once. */
  atOnce: number
  /** Of messages that are harmed on their way in, and that partners answer wrongly. */
  share: number
  /** How often something is killed, cut or slowed, in milliseconds; 0: nothing is. */
  harmEveryMs: number
  isControl: boolean
  /** Messages in per second; absent: as many as there is room for. */
  perSecond?: number
  /** Told now and then. */
  note(text: string): void
}

export interface Result {
  seen: Seen
  breaches: readonly Breach[]
  sent: Sent
  seconds: number
  harm: ReadonlyMap<string, number>
  samples: readonly Sample[]
}

/** How it was at one time. */
export interface Sample {
  /** Seconds since the beginning. */
  at: number
  acknowledged: number
  waiting: number
  /** Milliseconds from a message to its acknowledgement, since the sample before. */
  p50Ms: number
  p99Ms: number
  memoryMb: number | undefined
}

/** One run, from an empty folder to what is known at its end. */
export async function proved(options: Options): Promise<Result> {
  const { messages, seed, atOnce, share, harmEveryMs, isControl, note } = options
  const chance = chanceOf(seed)
  await using stage = await openStage({ chance, share })
  if (isControl) await forgetMessages(stage.store)
  const sent = nothingSent()
  const sending = { listeners: stage.listeners, sent, chance, share }
  const began = performance.now()
  const end = new AbortController()
  const harm = new Map<string, number>()
  const samples: Sample[] = []
  const beside = [
    ...(harmEveryMs > 0 ? [rage(stage, harmEveryMs, chance, harm, end.signal)] : []),
    sampling(stage, sent, began, samples, note, end.signal),
  ]
  await orders(Math.ceil(messages / (commentsOnEach + 1)), atOnce, options.perSecond, (n) => play(n, sending))
  end.abort()
  await Promise.all(beside)
  await settled(stage, isControl ? 20_000 : 300_000)
  for (const partner of stage.partners) partner.behave()
  await replayed(stage)
  await settled(stage, isControl ? 20_000 : 120_000)
  const seen: Seen = {
    acknowledged: sent.acknowledged,
    ...(await keptIn(stage.store)),
    partners: stage.partners,
    exits: stage.exits,
    memory: halves(samples),
  }
  for (const { name, harm: done } of stage.partners) {
    for (const [what, n] of done) harm.set(`${name}: ${what}`, n)
  }
  return { seen, breaches: check(seen), sent, seconds: (performance.now() - began) / 1000, harm, samples }
}

/** Plays so many orders, so many at once, no faster than is wanted. */
async function orders(
  count: number,
  atOnce: number,
  perSecond: number | undefined,
  one: (n: number) => Promise<void>,
): Promise<void> {
  const began = performance.now()
  let next = 0
  const each = async () => {
    for (let n = next++; n < count; n = next++) {
      if (perSecond !== undefined) {
        await rest(Math.max(0, began + (n * (commentsOnEach + 1) * 1000) / perSecond - performance.now()))
      }
      await one(n)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, each))
}

/** What has been refused is replayed by a person, by the command line, until nothing is left. */
async function replayed({ settings }: Stage): Promise<void> {
  for (let rounds = 0; rounds < 20; rounds++) {
    const { out } = await relais(
      ['messages', 'replay', '--all', '--status', 'dead', '--by', 'Proof'],
      settings,
    )
    if (out.startsWith('No messages.')) return
  }
}

async function settled({ store }: Stage, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs
  while ((await waiting(store)) > 0 && performance.now() < until) await rest(500)
}

/** One harm after another, each at least once, until the signal; all is mended at the end. */
async function rage(
  stage: Stage,
  everyMs: number,
  chance: ReturnType<typeof chanceOf>,
  done: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const acts: readonly [string, () => Promise<void>][] = [
    ['gateway killed', () => stage.restart(Math.floor(chance.next() * 2), 'SIGKILL')],
    ['line cut', () => during(stage, chance, (wire) => wire.cut())],
    ['line slowed', () => during(stage, chance, (wire) => wire.slow(chance.between(100, 800)))],
    ['gateway told to stop', () => stage.restart(Math.floor(chance.next() * 2), 'SIGTERM')],
  ]
  for (let n = 0; !signal.aborted || n < acts.length; n++) {
    await rest(chance.between(everyMs / 2, everyMs * 1.5))
    const [what, act] = acts[n % acts.length] ?? []
    if (!what || !act || (signal.aborted && n >= acts.length)) return
    done.set(what, (done.get(what) ?? 0) + 1)
    await act()
  }
}

async function during(
  { wires }: Stage,
  chance: ReturnType<typeof chanceOf>,
  harm: (wire: Stage['wires'][number]) => void,
): Promise<void> {
  const wire = chance.one(wires)
  if (!wire) return
  harm(wire)
  await rest(chance.between(500, 3_000))
  wire.mend()
}

const sampleEveryMs = 5_000

async function sampling(
  stage: Stage,
  sent: Sent,
  began: number,
  samples: Sample[],
  note: Options['note'],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await rest(sampleEveryMs)
    const waits = sent.waits.splice(0).sort((a, b) => a - b)
    const at = (part: number) => Math.round(waits[Math.floor(waits.length * part)] ?? 0)
    const memory = (await stage.memory()).filter((mb) => mb !== undefined)
    const sample: Sample = {
      at: Math.round((performance.now() - began) / 1000),
      acknowledged: sent.acknowledged.size,
      waiting: await waiting(stage.store),
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      memoryMb: memory.length > 0 ? Math.round(Math.max(...memory)) : undefined,
    }
    samples.push(sample)
    const { at: second, acknowledged, waiting: queued, p50Ms, p99Ms, memoryMb } = sample
    note(
      `${String(second).padStart(6)} s  ${String(acknowledged).padStart(7)} acknowledged  ${String(queued).padStart(6)} to leave  p50 ${p50Ms} ms  p99 ${p99Ms} ms  ${memoryMb ?? '?'} MB`,
    )
  }
}

/** The highest memory in each half; the first minute is left out where there is enough beside it. */
function halves(samples: readonly Sample[]): readonly [number, number] | undefined {
  const all = samples.flatMap(({ memoryMb }) => memoryMb ?? [])
  const warm = all.length > 24 ? all.slice(12) : all
  if (warm.length < 4) return undefined
  const middle = Math.floor(warm.length / 2)
  return [Math.max(...warm.slice(0, middle)), Math.max(...warm.slice(middle))]
}

import type { Answered, Line } from '../lines.ts'
import { scenarios } from '../scenarios/index.ts'

/** One cell: a scenario at a concurrency. */
export interface Job {
  scenario: string
  order: unknown
  concurrency: number
  /** Numbers of requests begin here. */
  from: number
  seconds: number
}

/** What clients saw. */
export interface Seen {
  answered: number
  errors: number
  /** Errors that were conflicts (HTTP 409). */
  conflicts: number
  seconds: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  /** The next number that is free. */
  next: number
  /** The first answer that was not wanted. */
  wrong?: string
}

process.on('message', async (job: Job) => process.send?.(await driven(job)))
process.once('disconnect', () => process.exit())

/** Each client asks, waits for the answer, and asks again. */
async function driven({ scenario: name, order, concurrency, from, seconds }: Job): Promise<Seen> {
  const scenario = scenarios.find((one) => one.name === name)
  if (!scenario) throw new Error(`There is no scenario ${name}`)
  const lines = await Promise.all(Array.from({ length: concurrency }, () => scenario.line(order)))
  const times: number[] = []
  let [next, errors, conflicts] = [from, 0, 0]
  let wrong: string | undefined
  const began = performance.now()
  const until = began + seconds * 1000
  const asked = async (line: Line, request: Buffer): Promise<Answered> => {
    const answer = await line.ask(request)
    const following = scenario.follows?.(order, answer)
    return following ? line.ask(following) : answer
  }
  const client = async (line: Line) => {
    for (let now = performance.now(); now < until; ) {
      const request = scenario.request(order, next++)
      if (!request) return
      const answer = await asked(line, request)
      const after = performance.now()
      times.push(after - now)
      now = after
      if (scenario.isRight(answer)) continue
      errors++
      if (answer.status === 409) conflicts++
      wrong ??= `${answer.status} ${answer.body.slice(0, 500)}`
    }
  }
  await Promise.all(lines.map(client))
  const took = (performance.now() - began) / 1000
  for (const line of lines) line[Symbol.dispose]()
  times.sort((a, b) => a - b)
  const at = (part: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN
  return {
    answered: times.length,
    errors,
    conflicts,
    seconds: took,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    next,
    ...(wrong !== undefined && { wrong }),
  }
}

import { Pool, type PoolConfig } from 'pg'
import type { JobResult, JobWithMetadata, PgBoss } from 'pg-boss'
import { Failure } from '../fhir/outcome.ts'
import { type Telling, tellings } from '../fhir/telling.ts'
import type { Log } from '../log.ts'
import { asleep } from './periodic.ts'

/** A kind of work, as the queue calls it. */
export type Handler = (data: unknown, signal: AbortSignal) => Promise<void>

/** A durable queue: work that is to be done once, at some time, by some gateway. */
export interface Queue {
  later(name: string, key: string, at: Date, data: object): Promise<void>
  work(name: string, handler: Handler, pollSeconds: number): Promise<void>
  close(): Promise<void>
}

export interface QueueDesk {
  connection: PoolConfig
  log: Log
  clock: () => Date
  signal: AbortSignal
}

/** Tried again so often when it is our fault, or unknown whose. */
const fewTimes = 5
/** Source of waiting times: 2 s doubled at each try with jitter, at most an hour. */
const backOff = { retryDelay: 2, retryBackoff: true, retryDelayMax: 3_600 }
/** «Again» has no number of tries; it ends when the job is no longer kept. */
const manyTimes = 1_000_000
const keptSeconds = 14 * 86_400
/** How long a job may take before another gateway may take it over. */
const longestSeconds = 900
const closeTimeoutMs = 30_000

/**
 * Opens pg-boss, in a schema of its own, with two connections of its own.
 *
 * Source of its choice and its figures: pg-boss 12.35, options that are undefined are refused.
 */
export async function openQueue({ connection, log, clock, signal }: QueueDesk): Promise<Queue> {
  const pool = new Pool({ ...connection, max: 2, application_name: 'relais-jobs' })
  pool.on('error', (thrown) => log.failed('jobs.disconnected', thrown))
  const boss = await started(pool, log, signal).catch(async (thrown) => {
    await pool.end()
    throw thrown
  })
  const known = new Set<string>()

  const queue = async (name: string) => {
    if (known.has(name)) return
    await boss.createQueue(name, {
      policy: 'short',
      retryLimit: manyTimes,
      expireInSeconds: longestSeconds,
      retentionSeconds: keptSeconds,
      ...backOff,
    })
    known.add(name)
  }

  return {
    async later(name, key, at, data) {
      await queue(name)
      const startAfter = Math.max(Math.ceil((at.getTime() - clock().getTime()) / 1000), 0)
      await boss.upsert(name, data, { singletonKey: key, startAfter })
    },

    async work(name, handler, pollSeconds) {
      await queue(name)
      const options = {
        perJobResults: true,
        includeMetadata: true,
        pollingIntervalSeconds: pollSeconds,
      } as const
      await boss.work<unknown, unknown, typeof options>(name, options, (jobs) =>
        Promise.all(jobs.map((job) => tried(job, handler, AbortSignal.any([signal, job.signal]), log))),
      )
    },

    async close() {
      await boss.stop({ graceful: true, close: true, timeout: closeTimeoutMs })
      await pool.end()
    },
  }
}

/** The queue needs its tables; until the database lets it make or find them, it asks again. */
async function started(pool: Pool, log: Log, signal: AbortSignal): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss')
  const db = { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) }
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, 30_000)) {
    const boss = new PgBoss({ db, schema: 'jobs', schedule: false })
    boss.on('error', (thrown) => log.failed('jobs.troubled', thrown))
    boss.on('warning', (warning) => log.warn('jobs.warned', { kind: kindOf(warning) }))
    try {
      return await boss.start()
    } catch (thrown) {
      log.failed('jobs.not-started', thrown)
      await boss.stop({ graceful: false, close: false })
      if (signal.aborted) throw thrown
      await asleep(waitMs, signal)
    }
  }
}

/** Does one piece of work, and says what becomes of it, by the telling of its failure. */
async function tried(
  job: JobWithMetadata<unknown>,
  handler: Handler,
  signal: AbortSignal,
  log: Log,
): Promise<JobResult> {
  const startedAt = performance.now()
  const noted = () => ({
    task: job.name,
    job: job.id,
    tries: job.retryCount + 1,
    ms: Math.round(performance.now() - startedAt),
  })
  try {
    await handler(job.data, signal)
    log.event('job.done', noted())
    return { id: job.id, status: 'completed' }
  } catch (thrown) {
    const given = isGivenUp(tellingOf(thrown).job, job.retryCount)
    log.failed(given ? 'job.given-up' : 'job.failed', thrown, noted())
    return { id: job.id, status: given ? 'deadletter' : 'failed', output: { case: caseOf(thrown) } }
  }
}

function isGivenUp(job: Telling['job'], retries: number): boolean {
  return job === 'give-up' || (job === 'again-a-few-times' && retries + 1 >= fewTimes)
}

const caseOf = (thrown: unknown) => (thrown instanceof Failure ? thrown.case : 'exception')

const tellingOf = (thrown: unknown): Telling => tellings[caseOf(thrown)]

function kindOf(warning: unknown): string {
  const { message = 'unknown' } = warning as { message?: string } // pg-boss: its own words, no data of ours
  return message
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { failure } from '../../src/fhir/outcome.ts'
import type { Case } from '../../src/fhir/telling.ts'
import { openJobs } from '../../src/jobs/index.ts'
import { openLog } from '../../src/log.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store[Symbol.asyncDispose]())

const clock = () => new Date()
const quick = { pollSeconds: 0.5 }
const named = z.object({ name: z.string() })

function open(on: Store = store) {
  const lines: Record<string, unknown>[] = []
  const log = openLog('debug', { write: (line) => lines.push(JSON.parse(line)) })
  return Object.assign(openJobs({ store: on, clock, log }), { lines })
}

const until = async (check: () => boolean, withinMs = 60_000) => {
  for (const end = Date.now() + withinMs; Date.now() < end && !check(); ) await passed(20)
  expect(check()).toBe(true)
}

const passed = (ms: number) => new Promise((done) => setTimeout(done, ms))

describe('a task of each period', () => {
  test('runs at once, and again each period', async () => {
    await using jobs = open()
    const startedAt: number[] = []
    jobs.every('again', 100, async () => void startedAt.push(performance.now()))
    await until(() => startedAt.length >= 3)
    expect((startedAt[2] ?? 0) - (startedAt[0] ?? 0)).toBeGreaterThan(150)
  })

  test('runs once a period, whatever the number of gateways', async () => {
    await using other = await openStore({ dataDir: '', databaseUrl: store.url, poolSize: 2 })
    let runs = 0
    const startedAt = performance.now()
    {
      await using first = open()
      await using second = open(other)
      for (const jobs of [first, second]) jobs.every('shared', 200, async () => void runs++)
      await until(() => runs >= 5)
    }
    // The two clocks of a process, of the day and of timers, may differ by some milliseconds.
    expect(runs).toBeLessThanOrEqual(1 + Math.floor((performance.now() - startedAt + 40) / 200))
  })

  test('is not run by another gateway while a long run lasts', async () => {
    await using other = await openStore({ dataDir: '', databaseUrl: store.url, poolSize: 2 })
    await using first = open()
    await using second = open(other)
    let running = 0
    let most = 0
    let runs = 0
    const long = async () => {
      most = Math.max(most, ++running)
      await passed(1_500)
      running--
      runs++
    }
    for (const jobs of [first, second]) jobs.every('long', 1_000, long)
    await until(() => runs >= 2)
    expect(most).toBe(1)
  })

  test('is not run again by a restart within the period', async () => {
    let runs = 0
    for (let restart = 0; restart < 3; restart++) {
      await using jobs = open()
      jobs.every('hourly', 3_600_000, async () => void runs++)
      await passed(100)
    }
    expect(runs).toBe(1)
  })

  test('that fails is told without its message, and runs again', async () => {
    await using jobs = open()
    let runs = 0
    jobs.every('failing', 50, async () => {
      runs++
      throw new TypeError('Martin')
    })
    await until(() => runs >= 2)
    expect(jobs.lines).toContainEqual(
      expect.objectContaining({ event: 'task.failed', task: 'failing', kind: 'TypeError' }),
    )
    expect(JSON.stringify(jobs.lines)).not.toContain('Martin')
  })

  test('is told when the gateway closes, and waited for', async () => {
    const jobs = open()
    let ended = false
    jobs.every('patient', 60_000, async (signal) => {
      await new Promise((told) => signal.addEventListener('abort', told))
      await passed(50)
      ended = true
    })
    await passed(50)
    await jobs[Symbol.asyncDispose]()
    expect(ended).toBe(true)
  })
})

describe('work', () => {
  test('is done once, by one of the gateways, when its time has come', async () => {
    await using other = await openStore({ dataDir: '', databaseUrl: store.url, poolSize: 2 })
    await using first = open()
    await using second = open(other)
    const done: [string, number][] = []
    for (const jobs of [first, second]) {
      jobs.work('greet', named, async ({ name }) => void done.push([name, Date.now()]), quick)
    }
    const due = Date.now() + 1_500
    await first.later('greet', 'late', new Date(due), { name: 'late' })
    await Promise.all(
      Array.from({ length: 10 }, (_, at) => second.later('greet', `k${at}`, new Date(), { name: `${at}` })),
    )
    await until(() => done.length >= 11)
    await passed(700)
    expect(done.map(([name]) => name).sort()).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      'late',
    ])
    expect(done.find(([name]) => name === 'late')?.[1]).toBeGreaterThanOrEqual(due - 1_000)
  })

  test('of one key that still waits is moved, not doubled', async () => {
    await using jobs = open()
    const done: string[] = []
    await jobs.later('move', 'same', new Date(Date.now() + 3_600_000), { name: 'first' })
    await jobs.later('move', 'same', new Date(), { name: 'second' })
    jobs.work('move', named, async ({ name }) => void done.push(name), quick)
    await until(() => done.length > 0)
    await passed(700)
    expect(done).toEqual(['second'])
  })

  test('outlives the gateway that took it on', async () => {
    {
      await using first = open()
      await first.later('outlive', 'k', new Date(), { name: 'kept' })
    }
    await using second = open()
    const done: string[] = []
    second.work('outlive', named, async ({ name }) => void done.push(name), quick)
    await until(() => done.length === 1)
    expect(done).toEqual(['kept'])
  })

  test.each<[Case, 'job.given-up' | 'job.failed']>([
    ['business-rule', 'job.given-up'],
    ['timeout', 'job.failed'],
    ['exception', 'job.failed'],
  ])('that fails by %s: %s', async (what, event) => {
    await using jobs = open()
    jobs.work(`fail-${what}`, named, () => Promise.reject(failure(what, 'It failed.')), quick)
    await jobs.later(`fail-${what}`, 'k', new Date(), { name: 'x' })
    await until(() => jobs.lines.some((line) => line.event === event))
  })

  test('that failed for now is tried again', async () => {
    await using jobs = open()
    let tries = 0
    jobs.work(
      'again-later',
      named,
      async () => {
        if (++tries === 1) throw failure('transient', 'Not now.')
      },
      quick,
    )
    await jobs.later('again-later', 'k', new Date(), { name: 'x' })
    await until(() => jobs.lines.some((line) => line.event === 'job.done' && line.tries === 2))
    expect(tries).toBe(2)
  })

  test('whose data is not what its task reads is given up at once', async () => {
    await using jobs = open()
    jobs.work('odd', named, async () => {}, quick)
    await jobs.later('odd', 'k', new Date(), { other: 1 })
    await until(() => jobs.lines.some((line) => line.event === 'job.given-up'))
  })

  test('in hand is finished before the gateway closes', async () => {
    const jobs = open()
    let started = false
    let ended = false
    jobs.work(
      'slow',
      named,
      async () => {
        started = true
        await passed(300)
        ended = true
      },
      quick,
    )
    await jobs.later('slow', 'k', new Date(), { name: 'x' })
    await until(() => started)
    await jobs[Symbol.asyncDispose]()
    expect(ended).toBe(true)
  })
})

test('nothing is asked of the database by a gateway that has nothing to do', async () => {
  const startedAt = performance.now()
  const jobs = openJobs({
    store: { lease: () => Promise.reject(new Error('asked')), connection: { host: '/nowhere' } },
    clock,
    log: openLog('silent'),
  })
  await jobs[Symbol.asyncDispose]()
  expect(performance.now() - startedAt).toBeLessThan(100)
})

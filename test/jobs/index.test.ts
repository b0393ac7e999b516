import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
    let runs = 0
    jobs.every('again', 100, async () => void runs++)
    await until(() => runs >= 3)
  })

  test('runs on the gateway that may, and no period is lost on another', async () => {
    await using other = await openStore({ dataDir: '', databaseUrl: store.url, poolSize: 2 })
    await using first = open()
    await using second = open(other)
    const runs: string[] = []
    first.every(
      'theirs',
      50,
      async () => void runs.push('first'),
      async () => false,
    )
    second.every(
      'theirs',
      50,
      async () => void runs.push('second'),
      async () => true,
    )
    await until(() => runs.length >= 5)
    expect(new Set(runs)).toEqual(new Set(['second']))
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

test('nothing is asked of the database by a gateway that has nothing to do', async () => {
  const startedAt = performance.now()
  const jobs = openJobs({
    store: { lease: () => Promise.reject(new Error('asked')) },
    clock,
    log: openLog('silent'),
  })
  await jobs[Symbol.asyncDispose]()
  expect(performance.now() - startedAt).toBeLessThan(100)
})

import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Job, Seen } from './processes/driver.ts'
import type { Profiling } from './processes/profiled.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { usageOf, usageOfFamily } from './usage.ts'
import type { World } from './world.ts'

/** One line of the bench. */
export interface Row {
  name: string
  concurrency: number
  perSecond: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  errors: number
  /** Errors that were conflicts: clients who take different things never disturb each other. */
  conflicts: number
  /** How many slots there were. */
  slots: number
  /** Processor time of the server's process per request; for a floor, of the floor's server. */
  gatewayCpuMs: number
  /** Of all PostgreSQL processes together, per request; null where it cannot be known. */
  databaseCpuMs: number | null
  /** What it is held against. */
  floor: string | null
  floorPerSecond: number | null
  /** Of the floor's rate. */
  ratio: number | null
}

export interface Durations {
  warmSeconds: number
  seconds: number
}

/** Measures one scenario after another at one concurrency after another; each warm, each floor before what stands on it. */
export class Bench {
  readonly #world: World
  readonly #durations: Durations
  /** Where profiles of the gateway go, one a cell; absent: there are none. */
  readonly #profileFolder: string | undefined
  readonly #floors = new Map<string, Row>()
  /** Numbers of requests that are used up, by scenario. */
  readonly #used = new Map<string, number>()

  constructor(world: World, durations: Durations, profileFolder?: string) {
    this.#world = world
    this.#durations = durations
    this.#profileFolder = profileFolder
  }

  async cell(scenario: Scenario, concurrency: number, floor: Scenario | undefined): Promise<Row> {
    const known = floor && (await this.#floor(floor, concurrency))
    const row = await this.#measured(scenario, concurrency)
    const ratio = known && row.perSecond / known.perSecond
    return {
      ...row,
      floor: known?.name ?? null,
      floorPerSecond: known?.perSecond ?? null,
      ratio: ratio ?? null,
    }
  }

  /** Once a concurrency. */
  async #floor(floor: Scenario, concurrency: number): Promise<Row> {
    const key = `${floor.name} ${concurrency}`
    const row = this.#floors.get(key) ?? (await this.#measured(floor, concurrency))
    this.#floors.set(key, row)
    return row
  }

  /** The floors that were measured. */
  get floors(): readonly Row[] {
    return [...this.#floors.values()]
  }

  async #measured(scenario: Scenario, concurrency: number): Promise<Row> {
    const order = await scenario.order(this.#world)
    const { warmSeconds, seconds } = this.#durations
    const isFirst = !this.#used.has(scenario.name)
    await this.#driven(scenario, order, concurrency, isFirst ? warmSeconds : warmSeconds / 3)
    const profiled = this.#profileFolder !== undefined && scenario.server === 'gateway'
    if (profiled) await this.#profiling({ profile: 'begin' })
    const before = await this.#usage(scenario)
    const seen = await this.#driven(scenario, order, concurrency, seconds)
    const after = await this.#usage(scenario)
    if (profiled) await this.#profiling({ profile: 'end', file: this.#profileFile(scenario, concurrency) })
    if (seen.answered === 0)
      throw new Error(`${scenario.name}: all that there was is used up: take fewer seconds`)
    if (seen.wrong !== undefined) process.stderr.write(`${scenario.name}: ${seen.wrong}\n`)
    return {
      name: scenario.name,
      concurrency,
      perSecond: seen.answered / seen.seconds,
      p50Ms: seen.p50Ms,
      p95Ms: seen.p95Ms,
      p99Ms: seen.p99Ms,
      errors: seen.errors,
      conflicts: seen.conflicts,
      slots: this.#world.slots,
      gatewayCpuMs: (after.server - before.server) / seen.answered,
      databaseCpuMs:
        after.database === undefined || before.database === undefined
          ? null
          : (after.database - before.database) / seen.answered,
      floor: null,
      floorPerSecond: null,
      ratio: null,
    }
  }

  async #driven(
    { name: scenario }: Scenario,
    order: unknown,
    concurrency: number,
    seconds: number,
  ): Promise<Seen> {
    const { driver } = this.#world
    const from = this.#used.get(scenario) ?? 0
    const answer = once(driver, 'message')
    driver.send({ scenario, order, concurrency, from, seconds } satisfies Job)
    const [seen] = (await answer) as [Seen]
    this.#used.set(scenario, seen.next)
    return seen
  }

  async #profiling(what: Profiling): Promise<void> {
    const { process: gateway } = this.#world.gateway
    const done = once(gateway, 'message')
    gateway.send(what)
    await done
  }

  #profileFile({ name }: Scenario, concurrency: number): string {
    return resolve(this.#profileFolder ?? '', `${name}-${concurrency}.cpuprofile`)
  }

  async #usage({ server }: Scenario) {
    const {
      databasePid,
      [server]: { process: measured },
    } = this.#world
    return {
      server: await usageOf(measured),
      database: databasePid === undefined ? undefined : await usageOfFamily(databasePid),
    }
  }
}

import { Client, Pool, type PoolConfig, type QueryResultRow, types } from 'pg'
import { Failure, failure } from '../fhir/outcome.ts'
import type { Log } from '../log.ts'
import { prepared, preparedAtMost, type Sql, statement } from './sql.ts'

/** Connections to PostgreSQL, and the three ways in which a statement is run. */
export interface Database extends AsyncDisposable {
  /** Reads by key, or along one index: prepared once a connection and shape, one plan for all values. */
  rows<Row extends QueryResultRow>(piece: Sql): Promise<Row[]>
  /**
   * Likewise, of shapes that callers choose: the first few hundred of these are prepared, what comes then is planned
   * each time.
   */
  steady<Row extends QueryResultRow>(piece: Sql): Promise<Row[]>
  /** Planned anew for its values: searches, and what is asked rarely. */
  planned<Row extends QueryResultRow>(piece: Sql): Promise<Row[]>
  /** Changes: prepared once a connection and shape, one plan for all values. */
  change<Row extends QueryResultRow>(piece: Sql): Promise<Row[]>
  /** A connection of one's own: to listen, to lock. The caller connects and ends it. */
  client(): Client
}

/** Fails with transient or lock-error when the database cannot be reached or does not answer in time. */
export function openDatabase(connection: PoolConfig, poolSize: number, log: Log): Database {
  const config = { ...connection, types: ownTypes }
  const reading = pool(config, poolSize, readingSettings, log)
  const keyed = pool(config, poolSize, keyedSettings, log)
  const changing = pool(config, poolSize, changingSettings, log)
  return {
    rows: (piece) => run(keyed, prepared(piece)),
    steady: (piece) => run(keyed, preparedAtMost(piece, mostShapes)),
    planned: (piece) => run(reading, statement(piece)),
    change: (piece) => run(changing, prepared(piece)),
    client: () => new Client(config),
    async [Symbol.asyncDispose]() {
      await Promise.all([reading.end(), keyed.end(), changing.end()])
    },
  }
}

/** Each takes some 50 kB of every connection. */
const mostShapes = 300

async function run<Row extends QueryResultRow>(
  pool: Pool,
  query: { name?: string; text: string; values: unknown[] },
): Promise<Row[]> {
  try {
    return (await pool.query<Row>(query)).rows
  } catch (thrown) {
    throw unreachable(thrown) ?? thrown
  }
}

/** The failure in what the driver threw, when the database is away or too busy; otherwise undefined. */
export function unreachable(thrown: unknown): Failure | undefined {
  if (thrown instanceof Failure) return thrown
  if (!(thrown instanceof Error)) return undefined
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  if (isBusy.test(code) || thrown.message.startsWith('timeout exceeded')) {
    return failure('lock-error', 'The store is busy. Try again in a moment.')
  }
  if (isAway.test(code) || thrown.message.startsWith('Connection terminated')) {
    return failure('transient', 'The store cannot be reached now. Try again in a moment.')
  }
  return undefined
}

/** lock_not_available, query_canceled (statement timeout), too_many_connections. */
const isBusy = /^(55P03|57014|53300)$/

/** Connection exceptions, shutdown and crash, cannot_connect_now; the socket's own errors. */
const isAway =
  /^(08...|57P0.|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/

function pool(config: PoolConfig, max: number, settings: Settings, log: Log): Pool {
  const made = new Pool({
    ...config,
    max,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 10_000,
    onConnect: async (client) => {
      await client.query(settingsText(settings))
    },
  })
  // A connection that is not in use has died: the pool makes another when it is needed, or has been told to end.
  made.on('error', (thrown) => {
    if (!made.ending) log.failed('store.disconnected', thrown)
  })
  return made
}

type Settings = Readonly<Record<string, string>>

const readingSettings: Settings = { statement_timeout: '60s', jit: 'off', timezone: 'UTC' }

/**
 * A change touches rows by their keys and nothing else. Left to guess, the planner reads whole tables while they are
 * small, and keeps that plan when they have grown.
 */
export const changingSettings: Settings = {
  ...readingSettings,
  lock_timeout: '10s',
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
}

/** So does a read by key; and one along an index, in its order, ends after a page, however long a plan for any values takes it to be. */
export const keyedSettings: Settings = {
  ...readingSettings,
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_sort: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
}

/** Acknowledged means on disk, whatever the server's default; a stricter one (replicas) stays. */
function settingsText(settings: Settings): string {
  const set = Object.entries(settings).map(([name, value]) => `set ${name} = '${value}'`)
  return [
    ...set,
    `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
  ].join('; ')
}

const int8 = types.builtins.INT8
const timestamptz = types.builtins.TIMESTAMPTZ

/** int8 as number (positions and counts stay below 2^53), timestamps as instants; the rest as the driver has it. */
const ownTypes: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === int8) return Number
    if (oid === timestamptz) return instant
    return format === undefined ? types.getTypeParser(oid) : types.getTypeParser(oid, format as 'text')
  },
}

const asDate = types.getTypeParser(timestamptz)

/** As PostgreSQL writes it in UTC, in which our connections are: `2026-03-02 07:00:00.5+00`. */
const inUtc = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?\+00$/

/** An instant as our connections write it. */
export function instant(text: string): string {
  // To the millisecond, as nearly all are.
  if (text.length === 26 && text[10] === ' ' && text[19] === '.' && text.endsWith('+00'))
    return `${text.slice(0, 10)}T${text.slice(11, 23)}Z`
  const [, day, time, fraction = ''] = inUtc.exec(text) ?? []
  return day === undefined
    ? new Date(asDate(text)).toISOString()
    : `${day}T${time}.${fraction.padEnd(3, '0')}Z`
}

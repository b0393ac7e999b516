import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, readConfig } from '../config.ts'
import { Failure, failure } from '../fhir/outcome.ts'
import { runningEmbedded } from '../store/embedded/running.ts'
import { openStore, type Store } from '../store/index.ts'

/**
 * The store that the settings name: the server's, or the embedded one. While a gateway runs on the embedded one, it is
 * reached through that gateway's own PostgreSQL. Fails: not-found when there is none yet.
 */
export async function openKept(config: Config): Promise<Store> {
  const { RELAIS_DATABASE_URL: databaseUrl, RELAIS_DATA_DIR: dataDir } = config
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'postgres'))) {
    const text = `There is no store in ${dataDir}. Name the one you mean with RELAIS_DATA_DIR or RELAIS_DATABASE_URL.`
    throw failure('not-found', text)
  }
  const size = { poolSize: 2 }
  if (databaseUrl !== undefined) return openStore({ dataDir, databaseUrl, ...size })
  try {
    return await openStore({ dataDir, ...size })
  } catch (thrown) {
    const running = await runningEmbedded(dataDir)
    if (!(thrown instanceof Failure && thrown.case === 'lock-error') || !running) throw thrown
    return openStore({ dataDir, databaseUrl: running, ...size })
  }
}

/** Does something with the store that the settings name, and closes it. */
export async function withStore<T>(
  environment: NodeJS.ProcessEnv,
  use: (store: Store, config: Config) => Promise<T>,
): Promise<T> {
  const config = readConfig(environment)
  await using store = await openKept(config)
  return await use(store, config)
}

/** The territory's folder that the settings name, or the one that the demo has written. */
export const territoryFolder = ({ RELAIS_TERRITORY, RELAIS_DATA_DIR }: Config): string =>
  RELAIS_TERRITORY ?? join(RELAIS_DATA_DIR, 'demo', 'territory')

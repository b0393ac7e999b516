import { userInfo } from 'node:os'
import { Registry } from 'prom-client'
import type { Steering, Who } from '../api/steering.ts'
import { type Config, ConfigError, publicUrl } from '../config.ts'
import { connectors as kinds } from '../connectors/index.ts'
import { openRooms, type Rooms } from '../gateway/rooms.ts'
import { loadRules } from '../gateway/rules.ts'
import { openSteering } from '../gateway/steering.ts'
import { silent } from '../log.ts'
import type { Store } from '../store/index.ts'
import { readTerritory, type TerritoryFolder } from '../territory/read.ts'
import { territoryFolder, withStore } from './store.ts'

/** Seeing and steering on the store that the settings name, with the territory's folder as it is now, where it is asked. */
export function withSteering<T>(
  environment: NodeJS.ProcessEnv,
  use: (steering: Steering, territory: () => Promise<TerritoryFolder>) => Promise<T>,
): Promise<T> {
  return withStore(environment, async (store, config) => {
    const clock = () => new Date()
    await using opened = new AsyncDisposableStack()
    let rooms: Promise<Rooms> | undefined
    const territory = () => territoryOf(config)
    const steering = openSteering({
      store,
      clock,
      connectors: async () => (await territory()).connectors,
      keeping: config.RELAIS_KEEP_MESSAGES,
      rooms: () => {
        rooms ??= territory()
          .then((folder) => roomsOf(folder, store, config, clock))
          .then((open) => opened.use(open))
        return rooms
      },
    })
    return await use(steering, territory)
  })
}

async function territoryOf(config: Config): Promise<TerritoryFolder> {
  const { territory, problems } = await readTerritory(territoryFolder(config), kinds)
  if (problems.length > 0) throw new ConfigError(problems)
  return territory
}

async function roomsOf(
  folder: TerritoryFolder,
  store: Store,
  config: Config,
  clock: () => Date,
): Promise<Rooms> {
  return openRooms({
    config,
    folder,
    rules: await loadRules(folder),
    store,
    baseUrl: publicUrl(config, config.RELAIS_PORT),
    log: silent,
    clock,
    metrics: new Registry(),
  })
}

/** Who runs this: the person that is named, else the account under which it runs. */
export const whoIs = (by: string | undefined): Who => ({ person: by ?? account(), through: 'command line' })

/** The account under which this runs; its number where it has no name, as in a container. */
export function account(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.()}`
  }
}

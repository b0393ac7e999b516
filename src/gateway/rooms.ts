import type { Registry } from 'prom-client'
import { type Actor, gateway as itself } from '../auth/actor.ts'
import { type Auth, openAuth } from '../auth/index.ts'
import type { Config } from '../config.ts'
import { perform } from '../flows/perform.ts'
import type { Reception, Sender } from '../flows/receive.ts'
import { openMaking } from '../flows/resource/making.ts'
import { openDiaries } from '../flows/slots/diaries.ts'
import type { Desk } from '../flows/step.ts'
import { loaded as territoryLoaded } from '../flows/territory/loaded.ts'
import { measures } from '../indicators/index.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'
import { openSubscriptions, type Subscriptions } from '../subscriptions/index.ts'
import { type LoadedTerritory, loadTerritory } from '../territory/load.ts'
import type { TerritoryFolder } from '../territory/read.ts'
import { isMember, organizationOf } from './members.ts'
import { openSources } from './open-sources.ts'
import { followProtocols } from './protocols.ts'
import { quotaRefusals } from './quota-refusals.ts'
import type { Rules } from './rules.ts'
import { senders } from './senders.ts'

export interface RoomsOptions {
  config: Pick<Config, 'RELAIS_OUTBOUND_LOOPBACK'>
  folder: TerritoryFolder
  rules: Rules
  store: Store
  /** Public URL. */
  baseUrl: string
  log: Log
  metrics: Registry
  clock: () => Date
}

/** The rooms in which messages and calls are handled, without the doors by which they come. */
export interface Rooms extends AsyncDisposable {
  loaded: LoadedTerritory
  auth: Auth
  subscriptions: Subscriptions
  reception: Reception
  deskOf(actor: Actor): Desk
  /** Whom the messages of a connector are from. */
  senderOf(connector: string): Promise<Sender | undefined>
}

/** Loads the territory, and opens what works on the store. */
export async function openRooms(options: RoomsOptions): Promise<Rooms> {
  const { config, folder, rules, store, baseUrl, log, clock, metrics } = options
  const alone = bareDesk(rules, store, clock)
  const loaded = await loadTerritory(folder, rules.conceptMaps, alone)
  // What is counted in every territory.
  await perform(territoryLoaded, { entries: measures() }, { ...alone, territory: loaded.territory })
  const following = await followProtocols({ desk: alone, territory: loaded.territory, log })
  const diaries = openDiaries({ store, territory: loaded.territory })
  const sourcesOpen = openSources({ store, clock, territory: loaded.territory })
  const auth = await openAuth({
    openSources: sourcesOpen,
    store,
    clock,
    log,
    tokenUrl: `${baseUrl}/auth/token`,
    fhirUrl: `${baseUrl}/fhir`,
    outboundLoopback: config.RELAIS_OUTBOUND_LOOPBACK,
    organizationOf: (client) => organizationOf(client, store),
    memberOf: (organization) => isMember(organization, loaded.territory, clock(), store),
  })
  const subscriptions = await openSubscriptions({
    store,
    clock,
    log,
    permitOf: auth.permitOf,
    outboundLoopback: config.RELAIS_OUTBOUND_LOOPBACK,
    fhirUrl: `${baseUrl}/fhir`,
    zone: loaded.territory.zone,
  })
  const quotaRefused = quotaRefusals(metrics, log)
  const deskOf = (actor: Actor): Desk => ({
    ...alone,
    actor,
    territory: loaded.territory,
    diaries,
    quotaRefused,
    prepare: subscriptions.prepare,
    notify: subscriptions.notify,
  })
  return {
    loaded,
    auth,
    subscriptions,
    reception: { store, maps: rules.maps, clock, log },
    deskOf,
    senderOf: senders(loaded.connectors, auth, deskOf),
    async [Symbol.asyncDispose]() {
      following[Symbol.dispose]()
      diaries[Symbol.dispose]()
      await subscriptions[Symbol.asyncDispose]()
    },
  }
}

/** What every step is carried out with, whoever asks and wherever it is. */
function bareDesk({ validator }: Rules, store: Store, clock: () => Date): Omit<Desk, 'territory'> {
  return {
    store,
    clock,
    actor: itself,
    validate: validator.validate,
    prepare: async (resource) => resource,
    notify: () => [],
    making: openMaking(),
  }
}

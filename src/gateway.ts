import { randomBytes, randomUUID } from 'node:crypto'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { House } from './api/house.ts'
import { adminApi, api } from './api/index.ts'
import { openReadAudit } from './audit/reads.ts'
import { gateway as itself } from './auth/actor.ts'
import { organizationKey } from './auth/gate.ts'
import { type Config, publicUrl } from './config.ts'
import { type Delivering, deliver } from './connectors/deliver.ts'
import { answerMessage } from './connectors/mllp/index.ts'
import { openConsole } from './console/index.ts'
import { receiveFrom } from './flows/receive.ts'
import { noteLook } from './flows/slots/sources.ts'
import { oidcOf } from './gateway/console.ts'
import { onEnd } from './gateway/ended.ts'
import { expire, expireEveryMs } from './gateway/expire.ts'
import { type Address, type HttpListener, listenHttp, readTls, type Tls } from './gateway/http.ts'
import { tellLeftBehind } from './gateway/left-behind.ts'
import { listenMllp, openLinks } from './gateway/links.ts'
import { messageMetrics } from './gateway/message-metrics.ts'
import { comparisons, reconcile, reconcileEveryMs } from './gateway/reconcile.ts'
import { startReviews } from './gateway/reviews.ts'
import { openRooms } from './gateway/rooms.ts'
import { loadRules } from './gateway/rules.ts'
import { slotTimes } from './gateway/slot-times.ts'
import { openSteering } from './gateway/steering.ts'
import { stopping } from './gateway/stopping.ts'
import { subscriptionMetrics } from './gateway/subscription-metrics.ts'
import { startTasks } from './gateway/tasks.ts'
import { openJobs } from './jobs/index.ts'
import type { Log } from './log.ts'
import { openStore, type Store } from './store/index.ts'
import { peer as notifications } from './subscriptions/matching.ts'
import type { LoadedTerritory } from './territory/load.ts'
import type { TerritoryFolder } from './territory/read.ts'

export interface GatewayOptions {
  config: Config
  folder: TerritoryFolder
  log: Log
  clock: () => Date
}

/** A running gateway; disposing of it finishes what is in hand and closes every room. */
export interface Gateway extends AsyncDisposable {
  store: Store
  loaded: LoadedTerritory
  addresses: Addresses
}

/** Where it answers. */
export interface Addresses {
  /** Public URL. */
  baseUrl: string
  http: Address
  mllp?: Address
  admin?: Address
}

const version = '0.1.0'
const maxBodyBytes = 5 * 1024 * 1024
/** Each subscriber has one try under way: so many that hang do not delay the others. */
const notifiedAtOnce = 256

/** Opens every room once, in order; closes them in reverse. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, folder, log, clock } = options
  await using opening = new AsyncDisposableStack()
  const stop = stopping()
  const tls = await readTls(config)
  const http = opening.use(
    await listenHttp(config.RELAIS_HOST, config.RELAIS_PORT, 'RELAIS_PORT', tls, stop.leftMs),
  )
  const baseUrl = publicUrl(config, http.address.port)

  const [rules, opened] = await Promise.all([loadRules(folder), openStore(storeSettings(options))])
  const store = opening.use(opened)
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  const rooms = opening.use(await openRooms({ config, folder, rules, store, baseUrl, log, clock, metrics }))
  const { loaded, auth, subscriptions, deskOf, senderOf } = rooms
  const names = [...loaded.connectors.map(({ name }) => name), notifications]
  const counted = messageMetrics(metrics, names, { store, clock })
  const notified = subscriptionMetrics(metrics, { store, clock })
  const reception = { ...rooms.reception, answered: counted.answered }
  const jobs = opening.use(openJobs({ store, log, clock }))
  startTasks(jobs, deskOf(itself), log)

  const timesIn = slotTimes(metrics, clock)
  let leaving: Delivering | undefined
  const links = await openLinks(loaded.connectors, (file) => {
    const zone = file.zone ?? loaded.territory.zone
    const times = timesIn(zone)
    return {
      name: file.name,
      organization: file.organizationReference,
      receive: receiveFrom(() => senderOf(file.name), {
        ...reception,
        carriedOut: times.carriedOut,
      }),
      clock,
      log,
      transform: (map, input) =>
        rules.maps.run(map, input, {
          zone,
          now: clock().toISOString(),
          newId: randomUUID,
        }).target,
      recall: (key) => store.recall(`connector.${file.name}.${key}`),
      remember: (key, value) => store.remember(`connector.${file.name}.${key}`, value),
      noteDiary: async (look) => {
        times.looked(look)
        await noteLook(file.name, look, store)
      },
      outboundLoopback: config.RELAIS_OUTBOUND_LOOPBACK,
      // Nothing leaves before the outbox has its way out.
      maySpeak: async () => (await leaving?.maySpeak(file.name)) ?? false,
      every: (name, everyMs, task, when) => jobs.every(`connector.${file.name}.${name}`, everyMs, task, when),
    }
  })
  for (const { link } of links) opening.use(link)
  const count = comparisons(metrics)
  for (const { name, link } of links.filter(({ link }) => link.look !== undefined)) {
    jobs.every(`reconcile.${name}`, reconcileEveryMs, (signal) =>
      reconcile(name, link, deskOf(itself), { log, count }, signal),
    )
  }
  const strangers = receiveFrom(async () => undefined, reception)
  const mllp = await listenMllp(config, tls, links, strangers, {
    clock,
    log,
    metrics,
    drainMs: stop.leftMs,
  })
  if (mllp) opening.use(mllp)
  const outlets = [
    ...links,
    { name: notifications, link: subscriptions.line, receive: strangers, atOnce: notifiedAtOnce },
  ]
  leaving = opening.use(
    deliver({
      store,
      links: outlets,
      log,
      clock,
      onEnd: onEnd(deskOf(itself)),
      onTried: (tried) => {
        counted.tried(tried)
        notified(tried)
      },
      isStopping: () => stop.isAsked,
      drainMs: stop.leftMs,
    }),
  )
  await tellLeftBehind(names, { store, log, clock })
  const reads = opening.use(
    openReadAudit({ store, clock, log, keysOf: (of) => (of ? [organizationKey(of)] : []) }),
  )

  jobs.every('messages', expireEveryMs, (signal) =>
    expire(config.RELAIS_KEEP_MESSAGES, { store, clock, log }, counted.removed, signal),
  )
  startReviews(jobs, deskOf(itself), { log, metrics })
  const house: House = {
    settings: {
      baseUrl,
      maxBodyBytes,
      trustedProxies: config.RELAIS_TRUSTED_PROXIES,
      version,
      bookWaitMs: config.RELAIS_BOOK_WAIT_MS,
      adminListener: config.RELAIS_ADMIN_PORT !== undefined,
    },
    store,
    linkKey: await store.recallOr('api.link-key', randomBytes(32).toString('base64url')),
    clock,
    log,
    auth,
    metrics,
    reads,
    desk: deskOf,
    called: (connector) => links.find(({ name }) => name === connector)?.link.called,
    receive: (permit) => receiveFrom(async () => ({ desk: deskOf(permit.actor), permit }), reception),
    answerV2: (raw, permit) =>
      answerMessage(raw, {
        peers: [
          { name: permit.actor.client, charset: '8859/15', isSender: () => true, isOrigin: () => true },
        ],
        origin: { address: undefined },
        receive: receiveFrom(async () => ({ desk: deskOf(permit.actor), permit }), reception),
        clock,
        log,
        by: 'http',
      }),
    conformance: rules.conformance,
    steering: openSteering({
      store,
      clock,
      connectors: async () => folder.connectors,
      keeping: config.RELAIS_KEEP_MESSAGES,
      rooms: async () => rooms,
    }),
    isStopping: () => stop.isAsked,
  }
  const app = api(house)
  const oidc = await oidcOf(config)
  const people = oidc && opening.use(openConsole({ ...house, reads, settings: { ...house.settings, oidc } }))
  if (people) app.route('/console', people.app)
  http.answerBy((request, environment) => app.fetch(request, environment))
  const admin = await listenAdmin(config, house, tls)
  if (admin) opening.use(admin)

  const done = opening.move()
  return {
    store,
    loaded,
    addresses: {
      baseUrl,
      http: http.address,
      ...(mllp && { mllp: mllp.address }),
      ...(admin && { admin: admin.address }),
    },
    async [Symbol.asyncDispose]() {
      // Nothing new is taken while what is in hand is finished; who only listens is sent away.
      stop.ask()
      people?.[Symbol.dispose]()
      await Promise.all([http[Symbol.asyncDispose](), mllp?.[Symbol.asyncDispose]()])
      await done.disposeAsync()
    },
  }
}

function storeSettings({ config, log, clock }: GatewayOptions) {
  return {
    dataDir: config.RELAIS_DATA_DIR,
    ...(config.RELAIS_DATABASE_URL && { databaseUrl: config.RELAIS_DATABASE_URL }),
    log,
    clock,
  }
}

async function listenAdmin(
  config: Config,
  house: House,
  tls: Tls | undefined,
): Promise<HttpListener | undefined> {
  if (config.RELAIS_ADMIN_PORT === undefined) return undefined
  const listener = await listenHttp(config.RELAIS_HOST, config.RELAIS_ADMIN_PORT, 'RELAIS_ADMIN_PORT', tls)
  const app = adminApi(house)
  listener.answerBy((request, environment) => app.fetch(request, environment))
  return listener
}

import type { Resource, Subscription } from '@medplum/fhirtypes'
import type { Actor } from '../auth/actor.ts'
import type { Permit } from '../auth/permit.ts'
import type { Log } from '../log.ts'
import type { Departure, DepartureRow, Kept, Store, Stored } from '../store/index.ts'
import { accepted, subscriberOf } from './accept.ts'
import { openDirectory } from './listening.ts'
import { isOver, laneOf, notificationsFor } from './matching.ts'
import { newSealKey, sealWith } from './seal.ts'
import { callFor, inError, notificationOf, sendNotification, type Told, visibleTo } from './send.ts'
import { settle } from './status.ts'

/** Tells those who asked, when something changes. */
export interface Subscriptions extends AsyncDisposable {
  /** What subscribers are to be told of what is about to be written, to be committed with it. */
  notify(written: readonly Kept[]): Omit<Departure, 'row'>[]
  /** A resource as it is to be written: a Subscription that may be served, anything else as it is. Fails: what keeps it from being served. */
  prepare<R extends Resource>(resource: R, actor: Actor): Promise<R>
  /** The line by which notifications leave: for the outbox, under the name `peer` in `matching.ts`. */
  readonly line: Line
}

/** Tells subscribers, one of one version at a time. */
export interface Line extends AsyncDisposable {
  /** Nothing is kept beside the version that is named, which never changes. */
  render(departure: DepartureRow): Promise<{ raw: Buffer; contentType: string }>
  /** Tells one subscriber, if it may still know; its subscription is settled with it. */
  send(departure: DepartureRow, signal?: AbortSignal): Promise<Sent>
}

/** How a try ended. What nobody is to be told any more is `refused`, and its reason says why. */
export interface Sent extends Omit<Told, 'verdict' | 'end'> {
  end: 'sent' | 'later' | 'refused'
}

export interface SubscriptionsDesk {
  store: Pick<Store, 'read' | 'vread' | 'search' | 'write' | 'onChange' | 'recallOr'>
  clock: () => Date
  log: Log
  /** What a client may do now, whatever its tokens; undefined when it is not active. */
  permitOf(client: string): Promise<Permit | undefined>
  /** Whether subscribers on loopback may be called. */
  outboundLoopback: boolean
  /** Our own FHIR base URL. */
  fhirUrl: string
  /** Where dates without an offset are. */
  zone?: string
}

/** A new subscription is active once every gateway can have heard of it. */
const activateAfterMs = 250

/** Opens the subscriptions of a store: R4, by rest-hook. */
export async function openSubscriptions(desk: SubscriptionsDesk): Promise<Subscriptions> {
  const { store, zone, log } = desk
  const seal = sealWith(await store.recallOr('subscriptions.seal', newSealKey()))
  const call = callFor(desk.outboundLoopback)
  const criteria = { base: desk.fhirUrl, ...(zone !== undefined && { zone }) }
  const care = caretaker(desk)
  const directory = await openDirectory({ store, log, criteria, read: care.look })

  const told = async (
    departure: DepartureRow,
    signal?: AbortSignal,
  ): Promise<Told & { subscription?: Kept<Subscription> }> => {
    const subscription = await currentOf(departure, store)
    if (!subscription || subscription.status === 'off') return { end: 'cancelled', reason: 'off' }
    const permit = await desk.permitOf(subscriberOf(subscription)?.client ?? '')
    if (!permit)
      return { end: 'later', reason: 'client-inactive', subscription, verdict: inError('client-inactive') }
    const stored = await visibleTo(permit, departure, store, zone)
    if (!stored) return { end: 'cancelled', reason: 'not-visible' }
    const notification = notificationOf(subscription, stored, seal, departure.row)
    return { subscription, ...(await sendNotification(departure, notification, call, signal)) }
  }

  return {
    notify: (written) => notificationsFor(written, directory.listening, zone),

    async prepare(resource, actor) {
      if (resource.resourceType !== 'Subscription') return resource
      const before = await beforeOf(resource, actor, store)
      const reach = { loopback: desk.outboundLoopback }
      const permit = await desk.permitOf(actor.client)
      // A Subscription in, a Subscription out.
      return accepted(resource, before, { actor, permit, seal, reach, criteria }) as typeof resource
    },

    line: {
      render: async () => ({ raw: Buffer.alloc(0), contentType: 'application/fhir+json' }),

      async send(departure, signal) {
        const startedAt = performance.now()
        const { verdict, subscription, end, ...why } = await told(departure, signal)
        const ms = Math.round(performance.now() - startedAt)
        log.event('notification.tried', { row: departure.row, end, ...why, ms })
        if (subscription && verdict) await settle(subscription, verdict, desk)
        return { end: end === 'cancelled' ? 'refused' : end, ...why }
      },

      async [Symbol.asyncDispose]() {},
    },

    async [Symbol.asyncDispose]() {
      await directory[Symbol.asyncDispose]()
      await care.done()
    },
  }
}

/** Activates those that wait for it, and switches off those whose end has come. */
function caretaker(desk: SubscriptionsDesk) {
  const waiting = new Map<string, NodeJS.Timeout>()
  const running = new Set<Promise<void>>()

  const settled = (subscription: Kept<Subscription>, status: 'active' | 'off') => {
    const done = settle(subscription, { status }, desk)
      .then(
        () => {},
        (thrown) => desk.log.failed('subscription.unsettled', thrown, { subscription: subscription.id }),
      )
      .finally(() => running.delete(done))
    running.add(done)
  }

  const activateSoon = (subscription: Kept<Subscription>) => {
    const key = `${subscription.id}/${subscription.meta.versionId}`
    if (waiting.has(key)) return
    const activate = () => {
      waiting.delete(key)
      settled(subscription, 'active')
    }
    waiting.set(key, setTimeout(activate, activateAfterMs))
  }

  return {
    look(all: readonly Kept<Subscription>[]) {
      const now = desk.clock().toISOString()
      for (const subscription of all) {
        if (isOver(subscription.end, now)) settled(subscription, 'off')
        else if (subscription.status === 'requested') activateSoon(subscription)
      }
    },

    async done() {
      for (const timer of waiting.values()) clearTimeout(timer)
      await Promise.all(running)
    },
  }
}

async function currentOf(
  { lane = '' }: DepartureRow,
  store: Pick<Store, 'read'>,
): Promise<Kept<Subscription> | undefined> {
  return subscriptionIn(await store.read('Subscription', lane.slice(laneOf('').length), 'all'))
}

/** The subscription as it is now, when the actor sees it. */
async function beforeOf({ id }: Resource, { sight }: Actor, store: Pick<Store, 'read'>) {
  return id === undefined ? undefined : subscriptionIn(await store.read('Subscription', id, sight))
}

function subscriptionIn(stored: Stored | undefined): Kept<Subscription> | undefined {
  // Of that type, since that is what was read.
  return stored && !stored.deleted ? (JSON.parse(stored.body) as Kept<Subscription>) : undefined
}

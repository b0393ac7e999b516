import type { Subscription } from '@medplum/fhirtypes'
import { parseSearch } from '../fhir/search.ts'
import type { Log } from '../log.ts'
import type { Kept, Store } from '../store/index.ts'
import { type CriteriaOptions, criteriaOf } from './criteria.ts'
import type { Listening } from './matching.ts'

/** The subscriptions that are to hear of what is written, as this gateway knows them. */
export interface Directory extends AsyncDisposable {
  /** By resource type. */
  readonly listening: ReadonlyMap<string, readonly Listening[]>
  /** Resolves when what is committed now is known. */
  refresh(): Promise<void>
}

export interface DirectoryDesk {
  store: Pick<Store, 'search' | 'onChange'>
  log: Log
  criteria: CriteriaOptions
  /** Told of those that wait for activation, or whose end may have come, each time all have been read. */
  read(subscriptions: readonly Kept<Subscription>[]): void
}

/** Gateways hear of each other's changes at once; one that was cut off looks for itself this often. */
const lookEveryMs = 30_000

/**
 * Keeps the subscriptions in memory, since every write asks for them: read again when one has changed.
 */
export async function openDirectory(desk: DirectoryDesk): Promise<Directory> {
  let listening: ReadonlyMap<string, readonly Listening[]> = new Map()
  let underway: Promise<void> | undefined
  let next: Promise<void> | undefined

  const read = async () => {
    const all = await allOf(desk.store)
    listening = byType(all, desk)
    desk.read(all)
  }

  /** Whoever asks while it is being read waits for the next reading, which sees what they have seen. */
  const refresh = (): Promise<void> => {
    next ??= (underway ?? Promise.resolve())
      .catch(() => {}) // told to whoever asked for that one
      .then(() => {
        next = undefined
        underway = read()
        return underway
      })
    return next
  }

  const quietly = () => void refresh().catch((thrown) => desk.log.failed('subscriptions.unread', thrown))
  await refresh()
  const changes = desk.store.onChange(({ references }) => {
    if (references.length === 0 || references.some((each) => each.startsWith('Subscription/'))) quietly()
  })
  const timer = setInterval(quietly, lookEveryMs)
  timer.unref()

  return {
    get listening() {
      return listening
    },
    refresh,
    async [Symbol.asyncDispose]() {
      changes[Symbol.dispose]()
      clearInterval(timer)
      await (next ?? underway)?.catch(() => {}) // told already
    },
  }
}

/** All but those that are off. */
async function allOf(store: Pick<Store, 'search'>): Promise<Kept<Subscription>[]> {
  const found: Kept<Subscription>[] = []
  const { search } = parseSearch('Subscription', 'status=requested,active,error&_count=1000')
  for (let cursor: string | undefined; ; ) {
    const page = await store.search({ ...search, ...(cursor !== undefined && { cursor }) }, 'all')
    // Of that type, since that is what was searched for.
    found.push(...page.entries.map(({ body }) => JSON.parse(body) as Kept<Subscription>))
    cursor = page.next
    if (cursor === undefined) return found
  }
}

function byType(
  all: readonly Kept<Subscription>[],
  { criteria, log }: DirectoryDesk,
): Map<string, Listening[]> {
  const listening = all.flatMap((subscription) => {
    try {
      return listeningOf(subscription, criteria)
    } catch (thrown) {
      // Accepted by an older gateway, perhaps; it must not keep the others from hearing.
      log.failed('subscription.unreadable', thrown, { subscription: subscription.id })
      return []
    }
  })
  return Map.groupBy(listening, (each) => each.criteria.type)
}

function listeningOf({ id, criteria, end }: Kept<Subscription>, options: CriteriaOptions): Listening {
  return { id, criteria: criteriaOf(criteria, options), ...(end !== undefined && { end }) }
}

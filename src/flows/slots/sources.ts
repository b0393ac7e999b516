import type { Store } from '../../store/index.ts'
import type { Look } from '../message.ts'
import type { Desk, Freshness, Peer } from '../step.ts'

/**
 * How well the diaries of a centre are known.
 *
 * `current`: as its system has them, to within its limit, or as it has declared them here.
 * `old`: last read longer ago than that. `failing`: likewise, and the last look failed. `unread`: never read so far.
 * `not-connected`: it has a convention and no connection.
 */
export type Knowledge = 'current' | 'old' | 'failing' | 'unread' | 'not-connected'

/** A system in which there are diaries. */
export interface Source {
  /** `Organization/<id>` whose they are. */
  centre: string
  /** Name of its connector; absent where there is none. */
  peer?: string
  knowledge: Knowledge
  /** When it was last read (instant), where it is read. */
  seenAt?: string
  /** Its places are not shown as long as they are not current: the territory's rule. */
  hidden: boolean
}

/** What is remembered of the looks at a diary. */
interface Looks {
  seenAt?: string
  failedAt?: string
}

const nameOf = (peer: string) => `diary.${peer}`

/** Notes how a look at a partner's diary went, for all gateways. */
export async function noteLook(peer: string, look: Look, store: Pick<Store, 'recall' | 'remember'>) {
  const before: Looks = JSON.parse((await store.recall(nameOf(peer))) ?? '{}')
  const { failedAt: _, ...seen } = before
  await store.remember(nameOf(peer), JSON.stringify({ ...('seenAt' in look ? {} : seen), ...look }))
}

/** How well the diaries of each connected partner are known now. What is in none of its systems is not among them. */
export async function sourcesNow({
  store,
  territory,
  clock,
}: Pick<Desk, 'store' | 'territory' | 'clock'>): Promise<Source[]> {
  const { peers } = territory
  const known = await store.recallAll(peers.filter(isRead).map(({ name }) => nameOf(name)))
  return peers.map((peer) =>
    sourceOf(peer, JSON.parse(known.get(nameOf(peer.name)) ?? '{}'), clock().getTime()),
  )
}

const isRead = ({ freshness }: Peer) => freshness !== undefined

function sourceOf({ name, organization, freshness }: Peer, looks: Looks, now: number): Source {
  const own = { centre: organization, peer: name }
  if (!freshness) return { ...own, knowledge: 'current', hidden: false }
  const knowledge = knowledgeOf(looks, freshness, now)
  return {
    ...own,
    knowledge,
    hidden: knowledge !== 'current' && freshness.whenOld === 'hide',
    ...(looks.seenAt !== undefined && { seenAt: looks.seenAt }),
  }
}

function knowledgeOf({ seenAt, failedAt }: Looks, { limitMs }: Freshness, now: number): Knowledge {
  if (seenAt !== undefined && now - Date.parse(seenAt) <= limitMs) return 'current'
  if (failedAt !== undefined) return 'failing'
  return seenAt === undefined ? 'unread' : 'old'
}

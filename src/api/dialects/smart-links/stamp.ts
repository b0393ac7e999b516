import { createHash } from 'node:crypto'
import { parseSearch } from '../../../fhir/search.ts'
import type { Sight } from '../../../store/index.ts'
import type { House } from '../../house.ts'
import { filesAt, type PublishedFile } from './files.ts'

/** What tells one state of a file from another. */
export interface Stamp {
  etag: string
  /** Since when it is so, as far as this process knows; absent for what is only a part of a file. */
  lastModified?: Date
}

/** Tells the state of the files, without reading them. */
export function stamps(house: House) {
  const seen = new Map<string, { etag: string; since: Date }>()
  const stampOf = async (
    { name, type, query }: PublishedFile,
    since: string | undefined,
    { sight, shared }: Known,
  ): Promise<Stamp> => {
    const own = await stateOf(house, type, query, sight)
    const etag = etagOf([name, since ?? '', ...own, ...(await shared)])
    return since === undefined ? { etag, lastModified: changedAt(name, etag) } : { etag }
  }
  const file = async (one: PublishedFile, since: string | undefined): Promise<Stamp> =>
    stampOf(one, since, await knownNow(house))
  /** When the state was first met; whatever was met under this name before is over. */
  const changedAt = (name: string, etag: string): Date => {
    const known = seen.get(name)
    if (known?.etag === etag) return known.since
    const since = house.clock()
    seen.set(name, { etag, since })
    return since
  }
  const whole = async (since: string | undefined) => {
    const files = filesAt(house)
    for (const name of seen.keys()) if (!isNamed(name, files)) seen.delete(name)
    const known = await knownNow(house)
    const all = await Promise.all(files.map((one) => stampOf(one, since, known)))
    const etag = etagOf(all.map((one) => one.etag))
    const stamp: Stamp =
      since === undefined ? { etag, lastModified: changedAt(manifestName, etag) } : { etag }
    return { stamp, files }
  }
  return { file, whole }
}

const manifestName = '$bulk-publish'
const isNamed = (name: string, files: readonly PublishedFile[]) =>
  name === manifestName || files.some((file) => file.name === name)

/** Weak: two readings of one state are the same lines, and may differ in when they were made. */
const etagOf = (parts: readonly string[]): string =>
  `W/"${createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 22)}"`

/** With whose eyes files are read now, and the state of what the lines of each also say: its places and diaries. */
interface Known {
  sight: Sight
  shared: Promise<string[]>
}

async function knownNow(house: House): Promise<Known> {
  const { sight } = await house.auth.nobody()
  const states = filesAt(house)
    .filter(({ type }) => type !== 'Slot')
    .map(({ type, query }) => stateOf(house, type, query, sight))
  return { sight, shared: Promise.all(states).then((all) => [...sight, ...all.flat()]) }
}

/**
 * How many there are, when the newest was written, and which come first and last in time.
 *
 * What is new or changed is the newest; what is gone makes fewer; what has begun was the first, and what has come
 * into reach is the last.
 */
async function stateOf(
  house: House,
  type: PublishedFile['type'],
  query: PublishedFile['query'],
  sight: Sight,
): Promise<string[]> {
  const one = async (more: [string, string][]) => {
    const { search } = parseSearch(type, new URLSearchParams([...query, ...more]))
    return house.store.search(search, sight)
  }
  const ends: [string, string][][] = type === 'Slot' ? [[['_sort', 'start']], [['_sort', '-start']]] : []
  const asked = [[['_summary', 'count']], [['_sort', '-_lastUpdated']], ...ends] as [string, string][][]
  const pages = await Promise.all(asked.map((more) => one([...more, ['_count', '1']])))
  return pages.map(
    ({ total, entries: [entry] }) => `${total ?? ''} ${entry?.id ?? ''} ${entry?.lastUpdated ?? ''}`,
  )
}

/** Whether the caller has this state already. Source: RFC 9110, 13.1. */
export function isUnchanged(
  { etag, lastModified }: Stamp,
  header: (name: string) => string | undefined,
): boolean {
  const none = header('if-none-match')
  if (none !== undefined) return none.split(',').some((tag) => ['*', etag].includes(tag.trim()))
  const since = header('if-modified-since')
  if (since === undefined || lastModified === undefined) return false
  return Math.floor(lastModified.getTime() / 1000) * 1000 <= Date.parse(since)
}

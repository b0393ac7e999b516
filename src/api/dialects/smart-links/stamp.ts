import { createHash } from 'node:crypto'
import { nobody } from '../../../auth/nobody.ts'
import { parseSearch } from '../../../fhir/search.ts'
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
  const file = async ({ name, type, query }: PublishedFile, since: string | undefined): Promise<Stamp> => {
    const etag = etagOf([name, since ?? '', ...(await stateOf(house, type, query))])
    return since === undefined ? { etag, lastModified: changedAt(name, etag) } : { etag }
  }
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
    const all = await Promise.all(files.map((one) => file(one, since)))
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
): Promise<string[]> {
  const one = async (more: [string, string][]) => {
    const { search } = parseSearch(type, new URLSearchParams([...query, ...more]))
    return house.store.search(search, nobody.sight)
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

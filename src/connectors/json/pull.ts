import { createHash } from 'node:crypto'
import type { Content, Covered, Incoming, LinkDesk } from '../connector.ts'
import type { RestClient } from '../rest/client.ts'
import { handedIn } from '../rest/handed.ts'
import { looked } from '../rest/looked.ts'
import { overlapping, timeOf } from '../rest/sent.ts'
import { openSieve, type Sieve } from '../rest/sieve.ts'
import { filled } from './filled.ts'
import type { JsonSettings } from './index.ts'

/** Pages that one pull follows at most. */
const mostPages = 200

/** From now on reads the partner's diary and the changes of its appointments, where its file says how. */
export function pulling({ slots, changes }: JsonSettings, client: RestClient, desk: LinkDesk): void {
  const sieve = openSieve(desk.clock)
  if (slots) {
    desk.every('diary', slots.everyMs, (signal) =>
      looked(desk, () => pullSlots(slots, client, desk, sieve, signal)),
    )
  }
  if (changes) {
    desk.every('appointments', changes.everyMs, (signal) => pullChanges(changes, client, desk, sieve, signal))
  }
}

/** A day at a time: what is not named in a day that was read whole has vanished. */
async function pullSlots(
  slots: NonNullable<JsonSettings['slots']>,
  client: RestClient,
  desk: LinkDesk,
  sieve: Sieve,
  signal: AbortSignal,
): Promise<void> {
  const day = 86_400_000
  const from = desk.clock().getTime()
  for (let n = 0; n < slots.days; n++) {
    const covers = {
      from: new Date(from + n * day).toISOString(),
      to: new Date(from + (n + 1) * day).toISOString(),
    }
    const { value } = await pages(filled(slots.path, covers), slots.next, client, desk, signal)
    await publish(value, covers, desk, sieve)
  }
}

/** A day whole, or what is good of it. */
async function publish(value: unknown, covers: Covered, desk: LinkDesk, sieve: Sieve): Promise<void> {
  const { items, withItems } = listed(value)
  await sieve.whole(items, (some, isAll) =>
    handIn('Slot', { form: 'json', value: withItems(some), ...(isAll && { covers }) }, desk),
  )
}

/** All pages of a list as one: the arrays of later pages are put behind those of the first. `at`: when it was begun. */
async function pages(
  path: string,
  nextName: string | undefined,
  client: RestClient,
  desk: LinkDesk,
  signal: AbortSignal,
): Promise<{ value: unknown; at: string }> {
  let [whole, startedAt]: [unknown, string | undefined] = [undefined, undefined]
  let next: string | undefined = client.urlOf(path)
  for (let page = 0; next; page++) {
    if (page === mostPages) throw new Error('The partner has more pages than are followed')
    const { value, at } = await read(next, client, desk, signal)
    whole = page === 0 ? value : appended(whole, value)
    startedAt ??= at
    next = nextOf(value, nextName, next)
  }
  return { value: whole, at: startedAt ?? desk.clock().toISOString() }
}

/** The address of the page after this one: absolute, or as a link of this one leads there. */
function nextOf(value: unknown, name: string | undefined, from: string): string | undefined {
  if (!name || typeof value !== 'object' || value === null) return undefined
  const next = (value as Record<string, unknown>)[name] // any object can be asked for a property
  return typeof next === 'string' && next !== '' ? new URL(next, from).href : undefined
}

function appended(whole: unknown, page: unknown): unknown {
  if (Array.isArray(whole) && Array.isArray(page)) return [...whole, ...page]
  if (typeof whole !== 'object' || whole === null || typeof page !== 'object' || page === null) return whole
  const more = new Map(Object.entries(page))
  return Object.fromEntries(
    Object.entries(whole).map(([name, value]) => [
      name,
      Array.isArray(value) ? appended(value, more.get(name) ?? []) : value,
    ]),
  )
}

/** What has changed since the last time, on all its pages; each change is a message of its own. */
async function pullChanges(
  changes: NonNullable<JsonSettings['changes']>,
  client: RestClient,
  desk: LinkDesk,
  sieve: Sieve,
  signal: AbortSignal,
): Promise<void> {
  const since = (await desk.recall('changes-since')) ?? desk.clock().toISOString()
  const path = filled(changes.path, { since: overlapping(since) })
  const { value, at } = await pages(path, changes.next, client, desk, signal)
  await sieve.each(listIn(value), (change) => handIn('Appointment', { form: 'json', value: change }, desk))
  await desk.remember('changes-since', at)
}

/** The list of an answer: itself, or the first array in it. */
function listIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return typeof value === 'object' && value !== null ? (Object.values(value).find(Array.isArray) ?? []) : []
}

/** The longest list of an answer, and the same answer with other entries in it. An answer without one has no entries. */
function listed(value: unknown): {
  items: readonly unknown[]
  withItems: (some: readonly unknown[]) => unknown
} {
  if (Array.isArray(value)) return { items: value, withItems: (some) => some }
  if (typeof value !== 'object' || value === null) return { items: [], withItems: () => value }
  const [longest] = Object.entries(value)
    .filter((named): named is [string, unknown[]] => Array.isArray(named[1]))
    .sort(([, a], [, b]) => b.length - a.length)
  if (!longest) return { items: [], withItems: () => value }
  const [name, items] = longest
  return { items, withItems: (some) => ({ ...value, [name]: some }) }
}

async function read(
  path: string,
  client: RestClient,
  desk: LinkDesk,
  signal: AbortSignal,
): Promise<{ value: unknown; at: string }> {
  const answer = await client.call(path, { headers: { accept: 'application/json' }, signal })
  if (answer.status !== 200) throw new Error(`The partner answered ${answer.status}`)
  return { value: JSON.parse(answer.body.toString('utf8')), at: timeOf(answer, desk.clock) }
}

const handIn = (kind: string, content: Content & { form: 'json' }, desk: LinkDesk) =>
  handedIn({ ...incomingJson(kind, content, desk), by: 'poll' }, desk)

/** JSON that a partner said, as it is handed in; its id follows from what it says and when it was heard. */
export function incomingJson(kind: string, content: Content & { form: 'json' }, desk: LinkDesk): Incoming {
  const raw = Buffer.from(JSON.stringify(content.value))
  const receivedAt = desk.clock().toISOString()
  const digest = createHash('sha256').update(raw).digest('hex').slice(0, 16)
  return {
    raw,
    id: `${kind}:${receivedAt}:${digest}`,
    kind,
    peer: desk.name,
    receivedAt,
    by: 'json',
    content,
  }
}

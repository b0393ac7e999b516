import { createHash } from 'node:crypto'
import type { Appointment, Bundle, Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { z } from 'zod'
import { systems } from '../../fhir/canonical.ts'
import { failure, outcomeOf } from '../../fhir/outcome.ts'
import { mapReferences } from '../../fhir/walk.ts'
import type { Covered, Incoming, LinkDesk } from '../connector.ts'
import type { RestClient } from '../rest/client.ts'
import { type Handed, handedIn } from '../rest/handed.ts'
import { looked } from '../rest/looked.ts'
import { overlapping, timeOf } from '../rest/sent.ts'
import { openSieve, type Sieve } from '../rest/sieve.ts'
import type { FhirSettings } from './index.ts'

/** What is told of one pull: how far the next one may begin, and what came. */
interface Pulled {
  resources: Resource[]
  /** Entries of which not even that can be said. */
  unreadable: unknown[]
  /** Instant: of the partner's own clock. */
  at: string
}

/** Pages that one pull follows at most: a partner whose `next` never ends is stopped. */
const mostPages = 200

/**
 * From now on brings in what has changed in the partner's diary and appointments, and what has vanished from the diary.
 * Each goes on while the other fails.
 */
export function pulling(settings: FhirSettings, client: RestClient, desk: LinkDesk): void {
  let fullAt = Number.NEGATIVE_INFINITY
  const sieve = openSieve(desk.clock)
  desk.every('diary', settings.pollMs, async (signal) => {
    const now = desk.clock().getTime()
    if (now - fullAt >= settings.fullMs) {
      await looked(desk, () => pullAll(settings, client, desk, sieve, signal))
      fullAt = now
    } else {
      await looked(desk, () => pullChanges(settings, client, desk, sieve, signal))
    }
  })
  desk.every('appointments', settings.pollMs, (signal) =>
    pullAppointments(settings, client, desk, sieve, signal),
  )
}

/** Lists the diary a day at a time: what is not named in a day that was read whole has vanished. */
async function pullAll(
  settings: FhirSettings,
  client: RestClient,
  desk: LinkDesk,
  sieve: Sieve,
  signal: AbortSignal,
): Promise<void> {
  const day = 86_400_000
  const from = desk.clock().getTime()
  const started = new Date(from).toISOString()
  for (let n = 0; n < settings.days; n++) {
    const covers = {
      from: new Date(from + n * day).toISOString(),
      to: new Date(from + (n + 1) * day).toISOString(),
    }
    const found = await search(slotQuery(covers), client, desk, signal)
    await publish(found, settings, desk, sieve, covers)
  }
  await desk.remember('slots-since', started)
}

async function pullChanges(
  settings: FhirSettings,
  client: RestClient,
  desk: LinkDesk,
  sieve: Sieve,
  signal: AbortSignal,
): Promise<void> {
  const since = await desk.recall('slots-since')
  const from = desk.clock().toISOString()
  const to = new Date(desk.clock().getTime() + settings.days * 86_400_000).toISOString()
  const query = slotQuery({ from, to }, since && overlapping(since))
  const found = await search(query, client, desk, signal)
  await publish(found, settings, desk, sieve)
  await desk.remember('slots-since', found.at)
}

function slotQuery({ from, to }: { from: string; to: string }, since?: string): string {
  const query = new URLSearchParams([
    ['start', `ge${from}`],
    ['start', `lt${to}`],
    ['_include', 'Slot:schedule'],
    ['_count', '500'],
  ])
  if (since) query.append('_lastUpdated', `ge${since}`)
  return `Slot?${query}`
}

/** Appointments that carry our identifier and have changed: the answer to a question that took its time. */
async function pullAppointments(
  settings: FhirSettings,
  client: RestClient,
  desk: LinkDesk,
  sieve: Sieve,
  signal: AbortSignal,
): Promise<void> {
  const since = (await desk.recall('appointments-since')) ?? desk.clock().toISOString()
  const query = new URLSearchParams({ _lastUpdated: `ge${overlapping(since)}`, _count: '200' })
  const { resources, unreadable, at } = await search(`Appointment?${query}`, client, desk, signal)
  const ours = resources.filter(
    (one): one is Appointment => one.resourceType === 'Appointment' && isOurs(one),
  )
  await refuseUnreadable('Appointment', unreadable, desk, sieve)
  const decided = ours.filter(({ status }) => status !== 'proposed' && status !== 'pending')
  await sieve.each(decided, (one) => handedIn(incomingOf('Appointment', asTheirs(one, settings), desk), desk))
  await desk.remember('appointments-since', at)
}

const isOurs = ({ identifier = [] }: Appointment) =>
  identifier.some(({ system }) => system === systems.appointment)

async function search(
  path: string,
  client: RestClient,
  desk: LinkDesk,
  signal: AbortSignal,
): Promise<Pulled> {
  let at: string | undefined
  // What is included comes on each page that needs it.
  const resources = new Map<string, Resource>()
  const unreadable: unknown[] = []
  let next: string | undefined = client.urlOf(path)
  for (let page = 0; next; page++) {
    if (page === mostPages) throw new Error('The partner has more pages than are followed')
    const { bundle, time } = await bundleAt(next, client, desk, signal)
    at ??= time
    for (const one of (bundle.entry ?? []).filter(isResult)) {
      const { data } = readable.safeParse(one)
      if (data)
        resources.set(`${data.resource.resourceType}/${data.resource.id}`, data.resource as Resource) // validated when it is handed in
      else unreadable.push(one)
    }
    const link = bundle.link?.find(({ relation }) => relation === 'next')?.url
    next = link && new URL(link, next).href
  }
  return { resources: [...resources.values()], unreadable, at: at ?? desk.clock().toISOString() }
}

const searchset = z.looseObject({
  resourceType: z.literal('Bundle'),
  link: z.array(z.looseObject({ relation: z.string(), url: z.string() })).optional(),
  entry: z.array(z.unknown()).optional(),
})

const outcome = z.looseObject({ search: z.looseObject({ mode: z.literal('outcome') }) })
const isResult = (entry: unknown) => !outcome.safeParse(entry).success

/** What we touch ourselves of a resource before it is validated. */
const readable = z.looseObject({
  resource: z.looseObject({
    resourceType: z.string(),
    id: z.string(),
    meta: z.looseObject({ lastUpdated: z.string().optional() }).optional(),
    identifier: z.array(z.looseObject({})).optional(),
  }),
})

async function bundleAt(
  path: string,
  client: RestClient,
  desk: LinkDesk,
  signal: AbortSignal,
): Promise<{ bundle: z.output<typeof searchset>; time: string }> {
  const answer = await client.call(path, { headers: { accept: 'application/fhir+json' }, signal })
  if (answer.status !== 200) throw new Error(`The partner answered ${answer.status} to a search`)
  const { data } = searchset.safeParse(JSON.parse(answer.body.toString('utf8')))
  if (!data) throw new Error('The partner answered a search without a Bundle')
  return { bundle: data, time: timeOf(answer, desk.clock) }
}

/** Keeps what is no resource at all among the messages, refused, once. */
function refuseUnreadable(
  kind: string,
  entries: readonly unknown[],
  desk: LinkDesk,
  sieve: Sieve,
): Promise<void> {
  const text = 'An entry has a resource with a type and an id, and its identifiers are a list.'
  const unreadable = outcomeOf(failure('structure', text, 'Bundle.entry').issues)
  return sieve.each(entries, (entry) => handedIn({ ...heardOf(kind, entry, desk), unreadable }, desk))
}

/** Hands in slots with their schedules, under the partner's own identifiers: all, or what is good of them. */
async function publish(
  { resources, unreadable }: Pulled,
  settings: FhirSettings,
  desk: LinkDesk,
  sieve: Sieve,
  covers?: Covered,
): Promise<void> {
  const slots = resources.filter((one): one is Slot => one.resourceType === 'Slot')
  const schedules = resources.filter((one): one is Schedule => one.resourceType === 'Schedule')
  await refuseUnreadable('Slot', unreadable, desk, sieve)
  if (slots.length === 0 && !covers) return
  await sieve.whole(slots, (some, isAll) =>
    published([...schedules, ...some], settings, desk, isAll ? covers : undefined),
  )
}

function published(
  diary: readonly (Schedule | Slot)[],
  settings: FhirSettings,
  desk: LinkDesk,
  covers?: Covered,
): Promise<Handed> {
  const here = new Set(diary.map(({ resourceType, id }) => `${resourceType}/${id}`))
  const entry = diary.map((one) => ({
    fullUrl: `${one.resourceType}/${one.id}`,
    resource: asTheirs(one, settings, here),
  }))
  const bundle: Bundle = { resourceType: 'Bundle', type: 'collection', ...(entry.length > 0 && { entry }) }
  const incoming = incomingOf('Slot', bundle, desk)
  const changedAt = new Map(
    diary.flatMap(({ resourceType, id, meta }) =>
      resourceType === 'Slot' && meta?.lastUpdated
        ? [[`${theirSystem('Slot', settings.baseUrl)}|${id}`, meta.lastUpdated] as const]
        : [],
    ),
  )
  return handedIn(
    { ...incoming, changedAt, content: { form: 'fhir', resource: bundle, ...(covers && { covers }) } },
    desk,
  )
}

/** Under an identifier that says whose it is; what it refers to is over there. */
export function asTheirs<R extends Schedule | Slot | Appointment>(
  resource: R,
  { baseUrl }: Pick<FhirSettings, 'baseUrl'>,
  here: ReadonlySet<string> = new Set(),
): R {
  const { id, meta, ...rest } = resource
  const { versionId: _, lastUpdated: __, source: ___, ...kept } = meta ?? {}
  const absolute = mapReferences(rest, (reference) =>
    /^[A-Z]\w+\//.test(reference) && !here.has(reference) ? `${baseUrl}/${reference}` : reference,
  )
  const identifier = [
    ...(resource.identifier ?? []),
    { system: theirSystem(resource.resourceType, baseUrl), value: id ?? '' },
  ]
  return { ...absolute, ...(Object.keys(kept).length > 0 && { meta: kept }), identifier } as unknown as R // the same type
}

/** System of a partner's own ids: its base URL and the type. */
export const theirSystem = (type: string, baseUrl: string) => `${baseUrl}/${type}`

const incomingOf = (kind: string, resource: Resource, desk: LinkDesk): Incoming => ({
  ...heardOf(kind, resource, desk),
  content: { form: 'fhir', resource },
})

function heardOf(kind: string, said: unknown, desk: LinkDesk): Incoming {
  const raw = Buffer.from(JSON.stringify(said))
  const receivedAt = desk.clock().toISOString()
  const id = `${kind}:${receivedAt}:${createHash('sha256').update(raw).digest('hex').slice(0, 16)}`
  return { raw, id, kind, peer: desk.name, receivedAt, by: 'poll' }
}

import { createHash } from 'node:crypto'
import type { Appointment, Bundle, BundleEntry, Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'
import { mapReferences } from '../../fhir/walk.ts'
import type { Covered, Incoming, LinkDesk } from '../connector.ts'
import type { RestClient } from '../rest/client.ts'
import { handedIn } from '../rest/handed.ts'
import { looked } from '../rest/looked.ts'
import { overlapping, timeOf } from '../rest/sent.ts'
import { openSieve, type Sieve } from '../rest/sieve.ts'
import type { FhirSettings } from './index.ts'

/** What is told of one pull: how far the next one may begin, and what came. */
interface Pulled {
  resources: Resource[]
  /** Instant: of the partner's own clock. */
  at: string
}

/** Pages that one pull follows at most: a partner whose `next` never ends is stopped. */
const mostPages = 200

/** From now on brings in what has changed in the partner's diary and appointments, and what has vanished from the diary. */
export function pulling(settings: FhirSettings, client: RestClient, desk: LinkDesk): void {
  let fullAt = Number.NEGATIVE_INFINITY
  const sieve = openSieve<Slot>(desk.clock)
  desk.every(settings.pollMs, async (signal) => {
    const now = desk.clock().getTime()
    if (now - fullAt >= settings.fullMs) {
      await looked(desk, () => pullAll(settings, client, desk, sieve, signal))
      fullAt = now
    } else {
      await looked(desk, () => pullChanges(settings, client, desk, sieve, signal))
    }
    await pullAppointments(settings, client, desk, signal)
  })
}

/** Lists the diary a day at a time: what is not named in a day that was read whole has vanished. */
async function pullAll(
  settings: FhirSettings,
  client: RestClient,
  desk: LinkDesk,
  sieve: Sieve<Slot>,
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
    const { resources } = await search(slotQuery(covers), client, desk, signal)
    await publish(resources, settings, desk, sieve, covers)
  }
  await desk.remember('slots-since', started)
}

async function pullChanges(
  settings: FhirSettings,
  client: RestClient,
  desk: LinkDesk,
  sieve: Sieve<Slot>,
  signal: AbortSignal,
): Promise<void> {
  const since = await desk.recall('slots-since')
  const from = desk.clock().toISOString()
  const to = new Date(desk.clock().getTime() + settings.days * 86_400_000).toISOString()
  const query = slotQuery({ from, to }, since && overlapping(since))
  const { resources, at } = await search(query, client, desk, signal)
  if (resources.some(({ resourceType }) => resourceType === 'Slot'))
    await publish(resources, settings, desk, sieve)
  await desk.remember('slots-since', at)
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
  signal: AbortSignal,
): Promise<void> {
  const since = (await desk.recall('appointments-since')) ?? desk.clock().toISOString()
  const query = new URLSearchParams({ _lastUpdated: `ge${overlapping(since)}`, _count: '200' })
  const { resources, at } = await search(`Appointment?${query}`, client, desk, signal)
  const ours = resources.filter(
    (one): one is Appointment => one.resourceType === 'Appointment' && isOurs(one),
  )
  for (const appointment of ours.filter(({ status }) => status !== 'proposed' && status !== 'pending')) {
    await handedIn(incomingOf('Appointment', asTheirs(appointment, settings), desk), desk)
  }
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
  let next: string | undefined = path
  for (let page = 0; next; page++) {
    if (page === mostPages) throw new Error('The partner has more pages than are followed')
    const { bundle, time } = await bundleAt(next, client, desk, signal)
    at ??= time
    for (const { resource } of (bundle.entry ?? []).filter(isResult)) {
      if (resource) resources.set(`${resource.resourceType}/${resource.id}`, resource)
    }
    next = bundle.link?.find(({ relation }) => relation === 'next')?.url
  }
  return { resources: [...resources.values()], at: at ?? desk.clock().toISOString() }
}

const isResult = ({ search }: BundleEntry) => search?.mode !== 'outcome'

async function bundleAt(
  path: string,
  client: RestClient,
  desk: LinkDesk,
  signal: AbortSignal,
): Promise<{ bundle: Bundle; time: string }> {
  const answer = await client.call(path, { headers: { accept: 'application/fhir+json' }, signal })
  if (answer.status !== 200) throw new Error(`The partner answered ${answer.status} to a search`)
  const bundle: Resource = JSON.parse(answer.body.toString('utf8'))
  if (bundle.resourceType !== 'Bundle') throw new Error('The partner answered a search without a Bundle')
  return { bundle, time: timeOf(answer, desk.clock) }
}

/** Hands in slots with their schedules, under the partner's own identifiers: all, or what is good of them. */
async function publish(
  resources: readonly Resource[],
  settings: FhirSettings,
  desk: LinkDesk,
  sieve: Sieve<Slot>,
  covers?: Covered,
): Promise<void> {
  const slots = resources.filter((one): one is Slot => one.resourceType === 'Slot')
  const schedules = resources.filter((one): one is Schedule => one.resourceType === 'Schedule')
  if (slots.length === 0 && schedules.length === 0 && !covers) return
  await sieve(slots, (some, isAll) =>
    published([...schedules, ...some], settings, desk, isAll ? covers : undefined),
  )
}

function published(
  diary: readonly (Schedule | Slot)[],
  settings: FhirSettings,
  desk: LinkDesk,
  covers?: Covered,
): Promise<boolean> {
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

function incomingOf(kind: string, resource: Resource, desk: LinkDesk): Incoming {
  const raw = Buffer.from(JSON.stringify(resource))
  const receivedAt = desk.clock().toISOString()
  const id = `${kind}:${receivedAt}:${createHash('sha256').update(raw).digest('hex').slice(0, 16)}`
  return { raw, id, kind, peer: desk.name, receivedAt, by: 'poll', content: { form: 'fhir', resource } }
}

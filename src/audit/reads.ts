import { randomBytes } from 'node:crypto'
import type { AuditEvent, AuditEventEntity } from '@medplum/fhirtypes'
import { uuidv7 } from '../fhir/id.ts'
import { failure } from '../fhir/outcome.ts'
import type { Log } from '../log.ts'
import type { Kept, Store } from '../store/index.ts'
import { agentsOf, type Doer, resourceEntity, sourceOf } from './index.ts'

/** Something that was looked at. */
export interface Read {
  actor: Doer
  /** `read`, `vread`, `search-type`, `history-instance` …; or the name of an operation. */
  interaction: string
  /** What was handed out: `Type/id/_history/n`. */
  references: readonly string[]
  /** As it was asked: `Patient?name=…`. */
  query?: string
  requestId?: string
}

/** Keeps a trail of reads, written in groups. */
export interface ReadAudit extends AsyncDisposable {
  /** Takes note of a read; waits only when the store falls behind. Fails: transient when it stays behind. */
  note(read: Read): Promise<void>
  /** Writes what is gathered, now. */
  flush(): Promise<void>
}

export interface ReadAuditDesk {
  store: Pick<Store, 'write'>
  clock: () => Date
  log: Log
  /** Keys to what concerns an organisation: who may see its trail. */
  keysOf(organization: string | undefined): readonly string[]
  /** How long reads are gathered. */
  everyMs?: number
}

/** Gathered at most; then they are written. */
const mostReads = 200
/** Waiting at most while the store does not take them; then readers wait too. */
const mostWaiting = 5_000
/** How long a reader waits for the store to catch up. */
const patienceMs = 5_000

interface Noted extends Read {
  /** Instant. */
  at: string
}

/**
 * Gathers reads and writes them every second, or every 200.
 *
 * What one client reads in one way within a group is one AuditEvent with a period: a trail of ten
 * thousand reads a second costs fifty rows. A crash loses at most the reads of the last second.
 */
export function openReadAudit(desk: ReadAuditDesk): ReadAudit {
  let waiting: Noted[] = []
  let underway: Promise<void> | undefined
  const timer = setInterval(() => void quietly(), desk.everyMs ?? 1_000)
  timer.unref()

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, mostReads)
      await writeGroup(group, desk)
      waiting = waiting.slice(group.length)
    }
  }

  const flush = (): Promise<void> => {
    underway ??= write().finally(() => {
      underway = undefined
    })
    return underway
  }

  /** Nobody waits for this one; what could not be written stays and goes with the next. */
  const quietly = (): Promise<void> =>
    flush().catch((thrown) => desk.log.failed('audit.delayed', thrown, { reads: waiting.length }))

  return {
    async note(read) {
      if (waiting.length >= mostWaiting) await Promise.race([quietly(), patience()])
      if (waiting.length >= mostWaiting) throw behind()
      waiting.push({ ...read, at: desk.clock().toISOString() })
      if (waiting.length % mostReads === 0) void quietly()
    },
    flush,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await flush().catch((thrown) => desk.log.failed('audit.lost', thrown, { reads: waiting.length }))
    },
  }
}

/** Nothing is shown whose showing cannot be kept. */
const behind = () => failure('transient', 'The trail of reads cannot be kept now. Try again in a moment.')

const patience = (): Promise<void> => new Promise((over) => setTimeout(over, patienceMs).unref())

async function writeGroup(group: readonly Noted[], { store, clock, keysOf }: ReadAuditDesk): Promise<void> {
  const at = clock().toISOString()
  const alike = Map.groupBy(group, ({ actor, interaction }) => JSON.stringify([actor.client, interaction]))
  const events = [...alike.values()].flatMap((reads) => readAuditOf(reads, at) ?? [])
  const resources = events.map(({ event, organization }) => ({
    resource: kept(event, at, clock()),
    replaces: 0,
    sight: keysOf(organization),
  }))
  if (!(await store.write({ at, resources }))) throw new Error('New audit events met older ones.')
}

/** One AuditEvent for reads of one client in one way. Source: FHIR R4 AuditEvent; restful-interaction. */
function readAuditOf(reads: readonly Noted[], at: string) {
  const [first, last] = [reads[0], reads.at(-1)]
  if (!first || !last) return undefined
  const event: AuditEvent = {
    resourceType: 'AuditEvent',
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: first.interaction }],
    action: first.interaction.startsWith('search') ? 'E' : 'R',
    period: { start: first.at, end: last.at },
    recorded: at,
    outcome: '0',
    agent: agentsOf(first.actor),
    source: sourceOf,
    entity: reads.flatMap(entitiesOf),
  }
  return { event, organization: first.actor.organization }
}

function entitiesOf({ references, query, requestId }: Noted): AuditEventEntity[] {
  const number = requestId === undefined ? {} : { detail: [{ type: 'request', valueString: requestId }] }
  const asked = query === undefined ? [] : [{ ...queryEntity(query), ...number }]
  const told = query === undefined ? references : references.filter(isOfSomebody)
  return [...asked, ...told.map((reference) => ({ ...resourceEntity(reference), ...number }))]
}

/** What says where, when and by whom exams are done, and nothing of a patient: of a search for these, the question is kept. */
const directory: ReadonlySet<string> = new Set([
  'Slot',
  'Schedule',
  'Location',
  'HealthcareService',
  'Organization',
  'OrganizationAffiliation',
  'PlanDefinition',
  'ActivityDefinition',
  'Questionnaire',
  'Measure',
])

const isOfSomebody = (reference: string): boolean => isNamed(reference.slice(0, reference.indexOf('/')))

/** Whether the trail of a search names what was shown of a type. */
export const isNamed = (type: string): boolean => !directory.has(type)

const queryEntity = (query: string): AuditEventEntity => ({
  type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '2' },
  role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '24' },
  query: Buffer.from(query, 'utf8').toString('base64'),
})

function kept(event: AuditEvent, at: string, now: Date): Kept {
  const id = uuidv7(now.getTime(), randomBytes(10))
  return { ...event, id, meta: { versionId: '1', lastUpdated: at } }
}

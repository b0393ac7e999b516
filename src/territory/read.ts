import type { Bundle, ConceptMap, Resource } from '@medplum/fhirtypes'
import { z } from 'zod'
import { type Client, registration } from '../auth/client.ts'
import { ConfigError } from '../config.ts'
import type { Connector } from '../connectors/connector.ts'
import { contradictions, type Sheeted, sheetShape } from '../connectors/sheet.ts'
import type { Entry } from '../flows/entries.ts'
import { type BookingRulesFile, bookingRulesFile } from './booking-rules.ts'
import { type CapacityRulesFile, capacityRulesFile } from './capacity-rules.ts'
import { type CommunesFile, communesFile } from './communes.ts'
import { type EntryRulesFile, entryRulesFile } from './entry-rules.ts'
import { filesIn, type TerritoryFile } from './files.ts'
import { type SlotRulesFile, slotRulesFile } from './slot-rules.ts'

/** A partner system, as its file in `connectors/` says; `settings` are those of its kind. */
export interface ConnectorFile {
  /** Name of the file without its ending. */
  name: string
  kind: string
  /** Business identifier (`system|value`) of the organisation that it belongs to. */
  organization: string
  /** Client with whose rights its messages are carried out; without it, what a RIS of that organisation may do. */
  client?: string | undefined
  maps: Record<string, string>
  knownDays: number
  zone?: string | undefined
  freshness: { limitSeconds: number; whenOld: 'mark' | 'hide' }
  /** What its system can do, where that does not follow from its settings. */
  sheet?: Sheeted['sheet']
  settings: unknown
}

/** All that a territory's folder says. */
export interface TerritoryFolder {
  entries: Entry[]
  connectors: ConnectorFile[]
  clients: Client[]
  /** Maps in FHIR Mapping Language. */
  maps: { name: string; text: string }[]
  conceptMaps: ConceptMap[]
  /** Absent: the usual rules, no quotas. */
  slotRules?: SlotRulesFile
  /** Absent: the usual rules. */
  bookingRules?: BookingRulesFile
  /** Absent: no centre is called. */
  capacityRules?: CapacityRulesFile
  /** Absent: nobody knows what is near. */
  communes?: CommunesFile
  /** Who may refer whom. */
  entryRules?: EntryRulesFile
}

/** Something wrong in a file, and where: `connectors/ris.json: settings.port: expected number`. */
export type Problem = string

const identifier = z.string().regex(/^[^|\s]*\|[^|\s]+$/, 'write system|value')

/** The envelope of a connector's file; its `settings` have the shape of its kind. */
export const connectorFile = z.strictObject({
  kind: z.string().describe('Kind of partner: mllp, fhir, json, file, manual'),
  organization: identifier.describe(
    'Business identifier of the organisation that it belongs to, system|value',
  ),
  client: z.string().optional().describe('Client with whose rights its messages are carried out'),
  maps: z
    .record(z.string(), z.string())
    .default({})
    .describe('Maps of its own, by kind of message: they win over the usual ones'),
  knownDays: z
    .number()
    .min(7)
    .default(7)
    .describe('How long the same message id is the same message, in days'),
  zone: z.string().optional().describe('IANA zone of its times without an offset; default: the territory’s'),
  freshness: z
    .strictObject({
      limitSeconds: z.int().min(1).default(300).describe('How old what was last read of its diaries may be'),
      whenOld: z
        .enum(['mark', 'hide'])
        .default('mark')
        .describe('What becomes of its places when it is older: said to be old, or not shown'),
    })
    .prefault({})
    .describe('How fresh its diaries are to be, where they are read'),
  sheet: sheetShape
    .optional()
    .describe('What its system can do, where that is less than follows from its settings'),
  settings: z.unknown().optional().describe('Settings of its kind'),
})

/** Reads a territory's folder; what is wrong is told all at once, by file and place. */
export async function readTerritory(
  folder: string,
  kinds: Readonly<Record<string, Connector>>,
): Promise<{ territory: TerritoryFolder; problems: Problem[] }> {
  const [resources, connectors, clients, maps, concepts, rules] = await Promise.all([
    filesIn(folder, 'resources', '.json'),
    filesIn(folder, 'connectors', '.json'),
    filesIn(folder, 'clients', '.json'),
    filesIn(folder, 'maps', '.map'),
    filesIn(folder, 'maps', '.json'),
    filesIn(folder, 'rules', '.json'),
  ])
  const problems: Problem[] = []
  const read = <T>(files: readonly TerritoryFile[], as: (value: unknown, file: TerritoryFile) => T[]) =>
    files.flatMap((file) => attempt(file, as, problems))
  const territory: TerritoryFolder = {
    entries: read(resources, entriesOf),
    connectors: read(connectors, (value, file) => [connectorOf(value, file, kinds)]),
    clients: read(clients, (value) => [registration.parse(value)]),
    maps: maps.map(({ path, text }) => ({ name: path, text })),
    conceptMaps: read(concepts, (value) => [conceptMapOf(value)]),
    ...Object.assign({}, ...read(rules, (value, file) => [ruleOf(value, file)])),
  }
  return { territory, problems: [...problems, ...missing(territory)] }
}

function attempt<T>(
  file: TerritoryFile,
  as: (value: unknown, file: TerritoryFile) => T[],
  problems: Problem[],
): T[] {
  try {
    return as(JSON.parse(file.text), file)
  } catch (thrown) {
    problems.push(...problemsOf(thrown).map((text) => `${file.path}: ${text}`))
    return []
  }
}

function problemsOf(thrown: unknown): string[] {
  if (thrown instanceof z.ZodError)
    return thrown.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`)
  if (thrown instanceof SyntaxError) return [`not JSON: ${thrown.message}`]
  return [thrown instanceof Error ? thrown.message : String(thrown)]
}

const resource = z.looseObject({ resourceType: z.string() })

function entriesOf(value: unknown, { path }: TerritoryFile): Entry[] {
  const found = resource.parse(value) as unknown as Resource // profiles check the rest when it is loaded
  if (found.resourceType !== 'Bundle') return [{ url: `urn:local:${path}`, resource: found }]
  return ((found as Bundle).entry ?? []).map(({ fullUrl, resource }, n) => {
    if (!resource) throw new Error(`entry[${n}]: an entry carries a resource`)
    return { url: fullUrl ?? `urn:local:${path}:${n}`, resource }
  })
}

const ofKind = z.looseObject({ kind: z.string(), settings: z.unknown().optional() })

/** What is wrong in the envelope and in the settings of its kind is told together. */
function connectorOf(
  value: unknown,
  { path }: TerritoryFile,
  kinds: Readonly<Record<string, Connector>>,
): ConnectorFile {
  const { kind, settings = {} } = ofKind.parse(value)
  const known = kinds[kind]
  if (!known) throw new Error(`kind: there is no connector ${kind}; known: ${Object.keys(kinds).join(', ')}`)
  const [envelope, own] = [connectorFile.safeParse(value), known.settings.safeParse(settings)]
  if (!envelope.success || !own.success) {
    const ownIssues = (own.error?.issues ?? []).map((one) => ({ ...one, path: ['settings', ...one.path] }))
    throw new z.ZodError([...(envelope.error?.issues ?? []), ...ownIssues])
  }
  const name = path.replace(/^.*\//, '').replace(/\.json$/, '')
  return { ...envelope.data, name, settings: own.data }
}

/** One connector's file, read by itself. Fails with all that is wrong in it. */
export function connectorFileIn(
  file: TerritoryFile,
  kinds: Readonly<Record<string, Connector>>,
): ConnectorFile {
  const problems: Problem[] = []
  const [read] = attempt(file, (value) => [connectorOf(value, file, kinds)], problems)
  if (read) return read
  throw new ConfigError(problems)
}

/** A file of `rules/` by its name, as the part of the territory that it says. */
function ruleOf(value: unknown, { path }: TerritoryFile): Partial<TerritoryFolder> {
  if (path === 'rules/slots.json') return { slotRules: slotRulesFile.parse(value) }
  if (path === 'rules/bookings.json') return { bookingRules: bookingRulesFile.parse(value) }
  if (path === 'rules/communes.json') return { communes: communesFile.parse(value) }
  if (path === 'rules/entry.json') return { entryRules: entryRulesFile.parse(value) }
  if (path === 'rules/capacity.json') return { capacityRules: capacityRulesFile.parse(value) }
  throw new Error(
    'there are no rules of this name; known: slots.json, bookings.json, capacity.json, communes.json, entry.json',
  )
}

function conceptMapOf(value: unknown): ConceptMap {
  const found = resource.parse(value) as unknown as Resource // checked in the next line
  if (found.resourceType !== 'ConceptMap') throw new Error('maps/*.json are ConceptMaps')
  return found
}

/** What files name and no file has. */
function missing({ entries, connectors, clients, slotRules, bookingRules }: TerritoryFolder): Problem[] {
  const organizations = new Set(
    entries.flatMap(({ resource }) => (resource.resourceType === 'Organization' ? keysOf(resource) : [])),
  )
  const ids = new Set(clients.map(({ id }) => id))
  return [
    ...connectors.flatMap((connector) =>
      contradictions(connector).map((text) => `connectors/${connector.name}.json: ${text}`),
    ),
    ...connectors
      .filter(({ organization }) => !organizations.has(organization))
      .map(
        ({ name, organization }) =>
          `connectors/${name}.json: organization: no Organization in resources/ has the identifier ${organization}`,
      ),
    ...connectors
      .filter(({ client }) => client !== undefined && !ids.has(client))
      .map(({ name, client }) => `connectors/${name}.json: client: there is no client ${client} in clients/`),
    ...clients
      .filter(({ organization }) => organization?.includes('|') && !organizations.has(organization))
      .map(
        ({ id, organization }) =>
          `clients: ${id}: organization: no Organization in resources/ has the identifier ${organization}`,
      ),
    ...[...(slotRules?.reservations ?? []), ...(slotRules?.quotas ?? [])]
      .flatMap(({ centre }) => centre ?? [])
      .filter((centre) => !organizations.has(centre))
      .map(
        (centre) => `rules/slots.json: centre: no Organization in resources/ has the identifier ${centre}`,
      ),
    ...(bookingRules?.byAgreement ?? [])
      .filter((centre) => !organizations.has(centre))
      .map(
        (centre) =>
          `rules/bookings.json: byAgreement: no Organization in resources/ has the identifier ${centre}`,
      ),
    ...entries
      .filter(({ resource }) => keysOf(resource).length === 0)
      .map(
        ({ url }) =>
          `${url.replace('urn:local:', '')}: identifier: each resource of a territory has a business identifier (system and value)`,
      ),
  ]
}

export function keysOf(resource: Resource): string[] {
  const identifiers = 'identifier' in resource ? [resource.identifier].flat() : []
  return identifiers.flatMap((one) =>
    typeof one === 'object' && one?.value ? [`${one.system ?? ''}|${one.value}`] : [],
  )
}

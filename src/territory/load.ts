import type { ConceptMap, Organization } from '@medplum/fhirtypes'
import { abilityOf, sheetOf, takenBy } from '../connectors/sheet.ts'
import { systems } from '../fhir/canonical.ts'
import { reasonsIn } from '../flows/booking/reasons.ts'
import { settingsIn } from '../flows/clocks/settings.ts'
import type { Entry } from '../flows/entries.ts'
import { perform } from '../flows/perform.ts'
import type { Desk, Peer, Territory } from '../flows/step.ts'
import { loaded } from '../flows/territory/loaded.ts'
import type { Kept, Store } from '../store/index.ts'
import { bookingRulesOf } from './booking-rules.ts'
import { capacityRulesOf } from './capacity-rules.ts'
import { entryRulesOf } from './entry-rules.ts'
import { type ConnectorFile, keysOf, type TerritoryFolder } from './read.ts'
import { rulesOf } from './slot-rules.ts'

/** A connector with the organisation that it belongs to, as it is kept. */
export interface LoadedConnector extends ConnectorFile {
  /** `Organization/<id>` */
  organizationReference: string
}

export interface LoadedTerritory {
  territory: Territory
  connectors: readonly LoadedConnector[]
  /** What the folder's resources are kept as, in the folder's order. */
  resources: readonly Kept[]
}

/** Brings the store up to what a territory's folder says; a second time changes nothing. */
export async function loadTerritory(
  folder: TerritoryFolder,
  conceptMaps: readonly ConceptMap[],
  desk: Omit<Desk, 'territory'>,
): Promise<LoadedTerritory> {
  // Nothing of the territory is needed to load it; what needs it comes after.
  const nowhere: Territory = {
    community: '',
    cell: '',
    zone: 'Europe/Paris',
    peers: [],
    modalities: new Map(),
  }
  await perform(loaded, { entries: folder.entries }, { ...desk, territory: nowhere })
  const clients = folder.clients.map((client) => ({ id: client.id, registration: JSON.stringify(client) }))
  await desk.store.clients.folder(clients, desk.clock().toISOString())
  const resources = await Promise.all(folder.entries.map((entry) => keptAs(entry, desk.store)))
  const connectors = folder.connectors.map((connector) => ({
    ...connector,
    organizationReference: organizationOf(connector, resources),
  }))
  return { territory: territoryOf(folder, resources, connectors, conceptMaps), connectors, resources }
}

async function keptAs({ resource }: Entry, store: Store): Promise<Kept> {
  const kept = await store.reader().sameIdentifier(resource)
  if (!kept) throw new Error(`A ${resource.resourceType} of the territory was loaded and is not there`)
  return kept
}

const organizationOf = ({ organization }: ConnectorFile, resources: readonly Kept[]) =>
  organizationNamed(organization, resources)

/** What files name is there: that is checked when they are read. */
function organizationNamed(identifier: string, resources: readonly Kept[]): string {
  const found = resources.find(
    (resource) => resource.resourceType === 'Organization' && keysOf(resource).includes(identifier),
  )
  if (found) return `Organization/${found.id}`
  throw new Error(`There is no Organization ${identifier}`)
}

function territoryOf(
  { slotRules, bookingRules, communes, entryRules, capacityRules, clients }: TerritoryFolder,
  resources: readonly Kept[],
  connectors: readonly LoadedConnector[],
  conceptMaps: readonly ConceptMap[],
): Territory {
  const organizations = resources.filter(
    (resource): resource is Kept<Organization> => resource.resourceType === 'Organization',
  )
  const community = communityAmong(organizations)
  const places = {
    community: `Organization/${community.id}`,
    cell: `Organization/${cellAmong(organizations).id}`,
    zone: zoneOf(community),
  }
  return {
    ...places,
    clocks: settingsIn(resources, places),
    peers: connectors
      .map((connector) => ({
        ...peerOf(connector),
        ...(asks(connector, clients) && { asks: true as const }),
      }))
      .map((peer) => ({ ...peer, ...(isGated(peer, resources) && { gated: true }) })),
    ...(slotRules && { slots: rulesOf(slotRules, (identifier) => organizationNamed(identifier, resources)) }),
    ...(bookingRules && {
      bookings: bookingRulesOf(bookingRules, (identifier) => organizationNamed(identifier, resources)),
    }),
    ...(communes && { communes: new Map(Object.entries(communes)) }),
    ...(entryRules && { entry: entryRulesOf(entryRules) }),
    ...(capacityRules && { capacity: capacityRulesOf(capacityRules) }),
    modalities: modalitiesIn(conceptMaps),
    reasons: reasonsIn(conceptMaps),
  }
}

/** Its diaries may be closed at any moment: a convention ends, or they are hidden while they are not known. */
const isGated = ({ organization, freshness }: Peer, resources: readonly Kept[]) =>
  freshness?.whenOld === 'hide' ||
  resources.some(
    (one) =>
      one.resourceType === 'OrganizationAffiliation' &&
      one.participatingOrganization?.reference === organization,
  )

/** Whoever is at its other end refers patients: what it sends is carried out with a prescriber's rights. */
const asks = ({ client }: LoadedConnector, clients: TerritoryFolder['clients']) =>
  clients.some(({ id, role }) => id === client && role === 'prescriber')

/** The community of health professionals that the territory is of. Fails when there is none. */
export function communityAmong<O extends Organization>(organizations: readonly O[]): O {
  const found = organizations.find((one) => hasType(one, systems.establishmentCategory, '604'))
  if (found) return found
  throw new Error('resources: no Organization is the community (type 604 of TRE_R66)')
}

/** Its coordination cell. Fails when there is none. */
export function cellAmong<O extends Organization>(organizations: readonly O[]): O {
  const found = organizations.find((one) => hasType(one, systems.organizationType, 'cell'))
  if (found) return found
  throw new Error(
    `resources: no Organization is the coordination cell (type cell of ${systems.organizationType})`,
  )
}

const hasType = ({ type = [] }: Organization, system: string, code: string) =>
  type.some(({ coding = [] }) => coding.some((one) => one.system === system && one.code === code))

/** Source: FHIR R4, extension timezone. */
const zoneOf = ({ extension = [] }: Organization) =>
  extension.find(({ url }) => url === 'http://hl7.org/fhir/StructureDefinition/timezone')?.valueCode ??
  'Europe/Paris'

function peerOf(file: LoadedConnector): Peer {
  const { name, organizationReference, freshness, zone } = file
  const { applications = [] } = abilityOf(file)
  const sheet = sheetOf(file)
  const { publish, confirm, cancel } = sheet
  return {
    name,
    organization: organizationReference,
    manual: confirm === 'telephone',
    ...(cancel === 'telephone' && { cancelledByTelephone: true as const }),
    takes: takenBy(file),
    sheet,
    applications,
    ...(zone !== undefined && { zone }),
    ...((publish === 'pulled' || publish === 'asked') && {
      freshness: { limitMs: freshness.limitSeconds * 1000, whenOld: freshness.whenOld },
    }),
  }
}

/** The modality of each exam code: what ConceptMaps lead to DICOM's codes, at once or by way of the exam. */
export function modalitiesIn(conceptMaps: readonly ConceptMap[]): ReadonlyMap<string, string> {
  const pairs = conceptMaps.flatMap(pairsOf)
  const direct = new Map(
    pairs
      .filter(({ to }) => to.startsWith(`${systems.dicom}|`))
      .map(({ from, to }) => [from, to.split('|')[1] ?? '']),
  )
  const byExam = pairs.flatMap(({ from, to }) =>
    direct.has(to) ? [[from, direct.get(to) ?? ''] as const] : [],
  )
  return new Map([...byExam, ...direct])
}

function pairsOf({ group = [] }: ConceptMap): { from: string; to: string }[] {
  return group.flatMap(({ source, target, element }) =>
    element.flatMap(({ code, target: targets = [] }) =>
      targets.map((one) => ({ from: `${source}|${code}`, to: `${target}|${one.code}` })),
    ),
  )
}

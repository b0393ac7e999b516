import type { Bundle, Organization, Period, Resource } from '@medplum/fhirtypes'
import type { Connector } from '../connectors/connector.ts'
import { mapsNamed } from '../connectors/sheet.ts'
import type { Issue } from '../fhir/outcome.ts'
import { referencesIn } from '../fhir/walk.ts'
import { readProtocols } from '../flows/protocol/read.ts'
import { filesIn, isFolder, type TerritoryFile } from './files.ts'
import { cellAmong, communityAmong } from './load.ts'
import { keysOf, type Problem, readTerritory, type TerritoryFolder } from './read.ts'

/** What a folder is held against, beside the shapes of its files. */
export interface CheckDesk {
  kinds: Readonly<Record<string, Connector>>
  /** The project's rules with what the folder's maps add. */
  rules(folder: TerritoryFolder): Promise<CheckRules>
}

export interface CheckRules {
  validate(resource: unknown): Issue[]
  hasMap(name: string): boolean
  /** What is wrong in the folder's maps; the rules are then the project's alone. */
  problems: readonly Problem[]
}

/** What was found in a folder: problems keep it from being loaded, warnings do not. */
export interface Checked {
  problems: readonly Problem[]
  warnings: readonly Problem[]
  territory: TerritoryFolder
}

/** All that is wrong in a territory's folder, by file and place, without loading it. */
export async function checkTerritory(folder: string, desk: CheckDesk): Promise<Checked> {
  if (!(await isFolder(folder))) {
    const nothing = { entries: [], connectors: [], clients: [], maps: [], conceptMaps: [] }
    return { problems: [`${folder}: there is no such folder`], warnings: [], territory: nothing }
  }
  const [{ territory, problems }, files] = await Promise.all([
    readTerritory(folder, desk.kinds),
    filesIn(folder, 'resources', '.json'),
  ])
  const placed = files.flatMap(placedIn)
  const rules = await desk.rules(territory)
  const said = placed.flatMap(({ place, resource }) =>
    rules.validate(resource).map((issue) => ({ issue, text: textOf(place, issue) })),
  )
  const isWarning = ({ severity }: Issue) => severity === 'warning' || severity === 'information'
  return {
    problems: [
      ...problems,
      ...said.filter(({ issue }) => !isWarning(issue)).map(({ text }) => text),
      ...(problems.length > 0 ? [] : wholes(territory)),
      ...doubles(placed),
      ...dangling(placed),
      ...rules.problems,
      ...readProtocols(placed.map(({ resource }) => resource)).problems,
      ...periods(placed),
      ...(rules.problems.length > 0 ? [] : unknownMaps(territory, rules.hasMap)),
    ],
    warnings: said.filter(({ issue }) => isWarning(issue)).map(({ text }) => text),
    territory,
  }
}

/** A resource and where it stands. */
interface Placed {
  place: string
  url: string
  resource: Resource
}

/** What cannot be read at all has been told by reading the folder. */
function placedIn({ path, text }: TerritoryFile): Placed[] {
  const value = jsonIn(text)
  if (value?.resourceType === undefined) return []
  if (value.resourceType !== 'Bundle') return [{ place: path, url: `urn:local:${path}`, resource: value }]
  return ((value as Bundle).entry ?? []).flatMap(({ fullUrl, resource }, n) =>
    resource ? [{ place: `${path}: entry[${n}]`, url: fullUrl ?? `urn:local:${path}:${n}`, resource }] : [],
  )
}

function jsonIn(text: string): Resource | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // told already
  }
}

const textOf = (place: string, { expression, text }: Issue) =>
  expression === undefined ? `${place}: ${text}` : `${place}: ${expression}: ${text}`

/** What every territory has. */
function wholes({ entries }: TerritoryFolder): Problem[] {
  const organizations = entries
    .map(({ resource }) => resource)
    .filter((one): one is Organization => one.resourceType === 'Organization')
  return [communityAmong, cellAmong].flatMap((among) => {
    try {
      among(organizations)
      return []
    } catch (thrown) {
      return [thrown instanceof Error ? thrown.message : String(thrown)]
    }
  })
}

/** One business identifier, one resource of a type. */
function doubles(placed: readonly Placed[]): Problem[] {
  const owners = new Map<string, string>()
  return placed.flatMap(({ place, resource }) =>
    keysOf(resource).flatMap((key) => {
      const named = `${resource.resourceType} ${key}`
      const owner = owners.get(named)
      owners.set(named, owner ?? place)
      return owner === undefined ? [] : [`${place}: identifier: ${key} is the identifier of ${owner} already`]
    }),
  )
}

/** Memberships and conventions end after they start: between, they hold. */
function periods(placed: readonly Placed[]): Problem[] {
  return placed.flatMap(({ place, resource }) => {
    const period = 'period' in resource ? (resource.period as Period | undefined) : undefined
    if (!period?.start || !period.end || period.start <= period.end) return []
    return [`${place}: period: it ends (${period.end}) before it starts (${period.start})`]
  })
}

/** References to entries that there are not. Those by identifier may mean what the store has already. */
function dangling(placed: readonly Placed[]): Problem[] {
  const urls = new Set(placed.map(({ url }) => url))
  return placed.flatMap(({ place, resource }) =>
    referencesIn(resource)
      .filter(({ reference }) => reference.startsWith('urn:') && !urls.has(reference))
      .map(({ reference, path }) => `${place}: ${path}: no entry has the fullUrl ${reference}`),
  )
}

function unknownMaps({ connectors }: TerritoryFolder, has: (name: string) => boolean): Problem[] {
  return connectors.flatMap((file) =>
    mapsNamed(file)
      .filter(({ map }) => !has(map))
      .map(({ place, map }) => `connectors/${file.name}.json: ${place}: there is no map ${map}`),
  )
}

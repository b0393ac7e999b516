import type { Resource } from '@medplum/fhirtypes'
import { ConfigError } from '../config.ts'
import { connectors as kinds } from '../connectors/index.ts'
import { keysOf, readTerritory, type TerritoryFolder } from '../territory/read.ts'
import { command } from './command.ts'
import { territoryFolder, withStore } from './store.ts'
import { table } from './table.ts'

export const connectors = command({
  usage: '',
  says: `Lists the territory's connectors: kind, organisation, what waits to leave, and when something last came and left.
Queued: is to leave. Parked: waits for a person. Dead: was refused or given up.`,
  words: [0, 0],
  async run({ environment }) {
    const shown = await withStore(environment, async (store, config) => {
      const { territory, problems } = await readTerritory(territoryFolder(config), kinds)
      if (problems.length > 0) throw new ConfigError(problems)
      const traffic = await store.traffic(territory.connectors.map(({ name }) => name))
      return territory.connectors.map(({ name, kind, organization }, n) => ({
        name,
        kind,
        organization: nameOf(organization, territory),
        ...traffic[n],
      }))
    })
    const text = table(
      ['name', 'kind', 'organisation', 'queued', 'parked', 'dead', 'last in', 'last out'],
      shown.map(({ name, kind, organization, queued, parked, dead, lastArrival = '', lastSent = '' }) => [
        name,
        kind,
        organization,
        String(queued),
        String(parked),
        String(dead),
        lastArrival,
        lastSent,
      ]),
    )
    return { text, value: shown }
  },
})

/** What an organisation is called, by its business identifier. */
function nameOf(identifier: string, { entries }: TerritoryFolder): string {
  const found = entries
    .map(({ resource }: { resource: Resource }) => resource)
    .find((one) => one.resourceType === 'Organization' && keysOf(one).includes(identifier))
  return found?.resourceType === 'Organization' ? (found.name ?? identifier) : identifier
}

import { z } from 'zod'
import { registration } from '../auth/client.ts'
import { readConfig } from '../config.ts'
import { connectors } from '../connectors/index.ts'
import { loadRules, type Rules } from '../gateway/rules.ts'
import { type CheckRules, checkTerritory } from '../territory/check.ts'
import { connectorFile, type TerritoryFolder } from '../territory/read.ts'
import { command, type Result, WrongUse } from './command.ts'
import { faultsOf } from './faults.ts'

export const checkConfig = command({
  usage: '[<folder>] [--schema]',
  says: `Names all that is wrong in the settings and in a territory's folder, by file and place; nothing is loaded.
Without a folder, that of RELAIS_TERRITORY. With --schema, prints JSON Schemas of the files in connectors/ (one a kind)
and clients/.`,
  options: { schema: { type: 'boolean' } },
  words: [0, 1],
  async run({ words: [named], options: { schema }, environment }) {
    if (schema) return { text: JSON.stringify(schemas(), null, 2), value: schemas() }
    const settings = settingsOf(environment)
    const folder = named ?? settings.territory
    if (folder === undefined) throw new WrongUse('Name a folder, or set RELAIS_TERRITORY.')
    const { problems, warnings, territory } = await checkTerritory(folder, {
      kinds: connectors,
      rules: rulesWith,
    })
    return told([...settings.problems, ...problems], warnings, territory, folder)
  },
})

function settingsOf(environment: NodeJS.ProcessEnv): {
  territory: string | undefined
  problems: readonly string[]
} {
  try {
    return { territory: readConfig(environment).RELAIS_TERRITORY, problems: [] }
  } catch (thrown) {
    return { territory: environment.RELAIS_TERRITORY, problems: faultsOf(thrown).map(({ text }) => text) }
  }
}

/** The project's rules with the territory's maps; without those when something is wrong in them. */
async function rulesWith(own: TerritoryFolder): Promise<CheckRules> {
  try {
    return { ...judging(await loadRules(own)), problems: [] }
  } catch (thrown) {
    const problems = faultsOf(thrown).map(({ place, text }) => [place, text].filter(Boolean).join(' '))
    return { ...judging(await loadRules({ maps: [], conceptMaps: [] })), problems }
  }
}

const judging = ({ validator, maps }: Rules) => ({
  validate: (resource: unknown) => validator.validate(resource),
  hasMap: maps.has,
})

function told(
  problems: readonly string[],
  warnings: readonly string[],
  { entries, connectors, clients, maps, conceptMaps }: TerritoryFolder,
  folder: string,
): Result {
  const counts = {
    resources: entries.length,
    connectors: connectors.length,
    clients: clients.length,
    maps: maps.length + conceptMaps.length,
  }
  const sum = Object.entries(counts).map(([what, count]) => `${count} ${what}`)
  const end =
    problems.length === 0
      ? `${folder} may be loaded: ${sum.join(', ')}.`
      : `${problems.length} things are wrong.`
  return {
    text: [...problems, ...warnings.map((text) => `warning: ${text}`), end].join('\n'),
    value: { problems, warnings, ...counts },
    code: problems.length === 0 ? 0 : 1,
  }
}

/** Shapes of a territory's files, for editors and forms. */
function schemas(): Record<string, unknown> {
  const options = { io: 'input', unrepresentable: 'any' } as const
  const kinds = Object.entries(connectors).map(([kind, { settings }]) => [
    kind,
    z.toJSONSchema(connectorFile.extend({ kind: z.literal(kind), settings }), options),
  ])
  return { connectors: Object.fromEntries(kinds), client: z.toJSONSchema(registration, options) }
}

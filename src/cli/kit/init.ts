import { cp, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { command, WrongUse } from '../command.ts'

const templates = new URL('templates/', import.meta.url)
const ways = ['mllp', 'fhir', 'json', 'file']

export const kitInit = command({
  usage: '<mllp|fhir|json|file> [<folder>]',
  says: `Writes what a vendor begins with: a connector's file, and maps or an example of a file where its kind needs them.
The folder is "relais-kit" unless said; what is there already is kept.`,
  words: [1, 2],
  async run({ words: [kind = '', folder = 'relais-kit'] }) {
    if (!ways.includes(kind)) throw new WrongUse(`A system speaks one of ${ways.join(', ')}, not "${kind}".`)
    const own = (await readdir(templates)).filter(
      (name) => name.startsWith(`${kind}.`) || (kind === 'json' && name === 'maps'),
    )
    const nameOf = (name: string) => name.replace(`${kind}.json`, 'connector.json')
    await mkdir(folder, { recursive: true })
    for (const name of own)
      await cp(new URL(name, templates), join(folder, nameOf(name)), {
        recursive: true,
        force: false,
      })
    const next =
      kind === 'file'
        ? `drop ${join(folder, 'file.csv')} into the folder that connector.json names`
        : `npm run relais -- kit test ${join(folder, 'connector.json')}`
    return {
      text: `${folder}: ${own.map(nameOf).join(', ')}. Fill in connector.json, then: ${next}`,
      value: { folder, files: own.map(nameOf) },
    }
  },
})

import { ConfigError, readConfig } from '../config.ts'
import { connectors as kinds } from '../connectors/index.ts'
import { sheetOf, takenBy } from '../connectors/sheet.ts'
import { readTerritory } from '../territory/read.ts'
import { command } from './command.ts'
import { territoryFolder } from './store.ts'
import { table } from './table.ts'

export const sheet = command({
  usage: '[<connector>]',
  says: `Shows what each connector can do, and so what the gateway does with it: its sheet.
It follows from the kind and the settings of its file, less what "sheet" there takes away; check-config names what
contradicts itself.`,
  words: [0, 1],
  async run({ words: [name], environment }) {
    const { territory, problems } = await readTerritory(territoryFolder(readConfig(environment)), kinds)
    if (problems.length > 0) throw new ConfigError(problems)
    const asked = territory.connectors.filter((file) => name === undefined || file.name === name)
    if (name !== undefined && asked.length === 0) throw new Error(`There is no connector "${name}".`)
    const sheets = asked.map((file) => ({
      name: file.name,
      kind: file.kind,
      ...sheetOf(file),
      takes: takenBy(file),
    }))
    const text = table(
      ['name', 'kind', 'publish', 'hold', 'confirm', 'cancel', 'move', 'push'],
      sheets.map((one) => [
        one.name,
        one.kind,
        one.publish,
        said(one.hold),
        one.confirm,
        one.cancel,
        one.move,
        said(one.push),
      ]),
    )
    return { text, value: sheets }
  },
})

const said = (can: boolean) => (can ? 'yes' : 'no')

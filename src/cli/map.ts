import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { loadRules } from '../gateway/rules.ts'
import { decode } from '../hl7v2/charset.ts'
import { parseMessage } from '../hl7v2/message.ts'
import { toTree } from '../hl7v2/tree.ts'
import type { Transformed } from '../transform/index.ts'
import { parse } from '../transform/language/parse.ts'
import { command } from './command.ts'
import { mapsWith } from './maps-beside.ts'

export const map = command({
  usage: '<map> <file>',
  says: `Shows what a map makes of a file.
The map is the name of one of mappings/, or a .map file, which is then loaded with those, and with all maps and ConceptMaps
beside it where its folder is called maps/; the file is an HL7 v2 message
or JSON. With --json one object: target, unmapped and issues, or what is at fault.`,
  words: [2, 2],
  async run({ words: [name = '', file = ''] }) {
    const made = await tried(name, file)
    return { text: JSON.stringify(made.target ?? null, null, 2), value: made, notes: notesOf(made) }
  },
})

/** Runs a map on a file. The time and the ids are of this run alone. */
async function tried(name: string, file: string): Promise<Transformed> {
  const text = name.endsWith('.map') ? await readFile(name, 'utf8') : undefined
  const own = text === undefined ? { maps: [], conceptMaps: [] } : await mapsWith(resolve(name), text)
  const { maps } = await loadRules(own)
  const known = text === undefined ? name : parse(name, text).map.url
  if (!maps.has(known))
    throw new Error(`There is no map "${basename(name)}". One of: ${maps.names.join(', ')}.`)
  const input = treeOf(await readFile(file))
  return maps.run(known, input, { now: new Date().toISOString(), newId: () => crypto.randomUUID() })
}

function treeOf(bytes: Buffer): unknown {
  const isMessage = /^(?:\u00EF\u00BB\u00BF)?\s*MSH/.test(bytes.toString('latin1', 0, 100))
  return isMessage ? toTree(parseMessage(decode(bytes).text)) : JSON.parse(bytes.toString('utf8'))
}

/** What is in no table, and what was to be said. */
function notesOf({ unmapped, issues }: Transformed): string {
  return [
    ...unmapped.map(({ place, code, map }) => `${place} ${code} is not in ${map}`),
    ...issues.map(({ expression = '', severity = 'error', text }) => `${expression} ${severity}: ${text}`),
  ].join('\n')
}

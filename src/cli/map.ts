import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Failure } from '../fhir/outcome.ts'
import { loadRules } from '../gateway/rules.ts'
import { decode } from '../hl7v2/charset.ts'
import { parseMessage } from '../hl7v2/message.ts'
import { toTree } from '../hl7v2/tree.ts'
import type { Transformed } from '../transform/index.ts'
import { parse } from '../transform/language/parse.ts'
import { MapError } from '../transform/map-error.ts'

export const usage = `relais map try <map> <file> [--json]

Shows what a map makes of a file. The map is the name of one of mappings/, or a .map file, which is then loaded with
those; the file is an HL7 v2 message or JSON. With --json one object: target, unmapped and issues, or what is at fault.`

/** What a command prints on: standard output and standard error. */
export interface Printer {
  out(text: string): void
  error(text: string): void
}

/** `relais map`; gives the exit code. */
export async function map(given: readonly string[], print: Printer): Promise<number> {
  const [verb, name, file, ...more] = given.filter((one) => !one.startsWith('--'))
  const flags = given.filter((one) => one.startsWith('--'))
  if (flags.includes('--help')) {
    print.out(usage)
    return 0
  }
  if (verb !== 'try' || !name || !file || more.length || flags.some((flag) => flag !== '--json')) {
    print.error(usage)
    return 2
  }
  const tell = flags.includes('--json') ? asJson : asText
  try {
    tell(await tried(name, file), print)
    return 0
  } catch (thrown) {
    tell({ faults: faultsOf(thrown) }, print)
    return 1
  }
}

/** Runs a map on a file. The time and the ids are of this run alone. */
async function tried(name: string, file: string): Promise<Transformed> {
  const own = name.endsWith('.map') ? [{ name, text: await readFile(name, 'utf8') }] : []
  const { maps } = await loadRules({ maps: own, conceptMaps: [] })
  const known = own.map((one) => parse(one.name, one.text).map.url)[0] ?? name
  if (!maps.has(known))
    throw new Error(`There is no map "${basename(name)}". One of: ${maps.names.join(', ')}.`)
  const input = treeOf(await readFile(file))
  return maps.run(known, input, { now: new Date().toISOString(), newId: () => crypto.randomUUID() })
}

function treeOf(bytes: Buffer): unknown {
  const isMessage = /^(?:\u00EF\u00BB\u00BF)?\s*MSH/.test(bytes.toString('latin1', 0, 100))
  return isMessage ? toTree(parseMessage(decode(bytes).text)) : JSON.parse(bytes.toString('utf8'))
}

interface Faults {
  faults: readonly { place: string; text: string }[]
}

/** Whatever was thrown, fault by fault. This command is run by whoever has the file: nothing is kept from them. */
function faultsOf(thrown: unknown): Faults['faults'] {
  if (thrown instanceof MapError) {
    return thrown.faults.map(({ file, line, column, text }) => ({ place: `${file}:${line}:${column}`, text }))
  }
  if (thrown instanceof Failure) {
    return thrown.issues.map(({ expression = '', text }) => ({ place: expression, text }))
  }
  return [{ place: '', text: thrown instanceof Error ? thrown.message : String(thrown) }]
}

function asJson(result: Transformed | Faults, print: Printer): void {
  print.out(JSON.stringify(result, null, 2))
}

function asText(result: Transformed | Faults, print: Printer): void {
  if ('faults' in result) {
    for (const { place, text } of result.faults) print.error([place, text].filter(Boolean).join(' '))
    return
  }
  print.out(JSON.stringify(result.target ?? null, null, 2))
  for (const { place, code, map } of result.unmapped) print.error(`${place} ${code} is not in ${map}`)
  for (const { expression = '', severity, text } of result.issues)
    print.error(`${expression} ${severity}: ${text}`)
}

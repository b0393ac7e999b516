import { readdirSync, readFileSync } from 'node:fs'
import type { Bundle, ConceptMap, Resource } from '@medplum/fhirtypes'
import { type Message, parseMessage } from '../../src/hl7v2/message.ts'
import { toTree } from '../../src/hl7v2/tree.ts'
import { loadMaps, type MapText, type Transformed } from '../../src/transform/index.ts'

const root = new URL('../../', import.meta.url)

export const namesIn = (folder: string): string[] => readdirSync(new URL(folder, root)).sort()
export const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8')

const files = namesIn('mappings/')

export const conceptMaps = files
  .filter((name) => name.endsWith('.json'))
  .map((name): ConceptMap => JSON.parse(textOf(`mappings/${name}`)))

export const mapTexts: readonly MapText[] = files
  .filter((name) => name.endsWith('.map'))
  .map((name) => ({ name, text: textOf(`mappings/${name}`) }))

/** The project's maps, as the gateway loads them. */
export const maps = loadMaps(mapTexts, conceptMaps)

/** Runs a map at a time that does not change, in the project's zone. */
export function run(map: string, input: unknown): Transformed {
  let made = 0
  const newId = () => `00000000-0000-4000-8000-${String(made++).padStart(12, '0')}`
  return maps.run(map, input, { zone: 'Europe/Paris', now: '2026-01-06T12:00:00.000Z', newId })
}

export const messageOf = (path: string): Message => parseMessage(textOf(path))
export const treeOf = (path: string): unknown => toTree(messageOf(path))

const sampleFolders = ['test/samples/hl7v2', 'test/samples/hl7v2-fr-teleradiology']

/** Every v2 sample: its name without ending → its path. */
export const samples: ReadonlyMap<string, string> = new Map(
  sampleFolders.flatMap((folder) =>
    namesIn(folder).map((name) => [name.replace(/\.hl7$/, ''), `${folder}/${name}`] as const),
  ),
)

export interface Case {
  map: string
  name: string
  /** Path of what is expected. */
  expected: string
  input: unknown
}

/** A case is a folder `<map>/<case>`: its input is beside it, or is the sample of that name. */
export const cases: readonly Case[] = namesIn('test/mappings/')
  .filter((map) => !map.includes('.'))
  .flatMap((map) => namesIn(`test/mappings/${map}/`).map((name) => caseOf(map, name)))

function caseOf(map: string, name: string): Case {
  const folder = `test/mappings/${map}/${name}`
  const input = inputOf(folder) ?? treeOf(samples.get(name) ?? `${folder}/input.hl7`)
  return { map, name, expected: new URL(`${folder}/expected`, root).pathname, input }
}

function inputOf(folder: string): unknown {
  const own = namesIn(`${folder}/`)
  if (own.includes('input.json')) return JSON.parse(textOf(`${folder}/input.json`))
  return own.includes('input.hl7') ? treeOf(`${folder}/input.hl7`) : undefined
}

/** Whether a map makes a v2 message: its name ends with a message structure. */
export const isOutward = (map: string): boolean => /-to-[A-Z]{3}_[A-Z0-9]{3}$/.test(map)

export const resourcesOf = (target: unknown): Resource[] =>
  // Inward maps have a Bundle for their target.
  ((target as Bundle | undefined)?.entry ?? []).flatMap(({ resource }) => resource ?? [])

/** Every primitive in a tree, as text. */
export function leavesOf(value: unknown): string[] {
  if (value === undefined || value === null) return []
  if (typeof value !== 'object') return [String(value)]
  return Object.values(value).flatMap(leavesOf)
}

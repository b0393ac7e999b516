/**
 * `npm run check:layers`: imports point down. Fails with each import between rooms of `src/` that points up, or sideways,
 * by file and line. The floors are those of `src/README.md`.
 */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Top floor first. Rooms of one floor leave each other alone, but for `neighbours`. */
const floors: readonly (readonly string[])[] = [
  // The top floor is a stair: each of its rooms knows those after it.
  ['cli'],
  ['main'],
  ['demo'],
  ['gateway'],
  ['territory'],
  ['config'],
  ['api', 'console', 'connectors'],
  ['flows', 'subscriptions', 'bulk-export', 'indicators'],
  ['auth', 'audit', 'jobs'],
  ['store'],
  ['log'],
  ['fhir', 'hl7v2', 'transform', 'validate'],
]

/** Who on a floor may use whom beside it. */
const neighbours: Readonly<Record<string, readonly string[]>> = {
  hl7v2: ['fhir'],
  transform: ['fhir', 'hl7v2'],
  validate: ['fhir'],
}

/** An import that may not be, and why. */
export interface Violation {
  file: string
  line: number
  text: string
}

/** What is wrong with the imports of one file; `file` and what it imports go by their paths from the root. */
export function violations(file: string, source: string): Violation[] {
  return importsIn(source).flatMap(({ line, specifier }) => {
    const text = objection(file, posix.join(posix.dirname(file), specifier))
    return text === undefined ? [] : [{ file, line, text }]
  })
}

function importsIn(source: string): { line: number; specifier: string }[] {
  return source.split('\n').flatMap((text, n) => {
    const specifier = /(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+\.ts)'/.exec(text)?.[1]
    return specifier === undefined ? [] : [{ line: n + 1, specifier }]
  })
}

function objection(file: string, imported: string): string | undefined {
  const [from, to] = [roomOf(file), roomOf(imported)]
  if (to === undefined) return `imports ${imported}, which is not in src/`
  if (from === undefined || from === to) return undefined
  const [here, there] = [floorOf(from), floorOf(to)]
  if (here === undefined) return `${from} stands on no floor: give it one in test/support/layers.ts`
  if (there === undefined) return `${to} stands on no floor: give it one in test/support/layers.ts`
  if (there < here) return `points up: ${from} (${named(here)}) imports ${to} (${named(there)})`
  if (there > here || neighbours[from]?.includes(to)) return undefined
  return `points sideways: ${from} imports ${to}, both of the floor ${named(here)}`
}

/** `src/flows/index.ts` and `src/gateway.ts` are in the rooms `flows` and `gateway`. */
function roomOf(path: string): string | undefined {
  const [top, room] = path.split('/')
  return top === 'src' ? room?.replace(/\.ts$/, '') : undefined
}

function floorOf(room: string): number | undefined {
  const floor = floors.findIndex((rooms) => rooms.includes(room))
  return floor < 0 ? undefined : floor
}

const named = (floor: number) => (floors[floor] ?? []).join(' · ')

async function violationsIn(root: string): Promise<Violation[]> {
  const found = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true })
  const files = found
    .filter((one) => one.isFile() && one.name.endsWith('.ts'))
    .map((one) => join(one.parentPath, one.name))
    .sort()
  const each = files.map(async (path) =>
    violations(relative(root, path).split(sep).join('/'), await readFile(path, 'utf8')),
  )
  return (await Promise.all(each)).flat()
}

if (import.meta.main) {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
  const found = await violationsIn(root)
  for (const { file, line, text } of found) console.error(`${file}:${line} ${text}`)
  console.log(found.length === 0 ? 'Imports point down.' : `${found.length} imports do not point down.`)
  process.exitCode = found.length === 0 ? 0 : 1
}

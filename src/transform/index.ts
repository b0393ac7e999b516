import type { ConceptMap } from '@medplum/fhirtypes'
import { failures, type Issue } from '../fhir/outcome.ts'
import type { Ready, Unit } from './compile/context.ts'
import { type Loading, unitOf } from './compile/unit.ts'
import { conceptMapsOf } from './concept-map.ts'
import { parse } from './language/parse.ts'
import type { Group, MapFile } from './language/syntax.ts'
import { type Fault, MapError } from './map-error.ts'
import { newRun, type Run, type RunOptions, type Unmapped } from './run.ts'
import { plain, type Shape } from './shapes/shape.ts'
import { pruned } from './values.ts'

/** A file of `mappings/`: its text, and its name for faults. */
export interface MapText {
  name: string
  text: string
}

export interface Transformed {
  /** What the map made, without anything empty; undefined when nothing is left. */
  target: unknown
  /** Codes that no concept map knows. */
  unmapped: readonly Unmapped[]
  /** Warnings and information: what is at fault is thrown. */
  issues: readonly Issue[]
}

/** Maps, compiled. */
export interface Maps {
  /** Their names, as `run` takes them. */
  readonly names: readonly string[]
  has(urlOrName: string): boolean
  /**
   * Runs the first group of a map on a tree, which is read and not changed. Several sources are given by name, and
   * several targets come back by name.
   *
   * Fails with all that is at fault, `expression` being the field of the message that it was read from, else the name
   * of the rule: required, where a cardinality asks for
   * more; value, where a check or a cast fails.
   */
  run(urlOrName: string, input: unknown, options?: RunOptions): Transformed
}

/** Maps and concept maps of a site: each goes before the project's of the same URL. */
export interface Own {
  files?: readonly MapText[]
  conceptMaps?: readonly ConceptMap[]
}

/**
 * Compiles maps of the FHIR Mapping Language, once, to functions.
 *
 * Fails with MapError: all that is wrong in all files, with line and column. Nothing that is not supported is ignored.
 *
 * Source: FHIR R4 mapping language, https://hl7.org/fhir/R4/mapping-language.html.
 */
export function loadMaps(files: readonly MapText[], conceptMaps: readonly ConceptMap[], own: Own = {}): Maps {
  const faults: Fault[] = []
  const maps = overridden(parsed(files, faults), parsed(own.files ?? [], faults))
  const ownUrls = new Set(own.conceptMaps?.map(({ url }) => url))
  const all = [...conceptMaps.filter(({ url }) => !ownUrls.has(url)), ...(own.conceptMaps ?? [])]
  const loading: Loading = {
    maps,
    conceptMaps: conceptMapsOf(all, faults),
    faults,
    ready: new Map(),
    units: new Map(),
  }
  const entries = new Map<string, Entry>()
  for (const map of maps) {
    const entry = entryOf(map, loading)
    if (!entry) continue
    entries.set(map.url, entry)
    if (!entries.has(map.name)) entries.set(map.name, entry)
  }
  for (const map of maps) compileOthers(map, loading)
  if (faults.length) throw new MapError(faults)
  return {
    names: maps.map(({ name }) => name),
    has: (urlOrName) => entries.has(urlOrName),
    run(urlOrName, input, options = {}) {
      const entry = entries.get(urlOrName)
      if (!entry)
        throw new Error(`There is no map "${urlOrName}". Loaded: ${maps.map(({ name }) => name).join(', ')}.`)
      return ran(entry, input, newRun(options, input))
    },
  }
}

function parsed(files: readonly MapText[], faults: Fault[]): MapFile[] {
  const maps: MapFile[] = []
  for (const { name, text } of files) {
    const { map, faults: found } = parse(name, text)
    faults.push(...found)
    const same = map.url && maps.find(({ url, name: other }) => url === map.url || other === map.name)
    if (same)
      faults.push({
        file: name,
        line: map.line,
        column: map.column,
        text: `${same.file} has this URL or name too; change one.`,
      })
    maps.push(map)
  }
  return maps
}

const overridden = (maps: readonly MapFile[], own: readonly MapFile[]): MapFile[] => [
  ...maps.filter(({ url }) => !own.some((one) => one.url === url)),
  ...own,
]

/** The first group of a map, with what it begins with. */
interface Entry {
  parameters: Group['parameters']
  shapes: readonly Shape[]
  ready: Ready
}

function entryOf(map: MapFile, loading: Loading): Entry | undefined {
  const unit = unitOf(map, loading)
  const [group] = map.groups
  if (!group) return undefined
  const shapes = shapesOf(group, unit)
  return { parameters: group.parameters, shapes, ready: unit.invoke({ group, unit }, shapes) }
}

/** Compiles the groups that none has invoked, for what is wrong with them. */
function compileOthers(map: MapFile, loading: Loading): void {
  const unit = unitOf(map, loading)
  for (const group of map.groups) {
    if (!loading.ready.has(group)) unit.invoke({ group, unit }, shapesOf(group, unit))
  }
}

const shapesOf = ({ parameters }: Group, unit: Unit) =>
  parameters.map(({ type }) => (type ? unit.shape(type) : plain))

function ran({ parameters, shapes, ready }: Entry, input: unknown, run: Run): Transformed {
  const isOnly = (mode: string) => parameters.filter((one) => one.mode === mode).length === 1
  const values = parameters.map(({ mode, name }, index) => {
    if (mode === 'target') return shapes[index]?.create()
    // Several sources are named, as said above.
    return isOnly('source') ? input : (input as Record<string, unknown>)[name]
  })
  ready.invoke(run, ...values)
  const faults = run.issues.filter(({ severity }) => severity === undefined || severity === 'error')
  if (faults.length) throw failures(faults)
  const made = parameters.flatMap(({ mode, name }, index) =>
    mode === 'target' ? [[name, values[index]] as const] : [],
  )
  const target = pruned(isOnly('target') ? made[0]?.[1] : Object.fromEntries(made))
  return { target, unmapped: run.unmapped, issues: run.issues }
}

import { type ConceptMaps, conceptMapsOf, resourceOf } from '../concept-map.ts'
import type { At, InlineConceptMap, Literal, MapFile, Named } from '../language/syntax.ts'
import type { Fault } from '../map-error.ts'
import { fhirShape } from '../shapes/fhir.ts'
import { plain, type Shape } from '../shapes/shape.ts'
import { messageShape, v2Shape } from '../shapes/v2.ts'
import { constantsOf } from './constants.ts'
import { type Home, nearest, type Unit } from './context.ts'
import { type ReadyGroups, readied } from './group.ts'

/** The files that are loaded together, and what has been found wrong with them. */
export interface Loading {
  maps: readonly MapFile[]
  conceptMaps: ConceptMaps
  faults: Fault[]
  ready: ReadyGroups
  units: Map<MapFile, Unit>
}

/** A file with its names resolved: those of its own and of what it imports. */
export function unitOf(map: MapFile, loading: Loading): Unit {
  const known = loading.units.get(map)
  if (known) return known
  const fault = (at: At, text: string) =>
    tell(loading.faults, { file: map.file, line: at.line, column: at.column, text })
  const groups = new Map<string, Home>()
  const conceptMaps = conceptMapsIn(map, loading, fault)
  const constants = new Map<string, Literal['value']>()
  const shapes = new Map<string, Shape>()
  const unit: Unit = {
    map,
    groups,
    conceptMaps,
    constants,
    fault,
    shape: (type) => shapeNamed(type, map, shapes, fault),
    translator: (url) => conceptMaps.get(url),
    invoke: (home, given) => readied(home, given, loading.ready),
  }
  loading.units.set(map, unit)
  for (const [name, value] of constantsOf(map, unit)) constants.set(name, value)
  for (const [name, home] of groupsIn(map, unit, loading)) groups.set(name, home)
  checkUses(map, unit)
  return unit
}

/** The same fault is told once, though a group is compiled for several shapes. */
function tell(faults: Fault[], fault: Fault): void {
  const isTold = faults.some(
    ({ file, line, column, text }) =>
      file === fault.file && line === fault.line && column === fault.column && text === fault.text,
  )
  if (!isTold) faults.push(fault)
}

type Tell = (at: At, text: string) => void

function conceptMapsIn(map: MapFile, loading: Loading, fault: Tell): ConceptMaps {
  if (!map.conceptMaps.length) return loading.conceptMaps
  const known = new Map(loading.conceptMaps)
  for (const inline of map.conceptMaps) {
    if (!inline.url.startsWith('#'))
      fault(inline, 'A concept map within a map is named by #: conceptmap "#name" { … }')
    if (known.has(inline.url))
      fault(inline, `There is a concept map "${inline.url}" here already; rename one.`)
    checkPrefixes(inline, fault)
    for (const [url, translator] of conceptMapsOf([resourceOf(inline)], [])) known.set(url, translator)
  }
  return known
}

function checkPrefixes(map: InlineConceptMap, fault: Tell): void {
  const prefixes = map.prefixes.map(({ prefix }) => prefix)
  for (const { source, target } of map.mappings) {
    for (const { prefix, ...at } of [source, target]) {
      if (!prefixes.includes(prefix))
        fault(at, `There is no prefix "${prefix}": write prefix ${prefix} = "system".`)
    }
  }
  for (const prefix of map.provided) {
    if (!prefixes.includes(prefix))
      fault(map, `There is no prefix "${prefix}": write prefix ${prefix} = "system".`)
  }
}

/** Own groups, then those of imported maps, of their imports too. An own group goes before an imported one. */
function groupsIn(map: MapFile, unit: Unit, loading: Loading): Map<string, Home> {
  const found = new Map<string, Home>()
  for (const group of map.groups) {
    if (found.has(group.name)) unit.fault(group, `There is a group "${group.name}" here already; rename one.`)
    else found.set(group.name, { group, unit })
  }
  for (const one of imported(map, unit, loading)) {
    for (const group of one.groups) {
      const there = found.get(group.name)
      if (!there) found.set(group.name, { group, unit: unitOf(one, loading) })
      else if (there.unit.map !== map && there.unit.map !== one) {
        unit.fault(
          map,
          `The group "${group.name}" is imported from ${there.unit.map.file} and from ${one.file}; rename one.`,
        )
      }
    }
  }
  return found
}

function imported(map: MapFile, unit: Unit, loading: Loading): Set<MapFile> {
  const reached = new Set<MapFile>()
  const visit = (from: MapFile) => {
    for (const { url, ...at } of from.imports) {
      const fitting = loading.maps.filter((one) =>
        url.endsWith('*') ? one.url.startsWith(url.slice(0, -1)) : one.url === url,
      )
      if (!fitting.length && from === map) {
        unit.fault(
          at,
          `There is no map "${url}" to import.${nearest(
            url,
            loading.maps.map((one) => one.url),
          )}`,
        )
      }
      for (const one of fitting) {
        if (one === map || reached.has(one)) continue
        reached.add(one)
        visit(one)
      }
    }
  }
  visit(map)
  return reached
}

const fhirBase = 'http://hl7.org/fhir/StructureDefinition/'
const v2Base = 'http://hl7.org/v2/StructureDefinition/'

function checkUses(map: MapFile, unit: Unit): void {
  const aliases = new Set<string>()
  for (const { url, alias, ...at } of map.uses) {
    shapeAt(url, at, unit.fault)
    if (alias !== undefined && aliases.has(alias))
      unit.fault(at, `There is an alias "${alias}" here already; rename one.`)
    if (alias !== undefined) aliases.add(alias)
  }
}

function shapeNamed(type: Named, map: MapFile, shapes: Map<string, Shape>, fault: Tell): Shape {
  const known = shapes.get(type.name)
  if (known) return known
  const used = map.uses.find(({ alias, url }) => (alias ?? lastOf(url)) === type.name)
  const shape = used
    ? shapeAt(used.url, used, fault)
    : (fhirShape(type.name) ?? v2Shape(type.name) ?? messageShape(type.name))
  if (!shape) {
    fault(type, `There is no type "${type.name}": declare it, uses "url" alias ${type.name} as source.`)
    return plain
  }
  shapes.set(type.name, shape)
  return shape
}

/** The shape behind a URL: FHIR R4, v2 by the standard's names, else JSON of which nothing is known. */
function shapeAt(url: string, at: At, fault: Tell): Shape {
  const name = lastOf(url)
  const shape = url.startsWith(fhirBase)
    ? fhirShape(name)
    : url.startsWith(v2Base)
      ? (v2Shape(name) ?? messageShape(name))
      : { ...plain, name }
  if (!shape) fault(at, `${url.startsWith(fhirBase) ? 'FHIR R4' : 'HL7 v2'} has no "${name}".`)
  return shape ?? plain
}

const lastOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)

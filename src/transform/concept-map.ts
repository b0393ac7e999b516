import type { ConceptMap, ConceptMapGroup } from '@medplum/fhirtypes'
import type { InlineConceptMap } from './language/syntax.ts'
import type { Fault } from './map-error.ts'

/** A code in the system it was translated to. */
export interface Translation {
  system?: string
  code: string
  display?: string
}

export interface Translated {
  /** One a group of the map at most, in the order of the groups. */
  translations: readonly Translation[]
  /** Whether the map does not know the code; what it gives then, if anything, stands for any code. */
  unmapped: boolean
}

/** Translates a code. Without a system it is looked for in those of all groups. */
export type Translator = (code: string, system: string | undefined) => Translated
export type ConceptMaps = ReadonlyMap<string, Translator>

/** Concept maps ready to translate, by URL; what is wrong with them is added to `faults`. */
export function conceptMapsOf(maps: readonly ConceptMap[], faults: Fault[]): ConceptMaps {
  const translators = new Map<string, Translator>()
  for (const map of maps) {
    const file = map.url ?? map.id ?? 'ConceptMap'
    const fault = (text: string) => faults.push({ file, line: 1, column: 1, text })
    if (!map.url) fault('A ConceptMap needs its url: maps name it by that.')
    else if (translators.has(map.url)) fault('There are two ConceptMaps with this url; leave one.')
    else translators.set(map.url, translatorOf(map, translators, fault))
  }
  for (const map of maps) {
    for (const { unmapped } of map.group ?? []) {
      if (unmapped?.mode === 'other-map' && !translators.has(unmapped.url ?? '')) {
        const text = `There is no ConceptMap "${unmapped.url}", to which unmapped codes are sent.`
        faults.push({ file: map.url ?? 'ConceptMap', line: 1, column: 1, text })
      }
    }
  }
  return translators
}

interface Index {
  group: ConceptMapGroup
  /** No translation: the map says that there is none. */
  codes: Map<string, Translated>
}

const nothing: Translated = { translations: [], unmapped: true }

function translatorOf(map: ConceptMap, others: ConceptMaps, fault: (text: string) => void): Translator {
  const indexes = (map.group ?? []).map((group) => indexOf(group, fault))
  return (code, system) => {
    let found: Translated | undefined
    for (const { group, codes } of indexes) {
      const known = isAsked(group, system) ? codes.get(code) : undefined
      if (known) found = found ? both(found, known) : known
    }
    return found ?? otherwise(indexes, code, system, others)
  }
}

const isAsked = ({ source }: ConceptMapGroup, system: string | undefined) =>
  !system || !source || source === system

const both = (one: Translated, other: Translated): Translated => ({
  translations: [...one.translations, ...other.translations],
  unmapped: one.unmapped && other.unmapped,
})

function indexOf(group: ConceptMapGroup, fault: (text: string) => void): Index {
  const codes = new Map<string, Translated>()
  for (const { code, target } of group.element ?? []) {
    if (code === undefined) continue
    if (target?.some(({ dependsOn, product }) => dependsOn?.length || product?.length)) {
      fault(`Code "${code}": dependsOn and product are not supported; write a rule with a condition instead.`)
    }
    const found = target?.find(({ equivalence }) => !['unmatched', 'disjoint'].includes(equivalence ?? ''))
    const translations =
      found?.code === undefined ? [] : [translation(group.target, found.code, found.display)]
    codes.set(code, { translations, unmapped: !translations.length })
  }
  return { group, codes }
}

function translation(system: string | undefined, code: string, display: string | undefined): Translation {
  return { ...(system !== undefined && { system }), code, ...(display !== undefined && { display }) }
}

/** What the groups say of codes that they do not list. */
function otherwise(
  indexes: readonly Index[],
  code: string,
  system: string | undefined,
  others: ConceptMaps,
): Translated {
  for (const { group } of indexes) {
    if (!isAsked(group, system)) continue
    const { mode, code: fixed, display, url } = group.unmapped ?? {}
    if (mode === 'provided') {
      return { translations: [translation(group.target ?? system, code, undefined)], unmapped: false }
    }
    if (mode === 'fixed' && fixed)
      return { translations: [translation(group.target, fixed, display)], unmapped: true }
    if (mode === 'other-map') {
      const found = others.get(url ?? '')?.(code, system)
      if (found) return found
    }
  }
  return nothing
}

/** A map written into a mapping, as the resource it stands for. */
export function resourceOf(map: InlineConceptMap): ConceptMap {
  const systems = new Map(map.prefixes.map(({ prefix, system }) => [prefix, system]))
  const groups = new Map<string, ConceptMapGroup>()
  for (const { source, target, equivalence } of map.mappings) {
    const key = `${source.prefix} ${target.prefix}`
    const group =
      groups.get(key) ?? groupOf(map, systems.get(source.prefix), systems.get(target.prefix), source.prefix)
    groups.set(key, group)
    // The parser gives R4 equivalences only.
    const to = { code: target.code, equivalence } as NonNullable<ConceptMapGroup['element'][0]['target']>[0]
    group.element.push({ code: source.code, target: [to] })
  }
  return { resourceType: 'ConceptMap', status: 'active', url: map.url, group: [...groups.values()] }
}

function groupOf(map: InlineConceptMap, source = '', target = '', prefix = ''): ConceptMapGroup {
  const provided = map.provided.includes(prefix)
  return { source, target, element: [], ...(provided && { unmapped: { mode: 'provided' } }) }
}

import { readdir, readFile } from 'node:fs/promises'
import type { ConceptMap, Resource } from '@medplum/fhirtypes'
import { bindings, structures } from '../fhir/definitions/index.ts'
import { loadMaps, type Maps } from '../transform/index.ts'
import { openValidator, type Validator } from '../validate/index.ts'
import { loadProfiles } from '../validate/profiles.ts'

/** What the project and the territory declare: what resources are held against, and how messages become resources. */
export interface Rules {
  validator: Validator
  maps: Maps
  /** The project's ConceptMaps and the territory's; the territory's win. */
  conceptMaps: readonly ConceptMap[]
  /** Served read-only. */
  conformance: readonly Resource[]
}

/** Maps and ConceptMaps of a territory. */
export interface Own {
  maps: readonly { name: string; text: string }[]
  conceptMaps: readonly ConceptMap[]
}

const root = new URL('../../', import.meta.url)

/** Compiles `profiles/` and `mappings/` with what a territory adds. Fails with all that is wrong in a map, by line. */
export async function loadRules(own: Own): Promise<Rules> {
  const [profiles, tables, maps] = await Promise.all([
    jsonIn('profiles'),
    jsonIn('mappings'),
    textsIn('mappings', '.map'),
  ])
  const conceptMaps = tables.filter((one): one is ConceptMap => one.resourceType === 'ConceptMap')
  const urls = new Set(own.conceptMaps.map(({ url }) => url))
  const all = [...conceptMaps.filter(({ url }) => !urls.has(url)), ...own.conceptMaps]
  return {
    validator: openValidator({ structures, bindings, profiles: loadProfiles(profiles) }),
    maps: loadMaps(maps, conceptMaps, { files: own.maps, conceptMaps: own.conceptMaps }),
    conceptMaps: all,
    conformance: [...profiles, ...all],
  }
}

async function jsonIn(folder: string): Promise<Resource[]> {
  const files = await textsIn(folder, '.json')
  return files.map(({ text }) => JSON.parse(text))
}

async function textsIn(folder: string, ending: string): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(new URL(`${folder}/`, root))).filter((name) => name.endsWith(ending)).sort()
  return Promise.all(
    names.map(async (name) => ({
      name: `${folder}/${name}`,
      text: await readFile(new URL(`${folder}/${name}`, root), 'utf8'),
    })),
  )
}

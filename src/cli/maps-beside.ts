import { basename, dirname } from 'node:path'
import type { ConceptMap } from '@medplum/fhirtypes'
import type { loadRules } from '../gateway/rules.ts'
import { filesIn, isFolder } from '../territory/files.ts'

type Maps = Parameters<typeof loadRules>[0]

/** Maps of a vendor's own, for a file of it: in `maps/` beside it, or beside the folder that it stands in. */
export async function mapsBeside(path: string): Promise<Maps> {
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    if (await isFolder(`${folder}/maps`)) return mapsIn(folder)
  }
  return { maps: [], conceptMaps: [] }
}

/** A map's file with those that it may use: all of its folder, where that is called `maps`. */
export async function mapsWith(path: string, text: string): Promise<Maps> {
  if (basename(dirname(path)) !== 'maps') return { maps: [{ name: path, text }], conceptMaps: [] }
  return mapsIn(dirname(dirname(path)))
}

async function mapsIn(folder: string): Promise<Maps> {
  const [maps, concepts] = await Promise.all([
    filesIn(folder, 'maps', '.map'),
    filesIn(folder, 'maps', '.json'),
  ])
  return {
    maps: maps.map(({ path, text }) => ({ name: path, text })),
    conceptMaps: concepts.map(({ text }): ConceptMap => JSON.parse(text)),
  }
}

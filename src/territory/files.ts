import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A file of a territory's folder; `value` is what its JSON says. */
export interface TerritoryFile {
  /** From the folder: `connectors/ris-v2.json`. */
  path: string
  text: string
}

/** The files of one part of a territory's folder that end so, by name; none when there is no such part. */
export async function filesIn(folder: string, part: string, ending: string): Promise<TerritoryFile[]> {
  const names = await readdir(join(folder, part)).catch(absent)
  const wanted = names.filter((name) => name.endsWith(ending)).sort()
  return Promise.all(
    wanted.map(async (name) => ({
      path: `${part}/${name}`,
      text: await readFile(join(folder, part, name), 'utf8'),
    })),
  )
}

function absent(thrown: unknown): string[] {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return []
  throw thrown
}

/** Whether there is such a folder. */
export const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false, // which is the answer
  )

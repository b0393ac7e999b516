import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silent } from '../../log.ts'
import type { LinkDesk } from '../connector.ts'
import { takeDiary } from './diary.ts'
import type { FileSettings } from './index.ts'
import { takeMessages } from './messages.ts'

/** What became of a file, and of which of its lines what was wrong. Nothing of what they hold. */
export interface Report {
  taken: number
  refused: readonly { line: number; text: string }[]
}

/** A file that is to be taken. */
export interface Dropped {
  name: string
  /** Name and time of its last change: the same file, though it is taken once more after a crash. */
  id: string
  bytes: Buffer
}

type Take = (file: Dropped, settings: FileSettings, desk: LinkDesk) => Promise<Report>

/** By the ending of its name. */
const ways: readonly [RegExp, Take][] = [
  [/\.csv$/i, takeDiary],
  [/\.(hl7|txt|er7)$/i, takeMessages],
]

/**
 * Takes each file of the folder to its end, the oldest first: handed in, moved to `done` or `failed`, a report beside it.
 *
 * It is moved last. After a crash it is taken once more: what had been taken is known by its ids, and done once. What
 * could not be taken now (the store is away) leaves the file where it is.
 */
export function taking(settings: FileSettings, desk: LinkDesk) {
  return async (signal: AbortSignal): Promise<void> => {
    for (const name of await waiting(settings)) {
      if (signal.aborted) return
      await taken(name, settings, desk)
    }
  }
}

/** Files that have not changed for a while, the oldest first. */
async function waiting({ folder, settleMs }: FileSettings): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(async ({ name }) => ({ name, changedMs: (await stat(join(folder, name))).mtimeMs })),
  )
  // Files are dated by the machine, not by our clock, and in parts of a millisecond.
  return files
    .filter(({ changedMs }) => Date.now() - Math.floor(changedMs) >= settleMs)
    .toSorted((a, b) => a.changedMs - b.changedMs || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)
}

async function taken(name: string, settings: FileSettings, desk: LinkDesk): Promise<void> {
  const report = await reportOf(name, settings, desk)
  const end = report.refused.length === 0 ? 'done' : 'failed'
  const folder = join(settings.folder, end)
  await mkdir(folder, { recursive: true })
  // Time first: the next file of the same name does not take its place.
  const stamp = desk.clock().toISOString().replaceAll(/[:.]/g, '-')
  await writeFile(join(folder, `${stamp}_${name}.report.json`), `${JSON.stringify(report, null, 2)}\n`)
  await rename(join(settings.folder, name), join(folder, `${stamp}_${name}`))
  const log = desk.log ?? silent
  log.event('file.taken', { peer: desk.name, end, taken: report.taken, refused: report.refused.length })
}

async function reportOf(name: string, settings: FileSettings, desk: LinkDesk): Promise<Report> {
  const path = join(settings.folder, name)
  const way = ways.find(([ending]) => ending.test(name))?.[1]
  if (!way) return refused('Files are named .csv (a diary) or .hl7 (messages).')
  const { size, mtimeMs } = await stat(path)
  if (size > settings.maxBytes) return refused(`A file has at most ${settings.maxBytes} bytes.`)
  return way({ name, id: `${name}@${Math.round(mtimeMs)}`, bytes: await readFile(path) }, settings, desk)
}

const refused = (text: string): Report => ({ taken: 0, refused: [{ line: 1, text }] })

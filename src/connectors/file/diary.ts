import { createHash } from 'node:crypto'
import { type DiaryRows, diaryKind, takeRows } from '../../flows/slots/rows.ts'
import { readTable } from '../../transform/csv.ts'
import type { LinkDesk } from '../connector.ts'
import type { FileSettings } from './index.ts'
import type { Dropped, Report } from './take.ts'

/** Hands in a diary row by row of its days; what it says is known by the file and by what it is. */
export async function takeDiary(
  { id, bytes }: Dropped,
  settings: FileSettings,
  desk: LinkDesk,
): Promise<Report> {
  const { delimiter, columns, whole } = settings
  const { rows, faults } = readTable(bytes, { delimiter, columns })
  const isSound = faults.length === 0
  const hand = async (diary: DiaryRows) => {
    const raw = Buffer.from(JSON.stringify(diary))
    const { outcome } = await desk.receive({
      raw,
      id: `${id}:${createHash('sha256').update(raw).digest('hex').slice(0, 16)}`,
      kind: diaryKind,
      peer: desk.name,
      receivedAt: desk.clock().toISOString(),
      by: 'file',
      content: { form: 'json', value: diary },
    })
    return outcome
  }
  // Of a table with a line that cannot be read nobody can say what is missing in it.
  const { taken, refused } = await takeRows(rows, { source: desk.name, whole: whole && isSound }, hand)
  return { taken, refused: [...faults, ...refused].toSorted((a, b) => a.line - b.line) }
}

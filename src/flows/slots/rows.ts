import type { Bundle, OperationOutcome } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import { tellingOf } from '../../hl7v2/acknowledge.ts'
import type { LineFault, Row } from '../../transform/csv.ts'
import { entriesOf } from '../entries.ts'
import type { Covered, Incoming } from '../message.ts'
import type { Publication } from './published.ts'

/** Kind of an arrival that is a diary as a table. */
export const diaryKind = 'diary/1'

/** A diary as a table, as the map reads it. */
export interface DiaryRows {
  /** Name of the peer whose diary it is. */
  source: string
  /** The rows are all that there is on the days that they name: what is not named has vanished. */
  whole: boolean
  /** Cells by column, and `line`: of the file. */
  rows: readonly Readonly<Record<string, string | number>>[]
}

/** Hands in rows, and comes back with what became of them. */
export type HandRows = (diary: DiaryRows) => Promise<OperationOutcome>

/** What became of a table. */
export interface RowsTaken {
  taken: number
  refused: readonly LineFault[]
}

/**
 * Hands in a table a day at a time. What is refused is told by its line, and the rest of the day is taken: by halves, so
 * that one bad row of a thousand is found with twenty tries. A day of which a line is refused says nothing of what has
 * vanished.
 *
 * Fails: lock-error when some of it was refused for now: the table is to come again.
 */
export async function takeRows(
  rows: readonly Row[],
  { source, whole }: Pick<DiaryRows, 'source' | 'whole'>,
  hand: HandRows,
): Promise<RowsTaken> {
  const take = async (some: readonly Row[], isWhole: boolean): Promise<LineFault[]> => {
    const outcome = await hand({
      source,
      whole: isWhole,
      rows: some.map(({ line, cells }) => ({ ...cells, line })),
    })
    const fault = outcome.issue.find(({ severity }) => severity === 'error' || severity === 'fatal')
    if (!fault) return []
    if (tellingOf(fault).job === 'again')
      throw failure('lock-error', 'The table could not be taken now. Send it again in a moment.')
    const [only] = some
    if (some.length === 1 && only) return [{ line: only.line, text: fault.diagnostics ?? fault.code }]
    const middle = Math.ceil(some.length / 2)
    return [...(await take(some.slice(0, middle), false)), ...(await take(some.slice(middle), false))]
  }
  const refused: LineFault[] = []
  for (const day of daysOf(rows)) refused.push(...(await take(day, whole)))
  return { taken: rows.length - refused.length, refused }
}

/** Rows that begin on the same day, by the text of the date; a row without one is alone, to be refused by itself. */
function daysOf(rows: readonly Row[]): Row[][] {
  const days = Map.groupBy(rows, ({ line, cells }) => cells.start?.slice(0, 10) ?? `line ${line}`)
  return [...days.values()]
}

/** What a diary as a table publishes, once it is transformed: of whole days, also what is not there any more. */
export function diaryOf(bundle: Bundle, { content, peer }: Incoming): Publication {
  // Whoever hands in this kind makes it by `takeRows`; what is replayed was made so.
  const { source = peer, whole = false } =
    content?.form === 'json' ? (content.value as Partial<DiaryRows>) : {}
  const entries = entriesOf(bundle)
  const covers = whole
    ? dayOf(entries.flatMap(({ resource }) => (resource.resourceType === 'Slot' ? resource.start : [])))
    : undefined
  return { entries, peer: source, ...(covers && { covers }) }
}

/** The day that slots begin on, in their own offset. */
function dayOf([start]: readonly string[]): Covered | undefined {
  const [, date, offset] = /^(.{10})T.*?([+-]\d\d:\d\d|Z)$/.exec(start ?? '') ?? []
  if (!date || !offset) return undefined
  const from = Date.parse(`${date}T00:00:00${offset}`)
  return { from: new Date(from).toISOString(), to: new Date(from + 86_400_000).toISOString() }
}

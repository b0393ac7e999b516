import { parse } from 'csv-parse/sync'

/** One line of a table: the texts of its columns by their headings, without those that are empty. */
export interface Row {
  /** Line of the file that it begins in; the headings are line 1. */
  line: number
  cells: Readonly<Record<string, string>>
}

/** What cannot be read in a file, and where. */
export interface LineFault {
  line: number
  text: string
}

/** A table as it came: its rows, and the lines that are none. */
export interface Table {
  rows: Row[]
  faults: LineFault[]
}

/** How a table is written, where it does not say so itself. */
export interface TableForm {
  /** `;` `,` or a tab; unless said, the one of them that parts the headings. */
  delimiter?: string | undefined
  /** Headings of the file → our names for them; others stay as they are. */
  columns?: Readonly<Record<string, string>> | undefined
}

/**
 * Reads a table with headings (CSV). UTF-8, otherwise Windows-1252, as spreadsheets save it. A line with too many or too
 * few cells, or with a stray quote, is told, and the others are read all the same.
 *
 * Source: RFC 4180.
 */
export function readTable(bytes: Buffer, form: TableForm = {}): Table {
  const text = textOf(bytes)
  const faults: LineFault[] = []
  const found: { info: { lines: number }; record: Record<string, string> }[] = parse(text, {
    bom: true,
    columns: (headings: string[]) => headings.map((one) => named(one, form)),
    delimiter: form.delimiter ?? delimiterOf(text),
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
    on_skip: (fault) => {
      if (fault)
        faults.push({ line: Number(fault.lines), text: plain[fault.code] ?? 'The line cannot be read.' })
      return undefined
    },
  })
  const rows = found.map(({ info, record }) => ({
    line: linesBefore(record, info.lines),
    cells: filled(record),
  }))
  return { rows, faults }
}

/** What is wrong, without what the line holds. */
const plain: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'The line has more or fewer cells than there are headings.',
  CSV_RECORD_INCONSISTENT_COLUMNS: 'The line has more or fewer cells than there are headings.',
  CSV_INVALID_CLOSING_QUOTE: 'A quote stands within a cell: write it twice, within quotes.',
  INVALID_OPENING_QUOTE: 'A quote stands within a cell: write it twice, within quotes.',
  CSV_QUOTE_NOT_CLOSED: 'A quote is opened and not closed.',
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes) // every byte is a character there
  }
}

function delimiterOf(text: string): string {
  const [headings = ''] = text.split(/\r?\n/, 1)
  return [';', '\t', ','].find((one) => headings.includes(one)) ?? ';'
}

const named = (heading: string, { columns = {} }: TableForm) =>
  columns[heading.trim()] ?? heading.trim().toLowerCase()

/** The line that a record begins in: the parser tells that in which it ends. */
function linesBefore(record: Readonly<Record<string, string>>, last: number): number {
  const breaks = Object.values(record).reduce((sum, cell) => sum + cell.split('\n').length - 1, 0)
  return last - breaks
}

const filled = (record: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== ''))

import {
  type Column,
  columnsOf,
  isSortable,
  type Parameter,
  parametersOf,
} from '../../fhir/search/parameters.ts'
import { conformanceTypes, servedTypes } from '../../fhir/served.ts'

/** The table in which a resource type is searched. */
export const searchTable = (type: string): string =>
  `search${type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`

/** Indexes over several columns, for questions that are asked all the time. */
const hot: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Appointment: [['status', 'date']],
  ServiceRequest: [
    ['subject', 'status'],
    ['status', 'authored_low'],
  ],
  Slot: [
    ['schedule', 'status', 'start'],
    ['status', 'start'],
  ],
  Task: [['owner', 'status']],
}

/** What strings are sorted by: their beginning, as an index entry has a longest length. */
export const sortText = (column: string): string => `left(${column}, 100)`

/** The statements that make all search tables, from the definitions of the search parameters. */
export function searchSchema(): string {
  const head =
    '-- Made from the search parameters of the types served (`npm run definitions`). Not edited by hand.\n'
  const extension =
    '-- Needs pg_trgm (trusted since PostgreSQL 13).\ncreate extension if not exists pg_trgm;\n'
  return [head + extension, ...[...servedTypes, ...conformanceTypes].map(tableOf)].join('\n')
}

/** Names are quoted: some codes are words of SQL. */
export const quoted = (name: string): string => `"${name}"`

function tableOf(type: string): string {
  const table = searchTable(type)
  const parameters = [...parametersOf(type).values()]
  const columns = parameters.flatMap(columnsOf).map(declaration)
  return [
    `create table ${table} (\n  ${[...always, ...columns].join(',\n  ')}\n);`,
    ...[...parameters.flatMap(indexesOf), ...own(type)].map((index) => indexStatement(table, index)),
    '',
  ].join('\n')
}

const always = [
  'id text collate "C" primary key',
  'access text[] collate "C" not null',
  'updated timestamptz not null',
]

const declaration = ({ name, type }: Column) =>
  `${quoted(name)} ${type}${type.startsWith('text') ? ' collate "C"' : ''}`

interface Index {
  /** Ends its name. */
  name: string
  using?: 'gin'
  on: readonly string[]
  where?: string
}

/** Access by itself and with the usual order, and the combinations that are asked all the time. */
function own(type: string): Index[] {
  const combined = (hot[type] ?? []).map((columns) => ({
    name: columns.join('_'),
    on: [...columns.map(quoted), 'id'],
  }))
  return [{ name: 'access', using: 'gin', on: ['access'] }, ...combined]
}

function indexesOf(parameter: Parameter): Index[] {
  const { column, kind } = parameter
  const name = quoted(column)
  const filled = { where: `${name} is not null` }
  switch (kind) {
    case 'token':
    case 'references':
    case 'canonical':
    case 'uris':
      return [{ name: column, using: 'gin', on: [name], ...filled }]
    case 'string':
      return [
        { name: column, using: 'gin', on: [`${name} gin_trgm_ops`], ...filled },
        ...(isSortable(parameter) ? [{ name: `${column}_sort`, on: [`(${sortText(name)})`, 'id'] }] : []),
      ]
    case 'period':
    case 'quantity':
      return [
        { name: `${column}_low`, on: [quoted(`${column}_low`), quoted(`${column}_high`)] },
        { name: `${column}_high`, on: [quoted(`${column}_high`)] },
      ]
    case 'unsupported':
      return []
    default:
      return column === 'id' ? [] : [{ name: column, on: [name, 'id'] }]
  }
}

/**
 * What is new in a GIN index is first kept in a list, which every search reads through. With PostgreSQL's own 4 MB the
 * planner of 20,000 new slots took the whole table (11 ms) for the index; with none a write took three times as long.
 */
const pendingLimit = ' with (gin_pending_list_limit = 256)'

function indexStatement(table: string, { name, using, on, where }: Index): string {
  const method = using ? ` using ${using}` : ''
  const settings = using === 'gin' ? pendingLimit : ''
  const condition = where ? ` where ${where}` : ''
  return `create index ${indexName(table, name)} on ${table}${method} (${on.join(', ')})${settings}${condition};`
}

/** PostgreSQL cuts names after 63 letters without a word: here that is an error. */
function indexName(table: string, name: string): string {
  const whole = `${table}_${name}`
  if (whole.length > 63) throw new Error(`Index name too long: ${whole}`)
  return whole
}

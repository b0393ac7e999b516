import {
  type Column,
  columnsOf,
  isSortable,
  isWorded,
  type Parameter,
  parametersOf,
} from '../../fhir/search/parameters.ts'
import { wordsColumn } from '../../fhir/search/row.ts'
import { conformanceTypes, servedTypes } from '../../fhir/served.ts'

/** The table in which a resource type is searched. */
export const searchTable = remembered(
  (type: string) => `search${type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
)

/** What follows from a type alone is worked out once. */
export function remembered<Value>(make: (type: string) => Value): (type: string) => Value {
  const known = new Map<string, Value>()
  return (type) => {
    const before = known.get(type)
    if (before !== undefined) return before
    const made = make(type)
    known.set(type, made)
    return made
  }
}

/**
 * B-tree indexes for questions that are asked all the time. Columns that are asked for one value come first; the last
 * may be a range and the order. Parameters that a question asks for, as they begin one, are asked by their columns.
 */
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
  Task: [['focus'], ['owner', 'status', 'priority', 'answer_due']],
}

/** The columns of each index over several columns that a type has. */
export const combined = (type: string): readonly (readonly string[])[] => hot[type] ?? []

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
  return [
    `create table ${table} (\n  ${[...always, ...keptColumns(type).map(declaration)].join(',\n  ')}\n);`,
    ...indexesOf(type).map((index) => indexStatement(table, index)),
    '',
  ].join('\n')
}

const always = [
  'id text collate "C" primary key',
  'access text[] collate "C" not null',
  'updated timestamptz not null',
  'terms text[] collate "C" not null',
]

/** The columns that a type's table has beside those that each has: what is compared, ordered, or asked all the time. */
export const keptColumns = remembered((type): readonly Column[] => {
  const all = [...parametersOf(type).values()]
  const worded = all.some((parameter) => isWorded(type, parameter))
  return [
    ...all.filter(({ kind }) => !listed.includes(kind)).flatMap(columnsOf),
    ...(worded ? [{ name: wordsColumn, type: 'text' } as const] : []),
  ]
})

/** Of these there are several in a row: they are terms and nothing else. */
const listed: readonly Parameter['kind'][] = ['token', 'references', 'canonical', 'uris', 'phonetic']

const declaration = ({ name, type }: Column) =>
  `${quoted(name)} ${type}${type.startsWith('text') ? ' collate "C"' : ''}`

interface Index {
  /** Ends its name. */
  name: string
  using?: 'gin'
  on: readonly string[]
  where?: string
}

/** One for all that is asked for its value, for access and for parts of texts; then those that know an order. */
function indexesOf(type: string): Index[] {
  const parameters = [...parametersOf(type).values()]
  const strings = [
    ...parameters.filter(({ kind }) => kind === 'string').map(({ column }) => column),
    ...(parameters.some((parameter) => isWorded(type, parameter)) ? [wordsColumn] : []),
  ].map((column) => `${quoted(column)} gin_trgm_ops`)
  const combined = (hot[type] ?? []).map((columns) => ({
    name: columns.join('_'),
    on: [...columns.map(quoted), 'id'],
  }))
  return [
    { name: 'terms', using: 'gin', on: ['terms', 'access', ...strings] },
    ...parameters.flatMap(orderedOf),
    ...combined,
  ]
}

function orderedOf(parameter: Parameter): Index[] {
  const { column, kind } = parameter
  const name = quoted(column)
  switch (kind) {
    case 'string':
      return isSortable(parameter) ? [{ name: `${column}_sort`, on: [`(${sortText(name)})`, 'id'] }] : []
    case 'instant':
      return [{ name: column, on: [name, 'id'] }]
    case 'period':
    case 'periods':
    case 'quantity':
    case 'quantities': {
      const [low, high] = [quoted(`${column}_low`), quoted(`${column}_high`)]
      return [
        { name: `${column}_low`, on: [low, high] },
        { name: `${column}_high`, on: [high], where: `${high} is not null` },
      ]
    }
    case 'position':
      return [{ name: column, on: [quoted(`${column}_latitude`), quoted(`${column}_longitude`)] }]
    default:
      return []
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

import { readFile } from 'node:fs/promises'
import type { OperationOutcome } from '@medplum/fhirtypes'
import type { MessageWhole, Replayed, Steering } from '../api/steering.ts'
import { failureOf, outcomeOf } from '../fhir/outcome.ts'
import type { MessageLine, MessageQuery } from '../store/index.ts'
import { command, type Result, WrongUse, wholeNumber } from './command.ts'
import { whoIs, withSteering } from './steering.ts'
import { table } from './table.ts'

const statuses = ['transformed', 'filtered', 'error', 'queued', 'sent', 'parked', 'dead', 'cancelled']

/** What messages are looked for by. */
const filters = {
  status: { type: 'string' },
  peer: { type: 'string' },
  kind: { type: 'string' },
  direction: { type: 'string' },
  order: { type: 'string' },
  patient: { type: 'string' },
  id: { type: 'string' },
  about: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string' },
} as const

const usage =
  '[--status <status>] [--peer <name>] [--kind <kind>] [--direction in|out] [--order <number>] [--patient <identifier>] [--id <control id>] [--about <Type/id>] [--since <instant>] [--until <instant>] [--limit <n>]'

export const messages = command({
  usage,
  says: `Lists what came in and what leaves, newest first, without what it says.
Status in: transformed, filtered, error. Status out: queued, sent, parked, dead, cancelled. Peer: a connector or a
client. Order, patient: numbers as they are written. Since and until: an instant or a date, such as 2026-03-01.
Limit: 50 unless said.`,
  options: filters,
  words: [0, 0],
  async run({ options, environment }) {
    const query = queryIn(options)
    const shown = await withSteering(environment, (steering) => steering.messages(query))
    return { text: asTable(shown), value: shown }
  },
})

export const show = command({
  usage: '<row> [--by <name>]',
  says: `Shows one message as it came or left, by the row that \`messages\` shows: what patients told stands in it.
Looking leaves a trail; by: the name that stands in it, your account unless said.`,
  options: { by: { type: 'string' } },
  words: [1, 1],
  async run({ words: [row = ''], options: { by }, environment }) {
    const found = await withSteering(environment, (steering) => steering.message(rowIn(row), whoIs(by)))
    return { text: asText(found), value: found }
  },
})

export const discard = command({
  usage: '[<row> …] [--by <name>] | --all [filters of messages]',
  says: `Ends messages that were to leave, by the rows that \`messages\` shows, or all that its filters find (--all; 1000 at
most): they are never sent. What is parked or dead, and what is queued for a connector that is paused, stopped or gone.
An appointment that one asked for is cancelled, and its place free. Leaves a trail; by: the name that stands in it, your
account unless said.`,
  options: { ...filters, all: { type: 'boolean' }, by: { type: 'string' } },
  words: [0, 1000],
  async run({ words, options: { all, by, ...asked }, environment }) {
    const which = wanted(words, all, asked)
    return resultOf(
      await withSteering(environment, (steering) =>
        eachOf(which, (row) => steering.discard(row, whoIs(by)), steering),
      ),
    )
  },
})

export const replay = command({
  usage: '[<row> …] [--edit <file>] [--anew] [--as <peer>] [--by <name>] | --all [filters of messages]',
  says: `Takes messages once more, by the rows that \`messages\` shows, or all that its filters find (--all; 1000 at most).
What came in goes the same road again, from its kept bytes, with a fresh decision by the territory's folder as it is
now; --as says from whom, when its sender was unknown then. What leaves is queued again under its own control id, and a
running gateway sends it. --anew makes it from its resources by the maps as they are now, --edit says the text of a file
instead: both as another message. All leave a trail.`,
  options: {
    ...filters,
    all: { type: 'boolean' },
    anew: { type: 'boolean' },
    edit: { type: 'string' },
    as: { type: 'string' },
    by: { type: 'string' },
  },
  words: [0, 1000],
  async run({ words, options: { all, anew, edit, as, by, ...asked }, environment }) {
    const which = wanted(words, all, asked)
    if (edit !== undefined && words.length !== 1) throw new WrongUse('--edit is for one row.')
    const text = edit === undefined ? undefined : await readFile(edit, 'utf8')
    const how = {
      ...(anew && { anew }),
      ...(as !== undefined && { as }),
      ...(text !== undefined && { text }),
    }
    return resultOf(
      await withSteering(environment, (steering) =>
        eachOf(which, (row) => steering.replay({ row, ...how }, whoIs(by)), steering),
      ),
    )
  },
})

export const retention = command({
  usage: '',
  says: `Counts the messages that have been kept for long enough, by status, as RELAIS_KEEP_MESSAGES says.
Nothing is removed: a running gateway does that, once an hour.`,
  words: [0, 0],
  async run({ environment }) {
    const expired = await withSteering(environment, (steering) => steering.expired())
    const rows = expired.map(({ direction, status, count }) => [direction, status, String(count)])
    const text = rows.length === 0 ? 'None.' : table(['', 'status', 'messages'], rows)
    return { text, value: expired }
  },
})

type Asked = { [Name in keyof typeof filters]?: string }

function queryIn({ status, direction, since, until, limit, ...others }: Asked): MessageQuery {
  if (status !== undefined && !statuses.includes(status)) {
    throw new WrongUse(`There is no status "${status}". One of: ${statuses.join(', ')}.`)
  }
  if (direction !== undefined && direction !== 'in' && direction !== 'out') {
    throw new WrongUse(`--direction is in or out, not "${direction}".`)
  }
  return {
    ...others,
    limit: wholeNumber('limit', limit, 50),
    ...(status !== undefined && { status }),
    ...(direction !== undefined && { direction }),
    ...(since !== undefined && { since: instant('since', since) }),
    ...(until !== undefined && { until: instant('until', until) }),
  }
}

function instant(name: string, text: string): string {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new WrongUse(`--${name} is an instant or a date, not "${text}".`)
  return at.toISOString()
}

/** Rows that are named, or a query for them. */
function wanted(words: readonly string[], all: boolean | undefined, asked: Asked): string[] | MessageQuery {
  if ((words.length === 0) !== (all === true)) throw new WrongUse('Name rows, or say --all and which.')
  return all ? { ...queryIn(asked), limit: wholeNumber('limit', asked.limit, 1000) } : words.map(rowIn)
}

/** Of those that are named the first that is refused ends it; of those that a query finds, oldest first, each is by itself. */
async function eachOf(
  which: string[] | MessageQuery,
  handle: (row: string) => Promise<Replayed>,
  steering: Pick<Steering, 'messages'>,
): Promise<Replayed[]> {
  const isFound = !Array.isArray(which)
  const rows = isFound ? (await steering.messages(which)).map(({ row }) => row).reverse() : which
  const done: Replayed[] = []
  for (const row of rows) {
    const one = handle(row)
    done.push(await (isFound ? one.catch((thrown) => refusalOf(row, thrown)) : one))
  }
  return done
}

function rowIn(row: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(row)) return row
  throw new WrongUse(`"${row}" is no row: it is a UUID.`)
}

function refusalOf(row: string, thrown: unknown): Replayed {
  return { row, outcome: outcomeOf(failureOf(thrown, row).issues) }
}

function resultOf(done: readonly Replayed[]): Result {
  const isRefused = done.some(({ outcome }) => outcome.issue.some(isFault))
  const [only, ...others] = done
  const text = done
    .map(({ row, outcome }) => (others.length === 0 ? linesOf(outcome) : `${row}  ${linesOf(outcome)}`))
    .join('\n')
  return {
    text: done.length === 0 ? 'No messages.' : text,
    value: only && others.length === 0 ? only : done,
    code: isRefused ? 1 : 0,
  }
}

const isFault = ({ severity }: OperationOutcome['issue'][number]) =>
  severity === 'error' || severity === 'fatal'

function linesOf({ issue }: OperationOutcome): string {
  return issue
    .map(({ severity, diagnostics = '', expression = [] }) =>
      [severity, ...expression, diagnostics].join(' '),
    )
    .join('\n')
}

function asTable(lines: readonly MessageLine[]): string {
  if (lines.length === 0) return 'No messages.'
  return table(
    ['row', '', 'at', 'peer', 'kind', 'status', 'tries', 'next try', 'id', 'reason'],
    lines.map((line) => [
      line.row,
      line.direction,
      line.at,
      line.peer,
      line.kind,
      line.status,
      line.attempts === undefined ? '' : String(line.attempts),
      line.nextTry ?? '',
      line.id ?? '',
      line.reason ?? '',
    ]),
  )
}

function asText({ raw, parsed, answer, about, keys, ...line }: MessageWhole): string {
  const facts = Object.entries(line).map(([name, value]) => `${name.padEnd(10)} ${value}`)
  return [
    ...facts,
    ...about.map((reference) => `${'about'.padEnd(10)} ${reference}`),
    ...(raw === undefined ? [] : ['', raw.replaceAll('\r', '\n').trimEnd()]),
    ...(answer === undefined ? [] : ['', 'Answered:', answer.replaceAll('\r', '\n').trimEnd()]),
  ].join('\n')
}

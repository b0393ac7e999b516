import type { ArrivalRow, DepartureRow } from '../store/index.ts'
import { command, WrongUse, wholeNumber } from './command.ts'
import { withStore } from './store.ts'
import { table } from './table.ts'

/** A message without what it says. */
interface Line {
  row: string
  direction: 'in' | 'out'
  at: string
  peer: string
  kind: string
  status: string
  id?: string
  reason?: string
}

const statuses = ['transformed', 'filtered', 'error', 'queued', 'sent', 'parked', 'dead', 'cancelled']

export const messages = command({
  usage: '[--status <status>] [--peer <name>] [--since <instant>] [--limit <n>]',
  says: `Lists what came in and what leaves, newest first, without what it says.
Status in: transformed, filtered, error. Status out: queued, sent, parked, dead, cancelled. Since: an instant or a
date, such as 2026-03-01. Limit: 50 unless said.`,
  options: {
    status: { type: 'string' },
    peer: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string' },
  },
  words: [0, 0],
  async run({ options: { status, peer, since, limit: many }, environment }) {
    if (status !== undefined && !statuses.includes(status)) {
      throw new WrongUse(`There is no status "${status}". One of: ${statuses.join(', ')}.`)
    }
    const limit = wholeNumber('limit', many, 50)
    const filter = { limit, ...(status && { status }), ...(peer && { peer }) }
    const from = since === undefined ? undefined : instant(since)
    const lines = await withStore(environment, async ({ messages, outbox }) => {
      const [came, leave] = await Promise.all([
        messages.list({ ...filter, ...(from && { since: from }) }),
        outbox.list(filter),
      ])
      return [...came.map(arrival), ...leave.map(departure)]
    })
    const shown = lines
      .filter(({ at }) => from === undefined || at >= from)
      .sort((a, b) => (a.at < b.at ? 1 : -1))
      .slice(0, limit)
    return { text: asTable(shown), value: shown }
  },
})

function instant(text: string): string {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new WrongUse(`--since is an instant or a date, not "${text}".`)
  return at.toISOString()
}

function arrival({ row, receivedAt, peer, kind, status, id, reason }: ArrivalRow): Line {
  const more = { ...(id !== undefined && { id }), ...(reason !== undefined && { reason }) }
  return { row, direction: 'in', at: receivedAt, peer, kind, status, ...more }
}

function departure({ row, queuedAt, peer, kind, status, lastError }: DepartureRow): Line {
  const more = lastError === undefined ? {} : { reason: lastError }
  return { row, direction: 'out', at: queuedAt, peer, kind, status, ...more }
}

function asTable(lines: readonly Line[]): string {
  if (lines.length === 0) return 'No messages.'
  return table(
    ['row', '', 'at', 'peer', 'kind', 'status', 'id', 'reason'],
    lines.map(({ row, direction, at, peer, kind, status, id = '', reason = '' }) => [
      row,
      direction,
      at,
      peer,
      kind,
      status,
      id,
      reason,
    ]),
  )
}

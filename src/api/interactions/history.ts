import { readableTypes, restrictionsOf } from '../../auth/gate.ts'
import { tooLittle } from '../../auth/permit.ts'
import { history as historyBundle, type Link } from '../../fhir/bundle.ts'
import { instantText, parseDate } from '../../fhir/dates.ts'
import { failure } from '../../fhir/outcome.ts'
import { servedTypes } from '../../fhir/served.ts'
import type { HistoryPage, HistoryQuery } from '../../store/index.ts'
import { type Answer, versionsOf } from '../answer.ts'
import { type Call, idOf, typeOf } from '../call.ts'
import { cursorFor, placeIn } from '../page-link.ts'
import { expectOnly } from '../parameters.ts'
import type { Interaction } from './interaction.ts'

/** What became of one resource. */
export const historyInstance: Interaction = {
  codes: ['history-instance'],
  method: 'GET',
  path: '/:type/:id/_history',
  letter: 'r',
  async handle(call) {
    const [type, id] = [typeOf(call), idOf(call)]
    unfiltered(call, type, 'r')
    const kept = await call.house.store.read(type, id, call.permit.actor.sight)
    if (!kept) throw failure('not-found', `There is no ${type}/${id}.`)
    return history(call, { type, id })
  },
}

/** What became of the resources of one type: what a puller follows. */
export const historyType: Interaction = {
  codes: ['history-type'],
  method: 'GET',
  path: '/:type/_history',
  letter: 's',
  handle(call) {
    unfiltered(call, typeOf(call), 's')
    return history(call, { type: typeOf(call) })
  },
}

/** What became of all that the caller may search for. */
export const historySystem: Interaction = {
  codes: ['history-system'],
  method: 'GET',
  path: '/_history',
  handle(call) {
    const readable = readableTypes(call.permit).filter((type) => !restrictionsOf(call.permit, type, 's'))
    const types = servedTypes.filter((type) => readable.includes(type))
    if (types.length === 0) throw tooLittle('This needs the scope system/<Type>.s of at least one type.')
    return history(call, { types })
  },
}

/** Which changes a filtered scope reaches changes with each version: such a scope has no history. */
function unfiltered(call: Call, type: string, letter: 'r' | 's'): void {
  if (restrictionsOf(call.permit, type, letter) === undefined) return
  throw tooLittle(
    `A history needs a scope without a filter: system/${type}.${letter}.`,
    `system/${type}.${letter}`,
  )
}

const known = ['_since', '_at', '_count', '_sort', '_cursor']

async function history(call: Call, which: Pick<HistoryQuery, 'type' | 'id' | 'types'>): Promise<Answer> {
  expectOnly(call.query, known)
  const level = which.id ? 'instance' : which.type ? 'type' : 'system'
  const query = { ...which, ...queryOf(call) }
  const page = await call.house.store.history(query, call.permit.actor.sight)
  const head = { links: linksOf(call, page), ...(page.total !== undefined && { total: page.total }) }
  const shown = { interaction: `history-${level}`, references: versionsOf(page.entries) }
  const body = historyBundle(call.base, page.entries, head)
  return { status: 200, headers: {}, body, shown }
}

const defaultCount = 100
const maxCount = 1000

function queryOf(call: Call): Omit<HistoryQuery, 'type' | 'id' | 'types'> {
  const { query } = call
  const since = instantOf(query, '_since')
  const at = momentOf(call, '_at')
  const cursor = placeIn(call, query)
  return {
    order: orderOf(query.get('_sort')),
    count: countOf(query.get('_count')),
    ...(since !== undefined && { since }),
    ...(at !== undefined && { at }),
    ...(cursor !== undefined && { cursor }),
  }
}

function orderOf(sort: string | null): HistoryQuery['order'] {
  if (sort === null || sort === '-_lastUpdated') return 'newest'
  if (sort === '_lastUpdated') return 'oldest'
  throw failure(
    'value',
    'A history is sorted by _lastUpdated (oldest first) or -_lastUpdated (newest first).',
    '_sort',
  )
}

function countOf(count: string | null): number {
  if (count === null || count === '') return defaultCount
  if (!/^[0-9]{1,9}$/.test(count) || Number(count) < 1) {
    throw failure('value', '_count is a number of at least 1.', '_count')
  }
  return Math.min(Number(count), maxCount)
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** An instant, or all of a day, a month or a year where the territory is. */
function momentOf({ query, house, permit }: Call, name: string): HistoryQuery['at'] {
  // A `+` that was not escaped arrives as a blank.
  const said = query.get(name)?.replace(' ', '+')
  if (said === undefined) return undefined
  const date = parseDate(said, house.desk(permit.actor).territory.zone)
  if (!date)
    throw failure(
      'value',
      `${name} is a date or an instant, such as 2026-06 or 2026-06-01T10:00:00+02:00.`,
      name,
    )
  return { low: instantText(date.low), high: instantText(date.high) }
}

/** An instant, or a day in UTC. A `+` that was not escaped arrives as a blank. */
function instantOf(query: URLSearchParams, name: string): string | undefined {
  const said = query.get(name)?.replace(' ', '+')
  if (said === undefined) return undefined
  const full = /^\d{4}-\d\d-\d\d$/.test(said) ? `${said}T00:00:00Z` : said
  const date = instant.test(full) ? parseDate(full) : undefined
  if (!date) {
    throw failure('value', `${name} is an instant with its offset, such as 2026-06-01T10:00:00+02:00.`, name)
  }
  return instantText(date.low)
}

/** Itself, the next page, and on the last one of a pull where the next pull goes on. */
function linksOf(call: Call, { next, resume }: HistoryPage): Link[] {
  const self: Link = { relation: 'self', url: urlOf(call, call.query.get('_cursor') ?? undefined) }
  const linkTo = (place: string) => urlOf(call, cursorFor(call, call.query, place))
  if (next !== undefined) return [self, { relation: 'next', url: linkTo(next) }]
  return resume === undefined ? [self] : [self, { relation: 'monitor', url: linkTo(resume) }]
}

function urlOf({ base, path: { type, id }, query }: Call, cursor: string | undefined): string {
  const said = new URLSearchParams(query)
  said.delete('_cursor')
  if (cursor !== undefined) said.set('_cursor', cursor)
  const search = said.size > 0 ? `?${said}` : ''
  return `${[base, type, id, '_history'].filter((part) => part !== undefined).join('/')}${search}`
}

import type { Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { nobody } from '../../../auth/nobody.ts'
import { instantText, parseDate } from '../../../fhir/dates.ts'
import { failure } from '../../../fhir/outcome.ts'
import { type Edge, onlyBy, respondThrown } from '../../edge.ts'
import type { House } from '../../house.ts'
import { expectOnly } from '../../parameters.ts'
import { fileOf, type PublishedFile } from './files.ts'
import { linesOf } from './lines.ts'
import { isUnchanged, type Stamp, stamps } from './stamp.ts'

/** Clients poll every minute or less often. Source: SMART Scheduling Links, Frequency of updates. */
const maxAgeSeconds = 60

/**
 * What was written a moment ago may not be readable yet: what the manifest calls its time is before all such writes,
 * so that whoever comes back with it as `_since` misses nothing.
 */
const unsettledMs = 60_000

/**
 * SMART Scheduling Links: a manifest, and files of one resource a line, for everybody.
 *
 * Only slots that are open to all are in them: they are read with nobody's eyes. Source: SMART Scheduling Links.
 */
export function smartLinks(app: Hono<Edge>, house: House): void {
  const stamped = stamps(house)
  app.use('/slots/*', cors({ origin: '*', allowMethods: ['GET', 'HEAD'], maxAge: 86_400 }))
  app.get('/slots/$bulk-publish', (c) =>
    told(c, house, '/slots/$bulk-publish', async (since) => {
      const { stamp, files } = await stamped.whole(since)
      if (isUnchanged(stamp, header(c))) return notModified(c, stamp)
      return new Response(JSON.stringify(manifest(house, files, since)), {
        headers: { ...headersOf(c, stamp), 'content-type': 'application/json' },
      })
    }),
  )
  app.get('/slots/:file', (c) =>
    told(c, house, '/slots/:file', async (since) => {
      const file = fileOf(c.req.param('file'), house)
      if (!file)
        throw failure('not-found', 'There is no such file: /slots/$bulk-publish names those there are.')
      const stamp = await stamped.file(file, since)
      if (isUnchanged(stamp, header(c))) return notModified(c, stamp)
      return new Response(ReadableStream.from(linesOf(file, house, since)), {
        headers: { ...headersOf(c, stamp), 'content-type': 'application/fhir+ndjson' },
      })
    }),
  )
  onlyBy(app, '/slots/*', 'GET', 'HEAD')
}

async function told(
  c: Context<Edge>,
  house: House,
  route: string,
  answer: (since: string | undefined) => Promise<Response>,
): Promise<Response> {
  c.set('route', route)
  try {
    const { searchParams } = new URL(c.req.url)
    expectOnly(searchParams, ['_since'])
    return await answer(sinceIn(searchParams, house))
  } catch (thrown) {
    return respondThrown(c, thrown, house)
  }
}

/** An instant in UTC. A `+` that was not escaped arrives as a blank. */
function sinceIn(query: URLSearchParams, { desk }: House): string | undefined {
  const said = query.get('_since')
  if (said === null) return undefined
  const date = parseDate(said.replace(' ', '+'), zoneOf(desk))
  if (date) return instantText(date.low)
  throw failure('value', '_since is an instant with its offset, such as 2026-06-01T10:00:00+02:00.', '_since')
}

function manifest(house: House, files: readonly PublishedFile[], since: string | undefined) {
  const { baseUrl } = house.settings
  const query = since === undefined ? '' : `?_since=${encodeURIComponent(since)}`
  return {
    transactionTime: new Date(house.clock().getTime() - unsettledMs).toISOString(),
    request: `${baseUrl}/slots/$bulk-publish${query}`,
    output: files.map(({ type, name }) => ({ type, url: `${baseUrl}/slots/${name}${query}` })),
    error: [],
  }
}

const header = (c: Context<Edge>) => (name: string) => c.req.header(name)

function headersOf(c: Context<Edge>, { etag, lastModified }: Stamp): Record<string, string> {
  return {
    etag,
    'cache-control': `public, max-age=${maxAgeSeconds}`,
    'x-content-type-options': 'nosniff',
    'x-request-id': c.get('number'),
    ...(lastModified !== undefined && { 'last-modified': lastModified.toUTCString() }),
  }
}

const notModified = (c: Context<Edge>, stamp: Stamp) =>
  new Response(null, { status: 304, headers: headersOf(c, stamp) })

const zoneOf = (desk: House['desk']) => desk(nobody).territory.zone

import type { Context, Hono } from 'hono'
import { mayInteractFreely } from '../auth/gate.ts'
import type { Permit } from '../auth/permit.ts'
import { failure } from '../fhir/outcome.ts'
import { type DiaryRows, diaryKind, takeRows } from '../flows/slots/rows.ts'
import { readTable } from '../transform/csv.ts'
import { bytesOf, refuseLong } from './body.ts'
import { type Edge, onlyBy, respondPlain } from './edge.ts'
import type { House } from './house.ts'

/** The diary of a centre without interface: a table, uploaded. What is refused is told by its line; the rest is taken. */
export function intakeDiary(app: Hono<Edge>, house: House): void {
  app.post('/intake/slots', async (c) => {
    c.set('route', '/intake/slots')
    const permit = await house.auth.authenticate(c.req.header('authorization'))
    mayInteractFreely(permit, 'Slot', 'c')
    expectTable(c.req.header('content-type'))
    refuseLong(c.req.header('content-length'), house.settings.maxBodyBytes)
    const raw = await bytesOf(c.req.raw, house.settings.maxBodyBytes)
    return uploaded(c, raw, permit, house)
  })
  onlyBy(app, '/intake/slots', 'POST')
}

/** 200: all of it was taken. 422: some lines were not. */
async function uploaded(c: Context<Edge>, raw: Buffer, permit: Permit, house: House): Promise<Response> {
  const { rows, faults } = readTable(raw)
  const whole = c.req.query('whole') === 'true' && faults.length === 0
  const hand = async (diary: DiaryRows) => {
    const { outcome } = await house.receive(permit)({
      raw: Buffer.from(JSON.stringify(diary)),
      id: undefined,
      kind: diaryKind,
      peer: permit.actor.client,
      receivedAt: house.clock().toISOString(),
      by: 'json',
      content: { form: 'json', value: diary },
    })
    return outcome
  }
  const { taken, refused } = await takeRows(rows, { source: centreOf(permit, house), whole }, hand)
  const report = { taken, refused: [...faults, ...refused].toSorted((a, b) => a.line - b.line) }
  const body = new TextEncoder().encode(JSON.stringify(report))
  return respondPlain(c, body, 'application/json', report.refused.length === 0 ? 200 : 422)
}

/** The peer whose diary the client keeps: its organisation's. Fails: business-rule. */
function centreOf({ actor }: Permit, house: House): string {
  const { peers } = house.desk(actor).territory
  const own = peers.find(({ organization }) => organization === actor.organization)
  if (own) return own.name
  throw failure('business-rule', 'The organisation of this client has no connector, so it has no diary here.')
}

function expectTable(contentType: string | undefined): void {
  if (/^text\/csv\s*(;|$)/i.test(contentType ?? '')) return
  throw failure('media-type', 'Send a table with headings as text/csv.', 'Content-Type')
}

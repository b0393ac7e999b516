import type { Context, Hono } from 'hono'
import { mayInteract } from '../auth/gate.ts'
import type { Permit } from '../auth/permit.ts'
import { parseJson } from '../fhir/json.ts'
import { failure } from '../fhir/outcome.ts'
import type { Content } from '../flows/message.ts'
import { bytesOf, refuseLong, utf8Of } from './body.ts'
import { type Edge, respond, respondPlain } from './edge.ts'
import type { House } from './house.ts'
import { expectJson, plain } from './presentation.ts'
import { statusOf } from './told.ts'

const v2 = 'application/hl7-v2'

/** Referrals from whoever speaks no FHIR: JSON, and HL7 v2 over HTTP. */
export function intake(app: Hono<Edge>, house: House): void {
  app.post('/intake/referrals', async (c) => {
    c.set('route', '/intake/referrals')
    const permit = await permitFor(c, house)
    expectJson(c.req.header('content-type'))
    const raw = await bytesOf(c.req.raw, house.settings.maxBodyBytes)
    return referral(c, raw, permit, house)
  })
  app.post('/intake/hl7v2', async (c) => {
    c.set('route', '/intake/hl7v2')
    const permit = await permitFor(c, house)
    expectV2(c.req.header('content-type'))
    const raw = await bytesOf(c.req.raw, house.settings.maxBodyBytes)
    return respondPlain(c, Uint8Array.from(await house.answerV2(raw, permit)), v2)
  })
}

/** Whoever may create a request may hand one in. Fails: login, forbidden, too-long. */
async function permitFor(c: Context<Edge>, { auth, settings }: House): Promise<Permit> {
  const permit = await auth.authenticate(c.req.header('authorization'))
  mayInteract(permit, 'ServiceRequest', 'c')
  refuseLong(c.req.header('content-length'), settings.maxBodyBytes)
  return permit
}

/** The key under which a sender may send the same referral again. Source: IETF draft, idempotency-key-header. */
const idempotencyKey = 'idempotency-key'

async function referral(c: Context<Edge>, raw: Buffer, permit: Permit, house: House): Promise<Response> {
  const value = parseJson(utf8Of(raw))
  const content: Content = { form: 'json', value }
  const { outcome } = await house.receive(permit)({
    raw,
    id: c.req.header(idempotencyKey),
    kind: 'intake/1',
    peer: permit.actor.client,
    receivedAt: house.clock().toISOString(),
    by: 'json',
    content,
  })
  return respond(c, { status: statusOf(outcome, 201), headers: {}, body: JSON.stringify(outcome) }, plain)
}

function expectV2(contentType: string | undefined): void {
  if (/^(application\/hl7-v2|x-application\/hl7-v2\+er7)\s*(;|$)/i.test(contentType ?? '')) return
  throw failure('media-type', `Send an HL7 v2 message as ${v2}.`, 'Content-Type')
}

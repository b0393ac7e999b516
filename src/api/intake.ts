import type { OperationOutcome } from '@medplum/fhirtypes'
import type { Context, Hono } from 'hono'
import { mayInteractFreely } from '../auth/gate.ts'
import type { Permit } from '../auth/permit.ts'
import { parseJson } from '../fhir/json.ts'
import { Failure, failure, type Issue, outcomeOf } from '../fhir/outcome.ts'
import type { Incoming } from '../flows/message.ts'
import { type Intake1, intake1 } from '../flows/referral/intake-schema.ts'
import { bytesOf, refuseLong, utf8Of } from './body.ts'
import { type Edge, onlyBy, respond, respondPlain } from './edge.ts'
import { fhirBase, type House } from './house.ts'
import { expectJson, plain } from './presentation.ts'
import { schemaFault } from './schema-fault.ts'
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
  onlyBy(app, '/intake/referrals', 'POST')
  app.post('/intake/hl7v2', async (c) => {
    c.set('route', '/intake/hl7v2')
    const permit = await permitFor(c, house)
    expectV2(c.req.header('content-type'))
    const raw = await bytesOf(c.req.raw, house.settings.maxBodyBytes)
    return respondPlain(c, Uint8Array.from(await house.answerV2(raw, permit)), v2)
  })
  onlyBy(app, '/intake/hl7v2', 'POST')
}

/** Whoever may create a request may hand one in. Fails: login, forbidden, too-long. */
async function permitFor(c: Context<Edge>, { auth, settings }: House): Promise<Permit> {
  const permit = await auth.authenticate(c.req.header('authorization'))
  mayInteractFreely(permit, 'ServiceRequest', 'c')
  refuseLong(c.req.header('content-length'), settings.maxBodyBytes)
  return permit
}

/** Judged by its schema before it is handed in; kept with the reason when it is refused. */
async function referral(c: Context<Edge>, raw: Buffer, permit: Permit, house: House): Promise<Response> {
  const { value, faults } = readReferral(raw, `${house.settings.baseUrl}/openapi.json`)
  const [first] = faults
  const incoming: Incoming = {
    raw,
    id: value?.placerOrderNumber,
    kind: 'intake/1',
    peer: permit.actor.client,
    receivedAt: house.clock().toISOString(),
    by: 'json',
    ...(value && { content: { form: 'json', value: { ...value, sender: permit.actor.client } } }),
    ...(first && { unreadable: outcomeOf(faults) }),
  }
  const received = await house.receive(permit)(incoming, answerTo)
  const { outcome, written }: Answered = received.answer
    ? JSON.parse(received.answer.toString('utf8'))
    : { outcome: received.outcome, written: [] }
  const told = first ? outcomeOf(faults) : outcome
  const request = written.find((reference) => reference.startsWith('ServiceRequest/'))
  const headers = request ? { location: `${fhirBase(house)}/${request}` } : {}
  return respond(c, { status: statusOf(told, 201), headers, body: JSON.stringify(told) }, plain)
}

/** What is kept as the answer, so that the same referral again is answered as the first time. */
interface Answered {
  outcome: OperationOutcome
  written: readonly string[]
}

const answerTo = (outcome: OperationOutcome, written: readonly string[]): Buffer =>
  Buffer.from(JSON.stringify({ outcome, written } satisfies Answered))

/** What a referral says, or all that is wrong with it. */
function readReferral(raw: Buffer, schemaAt: string): { value?: Intake1; faults: readonly Issue[] } {
  try {
    const { data, error } = intake1.safeParse(parseJson(utf8Of(raw)))
    return data
      ? { value: data, faults: [] }
      : { faults: error.issues.map((fault) => schemaFault(fault, schemaAt)) }
  } catch (thrown) {
    if (thrown instanceof Failure) return { faults: thrown.issues }
    throw thrown
  }
}

function expectV2(contentType: string | undefined): void {
  if (/^(application\/hl7-v2|x-application\/hl7-v2\+er7)\s*(;|$)/i.test(contentType ?? '')) return
  throw failure('media-type', `Send an HL7 v2 message as ${v2}.`, 'Content-Type')
}

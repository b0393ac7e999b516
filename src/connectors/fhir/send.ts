import type { Appointment, Bundle, OperationOutcome, Parameters, Resource } from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import type { DepartureRow } from '../../store/index.ts'
import type { Incoming, LinkDesk, Rendered, Sent } from '../connector.ts'
import type { RestClient } from '../rest/client.ts'
import { isAnswer, jsonOf, sentBy, unsent } from '../rest/sent.ts'
import type { FhirSettings } from './index.ts'
import { asTheirs } from './pull.ts'

const json = { 'content-type': 'application/fhir+json', accept: 'application/fhir+json' }

/** Sends to a FHIR server; its answer about an appointment is handed in as what the centre says of it. */
export function sending(settings: FhirSettings, client: RestClient, desk: LinkDesk) {
  return async (departure: DepartureRow & Rendered, signal: AbortSignal): Promise<Sent> => {
    try {
      if (departure.kind === 'appointment.requested')
        return await asked(departure, settings, client, desk, signal)
      if (departure.kind === 'appointment.cancelled')
        return await cancelled(departure, settings, client, signal)
      return await posted(departure, settings, client, signal)
    } catch (thrown) {
      return unsent(thrown)
    }
  }
}

/**
 * Asks once, however often it is sent: the partner finds it by our identifier. Of `$book` nobody promises that, so
 * before it is called again we look whether the partner has the appointment already: its «taken» would be our own.
 */
async function asked(
  { raw, attempts }: DepartureRow & Rendered,
  settings: FhirSettings,
  client: RestClient,
  desk: LinkDesk,
  signal: AbortSignal,
): Promise<Sent> {
  const appointment: Appointment = JSON.parse(raw.toString('utf8'))
  if (settings.book === 'operation' && attempts > 0) {
    const known = await looking(settings, client)(appointment, signal)
    if (known !== 'unknown') return { end: 'sent', ...(isDecided(known) && { reply: incoming(known, desk) }) }
  }
  const answer =
    settings.book === 'operation'
      ? await client.call('Appointment/$book', {
          method: 'POST',
          headers: json,
          body: bookParameters(appointment),
          signal,
        })
      : await client.call('Appointment', {
          method: 'POST',
          headers: { ...json, 'if-none-exist': ours(appointment) },
          body: raw,
          signal,
        })
  const sent = sentBy(answer, settings.reads)
  const said = appointmentIn(jsonOf(answer))
  if (!isAnswer(sent)) return sent
  if (sent.end === 'refused')
    return { ...sent, end: 'sent', reply: incoming(refusal(appointment, jsonOf(answer)), desk) }
  if (!said || !isDecided(said)) return sent
  return {
    ...sent,
    reply: incoming(asTheirs({ ...said, identifier: union(said, appointment) }, settings), desk),
  }
}

const isDecided = ({ status }: Appointment): boolean => status !== 'pending' && status !== 'proposed'

const bookParameters = (appointment: Appointment) =>
  JSON.stringify({
    resourceType: 'Parameters',
    parameter: [{ name: 'appointment-resource', resource: { ...appointment, status: 'pending' } }],
  } satisfies Parameters)

/** A search for the appointment by the identifier that we have given it. */
function ours({ identifier = [] }: Appointment): string {
  const value = identifier.find(({ system }) => system === systems.appointment)?.value ?? ''
  return `identifier=${encodeURIComponent(`${systems.appointment}|${value}`)}`
}

/** An answer may be the bare Appointment, or one in a Bundle or in Parameters. */
function appointmentIn(answer: unknown): Appointment | undefined {
  const resource = answer as Resource | undefined // whatever it is, only its type is asked
  if (resource?.resourceType === 'Appointment') return resource
  if (resource?.resourceType === 'Bundle')
    return firstAppointment((resource as Bundle).entry?.map(({ resource }) => resource))
  if (resource?.resourceType === 'Parameters') {
    return firstAppointment(
      resource.parameter?.flatMap(({ resource }) => [resource, appointmentIn(resource)]),
    )
  }
  return undefined
}

const firstAppointment = (all: readonly (Resource | undefined)[] = []) =>
  all.find((one): one is Appointment => one?.resourceType === 'Appointment')

function union({ identifier = [] }: Appointment, { identifier: mine = [] }: Appointment) {
  const has = new Set(identifier.map(({ system, value }) => `${system}|${value}`))
  return [...identifier, ...mine.filter(({ system, value }) => !has.has(`${system}|${value}`))]
}

/** The partner's no, said as it says a cancellation. */
function refusal(appointment: Appointment, answer: unknown): Appointment {
  const outcome = answer as OperationOutcome | undefined // read with care
  const issue = outcome?.resourceType === 'OperationOutcome' ? outcome.issue?.[0] : undefined
  const text = issue?.details?.text ?? issue?.diagnostics ?? 'The centre refused without a reason.'
  return { ...appointment, status: 'cancelled', cancelationReason: { text } }
}

/** What the partner has of an appointment, found by the identifier that we have given it. */
export function looking(settings: FhirSettings, client: RestClient) {
  return async (appointment: Appointment, signal: AbortSignal): Promise<Appointment | 'unknown'> => {
    const answer = await client.call(`Appointment?${ours(appointment)}`, { headers: json, signal })
    if (answer.status !== 200) throw failure('transient', `The partner answered ${answer.status}.`)
    const found = appointmentIn(jsonOf(answer))
    return found ? asTheirs({ ...found, identifier: union(found, appointment) }, settings) : 'unknown'
  }
}

/** Finds the appointment there and cancels it; one that is not there needs no cancelling. */
async function cancelled(
  { raw }: Rendered,
  { reads }: FhirSettings,
  client: RestClient,
  signal: AbortSignal,
): Promise<Sent> {
  const appointment: Appointment = JSON.parse(raw.toString('utf8'))
  const found = await client.call(`Appointment?${ours(appointment)}`, { headers: json, signal })
  const known = appointmentIn(jsonOf(found))
  if (sentBy(found, reads).end !== 'sent' || !known) return sentBy(found, reads)
  const body = JSON.stringify({
    ...known,
    status: 'cancelled',
    cancelationReason: appointment.cancelationReason,
  })
  const version = known.meta?.versionId
  const headers = { ...json, ...(version && { 'if-match': `W/"${version}"` }) }
  const answer = await client.call(`Appointment/${known.id}`, { method: 'PUT', headers, body, signal })
  return answer.status === 412 ? { end: 'later', reason: 'HTTP 412' } : sentBy(answer, reads)
}

async function posted(
  { raw }: Rendered,
  { reads }: FhirSettings,
  client: RestClient,
  signal: AbortSignal,
): Promise<Sent> {
  const resource: { resourceType: string; identifier?: { system?: string; value?: string }[] } = JSON.parse(
    raw.toString('utf8'),
  )
  const last = resource.identifier?.at(-1)
  const once = last && { 'if-none-exist': `identifier=${encodeURIComponent(`${last.system}|${last.value}`)}` }
  return sentBy(
    await client.call(resource.resourceType, {
      method: 'POST',
      headers: { ...json, ...once },
      body: raw,
      signal,
    }),
    reads,
  )
}

function incoming(appointment: Appointment, desk: LinkDesk): Incoming {
  const raw = Buffer.from(JSON.stringify(appointment))
  const receivedAt = desk.clock().toISOString()
  return {
    raw,
    id: undefined,
    kind: 'Appointment',
    peer: desk.name,
    receivedAt,
    by: 'fhir',
    content: { form: 'fhir', resource: appointment },
  }
}

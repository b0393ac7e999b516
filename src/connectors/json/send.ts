import type { Resource } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { DepartureRow } from '../../store/index.ts'
import { saidOf } from '../ability.ts'
import { aboutOf } from '../about.ts'
import type { LinkDesk, Rendered, Sent } from '../connector.ts'
import type { RestClient } from '../rest/client.ts'
import { isAnswer, jsonOf, sentBy, unsent } from '../rest/sent.ts'
import { filled } from './filled.ts'
import type { JsonSettings } from './index.ts'
import { numbersOf } from './numbers.ts'
import { incomingJson } from './pull.ts'

/** What is kept of a departure: the call's path beside its body, so that each try is the same. */
interface Call {
  path: string
  body: unknown
}

const media = 'application/json'

/** Makes the body by the file's map, and fills in the call's path. */
export function rendering({ send }: JsonSettings, desk: LinkDesk) {
  return async ({ kind }: DepartureRow, resources: readonly Resource[]): Promise<Rendered> => {
    const how = saidOf(send, kind)
    if (!how) throw failure('unknown-message', `The connector's file does not say how ${kind} is sent.`)
    const about = aboutOf(resources)
    const call: Call = {
      path: filled(how.path, numbersOf(about.appointment)),
      body: desk.transform(how.map, about),
    }
    return { raw: Buffer.from(JSON.stringify(call)), contentType: media }
  }
}

/** Calls the partner; what it answers about an appointment is handed in under the kind Appointment. */
export function sending(
  { send, idempotencyHeader, reads }: JsonSettings,
  client: RestClient,
  desk: LinkDesk,
) {
  return async ({ raw, kind, row }: DepartureRow & Rendered, signal: AbortSignal): Promise<Sent> => {
    const { path, body }: Call = JSON.parse(raw.toString('utf8'))
    const headers = {
      'content-type': media,
      accept: media,
      ...(idempotencyHeader && { [idempotencyHeader]: row }),
    }
    const method = saidOf(send, kind)?.method ?? 'POST'
    try {
      const answer = await client.call(path, { method, headers, body: JSON.stringify(body), signal })
      const sent = sentBy(answer, reads)
      const said = jsonOf(answer)
      if (!/^appointment\.(requested|moved)$/.test(kind) || !isAnswer(sent) || said === undefined) return sent
      // A no is an answer too: the map may read its reason beside the question. It is a no whatever the map makes of it.
      const value = { answer: said, status: answer.status, question: body }
      return { ...sent, reply: incomingJson('Appointment', { form: 'json', value }, desk) }
    } catch (thrown) {
      return unsent(thrown)
    }
  }
}

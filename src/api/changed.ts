import { readableTypes } from '../auth/gate.ts'
import type { Changed, Transacted } from '../flows/resource/transact.ts'
import { type Answer, answerIssues, headersOf } from './answer.ts'
import type { Call } from './call.ts'
import { fhirBase } from './house.ts'
import { type Preference, preferenceOf } from './prefer.ts'

const statuses = { create: 201, update: 200, keep: 200, delete: 204 }

/** The answer to the change of one resource. Source: FHIR R4, http, managing return content. */
export function answerChanged(
  call: Call,
  { changed: [changed], warnings }: Transacted,
  byDefault: NonNullable<Preference['return']> = 'representation',
): Answer {
  if (!changed) throw new Error('One change has one result')
  const wanted = preferenceOf(call.header('prefer')).return ?? byDefault
  const status = statuses[changed.verb]
  const headers = headersFor(call, changed)
  if (wanted === 'OperationOutcome') return answerIssues(warnings, status === 204 ? 200 : status, headers)
  if (wanted === 'minimal' || changed.body === undefined || !mayBeShown(call, changed))
    return { status, headers }
  return { status, headers, body: changed.body }
}

/** Version, time and, for what is new, address. */
function headersFor(call: Call, { type, id, verb, version, lastUpdated }: Changed): Record<string, string> {
  if (version === undefined || lastUpdated === undefined) return {}
  const location = `${fhirBase(call.house)}/${type}/${id}/_history/${version}`
  return {
    ...headersOf({ version, lastUpdated }),
    ...(verb !== 'delete' && { [verb === 'create' ? 'location' : 'content-location']: location }),
  }
}

/** What was there before is shown only to whoever may read it. */
const mayBeShown = ({ permit }: Call, { verb, type }: Changed) =>
  verb !== 'keep' || readableTypes(permit, 'r').includes(type)

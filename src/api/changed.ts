import { mayInteract } from '../auth/gate.ts'
import { referenceTo } from '../fhir/reference.ts'
import { parseSearch } from '../fhir/search.ts'
import { mapReferences } from '../fhir/walk.ts'
import type { Request } from '../flows/resource/change.ts'
import type { ReadCondition } from '../flows/resource/match.ts'
import { type Changed, type Transacted, transact } from '../flows/resource/transact.ts'
import type { Desk } from '../flows/step.ts'
import { type Answer, answerIssues, headersOf } from './answer.ts'
import { type Call, newIdOf } from './call.ts'
import { fhirBase } from './house.ts'
import { type Preference, preferenceOf } from './prefer.ts'
import { guardOf, isReached, withinReach } from './reach.ts'
import { optionsOf } from './searching.ts'

/** Carries out changes on behalf of the caller. Fails: as `transact`; forbidden. */
export function changed(call: Call, asked: readonly Request[]): Promise<Transacted> {
  const { house, base, permit } = call
  const bases = [...new Set([fhirBase(house), base])].map((each) => `${each}/`)
  const ours = asked.map((each) => withOwn(each, bases))
  return transact(ours, newIdOf(house), changingDesk(call), guardOf(permit))
}

/** The desk of a caller who changes something: its conditions ask no more than its searches might. */
export function changingDesk(call: Call): Desk {
  const { house, permit } = call
  const readCondition: ReadCondition = (type, condition) => {
    const { search } = parseSearch(type, condition, { ...optionsOf(call), lenient: false })
    if (namesOne(condition)) return search
    mayInteract(permit, type, 's')
    return withinReach(search, permit)
  }
  return { ...house.desk(permit.actor), readCondition }
}

/**
 * Whether a condition does no more than name one resource, by its id or an identifier: that it is there would be told by a
 * reference or a duplicate, too.
 */
function namesOne(condition: URLSearchParams): boolean {
  const [[name, value] = ['', ''], ...more] = condition
  return more.length === 0 && ['_id', 'identifier'].includes(name) && /^[^,]*[^,|]$/.test(value)
}

/** References by our own full addresses are to what is kept here. */
function withOwn(asked: Request, bases: readonly string[]): Request {
  if (asked.verb === 'delete') return asked
  const short = (reference: string) =>
    reference.slice(bases.find((base) => reference.startsWith(base))?.length ?? 0)
  if (asked.verb !== 'patch') return { ...asked, resource: mapReferences(asked.resource, short) }
  return { ...asked, patch: (resource) => mapReferences(asked.patch(resource), short) }
}

const statuses = { create: 201, update: 200, keep: 200, delete: 204 }

/** The answer to the change of one resource. Source: FHIR R4, http, managing return content. */
export function answerChanged(
  call: Call,
  { changed: [result], warnings }: Transacted,
  byDefault: NonNullable<Preference['return']> = 'representation',
): Answer {
  if (!result) throw new Error('One change has one result')
  const wanted = preferenceOf(call.header('prefer')).return ?? byDefault
  const status = statuses[result.verb]
  const headers = headersFor(call, result)
  const { lastUpdated } = result
  const at = lastUpdated === undefined ? {} : { lastUpdated }
  if (wanted === 'OperationOutcome')
    return { ...answerIssues(warnings, status === 204 ? 200 : status, headers), ...at }
  if (wanted === 'minimal' || result.body === undefined || !mayBeShown(call, result))
    return { status, headers, ...at }
  const shown = { interaction: 'read', references: [referenceTo(result.type, result.id, result.version)] }
  return { status, headers, ...at, body: result.body, ...(result.verb === 'keep' && { shown }) }
}

/** Version, time and address; what a condition found in place of creating it is told as what is new. */
function headersFor(call: Call, { type, id, verb, version, lastUpdated }: Changed): Record<string, string> {
  if (version === undefined || lastUpdated === undefined) return {}
  const location = `${call.base}/${type}/${id}/_history/${version}`
  return {
    ...headersOf({ version, lastUpdated }),
    ...(verb !== 'delete' && { [verb === 'update' ? 'content-location' : 'location']: location }),
  }
}

/** What was there before, or in part was, is shown only to whoever may read it. */
function mayBeShown({ permit }: Call, { verb, found, patched, type, body }: Changed): boolean {
  if (patched && body !== undefined) return isReached(permit, { type, body })
  return verb !== 'keep' || !found || isReached(permit, found)
}

import { mayInteract } from '../auth/gate.ts'
import { type EntryResponse, responses } from '../fhir/bundle.ts'
import { Failure, failure, failures, type Issue } from '../fhir/outcome.ts'
import { parseSearch } from '../fhir/search.ts'
import { isServed } from '../fhir/served.ts'
import type { Request } from '../flows/resource/change.ts'
import type { Changed } from '../flows/resource/transact.ts'
import type { Answer } from './answer.ts'
import { inOrder, requestOf, responseOf } from './batch.ts'
import type { Call } from './call.ts'
import { answerChanged, changed } from './changed.ts'
import type { RequestEntry } from './entries.ts'
import { ifMatchOf } from './if-match.ts'
import { deletionOf } from './interactions/delete.ts'
import { patchOf } from './patch.ts'
import { refuseUnheard } from './preconditions.ts'
import { letters } from './reach.ts'
import { expectId, resourceOf } from './resource.ts'
import { optionsOf } from './searching.ts'

/**
 * All entries or none: deletions, creations and updates in one statement, then what is to be read.
 *
 * Reading does not undo: what cannot be read after all is told in its own entry.
 * Fails: with every entry at fault, its place in `expression`.
 * Source: FHIR R4, http, transaction.
 */
export async function transaction(call: Call, entries: readonly RequestEntry[]): Promise<Answer> {
  const ordered = inOrder(entries)
  const writing = ordered.filter(({ method }) => method !== 'GET' && method !== 'HEAD')
  const asked = collected(writing, (entry) => permitted(askedBy(entry), call))
  const reading = ordered.filter((entry) => !writing.includes(entry))
  collected(reading, (entry) => readable(entry, call))
  const { changed: results, warnings } = await changed(call, asked)
  const told: EntryResponse[] = []
  const shown: string[] = []
  for (const [index, entry] of writing.entries()) {
    const one = results[index] as Changed // one for each that was asked
    const result = { changed: [one], warnings: warningsAt(entry, warnings) }
    const answered = answerChanged(call, result, 'minimal')
    told[entries.indexOf(entry)] = responseOf(answered)
    shown.push(...(answered.shown?.references ?? []))
  }
  for (const entry of reading)
    told[entries.indexOf(entry)] = responseOf(await call.again(requestOf(entry, call)))
  return {
    status: 200,
    headers: {},
    body: responses('transaction-response', told),
    ...(shown.length > 0 && { shown: { interaction: 'read', references: shown } }),
  }
}

const warningsAt = ({ place }: RequestEntry, warnings: readonly Issue[]) =>
  warnings.filter(({ expression }) => expression?.startsWith(`${place}.`))

/** What each entry gives; faults of all of them are told together. */
function collected<T>(entries: readonly RequestEntry[], of: (entry: RequestEntry) => T): T[] {
  const faults: Issue[] = []
  const made = entries.flatMap((entry) => {
    try {
      return [of(entry)]
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      faults.push(...thrown.issues.map((each) => ({ ...each, expression: each.expression ?? entry.place })))
      return []
    }
  })
  if (faults.length > 0) throw failures(faults)
  return made
}

/** `Patient`, `Patient/1`, `Patient?identifier=…`: type, id, query. */
const address = /^([A-Z][A-Za-z]{1,63})(?:\/([A-Za-z0-9.-]{1,64}))?(?:\?(.*))?$/

function addressOf({ url, place }: RequestEntry): { type: string; id?: string; query?: string } {
  const [, type, id, query] = address.exec(url) ?? []
  if (type === undefined)
    throw failure('value', 'In a transaction a URL is Type, Type/id or Type?search.', `${place}.request.url`)
  if (!isServed(type)) {
    throw failure('unknown-type', `Resources of type ${type} are not written here.`, `${place}.request.url`)
  }
  return { type, ...(id !== undefined && { id }), ...(query !== undefined && { query }) }
}

/** The change that an entry asks for. */
function askedBy(entry: RequestEntry): Request {
  const { method, place, headers, fullUrl } = entry
  refuseUnheard(
    method,
    (name) => headers[name],
    (name) => `${place}.request.${elementOf(name)}`,
  )
  const { type, id, query } = addressOf(entry)
  const name = fullUrl === undefined ? {} : { fullUrl }
  const ifMatch = ifMatchOf(headers['if-match'], `${place}.request.ifMatch`)
  const inside = `${place}.resource`
  const wrong = () => failure('value', `This URL does not go with ${method}.`, `${place}.request.url`)
  switch (method) {
    case 'DELETE':
      if ((id === undefined) === (query === undefined)) throw wrong()
      if (id !== undefined) return { verb: 'delete', type, id, place, ...ifMatch }
      return { verb: 'delete', type, place, ...deletionOf(query ?? '', `${place}.request.url`), ...ifMatch }
    case 'POST': {
      if (id !== undefined || query !== undefined) throw wrong()
      const ifNoneExist = headers['if-none-exist']
      const resource = resourceOf(entry.resource, type, inside)
      return {
        verb: 'create',
        type,
        place: inside,
        resource,
        ...name,
        ...(ifNoneExist !== undefined && { ifNoneExist }),
      }
    }
    case 'PUT': {
      const resource = resourceOf(entry.resource, type, inside)
      const target = targetOf(id, query)
      if (!target) throw wrong()
      if ('id' in target) expectId(resource, target.id, inside)
      return { verb: 'update', type, place: inside, resource, target, ...name, ...ifMatch }
    }
    case 'PATCH': {
      const target = targetOf(id, query)
      if (!target) throw wrong()
      return {
        verb: 'patch',
        type,
        place: inside,
        patch: patchOf(entry.resource, inside),
        target,
        ...ifMatch,
      }
    }
    default:
      throw failure(
        'method-not-allowed',
        `${method} is not served in a transaction.`,
        `${place}.request.method`,
      )
  }
}

/** `if-none-match` is `ifNoneMatch` in a bundle. */
const elementOf = (header: string): string =>
  header.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

function targetOf(
  id: string | undefined,
  query: string | undefined,
): { id: string } | { query: string } | undefined {
  if (id !== undefined) return query === undefined ? { id } : undefined
  return query === undefined ? undefined : { query }
}

/** The same, when the caller may. Fails: forbidden; one entry that may not refuses all. */
function permitted(asked: Request, { permit }: Call): Request {
  mayInteract(permit, asked.type, letters[asked.verb])
  return asked
}

/** Judges a reading entry before anything is written: what it may ask, and whether a search is one. */
function readable({ url, place }: RequestEntry, call: Call): void {
  const { permit } = call
  if (url.startsWith('?')) return
  const type = /^[A-Za-z]+/.exec(url)?.[0]
  const isRead = /^[A-Z][A-Za-z]+\/[^/?]+(\/_history(\/\d+)?)?$/.test(url)
  if (type === undefined) throw failure('value', 'A URL begins with a resource type.', `${place}.request.url`)
  if (type === 'metadata') return
  mayInteract(permit, type, isRead ? 'r' : 's')
  const [, searched, query] = /^([A-Za-z]+)(?:\?(.*))?$/s.exec(url) ?? []
  if (searched !== undefined && isServed(searched)) askable(searched, query ?? '', place, call)
}

/** Fails: as `parseSearch`, with the place of the entry. */
function askable(type: string, query: string, place: string, call: Call): void {
  try {
    parseSearch(type, query, { ...optionsOf(call), contained: true })
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    throw failures(thrown.issues.map((each) => ({ ...each, expression: `${place}.request.url` })))
  }
}

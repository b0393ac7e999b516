import { Failure, failure, failures, type Issue, issue } from '../fhir/outcome.ts'
import { unheardIn } from '../transform/shapes/unheard.ts'

/** One entry of a batch or a transaction. */
export interface RequestEntry {
  /** `Bundle.entry[3]`. */
  place: string
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'
  /** Under the FHIR base, without a slash in front: `Patient/1`, `Patient?identifier=…`. */
  url: string
  /** By lower-case name, as they would be in HTTP. */
  headers: Readonly<Record<string, string>>
  fullUrl?: string
  resource?: unknown
}

const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']

/** So many entries are taken at once. */
const maxEntries = 1000

/** What was posted to the base. In a batch what an entry is refused for stands in its place. */
export type Posted =
  | { type: 'transaction'; entries: readonly RequestEntry[] }
  | { type: 'batch'; entries: readonly (RequestEntry | Failure)[] }

/**
 * The entries of what was posted to the base. Fails: structure and value, unsupported-value for what would change the
 * meaning; for a transaction with every entry at fault.
 *
 * Source: FHIR R4, http, batch and transaction; Bundle invariants bdl-3 and bdl-7.
 */
export function entriesOf(sent: unknown): Posted {
  if (!isObject(sent) || sent.resourceType !== 'Bundle') {
    throw failure(
      'structure',
      'Post a Bundle here; other resources go to the address of their type.',
      'Bundle',
    )
  }
  const unheard = unheardIn('Bundle', sent, 'Bundle')
  if (unheard.length > 0) throw failures(unheard)
  const { type, entry = [] } = sent
  if (type !== 'batch' && type !== 'transaction') {
    throw failure('value', 'A Bundle posted here is a batch or a transaction.', 'Bundle.type')
  }
  if (!Array.isArray(entry)) throw failure('structure', 'The entries of a Bundle are a list.', 'Bundle.entry')
  if (entry.length > maxEntries) {
    throw failure(
      'too-long',
      `A Bundle may have ${maxEntries} entries here. Send it in parts.`,
      'Bundle.entry',
    )
  }
  const seen = new Set<string>()
  const read = entry.map((each, index) => entryOf(each, `Bundle.entry[${index}]`, seen))
  if (type === 'batch') return { type, entries: read }
  const faults = read.flatMap((each) => (each instanceof Failure ? each.issues : []))
  if (faults.length > 0) throw failures(faults)
  return { type, entries: read.filter(isEntry) }
}

/** Whether an entry could be read. */
export const isEntry = (each: RequestEntry | Failure): each is RequestEntry => !(each instanceof Failure)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One entry, or what it is refused for; `seen` are the names of those before it. */
function entryOf(sent: unknown, place: string, seen: Set<string>): RequestEntry | Failure {
  const request = isObject(sent) ? sent.request : undefined
  if (!isObject(sent) || !isObject(request)) {
    return failure('required', 'Each entry says in request what is asked.', `${place}.request`)
  }
  const { method, url } = request
  const faults = [
    ...unheardIn('Bundle.entry', sent, place),
    ...unheardIn('Bundle.entry.request', request, `${place}.request`),
    ...(typeof method === 'string' && methods.includes(method)
      ? []
      : [issue('value', `A method is one of ${methods.join(', ')}.`, `${place}.request.method`)]),
    ...(typeof url === 'string' && /^\/?[A-Za-z$_?]/.test(url)
      ? []
      : [issue('required', 'A request has a URL: a type, and what follows it.', `${place}.request.url`)]),
    ...textFaults(sent, ['fullUrl'], place),
    ...textFaults(request, Object.keys(conditions), `${place}.request`),
    ...namedAgain(sent.fullUrl, place, seen),
  ]
  if (faults.length > 0) return failures(faults)
  return {
    place,
    method: method as RequestEntry['method'], // one of them: there was no fault
    url: String(url).replace(/^\//, ''),
    headers: headersOf(request),
    ...(typeof sent.fullUrl === 'string' && { fullUrl: sent.fullUrl }),
    ...(sent.resource !== undefined && { resource: sent.resource }),
  }
}

function textFaults(object: Record<string, unknown>, names: readonly string[], place: string): Issue[] {
  return names
    .filter((name) => object[name] !== undefined && typeof object[name] !== 'string')
    .map((name) => issue('structure', `${name} is a text.`, `${place}.${name}`))
}

/** Elements of a request → the headers they stand for. */
const conditions: Readonly<Record<string, string>> = {
  ifNoneMatch: 'if-none-match',
  ifModifiedSince: 'if-modified-since',
  ifMatch: 'if-match',
  ifNoneExist: 'if-none-exist',
}

function headersOf(request: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(conditions).flatMap(([element, header]) => {
      const value = request[element]
      return typeof value === 'string' ? [[header, value]] : []
    }),
  )
}

/** Source: Bundle invariant bdl-7. */
function namedAgain(fullUrl: unknown, place: string, seen: Set<string>): Issue[] {
  if (typeof fullUrl !== 'string' || seen.size < seen.add(fullUrl).size) return []
  return [issue('value', 'Each fullUrl stands once in a Bundle.', `${place}.fullUrl`)]
}

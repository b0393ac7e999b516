import { mayInteract } from '../auth/gate.ts'
import { nobody } from '../auth/nobody.ts'
import type { Permit } from '../auth/permit.ts'
import { failure } from '../fhir/outcome.ts'
import { isConformance } from '../fhir/served.ts'
import type { Answer } from './answer.ts'
import type { Base } from './base.ts'
import type { Call, InnerRequest } from './call.ts'
import type { House } from './house.ts'
import type { Interaction } from './interactions/interaction.ts'
import { refuseUnheard } from './preconditions.ts'
import { presentationOf } from './presentation.ts'
import type { Router } from './router.ts'
import { told, WrongMethod } from './told.ts'

/** What a request says, whether it comes by HTTP or inside a batch. */
export type Said = Pick<Call, 'number' | 'query' | 'asked' | 'header' | 'resource' | 'form'> & {
  method: string
  path: string
}

/** What requests are answered with. */
export interface Serving {
  house: House
  /** The FHIR base, without a slash at its end. */
  base: string
  /** Names of JSON beside FHIR's. */
  mediaTypes: Base['mediaTypes']
  router: Router
  /** Asks who the caller is. Fails: login, token-expired. */
  whoAsks: () => Promise<Permit>
  /** Hears which pattern the path has. */
  routed?: (pattern: string) => void
}

/** Answers one request under a FHIR base; what is handed out is noted in the trail of reads. */
export async function serve(said: Said, serving: Serving): Promise<Answer> {
  const { house, base, router, whoAsks, routed } = serving
  const found = attempt(() => router(said.method, said.path))
  if (found.value) routed?.(found.value.interaction.path)
  const permit = found.value?.interaction.open ? unknown : await whoAsks()
  if (!found.value) throw found.thrown
  const { interaction, parts } = found.value
  const call: Call = {
    ...said,
    house,
    base,
    permit,
    path: parts,
    again: (inner) => again(inner, said.number, serving),
  }
  const handle = handlerFor(interaction, parts.type)
  // What is kept is changed by operations, too, some of which hear which version the caller has seen.
  if (parts.operation === undefined) refuseUnheard(said.method, said.header)
  if (parts.type !== undefined && interaction.letter) mayInteract(permit, parts.type, interaction.letter)
  const answer = await handle(call)
  if (answer.shown) await house.reads?.note({ ...answer.shown, actor: permit.actor, requestId: said.number })
  return answer
}

/** Who may not come in is not told what there is: a path is judged only after its caller. */
function attempt<T>(find: () => T): { value: T; thrown?: never } | { value?: never; thrown: unknown } {
  try {
    return { value: find() }
  } catch (thrown) {
    return { thrown }
  }
}

function handlerFor(
  { conformance, handle, method }: Interaction,
  type: string | undefined,
): Interaction['handle'] {
  if (type === undefined || !isConformance(type)) return handle
  if (conformance) return conformance
  if (method === 'GET')
    throw failure('not-found', `Of ${type} only what is now is kept: there are no versions.`)
  throw new WrongMethod(`${type} is read-only here.`, ['GET', 'HEAD'])
}

/** Who has shown no token, where none is needed: may nothing else. */
const unknown: Permit = {
  actor: { ...nobody, sight: [] },
  scopes: [],
  lenient: false,
}

/** Answers a request inside a request. What fails is told in its own answer. */
async function again(
  inner: InnerRequest,
  number: string,
  { house, base, mediaTypes, router, whoAsks }: Serving,
): Promise<Answer> {
  const [path = '', query = ''] = split(inner.url)
  const said: Said = {
    number,
    method: inner.method,
    path,
    query: new URLSearchParams(query),
    asked: query,
    header: (name) => inner.headers[name],
    resource: async () => inner.resource,
    form: async () => {
      if (inner.resource === undefined) return new URLSearchParams()
      throw failure('value', 'There is no form in an entry: say all of a search in its URL.', 'resource')
    },
  }
  try {
    presentationOf(said.query, undefined, mediaTypes) // it is put with the others, but not in another format
    return await serve(said, { house, base, mediaTypes, router, whoAsks })
  } catch (thrown) {
    return told(thrown, number, house.log)
  }
}

function split(url: string): [string, string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

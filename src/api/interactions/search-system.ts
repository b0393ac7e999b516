import { mayInteract, readableTypes } from '../../auth/gate.ts'
import { tooLittle } from '../../auth/permit.ts'
import { searchset } from '../../fhir/bundle.ts'
import { failure } from '../../fhir/outcome.ts'
import { parseAcross, partAcross } from '../../fhir/search/across.ts'
import { isConformance, isServed, servedTypes } from '../../fhir/served.ts'
import { type Answer, versionsOf } from '../answer.ts'
import type { Call } from '../call.ts'
import { withinReach, withinReadable } from '../reach.ts'
import {
  inPart,
  linksOf,
  opened,
  optionsOf,
  remarksOn,
  searchedFor,
  urlOf,
  withoutLeft,
} from '../searching.ts'
import type { Interaction } from './interaction.ts'

/** Resources of several types (`_type`), or of all that the caller may search, by what they have in common. */
export const searchSystem: Interaction = {
  codes: ['search-system'],
  method: 'GET',
  path: '/',
  handle: (call) => searched(call, call.query),
}

/** The same, with the parameters in a form. */
export const searchSystemByPost: Interaction = {
  codes: [],
  method: 'POST',
  path: '/_search',
  handle: async (call) => searched(call, await searchedFor(call)),
}

async function searched(call: Call, query: URLSearchParams): Promise<Answer> {
  const { house, base, permit } = call
  const types = typesOf(call, query)
  const asked = withoutTypes(opened(call, query))
  const { searches, warnings, left } = parseAcross(types, asked, optionsOf(call))
  const [first, ...others] = searches.map((search) => withinReach(search, permit))
  if (!first) throw new Error('A search of several types is one of each')
  const page = await house.store.searchAcross([first, ...others], permit.actor.sight)
  const entries = inPart(withinReadable(page.entries, permit), partAcross(searches))
  const head = {
    links: linksOf(call, withoutLeft(query, left), page.next),
    ...(page.total !== undefined && { total: page.total }),
  }
  return {
    status: 200,
    headers: {},
    body: searchset(base, entries, head, remarksOn(warnings, page)),
    shown: { interaction: 'search-system', references: versionsOf(entries), query: urlOf('', query) },
  }
}

/** The types that are named, each of which the caller must be allowed to search; else all that he may. Fails: forbidden, value. */
function typesOf({ permit }: Call, query: URLSearchParams): readonly string[] {
  const [said, ...more] = query.getAll('_type')
  if (more.length > 0) throw failure('value', 'Name all types in one _type, with commas.', '_type')
  const named = said?.split(',') ?? []
  for (const type of named) {
    if (isConformance(type))
      throw failure('unsupported-value', `${type} is searched at its own address, /${type}.`, '_type')
    if (!isServed(type)) throw failure('value', 'Types are those that /metadata names.', '_type')
    mayInteract(permit, type, 's')
  }
  if (named.length > 0) return [...new Set(named)]
  const readable = readableTypes(permit)
  const types = servedTypes.filter((type) => readable.includes(type))
  if (types.length === 0) throw tooLittle('This needs the scope system/<Type>.s of at least one type.')
  return types
}

function withoutTypes(query: URLSearchParams): URLSearchParams {
  const rest = new URLSearchParams(query)
  rest.delete('_type')
  return rest
}

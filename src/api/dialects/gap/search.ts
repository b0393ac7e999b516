import type { Answer } from '../../answer.ts'
import { type Call, typeOf } from '../../call.ts'
import { searched } from '../../interactions/search-type.ts'

/** Flows 4a and 4b. What a further include begins with goes without saying: GAP writes `_include=Schedule:actor` of slots. */
export function searchedAsGap(call: Call, query: URLSearchParams): Promise<Answer> {
  const type = typeOf(call)
  const meant = new URLSearchParams(
    [...query].map(([name, value]): [string, string] => [
      name === '_include' && !value.startsWith(`${type}:`) ? '_include:iterate' : name,
      value,
    ]),
  )
  if (!meant.has('_total')) meant.set('_total', 'accurate')
  return searched(call, meant)
}

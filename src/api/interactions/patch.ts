import type { Answer } from '../answer.ts'
import { type Call, idOf, typeOf } from '../call.ts'
import { answerChanged, changed } from '../changed.ts'
import { conditionIn } from '../condition.ts'
import { ifMatchOf } from '../if-match.ts'
import { expectOnly } from '../parameters.ts'
import { patchOf } from '../patch.ts'
import type { Interaction } from './interaction.ts'

/** The next version of a resource, changed in part: by JSON Patch or by FHIRPath Patch. */
export const patch: Interaction = {
  codes: ['patch'],
  method: 'PATCH',
  path: '/:type/:id',
  letter: 'u',
  handle(call) {
    expectOnly(call.query, [])
    return patched(call, { id: idOf(call) })
  },
}

/** The same of the one resource that fits a search. */
export const conditionalPatch: Interaction = {
  codes: [],
  method: 'PATCH',
  path: '/:type',
  letter: 'u',
  handle: (call) => patched(call, { query: conditionIn(call.query) }),
}

async function patched(call: Call, target: { id: string } | { query: string }): Promise<Answer> {
  const patch = patchOf(await call.resource())
  const asked = { verb: 'patch', type: typeOf(call), patch, target } as const
  return answerChanged(call, await changed(call, [{ ...asked, ...ifMatchOf(call.header('if-match')) }]))
}

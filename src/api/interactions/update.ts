import type { Answer } from '../answer.ts'
import { type Call, idOf, typeOf } from '../call.ts'
import { answerChanged, changed } from '../changed.ts'
import { conditionIn } from '../condition.ts'
import { ifMatchOf } from '../if-match.ts'
import { expectOnly } from '../parameters.ts'
import { expectId, resourceOf } from '../resource.ts'
import type { Interaction } from './interaction.ts'

/** The next version of a resource that is there; ids are ours, so none is made by naming it. */
export const update: Interaction = {
  codes: ['update'],
  method: 'PUT',
  path: '/:type/:id',
  letter: 'u',
  async handle(call) {
    expectOnly(call.query, [])
    const id = idOf(call)
    const resource = resourceOf(await call.resource(), typeOf(call))
    expectId(resource, id)
    return updated(call, resource, { id })
  },
}

/** The next version of the one resource that fits a search, or a new one when none does. */
export const conditionalUpdate: Interaction = {
  codes: [],
  method: 'PUT',
  path: '/:type',
  letter: 'u',
  async handle(call) {
    const query = conditionIn(call.query)
    return updated(call, resourceOf(await call.resource(), typeOf(call)), { query })
  },
}

async function updated(
  call: Call,
  resource: ReturnType<typeof resourceOf>,
  target: { id: string } | { query: string },
): Promise<Answer> {
  const asked = {
    verb: 'update',
    type: typeOf(call),
    resource,
    target,
    ...ifMatchOf(call.header('if-match')),
  } as const
  return answerChanged(call, await changed(call, [asked]))
}

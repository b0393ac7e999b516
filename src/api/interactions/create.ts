import { typeOf } from '../call.ts'
import { answerChanged, changed } from '../changed.ts'
import { expectOnly } from '../parameters.ts'
import { resourceOf } from '../resource.ts'
import type { Interaction } from './interaction.ts'

/** A new resource, with an id of ours; with `If-None-Exist` the one that is there already. */
export const create: Interaction = {
  codes: ['create'],
  method: 'POST',
  path: '/:type',
  letter: 'c',
  async handle(call) {
    expectOnly(call.query, [])
    const type = typeOf(call)
    const ifNoneExist = call.header('if-none-exist')
    const resource = resourceOf(await call.resource(), type)
    const asked = {
      verb: 'create',
      type,
      resource,
      ...(ifNoneExist !== undefined && { ifNoneExist }),
    } as const
    return answerChanged(call, await changed(call, [asked]))
  },
}

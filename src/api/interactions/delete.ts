import { idOf, typeOf } from '../call.ts'
import { answerChanged, changed } from '../changed.ts'
import { ifMatchOf } from '../if-match.ts'
import { expectOnly } from '../parameters.ts'
import type { Interaction } from './interaction.ts'

/** Reads of it then say that it is gone; its versions stay. Deleting what is not there is no fault. */
export const remove: Interaction = {
  codes: ['delete'],
  method: 'DELETE',
  path: '/:type/:id',
  letter: 'd',
  async handle(call) {
    expectOnly(call.query, [])
    const asked = {
      verb: 'delete',
      type: typeOf(call),
      id: idOf(call),
      ...ifMatchOf(call.header('if-match')),
    } as const
    return answerChanged(call, await changed(call, [asked]))
  },
}

import { failure } from '../../fhir/outcome.ts'
import { idOf, typeOf } from '../call.ts'
import { answerChanged, changed } from '../changed.ts'
import { conditionIn } from '../condition.ts'
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

/** How many a caller may let go at once. */
const mostAtOnce = 100

/**
 * Whatever fits a search is deleted: one, or as many as `_count` allows; when more fit, none is.
 *
 * Source: FHIR R4, http, conditional delete. How a caller allows several is the server's to say.
 */
export const conditionalDelete: Interaction = {
  codes: [],
  method: 'DELETE',
  path: '/:type',
  letter: 'd',
  async handle(call) {
    const asked = { verb: 'delete', type: typeOf(call), ...deletionOf(conditionIn(call.query)) } as const
    return answerChanged(call, await changed(call, [{ ...asked, ...ifMatchOf(call.header('if-match')) }]))
  },
}

/** What a condition asks to be deleted. Fails: value. */
export function deletionOf(condition: string, place = '_count'): { query: string; most: number } {
  const query = new URLSearchParams(condition)
  const counts = query.getAll('_count')
  query.delete('_count')
  const [said = '1'] = counts
  const most = /^\d{1,4}$/.test(said) ? Number(said) : 0
  if (most >= 1 && most <= mostAtOnce && counts.length <= 1) return { query: query.toString(), most }
  throw failure('value', `_count says how many may be deleted: 1 to ${mostAtOnce}.`, place)
}

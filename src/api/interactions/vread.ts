import { failure } from '../../fhir/outcome.ts'
import { answerKept } from '../answer.ts'
import { idOf, typeOf } from '../call.ts'
import { orGone } from '../kept.ts'
import { expectOnly } from '../parameters.ts'
import { reached } from '../reach.ts'
import type { Interaction } from './interaction.ts'

/** One version of a resource, as it was kept then. */
export const vread: Interaction = {
  codes: ['vread'],
  method: 'GET',
  path: '/:type/:id/_history/:version',
  letter: 'r',
  async handle(call) {
    expectOnly(call.query, [])
    const { house, permit, path } = call
    const [type, id] = [typeOf(call), idOf(call)]
    const kept = await house.store.vread(type, id, Number(path.version), permit.actor.sight)
    if (!kept) throw failure('not-found', `There is no version ${path.version} of ${type}/${id}.`)
    return answerKept(reached(permit, orGone(kept)), 'vread')
  },
}

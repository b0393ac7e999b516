import type { Answer } from '../answer.ts'
import { batch } from '../batch.ts'
import { entriesOf } from '../entries.ts'
import { expectOnly } from '../parameters.ts'
import { transaction } from '../transaction.ts'
import type { Interaction } from './interaction.ts'

/** Several interactions at once: each for itself (batch), or all or nothing (transaction). */
export const bundle: Interaction = {
  codes: ['transaction', 'batch'],
  method: 'POST',
  path: '/',
  async handle(call): Promise<Answer> {
    expectOnly(call.query, [])
    const posted = entriesOf(await call.resource())
    return posted.type === 'batch' ? batch(call, posted.entries) : transaction(call, posted.entries)
  },
}

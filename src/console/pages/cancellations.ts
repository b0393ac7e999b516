import { failure } from '../../fhir/outcome.ts'
import { isCancelCall } from '../../flows/task.ts'
import { change, updateOf } from '../change.ts'
import { type Act, field } from '../view.ts'
import { requestShown } from './request.ts'
import { worklistPage } from './worklist.ts'

/** A centre has been told by telephone that a booking is cancelled; one goes on where one was. */
export const tellCancellation: Act = {
  path: '/cancellations/:id/told',
  async perform(visit, form) {
    const call = await visit.desk.store.reader().read('Task', visit.parts.id ?? '')
    if (!call || !isCancelCall(call)) throw failure('not-found', 'There is no such call.')
    await change([updateOf(call, { ...call, status: 'completed' })], visit)
    const request = field(form, 'request')
    return { to: request ? `/console/requests/${request}` : '/console', done: 'done.told' }
  },
  back(visit, form) {
    const id = field(form, 'request')
    return id ? requestShown({ ...visit, parts: { id } }) : worklistPage.show(visit)
  },
}

import { failure } from '../../fhir/outcome.ts'
import type { Step } from '../step.ts'
import { isCall, isOpen } from '../task.ts'
import { type AnswerFacts, answerFacts } from './answer.ts'
import { callFor } from './call.ts'
import { rulesOf } from './rules.ts'
import { isHeld } from './states.ts'

/** A centre has not answered in time: somebody of the cell telephones. A yes or no that comes late settles it still. */
export const unanswered: Step<{ appointment: string }, AnswerFacts> = {
  name: 'booking.unanswered',
  async facts({ appointment }, store) {
    const facts = await answerFacts(appointment, store)
    if (!facts.known) throw failure('not-found', 'There is no such Appointment.', 'Appointment')
    return facts
  },
  decide(_, facts, at) {
    const { known, tasks } = facts
    if (known?.status !== 'pending' || isHeld(known)) return {}
    const isLate = Date.parse(known.meta.lastUpdated) <= Date.parse(at.now) - waitMs(at)
    if (!isLate || tasks.some((task) => isOpen(task) && isCall(task))) return {}
    const why = 'The centre has not answered. Ask it by telephone whether it takes the appointment.'
    return { write: [callFor(known, facts, at, why)], rely: [`Appointment/${known.id}`] }
  },
}

const waitMs = (at: Parameters<typeof unanswered.decide>[2]) => rulesOf(at.territory).answerMinutes * 60_000

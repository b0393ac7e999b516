import type { Appointment } from '@medplum/fhirtypes'
import { gateway } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import { inLaneOf } from '../lane.ts'
import type { Step } from '../step.ts'
import { isCall, isOpen } from '../task.ts'
import { type AnswerFacts, answerFacts } from './answer.ts'
import { answered } from './answered.ts'
import { callFor } from './call.ts'
import { currentOf, isHeld, isLive } from './states.ts'

/** What a centre's system has of an appointment, when it is asked. */
export interface Comparison {
  appointment: string
  /** As it stands there; undefined: it is not known there. */
  there: Appointment | undefined
  /** Name of the connector. */
  peer: string
}

/**
 * The two sides are made to agree. What the centre says of an appointment holds; one that was cancelled here is
 * cancelled there; of one that the centre does not know, somebody asks.
 */
export const compared: Step<Comparison, AnswerFacts> = {
  name: 'booking.compared',
  async facts({ appointment, there }, store) {
    const facts = await answerFacts(appointment, store, there)
    if (!facts.known) throw failure('not-found', 'There is no such Appointment.', 'Appointment')
    return facts
  },
  decide({ there, peer }, facts, at) {
    const { known, tasks } = facts
    if (!known || isHeld(known)) return {}
    if (there && !isLive(known))
      return isStanding(there)
        ? { send: [{ peer, kind: 'appointment.cancelled', about: [currentOf(known)], ...inLaneOf(known) }] }
        : {}
    if (!isLive(known)) return {}
    if (there) {
      return isSame(known, there) ? {} : answered.decide({ appointment: there, peer }, facts, at, gateway)
    }
    if (tasks.some((task) => isOpen(task) && isCall(task))) return {}
    const why = 'The centre’s system does not know this appointment. Ask by telephone whether it stands.'
    return { write: [callFor(known, facts, at, why)], rely: [`Appointment/${known.id}`] }
  },
}

const isStanding = ({ status }: Appointment) => status === 'booked' || status === 'pending'

/** Whether there is nothing to be said about it. */
const isSame = (known: Appointment, there: Appointment): boolean =>
  known.status === there.status &&
  (there.start === undefined || Date.parse(there.start) === Date.parse(known.start ?? ''))

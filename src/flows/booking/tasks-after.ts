import type { Appointment, CodeableConcept, Task } from '@medplum/fhirtypes'
import type { Kept } from '../../store/index.ts'
import type { Moment } from '../step.ts'
import { businessStatus, isCall, isOpen } from '../task.ts'
import { isPart, partMoved } from '../work/part.ts'
import type { AnswerFacts } from './answer.ts'

/** What becomes of the Tasks of an appointment when its centre has said something. */
export interface Moves {
  /** The Task by which somebody of the cell was asked to telephone. */
  call: Task['status']
  /** The centre's own part; absent: it goes on. */
  part?: 'accepted' | 'rejected' | 'completed'
  fulfil: Pick<Task, 'status' | 'businessStatus'>
}

export const yesMoves: Moves = {
  call: 'completed',
  part: 'accepted',
  fulfil: { status: 'in-progress', businessStatus: businessStatus('visit-scheduled') },
}
export const noMoves: Moves = {
  call: 'rejected',
  part: 'rejected',
  fulfil: { status: 'in-progress', businessStatus: businessStatus('declined') },
}
export const doneMoves: Moves = {
  call: 'completed',
  part: 'completed',
  fulfil: { status: 'in-progress', businessStatus: businessStatus('visit-complete') },
}

/** The patient did not come: the request goes on, and somebody says how. */
export const missedMoves: Moves = {
  call: 'completed',
  fulfil: { status: 'in-progress', businessStatus: businessStatus('visit-unattended') },
}

/** The Tasks that are still open, as they are after this. */
export function tasksMoved(
  known: Kept<Appointment>,
  { tasks }: AnswerFacts,
  moves: Moves,
  at: Moment,
  reason?: CodeableConcept,
): Task[] {
  const { call, part, fulfil } = moves
  return tasks.filter(isOpen).flatMap((task) => {
    if (isPart(task)) return part === undefined ? [] : [partMoved(task, part, reason, at)]
    const isCall = isCallAbout(task, known)
    return [{ ...task, ...(isCall ? { status: call } : fulfil), lastModified: at.now }]
  })
}

/** Whether it is the Task to telephone about this appointment. */
export const isCallAbout = (task: Task, { id }: Kept<Appointment>) =>
  isCall(task) && task.focus?.reference === `Appointment/${id}`

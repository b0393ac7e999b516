import type { Task } from '@medplum/fhirtypes'
import type { Texts } from '../protocol/protocol.ts'

type Priority = NonNullable<Task['priority']>

/** Most urgent first; what says nothing is routine. */
export const priorities: readonly Priority[] = ['stat', 'asap', 'urgent', 'routine']

/** By when the prescriber is to be answered (instant); of a Task without such a time, when it was asked. */
export const deadlineOf = ({ restriction, authoredOn }: Task): string =>
  restriction?.period?.end ?? authoredOn ?? ''

const rankOf = ({ priority = 'routine' }: Task) => priorities.indexOf(priority)

/**
 * The order in which requests are worked on: how urgent the prescriber calls them; then by when an answer is due, the
 * oldest first; then which was asked first; then the id, so that it is total. When each arrived here plays no part.
 */
export const byUrgency = (a: Task, b: Task): number =>
  rankOf(a) - rankOf(b) ||
  compared(instant(deadlineOf(a)), instant(deadlineOf(b))) ||
  compared(instant(a.authoredOn ?? ''), instant(b.authoredOn ?? '')) ||
  compared(a.id ?? '', b.id ?? '')

const compared = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)

/** What has no time comes last. */
const instant = (text: string) => (text === '' ? Number.POSITIVE_INFINITY : Date.parse(text))

/** Why a request stands where it stands, for whoever works down the list; `said` puts an instant into words. */
export function whyHere(task: Task, now: string, said: (at: string) => string): Texts {
  const { priority = 'routine' } = task
  const due = deadlineOf(task)
  const late = instant(due) <= Date.parse(now)
  const [fr, en] = names[priority]
  return {
    fr: `${fr} ; ${late ? 'réponse en retard' : 'réponse attendue'} : ${said(due)}`,
    en: `${en}; ${late ? 'answer overdue' : 'answer due'}: ${said(due)}`,
  }
}

const names: Readonly<Record<Priority, readonly [string, string]>> = {
  stat: ['immédiat', 'immediate'],
  asap: ['dès que possible', 'as soon as possible'],
  urgent: ['urgent', 'urgent'],
  routine: ['non urgent', 'routine'],
}

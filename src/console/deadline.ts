import type { Clock, ClockName } from '../flows/clocks/clock.ts'
import { span, when } from './format.ts'
import { type Html, html, nothing } from './html.ts'
import type { View } from './view.ts'

/** A clock as one says it: how long there still is, and until when; in words, with a colour. */
export function clockDue(clock: Clock, view: View): Html {
  const { say, language, now } = view
  const { state, standing, dueAt, strictDueAt, stoppedAt } = clock
  if (state === 'ended') return due('ended', say('due.ended'), undefined, view)
  if (state === 'stopped' && stoppedAt)
    return due(
      standing === 'late' ? 'late' : 'met',
      say(standing === 'late' ? 'due.met-late' : 'due.met'),
      stoppedAt,
      view,
    )
  if (state === 'planned' && stoppedAt)
    return due(
      standing === 'late' ? 'late' : 'met',
      say(standing === 'late' ? 'due.planned-late' : 'due.planned'),
      stoppedAt,
      view,
    )
  const left = Date.parse(dueAt) - now
  const words = say(left < 0 ? 'due.late' : standing === 'at-risk' ? 'due.soon' : 'due.in', {
    span: span(left, language),
  })
  return html`${due(standing, words, dueAt, view)}${dueAt === strictDueAt ? nothing : html`<small class="strict">${say('due.strict', { when: when(strictDueAt, view) })}</small>`}`
}

function due(tone: string, words: string, at: string | undefined, view: View): Html {
  return html`<span class="due ${tone}"><strong>${words}</strong>${at === undefined ? nothing : html` <time datetime="${at}">${when(at, view)}</time>`}</span>`
}

/** The clock that counts now: the answer's until it is given, then the exam's. */
export const currentClock = ({
  answer,
  exam,
}: Readonly<Record<ClockName, Clock>>): { name: ClockName; clock: Clock } =>
  answer.state === 'running' ? { name: 'answer', clock: answer } : { name: 'exam', clock: exam }

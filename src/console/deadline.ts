import { span, when } from './format.ts'
import { type Html, html } from './html.ts'
import type { View } from './view.ts'

/** How a deadline stands, as the clocks tell it. */
export type Standing = 'in-time' | 'at-risk' | 'late' | 'stopped' | 'ended'

/** A deadline as one says it: how long it still is, and when; in words, with a colour. */
export function deadline(dueAt: string | undefined, standing: Standing, view: View): Html {
  if (dueAt === undefined) return html`<span class="due none">${view.say('due.none')}</span>`
  const left = Date.parse(dueAt) - view.now
  const words = {
    'in-time': () => view.say('due.in', { span: span(left, view.language) }),
    'at-risk': () => view.say('due.soon', { span: span(left, view.language) }),
    late: () => view.say(left < 0 ? 'due.late' : 'due.planned-late', { span: span(left, view.language) }),
    stopped: () => view.say('due.met'),
    ended: () => view.say('due.ended'),
  }
  return html`<span class="due ${standing}"><strong>${words[standing]()}</strong> <time datetime="${dueAt}">${when(dueAt, view)}</time></span>`
}

import type { Appointment, Task } from '@medplum/fhirtypes'
import { type Html, html } from './html.ts'
import { isKey, type Key } from './messages/index.ts'
import type { View } from './view.ts'

/** How urgent a state looks; the word beside says the same. */
export type Tone = 'new' | 'busy' | 'wait' | 'good' | 'bad' | 'done'

const tones: Readonly<Record<Task['status'], Tone>> = {
  draft: 'new',
  requested: 'new',
  received: 'busy',
  accepted: 'busy',
  ready: 'busy',
  'in-progress': 'busy',
  'on-hold': 'wait',
  completed: 'good',
  rejected: 'bad',
  failed: 'bad',
  cancelled: 'done',
  'entered-in-error': 'done',
}

/** A state as a word with a colour; what it waits for, where that is said. */
export function stateOf(
  { status, businessStatus }: Pick<Task, 'status' | 'businessStatus'>,
  view: View,
): Html {
  const detail = businessStatus?.coding
    ?.flatMap(({ code }) => code ?? [])
    .find((code) => isKey(`business.${code}`))
  const key = detail === undefined ? (`state.${status}` as Key) : (`business.${detail}` as Key) // each status has its words
  return badge(tones[status], view.say(isKey(key) ? key : 'state.other'))
}

const appointmentTones: Readonly<Partial<Record<Appointment['status'], Tone>>> = {
  pending: 'wait',
  booked: 'good',
  arrived: 'busy',
  'checked-in': 'busy',
  fulfilled: 'good',
  noshow: 'bad',
}

/** How an appointment stands that is in a place, or was. */
export const appointmentState = (status: Appointment['status'], { say }: View): Html =>
  badge(appointmentTones[status] ?? 'done', say(`appointment.${status}` as 'appointment.booked')) // each that is shown has its words

export const badge = (tone: Tone, words: string): Html => html`<span class="badge ${tone}">${words}</span>`

import type { Task } from '@medplum/fhirtypes'
import { clocksOfRequest } from '../../flows/clocks/kept.ts'
import { flagCodesOf } from '../../flows/referral/flags.ts'
import { whyHere } from '../../flows/work/order.ts'
import type { Kept } from '../../store/index.ts'
import { clockDue, currentClock } from '../deadline.ts'
import { age, communeOf, nameOf, when, wordsOf } from '../format.ts'
import { given, type Html, html } from '../html.ts'
import { examWords } from '../protocol.ts'
import { stateOf } from '../state.ts'
import type { View, Visit } from '../view.ts'
import type { Row, Worklist } from '../worklist.ts'

/** Requests as a table, a line each: what is due, for whom, how far it has come, who has it. */
export function requestTable({ rows, people, isRanked }: Worklist, visit: Visit): Html {
  const { view } = visit
  const { say } = view
  if (rows.length === 0) return html`<p class="empty">${say('worklist.empty')}</p>`
  return html`<div class="scroll"><table class="list">
    <caption class="hidden">${say(isRanked ? 'worklist.caption.ranked' : 'worklist.caption')}</caption>
    <thead><tr><th scope="col">${say('column.due')}</th><th scope="col">${say('column.exam')}</th><th scope="col">${say('column.patient')}</th>
      <th scope="col">${say('column.commune')}</th><th scope="col">${say('column.state')}</th><th scope="col">${say('column.who')}</th></tr></thead>
    <tbody>${rows.map((row) => line(row, people, isRanked, visit))}</tbody></table></div>`
}

function line(
  row: Row,
  people: ReadonlyMap<string, Kept>,
  isRanked: true | undefined,
  { view, person, desk }: Visit,
): Html {
  const { task, request, patient, appointment } = row
  const id = task.focus?.reference?.split('/')[1] ?? ''
  const { name, clock } = currentClock(
    clocksOfRequest(task, appointment ? [appointment] : [], desk.territory, new Date(view.now).toISOString()),
  )
  return html`<tr class="${clock.state === 'running' ? clock.standing : clock.state}">
    <td>${clockDue(clock, view)} <small>${isRanked ? why(task, view) : view.say(`due.for.${name}`)}</small></td>
    <td><a data-row href="/console/requests/${id}">${examWords(request?.code, desk, view)}</a>
      ${given(isUrgent(task), () => html`<span class="urgent">${view.say('urgent')}</span>`)}
      ${given(isDoubled(task), () => html`<span class="badge bad">${view.say('flag.short.duplicate-suspected')}</span>`)}
      ${given(wordsOf(request?.reasonCode?.[0]), (words) => html`<small>${words}</small>`)}</td>
    <td>${nameOf(patient?.name)} ${given(patient?.birthDate, (born) => html`<small>${age(born, view)}</small>`)}</td>
    <td>${communeOf(patient?.address)}</td>
    <td>${stateOf(task, view)}${given(appointment?.start, (start) => html`<small>${when(start, view)}</small>`)}</td>
    <td>${who(task.owner?.reference, people, view, person.reference)}</td></tr>`
}

/** Why it stands where it does in the pool. */
const why = (task: Task, view: View): string =>
  whyHere(task, new Date(view.now).toISOString(), (at) => when(at, view))[view.language]

/** Perhaps asked for twice. */
const isDoubled = (task: Task): boolean => flagCodesOf(task).includes('duplicate-suspected')

const isUrgent = ({ priority }: Task): boolean => priority !== undefined && priority !== 'routine'

/** Who has it: a person by name, nobody when it is the cell's. */
function who(
  reference: string | undefined,
  people: ReadonlyMap<string, Kept>,
  { say }: View,
  me: string,
): Html {
  if (reference === me) return html`<strong>${say('who.me')}</strong>`
  const owner = reference === undefined ? undefined : people.get(reference)
  return owner?.resourceType === 'Practitioner'
    ? html`${nameOf(owner.name)}`
    : html`<span class="nobody">${say('who.nobody')}</span>`
}

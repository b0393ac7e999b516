import type { Task } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import { change, updateOf } from '../change.ts'
import { age, dayWords, nameOf, timeOf, when, wordsOf } from '../format.ts'
import { given, type Html, html } from '../html.ts'
import { formKey } from '../layout.ts'
import { isKey } from '../messages/index.ts'
import { plainName } from '../proposals.ts'
import { examWords } from '../protocol.ts'
import { versionsOf } from '../search.ts'
import { badge } from '../state.ts'
import { type Act, field, type Page, type View, type Visit } from '../view.ts'
import { type Call, callsNow, type Waiting, waitingList } from '../waiting.ts'

/** Who waits for a place, in which order; and which centres are called for more. */
export const waitingPage: Page = {
  path: '/waiting',
  show: (visit) => shown(visit),
}

async function shown(visit: Visit) {
  const { view, desk } = visit
  const { say } = view
  const [waiting, calls] = await Promise.all([waitingList(desk), callsNow(desk)])
  return {
    title: say('waiting.title'),
    live: true,
    body: html`<div class="head"><h1>${say('waiting.title')}</h1>
        <p class="quiet"><a href="/console?list=short">${say('waiting.short')}</a></p></div>
      <section data-part="waiting">${listOf(waiting, visit)}</section>
      <section class="card below" data-part="calls"><h2>${say('calls.title')}</h2>${callsOf(calls, view)}</section>`,
    references: versionsOf(
      waiting.flatMap(({ appointment, request, patient }): (Kept | undefined)[] => [
        appointment,
        request,
        patient,
      ]),
    ),
  }
}

function listOf(waiting: readonly Waiting[], visit: Visit): Html {
  const { say } = visit.view
  if (waiting.length === 0) return html`<p class="empty">${say('waiting.none')}</p>`
  return html`<div class="scroll"><table class="list"><caption class="hidden">${say('waiting.caption')}</caption>
    <thead><tr><th scope="col">${say('waiting.rank')}</th><th scope="col">${say('column.exam')}</th><th scope="col">${say('column.patient')}</th>
      <th scope="col">${say('waiting.since')}</th><th scope="col">${say('waiting.until')}</th><th scope="col">${say('column.state')}</th></tr></thead>
    <tbody>${waiting.map((one, n) => line(one, n + 1, visit))}</tbody></table></div>`
}

function line(
  { appointment, request, patient, since, until, heldUntil, isOurs }: Waiting,
  rank: number,
  { view, desk }: Visit,
): Html {
  const { say } = view
  const isUrgent = (appointment.priority ?? 5) < 5 && appointment.priority !== 0
  return html`<tr><td>${rank}</td>
    <td><a data-row href="/console/requests/${request?.id}">${examWords(request?.code, desk, view)}</a>
      ${given(isUrgent, () => html`<span class="urgent">${say('urgent')}</span>`)}
      ${given(wordsOf(request?.reasonCode?.[0]), (words) => html`<small>${words}</small>`)}</td>
    <td>${nameOf(patient?.name)} ${given(patient?.birthDate, (born) => html`<small>${age(born, view)}</small>`)}</td>
    <td>${since === undefined ? '' : when(since, view)}</td><td>${until === undefined ? '' : dayWords(until, view)}</td>
    <td>${
      heldUntil === undefined
        ? badge('wait', say('waiting.waits'))
        : html`${badge('good', say('waiting.held', { when: timeOf(heldUntil, view) }))}
      ${given(appointment.start, (start) => html`<small>${when(start, view)}</small>`)}${given(isOurs && request?.id, (id) => bookForm(id, appointment.id, view))}`
    }</td></tr>`
}

const bookForm = (request: string, appointment: string, view: View): Html =>
  html`<form method="post" action="/console/requests/${request}/book" class="inline">${formKey(view)}<button name="proposal" value="${appointment}" class="main">${view.say('places.book')}</button></form>`

function callsOf(calls: readonly Call[], view: View): Html {
  const { say } = view
  if (calls.length === 0) return html`<p class="quiet">${say('calls.none')}</p>`
  return html`<ul class="calls">${calls.map(
    (call) => html`<li><div><strong>${call.centre ? plainName(call.centre) : ''}</strong>
      <small>${say('calls.for', { modality: modalityWords(call.modality, view), count: call.waiting })} · ${when(call.task.authoredOn ?? '', view)}</small></div>
      ${call.isByTelephone ? answerForm(call, view) : badge('wait', say('calls.sent'))}</li>`,
  )}</ul>`
}

const modalityWords = (code: string, { say }: View): string => {
  const key = `modality.${code}`
  return isKey(key) ? say(key) : code
}

const answerForm = ({ task: { id } }: Call, view: View): Html =>
  html`<form method="post" action="/console/calls/${id}" class="row">${formKey(view)}
    <button name="said" value="completed" class="main">${view.say('calls.yes')}</button>
    <button name="said" value="rejected">${view.say('calls.no')}</button></form>`

/** What a centre that is called by telephone has said. */
export const answerCall: Act = {
  path: '/calls/:id',
  async perform(visit, form) {
    const call = await visit.desk.store.reader().read('Task', visit.parts.id ?? '')
    if (!call) throw failure('not-found', 'There is no such call.')
    const status: Task['status'] = field(form, 'said') === 'completed' ? 'completed' : 'rejected'
    await change(
      [
        updateOf(call, {
          ...call,
          status,
          ...(status === 'rejected' && { statusReason: { text: 'Pas de place à ouvrir' } }),
        }),
      ],
      visit,
    )
    return { to: '/console/waiting', done: 'done.call-answered' }
  },
  back: (visit) => shown(visit),
}

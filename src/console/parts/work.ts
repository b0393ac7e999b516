import type { Task } from '@medplum/fhirtypes'
import { isOpen, legalMoves, refusalReasons } from '../../flows/task.ts'
import type { Dossier } from '../dossier.ts'
import { nameOf, when } from '../format.ts'
import { given, type Html, html, nothing } from '../html.ts'
import { formKey } from '../layout.ts'
import type { Colleague } from '../person.ts'
import type { View, Visit } from '../view.ts'

/** Who has the request, and how to take it, give it back or hand it over. */
export function holderPart(
  { request, task, owner }: Dossier,
  colleagues: readonly Colleague[],
  { view, person, desk }: Visit,
): Html {
  if (!task) return nothing
  const { say } = view
  const isMine = task.owner?.reference === person.reference
  const isFree = task.owner === undefined || task.owner.reference === desk.territory.cell
  const name = owner?.resourceType === 'Practitioner' ? nameOf(owner.name) : (task.owner?.display ?? '')
  const words = isMine ? say('who.me') : isFree ? say('who.nobody') : name
  const form = (act: string, body: Html) =>
    html`<form method="post" action="/console/requests/${request.id}/${act}" class="row">${formKey(view)}${body}</form>`
  const others = colleagues.filter(({ reference }) => reference !== task.owner?.reference)
  return html`<section class="card" data-part="holder"><h2>${say('work.title')}</h2><p><strong>${words}</strong></p>
    ${
      isOpen(task)
        ? html`${isFree ? form('claim', html`<button class="main">${say('work.claim')}</button>`) : form('give-back', html`<button>${say('work.give-back')}</button>`)}
      ${given(
        others.length > 0,
        () =>
          html`<details class="more"><summary>${say('work.hand-over')}</summary>${form(
            'hand-over',
            html`<label for="to">${say('work.to')}</label>
        <select id="to" name="to">${others.map(({ reference, name }) => html`<option value="${reference}">${name}</option>`)}</select><button>${say('work.hand-over-now')}</button>`,
          )}</details>`,
      )}`
        : given(
            task.lastModified,
            (at) => html`<p class="quiet">${say('work.ended', { when: when(at, view) })}</p>`,
          )
    }</section>`
}

/** What a person may make of a request by a click; what ends it wants a reason. */
const steps = ['accepted', 'in-progress', 'completed'] as const
const ends = ['rejected', 'failed', 'cancelled'] as const

/** How the request may go on, and how it may end: by the moves that its state allows. */
export function endPart({ request, task }: Dossier, { view, desk }: Visit): Html {
  if (!task || !isOpen(task)) return nothing
  const legal = legalMoves(task, desk.actor, desk.territory.cell)
  const [further, final] = [steps, ends].map((all: readonly Task['status'][]) =>
    all.filter((one) => legal.includes(one)),
  )
  return html`${given(further?.length, () => furtherForm(request.id, task.status, further ?? [], view))}${given(final?.length, () => endForm(request.id, final ?? [], view))}`
}

function furtherForm(id: string, now: Task['status'], moves: readonly Task['status'][], view: View): Html {
  const { say } = view
  const words = (move: Task['status']) =>
    move === 'in-progress' && now !== 'on-hold' ? say('move.begin') : say(`move.${move}` as 'move.accepted')
  return html`<form method="post" action="/console/requests/${id}/move" class="card" data-part="moves">${formKey(view)}
    <h2>${say('moves.title')}</h2><p class="row last">${moves.map((move) => html`<button name="to" value="${move}">${words(move)}</button>`)}</p></form>`
}

function endForm(id: string, moves: readonly Task['status'][], view: View): Html {
  const { say } = view
  return html`<details class="card more"><summary>${say('end.title')}</summary>
    <form method="post" action="/console/requests/${id}/move">${formKey(view)}<p class="quiet">${say('end.hint')}</p>
    <label for="end-code">${say('end.code')}</label><select id="end-code" name="code">${refusalReasons.map((code) => html`<option value="${code}"${code === 'other' ? html` selected` : nothing}>${say(`refusal.${code}`)}</option>`)}</select>
    <label for="end-why">${say('end.why')}</label><textarea id="end-why" name="reason" required maxlength="1000"></textarea>
    <p class="row">${moves.map((move) => html`<button name="to" value="${move}" class="danger">${say(`move.${move}` as 'move.rejected')}</button>`)}</p></form></details>`
}

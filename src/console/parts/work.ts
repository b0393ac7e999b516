import { isOpen } from '../../flows/task.ts'
import type { Dossier } from '../dossier.ts'
import { nameOf, when } from '../format.ts'
import { given, type Html, html, nothing } from '../html.ts'
import { formKey } from '../layout.ts'
import type { View, Visit } from '../view.ts'

/** Who has the request, and how to take it, give it back or hand it over. */
export function holderPart({ request, task, owner }: Dossier, { view, person, desk }: Visit): Html {
  if (!task) return nothing
  const { say } = view
  const isMine = task.owner?.reference === person.reference
  const isFree = task.owner === undefined || task.owner.reference === desk.territory.cell
  const name = owner?.resourceType === 'Practitioner' ? nameOf(owner.name) : (task.owner?.display ?? '')
  const words = isMine ? say('who.me') : isFree ? say('who.nobody') : name
  return html`<section class="card" data-part="holder"><h2>${say('work.title')}</h2><p><strong>${words}</strong></p>
    ${
      isOpen(task)
        ? html`<form method="post" action="/console/requests/${request.id}/${isFree ? 'claim' : 'give-back'}" class="plain">${formKey(view)}
      <button${isFree ? html` class="main"` : nothing}>${say(isFree ? 'work.claim' : 'work.give-back')}</button></form>`
        : given(
            task.lastModified,
            (at) => html`<p class="quiet">${say('work.ended', { when: when(at, view) })}</p>`,
          )
    }</section>`
}

/** The last thing one does: say that nothing will be done, and why. */
export function refusalPart({ request, task }: Dossier, view: View): Html {
  if (!task || !isOpen(task)) return nothing
  const { say } = view
  return html`<details class="card more"><summary>${say('refuse.title')}</summary>
    <form method="post" action="/console/requests/${request.id}/refuse">${formKey(view)}
    <p class="quiet">${say('refuse.hint')}</p>
    <label for="refuse-why">${say('refuse.why')}</label><textarea id="refuse-why" name="reason" required maxlength="1000"></textarea>
    <p><button class="danger">${say('refuse.now')}</button></p></form></details>`
}

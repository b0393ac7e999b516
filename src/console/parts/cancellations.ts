import type { Cancellation } from '../cancellations.ts'
import { nameOf, phoneOf, when } from '../format.ts'
import { given, type Html, html, nothing } from '../html.ts'
import { formKey } from '../layout.ts'
import { plainName } from '../proposals.ts'
import type { View } from '../view.ts'
import { phoneLink } from './phone.ts'

/** Centres that still expect somebody, each with the button that says that it was told. `on`: the request whose page it is. */
export const cancellationsPart = (cancellations: readonly Cancellation[], view: View, on?: string): Html =>
  html`<div data-part="cancellations">${
    cancellations.length === 0
      ? nothing
      : html`<section class="card alarm"><h2>${view.say('tell.title')}</h2>
      <ul class="calls">${cancellations.map((one) => line(one, view, on))}</ul></section>`
  }</div>`

function line(
  { task, appointment, patient, centre }: Cancellation,
  view: View,
  on: string | undefined,
): Html {
  const { say } = view
  const request = appointment?.basedOn?.[0]?.reference?.split('/')[1]
  const name = nameOf(patient?.name)
  const whom =
    request && request !== on ? html`<a href="/console/requests/${request}">${name}</a>` : html`${name}`
  return html`<li><div><strong>${centre ? plainName(centre) : say('tell.centre')}</strong>${phoneLink(phoneOf(centre?.telecom))}
      <small>${whom}${given(appointment?.start, (start) => html` · ${when(start, view)}`)}</small></div>
    <form method="post" action="/console/cancellations/${task.id}/told" class="row">${formKey(view)}${given(on, (id) => html`<input type="hidden" name="request" value="${id}">`)}
    <button class="main" aria-label="${say('tell.done')} : ${name}">${say('tell.done')}</button></form></li>`
}

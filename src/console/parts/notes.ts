import type { ServiceRequest } from '@medplum/fhirtypes'
import { flagCodesOf } from '../../flows/referral/flags.ts'
import type { Kept } from '../../store/index.ts'
import type { Dossier } from '../dossier.ts'
import { when } from '../format.ts'
import { type Html, html, nothing } from '../html.ts'
import { formKey } from '../layout.ts'
import { isKey, type Key } from '../messages/index.ts'
import { examWords } from '../protocol.ts'
import type { View, Visit } from '../view.ts'

/** What is unusual about who asks, for whom, and what else was asked: told, and decided by a person. */
export function notesPart(dossier: Dossier, visit: Visit): Html {
  const { view } = visit
  const { request, others } = dossier
  const flags = flagCodesOf(request)
    .map((code) => `flag.${code}`)
    .filter(isKey)
  if (flags.length === 0 && others.length === 0) return nothing
  return html`<section class="card notes" data-part="notes"><h2>${view.say('flag.title')}</h2>
    ${flags.length > 0 ? html`<ul class="reasons">${flags.map((key) => flagLine(key, view))}</ul>` : nothing}
    ${others.length > 0 ? othersOf(others, visit) : nothing}</section>`
}

const flagLine = (key: Key, view: View): Html => html`<li class="wait">${view.say(key)}</li>`

const othersOf = (others: readonly Kept<ServiceRequest>[], visit: Visit): Html =>
  html`<h3>${visit.view.say('others.title')}</h3><ul class="others">${others.map((one) => otherLine(one, visit))}</ul>`

const otherLine = (
  { id, code, authoredOn, meta, identifier }: Kept<ServiceRequest>,
  { view, desk }: Visit,
): Html =>
  html`<li><a href="/console/requests/${id}">${examWords(code, desk, view)}</a>
    <span class="quiet">${when(authoredOn ?? meta.lastUpdated, view)} · ${view.say('request.number', { number: identifier?.[0]?.value ?? '' })}</span></li>`

/** Whoever asked wants the request to be ended, and work on it has begun: somebody says whether it can be. */
export function abortPart({ request, abort }: Dossier, view: View): Html {
  if (!abort) return nothing
  const { say } = view
  return html`<section class="card alarm" data-part="abort"><h2>${say('abort.title')}</h2><p>${say('abort.hint')}</p>
    <form method="post" action="/console/requests/${request.id}/abort" class="row">${formKey(view)}
      <input type="hidden" name="abort" value="${abort.id}"><button name="said" value="end" class="danger">${say('abort.end')}</button></form>
    <form method="post" action="/console/requests/${request.id}/abort" class="row below">${formKey(view)}
      <input type="hidden" name="abort" value="${abort.id}"><label for="abort-why">${say('abort.why')}</label>
      <input id="abort-why" name="reason" required maxlength="500"><button name="said" value="go-on">${say('abort.go-on')}</button></form></section>`
}

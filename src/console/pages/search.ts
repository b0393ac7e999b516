import { type Html, html, nothing } from '../html.ts'
import { formKey } from '../layout.ts'
import { requestTable } from '../parts/rows.ts'
import { isEnough, soughtIn, soughtRequests } from '../patients.ts'
import { versionsOf } from '../search.ts'
import { type Act, field, type Page, type Shown, type View, type Visit } from '../view.ts'

/** The form by which a patient's requests are found. It is sent, not asked for: no name stands in an address. */
export const searchForm = (said: string, view: View): Html =>
  html`<form method="post" action="/console/search" role="search" class="search">${formKey(view)}
    <label for="sought" class="hidden">${view.say('search.label')}</label>
    <input id="sought" name="sought" type="search" value="${said}" required maxlength="200" autocomplete="off" placeholder="${view.say('search.hint')}">
    <button>${view.say('search.go')}</button></form>`

/** The form alone, for who comes here by an address. */
export const searchPage: Page = {
  path: '/search',
  show: async ({ view }) => shown('', nothing, view),
}

/** The requests of patients who fit what was typed. */
export const searchPatients: Act = {
  path: '/search',
  async perform(visit, form) {
    const said = field(form, 'sought')
    const sought = soughtIn(said)
    if (!isEnough(sought))
      return shown(said, html`<p class="empty">${visit.view.say('search.more')}</p>`, visit.view)
    return result(said, await soughtRequests(sought, visit.desk), visit)
  },
  back: async ({ view }, form) => shown(field(form, 'sought'), nothing, view),
}

function result(
  said: string,
  { rows, isCut }: Awaited<ReturnType<typeof soughtRequests>>,
  visit: Visit,
): Shown {
  const { view } = visit
  const found =
    rows.length === 0
      ? html`<p class="empty">${view.say('search.none')}</p>`
      : html`<p class="quiet" role="status">${view.say('search.found', { count: rows.length })}${isCut ? html` ${view.say('search.cut')}` : nothing}</p>
        ${requestTable({ rows, people: new Map() }, visit)}`
  const references = versionsOf(rows.flatMap(({ task, request, patient }) => [task, request, patient]))
  return { ...shown(said, found, view), references }
}

const shown = (said: string, body: Html, view: View): Shown => ({
  title: view.say('search.title'),
  body: html`<div class="head"><h1>${view.say('search.title')}</h1>${searchForm(said, view)}</div>${body}`,
})

import { cancellationsToTell } from '../cancellations.ts'
import { given, type Html, html, nothing } from '../html.ts'
import { cancellationsPart } from '../parts/cancellations.ts'
import { requestTable } from '../parts/rows.ts'
import { versionsOf } from '../search.ts'
import type { Page, View } from '../view.ts'
import { type List, lists, type Worklist, worklist } from '../worklist.ts'
import { searchForm } from './search.ts'

/** What is to be done, those due first before all others. */
export const worklistPage: Page = {
  path: '/',
  async show(visit) {
    const { view, query, desk } = visit
    const list = lists.find((one) => one === query.get('list')) ?? 'open'
    const [found, cancellations] = await Promise.all([
      worklist(list, query.get('after') ?? undefined, desk),
      cancellationsToTell(desk),
    ])
    return {
      title: view.say('worklist.title'),
      live: true,
      body: html`<div class="head"><h1>${view.say('worklist.title')}</h1>${searchForm('', view)}</div>${cancellationsPart(cancellations, view)}${tabs(list, view)}
        <div data-part="rows">${requestTable(found, visit)}${pager(list, found, view, query.has('after'))}</div>`,
      references: versionsOf([
        ...found.rows.flatMap(({ task, request, patient }) => [task, request, patient]),
        ...cancellations.flatMap(({ task, appointment, patient }) => [task, appointment, patient]),
      ]),
    }
  },
}

function tabs(list: List, { say }: View): Html {
  return html`<nav class="tabs" aria-label="${say('worklist.lists')}"><ul>${lists.map(
    (one) =>
      html`<li><a href="/console${one === 'open' ? nothing : html`?list=${one}`}"${one === list ? html` aria-current="page"` : nothing}>${say(`list.${one}`)}</a></li>`,
  )}</ul></nav>`
}

function pager(list: List, { next }: Worklist, { say }: View, isFurther: boolean): Html {
  const query = (more: Record<string, string>) =>
    new URLSearchParams({ ...(list !== 'open' && { list }), ...more }).toString()
  if (next === undefined && !isFurther) return nothing
  return html`<nav class="pager" aria-label="${say('pager.label')}">
    ${isFurther ? html`<a href="/console?${query({})}">${say('pager.first')}</a>` : nothing}
    ${given(next, (after) => html`<a rel="next" href="/console?${query({ after })}">${say('pager.next')}</a>`)}</nav>`
}

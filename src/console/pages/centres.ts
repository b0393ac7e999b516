import { dayIn } from '../../fhir/zone.ts'
import { centresOf, type DiaryDay, dayOf, type Place } from '../day.ts'
import { longDay, nameOf, timeOf, wordsOf } from '../format.ts'
import { given, type Html, html } from '../html.ts'
import { plainName } from '../proposals.ts'
import { versionsOf } from '../search.ts'
import { badge, type Tone } from '../state.ts'
import type { Page, View } from '../view.ts'

/** The centres, each with its day. */
export const centresPage: Page = {
  path: '/centres',
  async show({ view, desk }) {
    const { say } = view
    const centres = await centresOf(desk)
    return {
      title: say('nav.centres'),
      body: html`<h1>${say('nav.centres')}</h1><ul class="tiles">${centres.map(
        ({
          id,
          name,
          manual,
          phone,
        }) => html`<li class="card"><h2><a href="/console/centres/${id}">${plainName({ resourceType: 'Organization', name })}</a></h2>
        <p class="quiet">${say(manual ? 'centre.by-phone' : 'centre.by-wire')}${given(phone, (number) => html` · <a href="tel:${number}">${number}</a>`)}</p></li>`,
      )}</ul>`,
    }
  },
}

/** One centre's day: each diary, each place, who has it. */
export const dayPage: Page = {
  path: '/centres/:id',
  async show({ view, desk, parts, query }) {
    const id = parts.id ?? ''
    const day = query.get('day') ?? dayIn(view.zone, view.now)
    const [centres, diaries] = await Promise.all([centresOf(desk), dayOf(id, day, desk)])
    const name = centres.find((one) => one.id === id)?.name ?? ''
    const title = plainName({ resourceType: 'Organization', name })
    const shown = diaries.flatMap(({ places }) =>
      places.flatMap(({ appointment, patient }) => [appointment, patient]),
    )
    return {
      title: `${title} · ${longDay(day, view)}`,
      live: true,
      body: html`<div class="head"><div><p class="crumb"><a href="/console/centres">${view.say('nav.centres')}</a></p><h1>${title}</h1><p class="quiet">${longDay(day, view)}</p></div>${dayForm(id, day, view)}</div>
        <div class="diaries" data-part="day">${diaries.map((diary) => diaryPart(diary, view))}</div>`,
      references: versionsOf(shown),
    }
  },
}

function dayForm(id: string, day: string, { say }: View): Html {
  const at = (days: number) =>
    new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
  return html`<form method="get" action="/console/centres/${id}" class="row">
    <a class="step-day" href="/console/centres/${id}?day=${at(-1)}">${say('day.before')}</a>
    <label for="day">${say('day.day')}</label><input id="day" name="day" type="date" value="${day}"><button>${say('day.show')}</button>
    <a class="step-day" href="/console/centres/${id}?day=${at(1)}">${say('day.after')}</a></form>`
}

function diaryPart({ schedule, places }: DiaryDay, view: View): Html {
  const { say } = view
  const name = schedule.comment ?? say('day.diary')
  const free = places.filter(({ slot }) => slot.status === 'free').length
  return html`<section class="card"><h2>${name}${given(places.length > 0, () => html` <span class="quiet count">${say('day.free', { free, all: places.length })}</span>`)}</h2>
    ${
      places.length === 0
        ? html`<p class="quiet">${say('day.none')}</p>`
        : html`<table class="day"><caption class="hidden">${name}</caption><thead><tr><th scope="col">${say('day.time')}</th><th scope="col">${say('column.state')}</th><th scope="col">${say('column.patient')}</th></tr></thead>
      <tbody>${places.map((place) => placeLine(place, view))}</tbody></table>`
    }</section>`
}

const tones: Readonly<Record<Place['slot']['status'], Tone>> = {
  free: 'good',
  busy: 'busy',
  'busy-tentative': 'wait',
  'busy-unavailable': 'done',
  'entered-in-error': 'done',
}

function placeLine({ slot, appointment, patient }: Place, view: View): Html {
  const request = appointment?.basedOn?.[0]?.reference?.split('/')[1]
  const words = nameOf(patient?.name) || wordsOf(appointment?.serviceType?.[0])
  return html`<tr><th scope="row">${timeOf(slot.start, view)}</th><td>${badge(tones[slot.status], view.say(`slot.${slot.status}`))}</td>
    <td>${request ? html`<a href="/console/requests/${request}">${words}</a>` : words}</td></tr>`
}

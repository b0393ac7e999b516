import type { Appointment } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import { dayIn } from '../../fhir/zone.ts'
import { noticeableBy } from '../../flows/booking/states.ts'
import { change, updateOf } from '../change.ts'
import { type Booking, centresOf, type DiaryDay, dayOf, type Place } from '../day.ts'
import { longDay, nameOf, timeOf, wordsOf } from '../format.ts'
import { given, type Html, html, nothing } from '../html.ts'
import { formKey } from '../layout.ts'
import { plainName } from '../proposals.ts'
import { versionsOf } from '../search.ts'
import { appointmentState, badge, type Tone } from '../state.ts'
import { type Act, field, type Page, required, type Shown, type View, type Visit } from '../view.ts'

/** One centre's day: each diary, each place, who has it, and whether they came. */
export const dayPage: Page = {
  path: '/centres/:id',
  show: (visit) => dayShown(visit, visit.query.get('day') ?? ''),
}

/** What somebody may say of a patient on the day, at a centre that only telephones. */
const words = ['arrived', 'fulfilled', 'noshow'] as const

/** The centre has said by telephone what happened on the day. */
export const noticeDay: Act = {
  path: '/centres/:id/said',
  async perform(visit, form) {
    const id = required(form, 'appointment')
    const appointment = await visit.desk.store.reader().read('Appointment', id)
    if (!appointment) throw failure('not-found', 'There is no such appointment.')
    const said = words.find((one) => one === field(form, 'said'))
    if (!said) throw failure('value', 'An appointment is arrived, fulfilled or noshow.', 'said')
    await change([updateOf(appointment, { ...appointment, status: said })], visit)
    const day = new URLSearchParams({ day: dayIn(visit.view.zone, appointment.start ?? visit.view.now) })
    return { to: `/console/centres/${visit.parts.id}?${day}`, done: `done.${said}`, at: lineId(appointment) }
  },
  back: (visit, form) => dayShown(visit, field(form, 'day')),
}

async function dayShown(visit: Visit, asked: string): Promise<Shown> {
  const { view, desk, parts } = visit
  const id = parts.id ?? ''
  const day = asked || dayIn(view.zone, view.now)
  const [centres, { diaries, beside }] = await Promise.all([centresOf(desk), dayOf(id, day, desk)])
  const name = centres.find((one) => one.id === id)?.name ?? ''
  const title = plainName({ resourceType: 'Organization', name })
  const bookings = diaries.flatMap(({ places }) => places.flatMap((place) => place.bookings)).concat(beside)
  return {
    title: `${title} · ${longDay(day, view)}`,
    live: true,
    body: html`<div class="head"><div><p class="crumb"><a href="/console/centres">${view.say('nav.centres')}</a></p><h1>${title}</h1><p class="quiet">${longDay(day, view)}</p></div>${dayForm(id, day, view)}</div>
      <div class="diaries" data-part="day">${diaries.map((diary) => diaryPart(diary, day, visit))}${besidePart(beside, day, visit)}</div>`,
    references: versionsOf(new Set(bookings.flatMap(({ appointment, patient }) => [appointment, patient]))),
  }
}

function dayForm(id: string, day: string, { say }: View): Html {
  const at = (days: number) =>
    new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
  return html`<form method="get" action="/console/centres/${id}" class="row">
    <a class="step-day" href="/console/centres/${id}?day=${at(-1)}">${say('day.before')}</a>
    <label for="day">${say('day.day')}</label><input id="day" name="day" type="date" value="${day}"><button>${say('day.show')}</button>
    <a class="step-day" href="/console/centres/${id}?day=${at(1)}">${say('day.after')}</a></form>`
}

function diaryPart({ schedule, places }: DiaryDay, day: string, visit: Visit): Html {
  const { say } = visit.view
  const name = schedule.comment ?? say('day.diary')
  const free = places.filter(({ slot }) => slot.status === 'free').length
  return html`<section class="card"><h2>${name}${given(places.length > 0, () => html` <span class="quiet count">${say('day.free', { free, all: places.length })}</span>`)}</h2>
    ${
      places.length === 0
        ? html`<p class="quiet">${say('day.none')}</p>`
        : dayTable(
            name,
            places.map((place) => placeLines(place, day, visit)),
            visit.view,
          )
    }</section>`
}

/** Whom the centre takes beside its diary. */
function besidePart(beside: readonly Booking[], day: string, visit: Visit): Html {
  if (beside.length === 0) return nothing
  const name = visit.view.say('day.beside')
  const lines = beside.map((booking) => bookedLine(booking, booking.appointment.start, day, visit))
  return html`<section class="card"><h2>${name}</h2>${dayTable(name, lines, visit.view)}</section>`
}

const dayTable = (name: string, lines: readonly (Html | Html[])[], { say }: View): Html =>
  html`<table class="day"><caption class="hidden">${name}</caption><thead><tr><th scope="col">${say('day.time')}</th><th scope="col">${say('column.state')}</th><th scope="col">${say('column.patient')}</th></tr></thead>
    <tbody>${lines}</tbody></table>`

const tones: Readonly<Record<Place['slot']['status'], Tone>> = {
  free: 'good',
  busy: 'busy',
  'busy-tentative': 'wait',
  'busy-unavailable': 'done',
  'entered-in-error': 'done',
}

/** A line for each who has it, or one that says that nobody has. */
function placeLines({ slot, bookings }: Place, day: string, visit: Visit): Html[] {
  if (bookings.length > 0) return bookings.map((booking) => bookedLine(booking, slot.start, day, visit))
  const { view } = visit
  return [
    html`<tr><th scope="row">${timeOf(slot.start, view)}</th><td>${badge(tones[slot.status], view.say(`slot.${slot.status}`))}</td><td></td></tr>`,
  ]
}

/** Of an appointment that takes several places, what is said of it stands at the first. */
function bookedLine(
  { appointment, patient }: Booking,
  start: string | undefined,
  day: string,
  visit: Visit,
): Html {
  const { view } = visit
  const request = appointment.basedOn?.[0]?.reference?.split('/')[1]
  const name = nameOf(patient?.name) || wordsOf(appointment.serviceType?.[0])
  const isFirst = Date.parse(start ?? '') === Date.parse(appointment.start ?? '')
  const status =
    appointment.status === 'pending'
      ? badge('wait', view.say('slot.busy-tentative'))
      : appointmentState(appointment.status, view)
  return html`<tr${isFirst ? html` id="${lineId(appointment)}"` : nothing}><th scope="row">${timeOf(start ?? '', view)}</th><td>${status}</td>
    <td>${request ? html`<a data-row href="/console/requests/${request}">${name}</a>` : name}${isFirst ? dayOfPatient(appointment, name, day, visit) : nothing}</td></tr>`
}

const lineId = ({ id }: Appointment) => `appointment-${id}`

/** Whether they came: where the centre has no system that says so, and once it is time. */
function dayOfPatient(
  appointment: Appointment,
  name: string,
  day: string,
  { view, desk, parts }: Visit,
): Html {
  const sayable = noticeableBy(appointment, desk.actor, desk.territory)
  const offered = words.filter((word) => sayable.includes(word) && isTimeFor(word, appointment, view))
  if (offered.length === 0) return nothing
  const { say } = view
  return html`<form method="post" action="/console/centres/${parts.id}/said" class="row small">${formKey(view)}
    <input type="hidden" name="appointment" value="${appointment.id}"><input type="hidden" name="day" value="${day}">
    ${offered.map((word) => html`<button name="said" value="${word}" aria-label="${say(`day.${word}`)} : ${name}">${say(`day.${word}`)}</button>`)}</form>`
}

/** Somebody may come early on their day; they have not failed to come until it is time. */
function isTimeFor(word: (typeof words)[number], { start = '' }: Appointment, { zone, now }: View): boolean {
  return word === 'noshow' ? Date.parse(start) <= now : dayIn(zone, start) <= dayIn(zone, now)
}

import { flagCodesOf, noteOf } from '../../flows/referral/flags.ts'
import { judgementOf } from '../../flows/referral/judged.ts'
import { isOpen } from '../../flows/task.ts'
import { cancellationsToTell } from '../cancellations.ts'
import { clockDue } from '../deadline.ts'
import { clocksIn, type Dossier, dossierOf } from '../dossier.ts'
import { age, communeOf, nameOf, phoneOf, shortDate, wordsOf } from '../format.ts'
import { given, type Html, html, nothing } from '../html.ts'
import { cancellationsPart } from '../parts/cancellations.ts'
import { judgementPart } from '../parts/judgement.ts'
import { messagePart } from '../parts/messages.ts'
import { abortPart, notesPart } from '../parts/notes.ts'
import { bookedPart, proposalPart } from '../parts/places.ts'
import { timelinePart } from '../parts/timeline.ts'
import { endPart, holderPart } from '../parts/work.ts'
import { colleaguesOf } from '../person.ts'
import { type Proposal, placed, proposalsOf } from '../proposals.ts'
import { examWords } from '../protocol.ts'
import { versionsOf } from '../search.ts'
import { stateOf } from '../state.ts'
import type { Page, Shown, View, Visit } from '../view.ts'

/** One request, with all that is known of it and all that can be done about it. */
export const requestPage: Page = {
  path: '/requests/:id',
  show: (visit) => requestShown(visit),
}

/** The page of the request that the address names. Fails: not-found. */
export async function requestShown(visit: Visit): Promise<Shown> {
  const { view, desk, parts } = visit
  const dossier = await dossierOf(parts.id ?? '', desk)
  const { request, task, patient, appointments, supporting } = dossier
  const current = appointments.filter(({ status }) => !gone.includes(status))
  const isMissed = current.every(({ status }) => status === 'noshow')
  const wantsPlace = task !== undefined && isOpen(task) && isMissed
  const at = { now: desk.clock().toISOString(), territory: desk.territory }
  const judgement = judgementOf({ ...dossier, unmapped: false }, flagCodesOf(request), at)
  const [proposals, booked, colleagues, cancellations] = await Promise.all([
    wantsPlace ? proposalsOf(dossier, desk) : [],
    Promise.all(current.map((appointment) => placed(appointment, desk))),
    colleaguesOf(desk),
    cancellationsToTell(desk, request.id),
  ])
  const title = examWords(request.code, desk, view)
  return {
    title,
    live: true,
    body: html`${head(dossier, title, view)}
      <div class="two"><div>
        <section class="card" data-part="patient">${patientPart(dossier, view)}</section>
        ${abortPart(dossier, view)}${cancellationsPart(cancellations, view, request.id)}${notesPart(dossier, visit)}
        ${given(judgement, (value) => judgementPart(value, dossier, view))}
        ${placePart(dossier, { proposals, booked, wantsPlace, isReady: judgement?.verdict !== 'incomplete' && judgement?.verdict !== 'blocked', isBlocked: judgement?.verdicts.includes('blocked') ?? false }, view)}
      </div><aside>
        <section class="card" data-part="clocks"><h2>${view.say('clocks.title')}</h2>${clocks(dossier, visit)}</section>
        ${holderPart(dossier, colleagues, visit)}${messagePart(dossier, visit)}${endPart(dossier, visit)}
      </aside></div>${timelinePart(dossier, view)}`,
    references: versionsOf([request, task, patient, ...appointments, ...supporting]),
  }
}

/** Not in a place: given up, or still waiting for one. */
const gone: readonly string[] = ['cancelled', 'entered-in-error', 'waitlist']

function head({ request, task }: Dossier, title: string, view: View): Html {
  const { say } = view
  const urgent = request.priority !== undefined && request.priority !== 'routine'
  const number = request.identifier?.[0]?.value
  return html`<div class="head"><div><p class="crumb"><a href="/console">${say('nav.worklist')}</a></p>
    <h1>${title}${urgent ? html` <span class="urgent">${say('urgent')}</span>` : ''}</h1>
    <p class="quiet">${wordsOf(request.reasonCode?.[0])}${given(number, (value) => html` · <span class="number">${say('request.number', { number: value })}</span>`)}</p></div>
    <p data-part="state" class="state">${given(task, (value) => stateOf(value, view))}
    <button type="button" class="quiet script" data-print>${say('print')}</button></p></div>`
}

function patientPart({ patient, doctor, request, copies }: Dossier, view: View): Html {
  const { say } = view
  const rows: [string, string | undefined][] = [
    [
      say('request.born'),
      patient?.birthDate && `${shortDate(patient.birthDate, view)} (${age(patient.birthDate, view)})`,
    ],
    [
      say('field.sex'),
      patient?.gender && say(`sex.${patient.gender === 'other' ? 'unknown' : patient.gender}`),
    ],
    [say('field.phone'), phoneOf(patient?.telecom)],
    [say('field.commune'), communeOf(patient?.address)],
    [say('request.doctor'), nameOf(doctor?.name) || request.requester?.display],
    [say('request.treating'), patient?.generalPractitioner?.[0]?.display],
    [say('request.copies'), copies.join(', ')],
    [say('field.callback'), callbackOf(request)],
    [say('field.purpose'), noteOf(request, 'purpose')],
    [say('field.justification'), noteOf(request, 'justification')],
    [say('field.note'), otherNotes(request)],
  ]
  return html`<h2>${nameOf(patient?.name) || say('request.patient')}</h2><dl class="facts">${rows.map(
    ([term, value]) => given(value, (words) => html`<div><dt>${term}</dt><dd>${words}</dd></div>`),
  )}</dl>`
}

const callbackOf = ({ extension = [] }: Dossier['request']) =>
  extension.find(({ url }) => url.endsWith('/servicerequest-order-callback-phone-number'))?.valueContactPoint
    ?.value

/** What was said beside purpose and justification. */
const otherNotes = ({ note = [] }: Dossier['request']) =>
  note
    .filter(({ extension = [] }) => extension.length === 0)
    .map(({ text }) => text)
    .join(' · ')

function clocks(dossier: Dossier, { view, desk }: Visit): Html {
  const both = clocksIn(dossier, desk)
  if (!both) return html`<p>${view.say('due.none')}</p>`
  return html`<dl class="clocks">${(['answer', 'exam'] as const).map(
    (name) => html`<div><dt>${view.say(`clock.${name}`)}</dt><dd>${clockDue(both[name], view)}</dd></div>`,
  )}</dl>`
}

interface Places {
  proposals: readonly Proposal[]
  booked: readonly Proposal[]
  wantsPlace: boolean
  /** Nothing is missing that keeps it from being booked. */
  isReady: boolean
  /** A rule of law keeps it from being booked until then. */
  isBlocked: boolean
}

/** Where the exam is, was missed, or could be. */
function placePart(dossier: Dossier, { proposals, booked, wantsPlace, ...state }: Places, view: View): Html {
  return html`<div data-part="places">${booked.length > 0 ? bookedPart(dossier, booked, view) : nothing}
    ${wantsPlace ? proposalPart(dossier, proposals, state, view) : nothing}</div>`
}

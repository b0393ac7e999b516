import type { Appointment } from '@medplum/fhirtypes'
import { isWaiting, waitsSince, windowOf } from '../../flows/booking/waiting.ts'
import { isCall } from '../../flows/task.ts'
import type { Dossier } from '../dossier.ts'
import { dayWords, timeOf } from '../format.ts'
import { given, type Html, html, nothing } from '../html.ts'
import { formKey } from '../layout.ts'
import { isKey } from '../messages/index.ts'
import type { Proposal } from '../proposals.ts'
import { appointmentState, badge } from '../state.ts'
import type { View } from '../view.ts'

/** Places that could be had, best first, each with the button that takes it; where nothing is missing the best has the focus. */
export function proposalPart(
  { request, appointments }: Dossier,
  proposals: readonly Proposal[],
  { isReady, isBlocked }: { isReady: boolean; isBlocked: boolean },
  view: View,
): Html {
  const { say } = view
  const at = (act: string) => `/console/requests/${request.id}/${act}`
  const list = html`<form method="post" action="${at('book')}">${formKey(view)}
    <ol class="places">${proposals.map((proposal, n) => placeLine(proposal, { isBest: isReady && n === 0, isBlocked }, view))}</ol></form>`
  return html`<section class="card"><h2>${say('places.title')}</h2>
    ${isBlocked ? html`<p class="quiet">${say('places.blocked')}</p>` : nothing}
    ${proposals.length === 0 ? html`<p class="empty">${say('places.none')}</p>` : list}
    <form method="post" action="${at('propose')}" class="below">${formKey(view)}<button>${say(proposals.length === 0 ? 'places.tell-none' : 'places.propose')}</button></form>
    ${waitsPart(request.id, appointments, view)}</section>`
}

/** How many days a request waits, where nobody says it. */
const usualWaitDays = 14

/** Its place on the waiting list, or the way to get one. */
function waitsPart(request: string, appointments: readonly Appointment[], view: View): Html {
  const { say } = view
  const waiting = appointments.find(isWaiting)
  const [since, until] = [waiting && waitsSince(waiting), waiting && windowOf(waiting)?.end]
  if (since !== undefined && until !== undefined)
    return html`<p class="below">${badge('wait', say('appointment.waitlist'))} ${say('waiting.on-list', { since: dayWords(since, view), until: dayWords(until, view) })}</p>
      <form method="post" action="/console/requests/${request}/leave" class="row">${formKey(view)}
      <input type="hidden" name="appointment" value="${waiting?.id ?? ''}">
      <label for="leave-why">${say('waiting.leave-why')}</label><input id="leave-why" name="reason" required maxlength="500">
      <button>${say('waiting.leave')}</button></form>`
  return html`<form method="post" action="/console/requests/${request}/wait" class="row below">${formKey(view)}
    <button>${say('waiting.put')}</button><label for="wait-days" class="beside">${say('waiting.days')}</label>
    <input id="wait-days" name="days" type="number" min="1" max="60" value="${usualWaitDays}" required></form>`
}

function placeLine(
  { appointment, place, commune, reasons }: Proposal,
  { isBest, isBlocked }: { isBest: boolean; isBlocked: boolean },
  view: View,
): Html {
  const { start = '', id = '' } = appointment
  const label = view.say('places.book-at', { when: `${dayWords(start, view)} ${timeOf(start, view)}`, place })
  return html`<li><div class="slot"><strong>${dayWords(start, view)}</strong> <span>${timeOf(start, view)}</span></div>
    <div class="where">${place}${given(commune, (name) => html` <span class="quiet">${name}</span>`)}<small>${reasonWords(reasons, view)}</small></div>
    ${isBlocked ? nothing : html`<button name="proposal" value="${id}" class="${isBest ? 'main' : ''}" aria-label="${label}"${isBest ? html` autofocus` : nothing}>${view.say('places.book')}</button>`}</li>`
}

/** What tells one place from another; that the earlier comes first is seen. */
const reasonWords = (reasons: readonly string[], { say }: View): string =>
  reasons
    .map((code) => `rank.${code}`)
    .filter(isKey)
    .map((key) => say(key))
    .join(' · ')

/** What is booked, or asked for, and what can become of it. */
export function bookedPart(dossier: Dossier, booked: readonly Proposal[], view: View): Html {
  const { say } = view
  return html`<section class="card"><h2>${say('places.booked')}</h2>${booked.map(
    ({ appointment, place, commune }) => {
      const { status, start = '', id = '' } = appointment
      return html`<div class="booked"><p class="when"><strong>${dayWords(start, view)} ${timeOf(start, view)}</strong> ${appointmentState(status, view)}</p>
      <p>${place}${given(commune, (name) => html`, ${name}`)}</p>${callForm(dossier, id, view)}${cancelForm(dossier, id, status, view)}</div>`
    },
  )}</section>`
}

/** A centre that has only a telephone: somebody calls, and writes down what it says. */
function callForm({ calls, request }: Dossier, appointment: string, view: View): Html {
  const call = calls.filter(isCall).find(({ focus }) => focus?.reference === `Appointment/${appointment}`)
  if (!call) return nothing
  return html`<form method="post" action="/console/requests/${request.id}/said" class="row">${formKey(view)}
    <input type="hidden" name="call" value="${call.id}"><p class="wide">${view.say('places.call')}</p>
    <button name="said" value="yes" class="main">${view.say('places.said-yes')}</button>
    <button name="said" value="no">${view.say('places.said-no')}</button></form>`
}

function cancelForm(
  { request }: Dossier,
  appointment: string,
  status: Appointment['status'],
  view: View,
): Html {
  if (status !== 'booked' && status !== 'pending') return nothing
  return html`<details class="more"><summary>${view.say('places.cancel')}</summary>
    <form method="post" action="/console/requests/${request.id}/cancel" class="row">${formKey(view)}
    <input type="hidden" name="appointment" value="${appointment}">
    <label for="why-${appointment}">${view.say('places.cancel-why')}</label><input id="why-${appointment}" name="reason" required maxlength="500">
    <button class="danger">${view.say('places.cancel-now')}</button></form></details>`
}

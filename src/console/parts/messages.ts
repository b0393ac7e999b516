import type { Communication, CommunicationRequest } from '@medplum/fhirtypes'
import { type Dossier, saidAt } from '../dossier.ts'
import { languages, when } from '../format.ts'
import { given, type Html, html } from '../html.ts'
import { formKey } from '../layout.ts'
import type { View, Visit } from '../view.ts'

/** What was said about the request, and the way to say more to the doctor who asks. */
export function messagePart({ request, messages }: Dossier, { view }: Visit): Html {
  const { say } = view
  return html`<section class="card"><h2>${say('message.title')}</h2>
    <ol class="messages" data-part="messages">${messages.map((message) => line(message, view))}</ol>
    <form method="post" action="/console/requests/${request.id}/message">${formKey(view)}
      <label for="message">${say('message.new')}</label><textarea id="message" name="text" required maxlength="4000"></textarea>
      <p class="row"><button name="kind" value="say">${say('message.send')}</button>
      <button name="kind" value="ask">${say('message.ask')}</button></p></form></section>`
}

function line(message: Communication | CommunicationRequest, view: View): Html {
  const texts = (message.payload ?? []).flatMap(({ contentString }) => contentString ?? [])
  const isAsked = message.resourceType === 'CommunicationRequest'
  // What the protocol asks is said in French, then in English.
  const text = isAsked && texts.length > 1 ? (texts[languages.indexOf(view.language)] ?? '') : texts.join(' ')
  return html`<li><p class="meta">${isAsked ? html`<strong>${view.say('message.asked')}</strong> · ` : ''}${given(message.sender?.display, (name) => html`${name} · `)}${given(saidAt(message), (at) => html`<time datetime="${at}">${when(at, view)}</time>`)}</p>${textOf(text)}</li>`
}

/** A long text shows its first line, and the rest when it is asked for. */
function textOf(text: string): Html {
  const [first = '', ...rest] = text.split('\n')
  if (rest.length < 3) return html`<p class="said">${text}</p>`
  return html`<details><summary>${first}</summary><p class="said">${rest.join('\n')}</p></details>`
}

import type { AuditEvent } from '@medplum/fhirtypes'
import type { Dossier } from '../dossier.ts'
import { when } from '../format.ts'
import { type Html, html } from '../html.ts'
import { isKey } from '../messages/index.ts'
import type { View } from '../view.ts'

/** What was done about the request, by whom and when: from the trail that is kept of it. */
export function timelinePart({ events }: Dossier, view: View): Html {
  return html`<section class="card" data-part="timeline"><h2>${view.say('timeline.title')}</h2>
    <ol class="timeline">${events.map((event) => line(event, view))}</ol></section>`
}

function line({ recorded, agent, subtype }: AuditEvent, view: View): Html {
  const step = subtype?.[0]?.code ?? ''
  const key = `step.${step}`
  const who = agent.find(({ requestor }) => requestor)?.name ?? ''
  return html`<li><time datetime="${recorded}">${when(recorded, view)}</time> <span>${isKey(key) ? view.say(key) : step}</span> <span class="quiet">${who}</span></li>`
}

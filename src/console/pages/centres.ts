import { centresOf } from '../day.ts'
import { html } from '../html.ts'
import { phoneLink } from '../parts/phone.ts'
import { plainName } from '../proposals.ts'
import type { Page } from '../view.ts'

/** The centres, each with its day. */
export const centresPage: Page = {
  path: '/centres',
  async show({ view, desk }) {
    const { say } = view
    const centres = (await centresOf(desk)).filter(({ hasDiary }) => hasDiary)
    return {
      title: say('nav.centres'),
      body: html`<h1>${say('nav.centres')}</h1><ul class="tiles">${centres.map(
        ({
          id,
          name,
          manual,
          phone,
        }) => html`<li class="card"><h2><a href="/console/centres/${id}">${plainName({ resourceType: 'Organization', name })}</a></h2>
        <p class="quiet">${say(manual ? 'centre.by-phone' : 'centre.by-wire')}${phoneLink(phone)}</p></li>`,
      )}</ul>`,
    }
  },
}

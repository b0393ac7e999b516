import { assets } from './assets.ts'
import { languages } from './format.ts'
import { given, type Html, html, nothing } from './html.ts'
import { isKey } from './messages/index.ts'
import type { Notice, Shown, View } from './view.ts'

/** A whole page: head, who is here, where one can go, and the page itself. */
export function layout(view: View, { title, body, live }: Shown): Html {
  const { say, language } = view
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Relais</title>
<link rel="stylesheet" href="${assets.css}">
<link rel="icon" href="${assets.icon}">
<script src="${assets.script}" defer></script>
</head>
<body${live ? html` data-live="/console/live"` : nothing}>
<a class="skip" href="#main">${say('skip')}</a>
<header class="top">
  <a class="brand" href="/console">Relais <span>${say('brand')}</span></a>
  ${view.person ? navigation(view) : nothing}
  <div class="who">
    ${given(view.person, ({ name }) => html`<span class="person">${name}</span>`)}
    ${languageChoice(view)}
    ${view.person ? signOut(view) : nothing}
  </div>
</header>
<main id="main" tabindex="-1">
${given(view.notice, (notice) => noticeOf(notice, view))}
${body}
</main>
<footer class="foot"><span class="emergency">${say('emergency')}</span></footer>
</body>
</html>`
}

const places = [
  ['/console', 'nav.worklist'],
  ['/console/new', 'nav.new'],
  ['/console/waiting', 'nav.waiting'],
  ['/console/centres', 'nav.centres'],
  ['/console/counts', 'nav.counts'],
] as const

function navigation({ say, path }: View): Html {
  const [here = ''] = path.split('?')
  return html`<nav class="menu" aria-label="${say('nav.label')}"><ul>${places.map(([to, key]) => {
    const isHere = to === '/console' ? here === to : here.startsWith(to)
    return html`<li><a href="${to}"${isHere ? html` aria-current="page"` : nothing}${
      to === '/console/new' ? html` class="new" accesskey="n"` : nothing
    }>${say(key)}</a></li>`
  })}</ul></nav>`
}

/** Each language by its own name. */
const names = { fr: 'Français', en: 'English' } as const

function languageChoice({ language, path, say }: View): Html {
  const others = languages.filter((one) => one !== language)
  return html`<form method="post" action="/console/language" class="plain">
    <input type="hidden" name="to" value="${path}">
    ${others.map(
      (one) =>
        html`<button name="language" value="${one}" lang="${one}" class="quiet" aria-label="${say('language')}: ${names[one]}">${names[one]}</button>`,
    )}
  </form>`
}

const signOut = (view: View): Html =>
  html`<form method="post" action="/console/sign-out" class="plain">${formKey(view)}<button class="quiet">${view.say('sign-out')}</button></form>`

/** What a form carries to show that it is ours. */
export const formKey = ({ formKey: key }: View): Html =>
  html`<input type="hidden" name="formKey" value="${key}">`

function noticeOf(notice: Notice, { say }: View): Html {
  if ('done' in notice) return html`<p class="notice done" role="status">${say(notice.done)}</p>`
  const { failure, number } = notice
  const key = `failed.${failure.case}`
  return html`<div class="notice failed" role="alert">
    <p><strong>${say(isKey(key) ? key : 'failed.other')}</strong></p>
    ${failure.case === 'exception' ? html`<p>${say('failed.number', { number })}</p>` : reasons(failure.issues)}
  </div>`
}

const reasons = (issues: readonly { text: string }[]): Html =>
  html`<ul>${[...new Set(issues.map(({ text }) => text))].map((text) => html`<li lang="en">${text}</li>`)}</ul>`

import type { Judgement, Missing, Reason } from '../../flows/protocol/judgement.ts'
import { flagCodesOf } from '../../flows/referral/flags.ts'
import { isOpen } from '../../flows/task.ts'
import type { Dossier } from '../dossier.ts'
import { emptyForm, questionField } from '../fields.ts'
import { given, type Html, html, nothing } from '../html.ts'
import { formKey } from '../layout.ts'
import { badge, type Tone } from '../state.ts'
import { fieldOf } from '../telephone.ts'
import type { View } from '../view.ts'

const tones: Readonly<Record<Reason['verdict'], Tone>> = {
  conforms: 'good',
  incomplete: 'wait',
  outside: 'wait',
  blocked: 'bad',
  note: 'bad',
}

/** What the protocol says of a request, with its reasons and what is still to be answered. */
export function judgementPart(judgement: Judgement, dossier: Dossier, view: View): Html {
  const { say, language } = view
  const { verdict, reasons, answers, alternatives, preparation } = judgement
  const told = reasons.filter(({ code }) => code !== 'answer-missing' || !canAnswer(dossier))
  return html`<section class="card" data-part="judgement"><h2>${say('judgement.title')} ${badge(tones[verdict], say(`verdict.${verdict}`))}</h2>
    <ul class="reasons">${told.map(({ text, verdict: of, code }) => html`<li class="${tones[of]}">${text[language]}${code === 'red-flag' ? html` <strong>${say('judgement.call-15')}</strong>` : nothing}</li>`)}</ul>
    ${canAnswer(dossier) ? missingForm(judgement.missing, dossier, view) : nothing}
    ${given(
      answers.length > 0 && answers,
      (all) =>
        html`<details><summary>${say('judgement.answers', { count: all.length })}</summary><dl class="facts">${all.map(
          ({ question, answer, value }) =>
            html`<div><dt>${question.text[language]}</dt><dd>${answer === 'given' ? String(value) : say(`answer.${answer}`)}</dd></div>`,
        )}</dl></details>`,
    )}
    ${given(alternatives.length > 0 && alternatives, (all) => html`<p class="quiet">${say('judgement.alternatives')} ${all.map(({ title }) => title[language]).join(', ')}</p>`)}
    ${given(preparation, (words) => html`<p class="quiet">${say('judgement.preparation')} ${words[language]}</p>`)}
    <p class="source">${sourceOf(judgement, view)}</p></section>`
}

const canAnswer = ({ task }: Dossier): boolean => task !== undefined && isOpen(task)

function sourceOf({ protocol, guidance, doseClass }: Judgement, { say }: View): string {
  const version = protocol.split('|')[1] ?? protocol
  const sources = guidance.map(({ title }) => title)
  return [
    say('judgement.source', { version }),
    ...sources,
    ...(doseClass ? [say('judgement.dose', { dose: doseClass })] : []),
  ].join(' · ')
}

/** Fields for what is missing: whoever has it on the telephone writes it down here. */
function missingForm(missing: readonly Missing[], { request }: Dossier, view: View): Html {
  const notes = notesMissing(request)
  if (missing.length === 0 && notes.length === 0) return nothing
  return html`<form method="post" action="/console/requests/${request.id}/answers" class="missing">${formKey(view)}
    <h3>${view.say('judgement.missing')}</h3>
    <div class="fields">${missing.map(({ question }) => questionField(question, fieldOf(question), emptyForm, view))}${notes.map((kind) => noteField(kind, view))}</div>
    <p><button>${view.say('judgement.keep')}</button></p></form>`
}

/** What a request says in words, and does not say yet; X-rays are not booked without. */
const notesMissing = (request: Dossier['request']): ('purpose' | 'justification')[] =>
  (['purpose', 'justification'] as const).filter((kind) => flagCodesOf(request).includes(`missing-${kind}`))

const noteField = (kind: 'purpose' | 'justification', { say }: View): Html =>
  html`<div class="field wide"><label for="note-${kind}">${say(`field.${kind}`)} <span class="need">${say('question.required')}</span></label>
    <input id="note-${kind}" name="note.${kind}" maxlength="2000"></div>`

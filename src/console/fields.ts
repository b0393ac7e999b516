import type { Question } from '../flows/protocol/protocol.ts'
import { given, type Html, html, nothing } from './html.ts'
import type { View } from './view.ts'

/** A form as it was sent, or is to be begun with, and what is wrong in it: field → words. */
export interface Filled {
  values: ReadonlyMap<string, string>
  faults: ReadonlyMap<string, string>
}

export const emptyForm: Filled = { values: new Map(), faults: new Map() }

/** A line of text with its label; a fault is told at its field. */
export interface TextField {
  name: string
  label: string | Html
  hint?: string
  /** Name of a list of suggestions. */
  list?: string
  type?: 'text' | 'tel'
  numeric?: boolean
  autofocus?: boolean
  required?: boolean
  width?: 'short' | 'long'
}

export function textField(spec: TextField, { values, faults }: Filled): Html {
  const { name, label, hint, list, type = 'text', numeric, autofocus, required, width } = spec
  const id = idOf(name)
  return html`<div class="field ${width ?? 'short'}"><label for="${id}">${label}${given(hint, (words) => html` <span class="hint">${words}</span>`)}</label>
    <input id="${id}" name="${name}" type="${type}" value="${values.get(name) ?? ''}" autocomplete="off"${list ? html` list="${list}"` : nothing}${
      numeric ? html` inputmode="numeric"` : nothing
    }${autofocus ? html` autofocus` : nothing}${required ? html` required` : nothing}${describedBy(name, faults)}>
    ${faultOf(name, faults)}</div>`
}

/** Several lines of text. */
export function textArea(
  { name, label, hint }: Pick<TextField, 'name' | 'label' | 'hint'>,
  { values, faults }: Filled,
): Html {
  const id = idOf(name)
  return html`<div class="field wide"><label for="${id}">${label}${given(hint, (words) => html` <span class="hint">${words}</span>`)}</label>
    <textarea id="${id}" name="${name}" rows="2"${describedBy(name, faults)}>${values.get(name) ?? ''}</textarea>${faultOf(name, faults)}</div>`
}

/** One of a few: by arrow keys. */
export function choiceField(
  { name, label }: Pick<TextField, 'name' | 'label'>,
  options: readonly (readonly [value: string, words: string])[],
  { values, faults }: Filled,
): Html {
  return html`<fieldset class="field choice"${describedBy(name, faults)}><legend>${label}</legend>
    ${options.map(([value, words]) => {
      const id = idOf(`${name}.${value}`)
      const isChosen = values.get(name) === value
      return html`<label class="option" for="${id}"><input type="radio" id="${id}" name="${name}" value="${value}"${isChosen ? html` checked` : nothing}>${words}</label>`
    })}${faultOf(name, faults)}</fieldset>`
}

/** A question of the protocol, as it is answered; what is not answered stays open. */
export function questionField(question: Question, name: string, filled: Filled, view: View): Html {
  const { text, kind, options, required, role } = question
  const label = html`${text[view.language]}${given(role === 'red-flag', () => html` <span class="mark alert">${view.say('question.red-flag')}</span>`)}${given(required, () => html` <span class="mark">${view.say('question.required')}</span>`)}`
  const unknown = ['unknown', view.say('answer.unknown')] as const
  if (kind === 'yes-no') {
    const answers = [['yes', view.say('answer.yes')], ['no', view.say('answer.no')], unknown] as const
    return choiceField({ name, label }, answers, filled)
  }
  if (kind === 'choice') {
    const answers = options.map(({ code = '', display }) => [code, display ?? code] as const)
    return choiceField({ name, label }, [...answers, unknown], filled)
  }
  return textField(
    { name, label, width: kind === 'text' ? 'long' : 'short', numeric: kind === 'number' },
    filled,
  )
}

const idOf = (name: string) => `f-${name.replaceAll(/[^\w-]/g, '-')}`
const faultId = (name: string) => `${idOf(name)}-fault`

const describedBy = (name: string, faults: Filled['faults']): Html =>
  faults.has(name) ? html` aria-invalid="true" aria-describedby="${faultId(name)}"` : nothing

const faultOf = (name: string, faults: Filled['faults']): Html =>
  given(faults.get(name), (words) => html`<p class="fault" id="${faultId(name)}">${words}</p>`)

/** All that is wrong, each with a way to its field. */
export function faultList({ faults }: Filled, { say }: View, labels: ReadonlyMap<string, string>): Html {
  if (faults.size === 0) return nothing
  return html`<div class="notice failed" role="alert" tabindex="-1"><p><strong>${say('fault.title')}</strong></p>
    <ul>${[...faults].map(([name, words]) => html`<li><a href="#${idOf(name)}">${labels.get(name) ?? name}</a> : ${words}</li>`)}</ul></div>`
}

import { randomBytes } from 'node:crypto'
import type { OperationOutcome } from '@medplum/fhirtypes'
import { uuidv7 } from '../../fhir/id.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Incoming } from '../../flows/message.ts'
import type { Indication, Protocol, Question } from '../../flows/protocol/protocol.ts'
import type { Intake1 } from '../../flows/referral/intake-schema.ts'
import { type Doctor, membersOf } from '../doctors.ts'
import {
  choiceField,
  emptyForm,
  type Filled,
  faultList,
  questionField,
  textArea,
  textField,
} from '../fields.ts'
import { type Html, html, nothing } from '../html.ts'
import { formKey } from '../layout.ts'
import { communesOf } from '../places.ts'
import { currentProtocol, indicationNamed, nameOfIndication, questionsFor } from '../protocol.ts'
import { fieldOf, nameOfExam, readCall, type Subject } from '../telephone.ts'
import { type Act, field, type Page, type Shown, type View, type Visit } from '../view.ts'

/** A request taken by telephone: first what it is about, then the protocol's questions. */
export const newPage: Page = {
  path: '/new',
  async show(visit) {
    const call = await callOf(visit, visit.query.get('about') ?? '')
    return call ? asking(call, started(call, visit), visit.view) : choosing(protocolFor(visit), visit.view)
  },
}

/** The call as it was written down becomes a request by the same road as one that software sends. */
export const takeCall: Act = {
  path: '/new',
  async perform(visit, form) {
    const call = await callOf(visit, field(form, 'about'))
    if (!call) throw failure('not-found', 'There is no such indication in the protocol.')
    const { referral, faults } = readCall(form, call)
    if (referral) return { to: `/console/requests/${await handedIn(referral, visit)}`, done: 'done.taken' }
    const told = new Map(faults.map(({ field: name, key }) => [name, visit.view.say(key)] as const))
    return { ...asking(call, { values: valuesOf(form), faults: told }, visit.view), status: 422 }
  },
  async back(visit, form) {
    const call = await callOf(visit, field(form, 'about'))
    const filled = { values: valuesOf(form), faults: new Map<string, string>() }
    return call ? asking(call, filled, visit.view) : choosing(protocolFor(visit), visit.view)
  },
}

interface Call extends Subject {
  protocol: Protocol
  communes: readonly string[]
}

function protocolFor({ desk }: Visit): Protocol {
  const protocol = currentProtocol(desk)
  if (protocol) return protocol
  throw failure('not-found', 'The territory has no entry protocol that is in force today.')
}

async function callOf(visit: Visit, about: string): Promise<Call | undefined> {
  const protocol = protocolFor(visit)
  const indication = indicationNamed(about, protocol)
  if (!indication) return undefined
  const [doctors, communes] = await Promise.all([membersOf(visit.desk), communesOf(visit.desk)])
  const questions = questionsFor(indication, protocol)
  return { protocol, indication, questions, doctors, communes, language: visit.view.language }
}

const valuesOf = (form: FormData): Map<string, string> =>
  new Map([...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])))

/** A number for the call: the form sent twice is one request. */
function started({ indication }: Call, { console: { clock } }: Visit): Filled {
  const number = uuidv7(clock().getTime(), randomBytes(10))
  const first = indication.choices.find(({ kind }) => kind === 'first') ?? indication.choices[0]
  const values = new Map([['number', number]])
  if (first) values.set('exam', nameOfExam(first.exam))
  return { ...emptyForm, values }
}

/** What the call is about. */
function choosing({ indications, emergency }: Protocol, view: View): Shown {
  const { say, language } = view
  return {
    title: say('new.title'),
    body: html`<h1>${say('new.title')}</h1>${danger(emergency[language])}
      <form method="get" action="/console/new" class="card choose"><label for="about">${say('new.about')} <span class="hint">${say('new.about.hint')}</span></label>
      <select id="about" name="about" autofocus required size="${Math.min(indications.length, 14)}">${indications.map(
        (one, n) =>
          html`<option value="${nameOfIndication(one)}"${n === 0 ? html` selected` : nothing}>${one.title[language]}</option>`,
      )}</select>
      <p><button class="main">${say('new.go-on')}</button></p></form>`,
  }
}

const danger = (words: string): Html => html`<p class="danger-line">${words}</p>`

/** The questions, in the order in which one asks them. */
function asking(call: Call, filled: Filled, view: View): Shown {
  const { say, language } = view
  const { indication, protocol, questions } = call
  const title = indication.title[language]
  return {
    title: `${say('new.title')} · ${title}`,
    body: html`<div class="head"><h1>${title}</h1><p class="quiet"><a href="/console/new">${say('new.other')}</a></p></div>
      ${danger(protocol.emergency[language])}${faultList(filled, view, labelsOf(questions, view))}
      <form method="post" action="/console/new" class="call">${formKey(view)}
        <input type="hidden" name="number" value="${filled.values.get('number') ?? ''}">
        <input type="hidden" name="about" value="${nameOfIndication(indication)}">
        ${doctorPart(call.doctors, filled, view)}${patientPart(call.communes, filled, view)}
        ${examPart(indication, filled, view)}${questionPart(questions, filled, view)}${wishPart(filled, view)}
        <div class="send"><button class="main">${say('new.send')}</button>
          <small>${say('new.protocol', { title: protocol.title[language], version: protocol.version })}</small></div>
      </form>`,
  }
}

const part = (number: number, title: string, body: Html): Html =>
  html`<section class="card"><h2><span class="step">${number}</span> ${title}</h2><div class="fields">${body}</div></section>`

function doctorPart(doctors: readonly Doctor[], filled: Filled, { say }: View): Html {
  return part(
    1,
    say('new.doctor'),
    html`${textField({ name: 'doctor', label: say('field.doctor'), hint: say('field.doctor.hint'), list: 'doctors', autofocus: filled.faults.size === 0, width: 'long' }, filled)}
      <datalist id="doctors">${doctors.map(({ rpps, name }) => html`<option value="${rpps}">${name}</option>`)}</datalist>
      ${textField({ name: 'callback', label: say('field.callback'), type: 'tel' }, filled)}`,
  )
}

function patientPart(communes: readonly string[], filled: Filled, { say }: View): Html {
  return part(
    2,
    say('new.patient'),
    html`${textField({ name: 'family', label: say('field.family') }, filled)}
      ${textField({ name: 'given', label: say('field.given') }, filled)}
      ${textField({ name: 'born', label: say('field.born'), hint: say('field.born.hint'), numeric: true }, filled)}
      ${choiceField(
        { name: 'sex', label: say('field.sex') },
        [
          ['female', say('sex.female')],
          ['male', say('sex.male')],
          ['unknown', say('sex.unknown')],
        ],
        filled,
      )}
      ${textField({ name: 'phone', label: say('field.phone'), type: 'tel' }, filled)}
      ${textField({ name: 'commune', label: say('field.commune'), list: 'communes' }, filled)}
      <datalist id="communes">${communes.map((name) => html`<option value="${name}">`)}</datalist>`,
  )
}

function examPart({ choices }: Indication, filled: Filled, view: View): Html {
  const { say, language } = view
  const options = choices.map(({ exam, kind }) => {
    const words =
      kind === 'alternative' ? say('exam.alternative', { title: exam.title[language] }) : exam.title[language]
    return [nameOfExam(exam), words] as const
  })
  return part(3, say('new.exam'), choiceField({ name: 'exam', label: say('field.exam') }, options, filled))
}

function questionPart(questions: readonly Question[], filled: Filled, view: View): Html {
  if (questions.length === 0) return nothing
  const all = questions.map((question) => questionField(question, fieldOf(question), filled, view))
  return part(
    4,
    view.say('new.questions'),
    html`<p class="quiet wide">${view.say('new.questions.hint')}</p>${all}`,
  )
}

function wishPart(filled: Filled, { say }: View): Html {
  return part(
    5,
    say('new.wish'),
    html`${textArea({ name: 'purpose', label: say('field.purpose'), hint: say('field.purpose.hint') }, filled)}
      ${textArea({ name: 'justification', label: say('field.justification') }, filled)}
      ${choiceField(
        { name: 'urgent', label: say('field.urgent') },
        [
          ['no', say('answer.no')],
          ['yes', say('answer.yes')],
        ],
        filled,
      )}
      ${textField({ name: 'urgencyReason', label: say('field.urgencyReason'), width: 'long' }, filled)}
      ${textArea({ name: 'note', label: say('field.note') }, filled)}`,
  )
}

const named = [
  'doctor',
  'callback',
  'family',
  'given',
  'born',
  'sex',
  'phone',
  'commune',
  'exam',
  'purpose',
  'justification',
  'urgent',
  'urgencyReason',
  'note',
] as const

const labelsOf = (questions: readonly Question[], { say, language }: View): ReadonlyMap<string, string> =>
  new Map([
    ...named.map((name) => [name, say(`field.${name}`)] as const),
    ...questions.map((question) => [fieldOf(question), question.text[language]] as const),
  ])

/** Hands the call in as an arrival, and says which request it has become. Fails: as the flow does. */
async function handedIn(
  referral: Intake1,
  { console: { clock, receive }, person: { permit } }: Visit,
): Promise<string> {
  const content = { ...referral, sender: 'telephone' }
  const incoming: Incoming = {
    raw: Buffer.from(JSON.stringify(referral)),
    id: referral.placerOrderNumber,
    kind: 'intake/1',
    peer: 'telephone',
    receivedAt: clock().toISOString(),
    by: 'console',
    content: { form: 'json', value: content },
  }
  const { answer, outcome } = await receive(permit)(incoming, (outcome, written) =>
    Buffer.from(JSON.stringify({ outcome, written })),
  )
  const told: { outcome: OperationOutcome; written: string[] } = answer
    ? JSON.parse(answer.toString('utf8')) // written above, now or when it was first handed in
    : { outcome, written: [] }
  const request = told.written.find((reference) => reference.startsWith('ServiceRequest/'))
  if (request) return request.slice('ServiceRequest/'.length)
  throw failure('business-rule', told.outcome.issue.map(({ diagnostics }) => diagnostics).join(' '))
}

import type {
  Annotation,
  CodeableConcept,
  Communication,
  CommunicationRequest,
  Observation,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes'
import { mayInteract, mayOperate } from '../../auth/gate.ts'
import { extensions, systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import { book, cancel } from '../../flows/booking/index.ts'
import { waitingFor, waitsStill } from '../../flows/booking/waiting.ts'
import { propose } from '../../flows/routing/index.ts'
import { businessStatus, isOfRequest, legalMoves, refusalReasons } from '../../flows/task.ts'
import { claim, giveBack, handOver } from '../../flows/work/index.ts'
import type { Kept } from '../../store/index.ts'
import { cancellationsToTell } from '../cancellations.ts'
import { change, updateOf } from '../change.ts'
import { dossierOf } from '../dossier.ts'
import type { Key } from '../messages/index.ts'
import { colleaguesOf } from '../person.ts'
import { places } from '../proposals.ts'
import { type Act, field, required, type Visit } from '../view.ts'
import { requestShown } from './request.ts'

/** Something that is done about one request; afterwards its page is shown again. */
function act(name: string, does: (visit: Visit, form: FormData, id: string) => Promise<Key>): Act {
  return {
    path: `/requests/:id/${name}`,
    async perform(visit, form) {
      const id = visit.parts.id ?? ''
      return { done: await does(visit, form, id), to: `/console/requests/${id}` }
    },
    back: (visit) => requestShown(visit),
  }
}

/** The request's own Task, for somebody who may change it. Fails: forbidden, not-found. */
async function taskOf(id: string, { desk, person }: Visit): Promise<Kept<Task>> {
  mayInteract(person.permit, 'Task', 'u')
  const tasks = await desk.store.reader().search('Task', `focus=ServiceRequest/${id}`)
  const task = tasks.find(isOfRequest)
  if (task) return task
  throw failure('not-found', 'This request has no Task.')
}

export const claimRequest = act('claim', async (visit, _, id) => {
  await claim({ task: (await taskOf(id, visit)).id }, visit.desk)
  return 'done.claimed'
})

export const giveBackRequest = act('give-back', async (visit, _, id) => {
  await giveBack({ task: (await taskOf(id, visit)).id }, visit.desk)
  return 'done.given-back'
})

export const handOverRequest = act('hand-over', async (visit, form, id) => {
  const to = required(form, 'to')
  const colleague = (await colleaguesOf(visit.desk)).find(({ reference }) => reference === to)
  if (!colleague) throw failure('value', 'This is nobody of the cell.', 'to')
  const { reference, name } = colleague
  await handOver({ task: (await taskOf(id, visit)).id, to: { reference, display: name } }, visit.desk)
  return 'done.handed-over'
})

const ends: readonly string[] = ['rejected', 'failed', 'cancelled']

/** How a request goes on or ends; what ends it has a reason that the doctor reads. */
export const moveRequest = act('move', async (visit, form, id) => {
  const task = await taskOf(id, visit)
  const to = required(form, 'to')
  const status = legalMoves(task, visit.desk.actor, visit.desk.territory.cell).find((one) => one === to)
  if (!status)
    throw failure('business-rule', `A Task that is ${task.status} does not become ${to}.`, 'Task.status')
  const reason = ends.includes(status) ? required(form, 'reason') : field(form, 'reason')
  const resource: Task = {
    ...task,
    status,
    ...(reason && { statusReason: reasonOf(reason, field(form, 'code')) }),
  }
  await change([updateOf(task, resource)], visit)
  return 'done.moved'
})

/** In words, and by a code of our list where one was chosen. */
function reasonOf(text: string, chosen: string): CodeableConcept {
  const code = refusalReasons.find((one) => one === chosen)
  return { ...(code && { coding: [{ system: systems.refusal, code }] }), text }
}

/** Proposes the best places to the doctor who asks, who may take one; or says that there is none. */
export const proposePlaces = act('propose', async (visit, _, id) => {
  const proposals = await propose(await taskOf(id, visit), places, visit.desk)
  return proposals.length > 0 ? 'done.proposed' : 'done.no-place'
})

/** Books a proposed place; a centre that takes its time is waited for a little. */
export const bookPlace = act('book', async (visit, form) => {
  mayOperate(visit.person.permit, 'book', 'Appointment')
  const { bookWaitMs } = visit.console.settings
  const kept = await book({ appointment: required(form, 'proposal') }, undefined, bookWaitMs, visit.desk)
  return kept.status === 'booked' ? 'done.booked' : 'done.asked-centre'
})

export const cancelPlace = act('cancel', async (visit, form, id) => {
  mayInteract(visit.person.permit, 'Appointment', 'u')
  await cancel(required(form, 'appointment'), { text: required(form, 'reason') }, visit.desk)
  const toTell = await cancellationsToTell(visit.desk, id)
  return toTell.length > 0 ? 'done.to-tell' : 'done.cancelled'
})

/** What a centre has said by telephone. */
export const centreSaid = act('said', async (visit, form) => {
  const call = await visit.desk.store.reader().read('Task', required(form, 'call'))
  if (!call) throw failure('not-found', 'There is no such call.')
  const status = required(form, 'said') === 'yes' ? 'completed' : 'rejected'
  const resource: Task = { ...call, status }
  await change([updateOf(call, resource)], visit)
  return status === 'completed' ? 'done.booked' : 'done.centre-refused'
})

/** Answers to the protocol's questions, as somebody has them on the telephone. */
export const keepAnswers = act('answers', async (visit, form, id) => {
  const { request } = await dossierOf(id, visit.desk)
  const said = [...form].flatMap(([name, value]) =>
    name.startsWith('q.') && typeof value === 'string' && value.trim() !== ''
      ? [[name.slice(2), value.trim()] as const]
      : [],
  )
  const notes = (['purpose', 'justification'] as const).flatMap((kind) =>
    noteOf(kind, field(form, `note.${kind}`)),
  )
  if (said.length === 0 && notes.length === 0) throw failure('required', 'No question was answered.')
  const answers = said.map(([code, value]) => answerOf(code, value, request.subject, id))
  await change(
    [
      ...(notes.length > 0 ? [withNotes(request, notes)] : []),
      ...answers.map((resource) => ({ verb: 'create', type: 'Observation', resource }) as const),
    ],
    visit,
  )
  return 'done.answered'
})

const noteOf = (kind: 'purpose' | 'justification', text: string): Annotation[] =>
  text === '' ? [] : [{ text, extension: [{ url: extensions.noteKind, valueCode: kind }] }]

/** What the exam is to find out, and why this one, stand on the request itself. */
const withNotes = (request: Kept<ServiceRequest>, notes: Annotation[]) =>
  updateOf(request, { ...request, note: (request.note ?? []).concat(notes) })

const snomed = { yes: '373066001', no: '373067005', unknown: '261665006' } as const

function answerOf(
  code: string,
  value: string,
  subject: Observation['subject'],
  request: string,
): Observation {
  const known = value === 'yes' || value === 'no' || value === 'unknown' ? value : undefined
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: systemOf(code), code }] },
    ...(subject && { subject }),
    basedOn: [{ reference: `ServiceRequest/${request}` }],
    ...(known
      ? {
          valueCodeableConcept: {
            coding: [{ system: 'http://snomed.info/sct', code: snomed[known] }],
            text: known,
          },
        }
      : { valueString: value }),
  }
}

function systemOf(code: string): string {
  if (/^\d{1,7}-\d$/.test(code)) return 'http://loinc.org'
  return /^\d{6,18}$/.test(code) ? 'http://snomed.info/sct' : systems.question
}

/** A word to the doctor who asks; a question puts the request on hold until it is answered. */
export const sendMessage = act('message', async (visit, form, id) => {
  const { request } = await dossierOf(id, visit.desk)
  const text = required(form, 'text')
  if (field(form, 'kind') !== 'ask') {
    await change(
      [{ verb: 'create', type: 'Communication', resource: messageOf(request, text, visit) }],
      visit,
    )
    return 'done.sent'
  }
  const task = await taskOf(id, visit)
  const isHeld = legalMoves(task, visit.desk.actor, visit.desk.territory.cell).includes('on-hold')
  const onHold: Task = { ...task, status: 'on-hold', businessStatus: businessStatus('awaiting-information') }
  await change(
    [
      { verb: 'create', type: 'CommunicationRequest', resource: questionOf(request, text, visit) },
      ...(isHeld ? [updateOf(task, onHold)] : []),
    ],
    visit,
  )
  return 'done.asked'
})

function messageOf(request: Kept<ServiceRequest>, text: string, { desk }: Visit): Communication {
  const { id, subject, requester } = request
  return {
    resourceType: 'Communication',
    status: 'completed',
    basedOn: [{ reference: `ServiceRequest/${id}` }],
    subject: subject as NonNullable<Communication['subject']>, // a request of ours is about a patient
    ...(requester && { recipient: [requester] }),
    sender: { reference: desk.territory.cell, display: desk.actor.name },
    sent: desk.clock().toISOString(),
    payload: [{ contentString: text }],
  }
}

function questionOf(request: Kept<ServiceRequest>, text: string, { desk }: Visit): CommunicationRequest {
  const { id, subject, requester, priority } = request
  return {
    resourceType: 'CommunicationRequest',
    status: 'active',
    basedOn: [{ reference: `ServiceRequest/${id}` }],
    about: [{ reference: `ServiceRequest/${id}` }],
    ...(priority && { priority }),
    subject: subject as NonNullable<CommunicationRequest['subject']>, // a request of ours is about a patient
    ...(requester && { recipient: [requester as NonNullable<CommunicationRequest['recipient']>[number]] }), // who asks may be told
    sender: { reference: desk.territory.cell, display: desk.actor.name },
    authoredOn: desk.clock().toISOString(),
    payload: [{ contentString: text }],
  }
}

/** The request waits for a place that comes free, for some days, in the cell's name. */
export const putOnList = act('wait', async (visit, form, id) => {
  const { request, appointments } = await dossierOf(id, visit.desk)
  const days = Number(required(form, 'days'))
  if (!Number.isInteger(days) || days < 1 || days > 60)
    throw failure('value', 'A number of days is wanted.', 'days')
  const now = visit.desk.clock().toISOString()
  if (appointments.some((one) => waitsStill(one, now))) return 'done.waits'
  const task = await taskOf(id, visit)
  const resource = waitingFor(request, task, days, now)
  const waits: Task = { ...task, businessStatus: businessStatus('waitlist') }
  await change([{ verb: 'create', type: 'Appointment', resource }, updateOf(task, waits)], visit)
  return 'done.waits'
})

/** The request waits no more; it stays in force. */
export const takeOffList = act('leave', async (visit, form) => {
  mayInteract(visit.person.permit, 'Appointment', 'u')
  await cancel(required(form, 'appointment'), { text: required(form, 'reason') }, visit.desk)
  return 'done.off-list'
})

/** Whether a request that its doctor wants to be ended can still be. */
export const answerAbort = act('abort', async (visit, form) => {
  const abort = await visit.desk.store.reader().read('Task', required(form, 'abort'))
  if (!abort) throw failure('not-found', 'There is no such Task.')
  const isEnded = required(form, 'said') === 'end'
  const resource: Task = isEnded
    ? { ...abort, status: 'completed' }
    : { ...abort, status: 'rejected', statusReason: { text: required(form, 'reason') } }
  await change([updateOf(abort, resource)], visit)
  return isEnded ? 'done.ended' : 'done.goes-on'
})

export const requestActs: readonly Act[] = [
  putOnList,
  takeOffList,
  answerAbort,
  claimRequest,
  giveBackRequest,
  handOverRequest,
  moveRequest,
  proposePlaces,
  bookPlace,
  cancelPlace,
  centreSaid,
  keepAnswers,
  sendMessage,
]

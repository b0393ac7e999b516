import type { Appointment, Bundle, Resource } from '@medplum/fhirtypes'
import type { Letter } from '../auth/scopes.ts'
import { failure } from '../fhir/outcome.ts'
import { field } from '../hl7v2/message.ts'
import { answered } from './booking/answered.ts'
import { entriesOf } from './entries.ts'
import type { Content, Transformed } from './message.ts'
import { merged } from './patient/merged.ts'
import { updated } from './patient/updated.ts'
import { type Arriving, type Performed, perform } from './perform.ts'
import { cancelled } from './referral/cancelled.ts'
import { noticed } from './referral/noticed.ts'
import { type Control, controlOf } from './referral/order-control.ts'
import { received } from './referral/received.ts'
import { commented } from './results/commented.ts'
import { replied } from './results/replied.ts'
import { published } from './slots/published.ts'
import { diaryKind, diaryOf } from './slots/rows.ts'
import type { Desk, Step } from './step.ts'

/** Which kind of arrival starts which step, by which map. */
export interface Route {
  kind: string
  /** Looks at more than the kind; without it, all of the kind. */
  when: ((content: Content) => boolean) | undefined
  /** Name of the map in `mappings/`; without it, the content is FHIR already. */
  map: string | undefined
  /** What its sender must be allowed to do. */
  needs: readonly [type: string, letter: Letter]
  perform(message: Transformed, desk: Desk, arriving: Arriving): Promise<Performed>
}

/** What each step needs its sender to be allowed. */
const needs: Readonly<Record<string, Route['needs']>> = {
  'referral.received': ['ServiceRequest', 'c'],
  'referral.cancelled': ['ServiceRequest', 'u'],
  'referral.noticed': ['ServiceRequest', 'u'],
  'slots.published': ['Slot', 'c'],
  'booking.answered': ['Appointment', 'u'],
  'results.commented': ['Communication', 'c'],
  'results.replied': ['Task', 'u'],
  'patient.updated': ['Patient', 'u'],
  'patient.merged': ['Patient', 'u'],
}

const v2 =
  (place: string, ...values: string[]) =>
  (content: Content) =>
    content.form === 'v2' && values.includes(field(content.message, place) ?? '')

const controlled = (control: Control) => (content: Content) =>
  content.form === 'v2' && controlOf(content.message) === control
const cancels = controlled('cancellation')
/** Answers to orders, and news of them: no orders themselves. */
const tells = controlled('notice')
/** After the exam: what was given and done belongs to the result, the request stays as it was asked. */
const supplementsResult = v2('OBR-4', 'COMPLEMENT_POST_ACTE')
const answersRequest = v2('OBR-4', 'REPONSE_DEMANDE')

/** The gateway at a glance: the first route that fits is taken. */
export const routes: readonly Route[] = [
  route('ORM^O01', 'ORM_O01-to-ServiceRequest', cancelled, referral, cancels),
  route('ORM^O01', 'ORM_O01-to-ServiceRequest', noticed, referral, tells),
  route('ORM^O01', 'ORM_O01-to-ServiceRequest', received, referral),
  route('OMG^O19', 'OMG_O19-to-ServiceRequest', cancelled, referral, cancels),
  route('OMG^O19', 'OMG_O19-to-ServiceRequest', noticed, referral, tells),
  route('OMG^O19', 'OMG_O19-to-ServiceRequest', received, referral),
  route('OMI^O23', 'OMI_O23-to-ServiceRequest', commented, referral, supplementsResult),
  route('OMI^O23', 'OMI_O23-to-ServiceRequest', cancelled, referral, cancels),
  route('OMI^O23', 'OMI_O23-to-ServiceRequest', noticed, referral, tells),
  route('OMI^O23', 'OMI_O23-to-ServiceRequest', received, referral),
  route('REF^I12', 'REF_I12-to-ServiceRequest', received, referral),
  route('REF^I13', 'REF_I12-to-ServiceRequest', received, referral),
  route('REF^I14', 'REF_I12-to-ServiceRequest', cancelled, referral),
  route('intake/1', 'intake-1-to-ServiceRequest', received, referral),

  route('Slot', undefined, published, publication),
  route('Schedule', undefined, published, publication),
  route('SQR^S25', 'SQR_S25-to-Slot', published, publication),
  route(diaryKind, 'diary-1-to-Slot', published, ({ bundle, incoming }) => diaryOf(bundle, incoming)),

  ...['S12', 'S13', 'S14', 'S15', 'S16', 'S17', 'S26'].map((event) =>
    route(`SIU^${event}`, 'SIU_S12-to-Appointment', answered, answer),
  ),
  ...['S01', 'S02', 'S03', 'S04', 'S05', 'S06'].map((event) =>
    route(`SRR^${event}`, 'SRR_S01-to-Appointment', answered, answer),
  ),
  route('Appointment', undefined, answered, answer),

  route('ORU^R01', 'ORU_R01-REPONSE_DEMANDE-to-Task', replied, referral, answersRequest),
  route('ORU^R01', 'ORU_R01-to-Communication', commented, referral),
  ...['T02', 'T04', 'T06', 'T08', 'T10', 'T11'].map((event) =>
    route(`MDM^${event}`, 'MDM_T02-to-Communication', commented, referral),
  ),
  route('Communication', undefined, commented, referral),

  route('ADT^A08', 'ADT_A01-to-Patient', updated, referral),
  route('ADT^A31', 'ADT_A01-to-Patient', updated, referral),
  route('ADT^A40', 'ADT_A39-to-Patient', merged, referral),
]

/** The route of a kind of arrival. Fails: unknown-message. */
export function routeOf(kind: string, content: Content): Route {
  const found = routes.find((one) => one.kind === kind && (one.when === undefined || one.when(content)))
  if (found) return found
  const alike = routes.map((one) => one.kind).filter((one) => one.includes('^') === (content.form === 'v2'))
  const known = [...new Set(alike)].join(', ')
  throw failure(
    'unknown-message',
    `Messages of this kind are not taken. Known ones: ${known}.`,
    'Message.event',
  )
}

function route<Input, Facts>(
  kind: string,
  map: string | undefined,
  step: Step<Input, Facts>,
  inputOf: (message: Transformed) => Input,
  when?: Route['when'],
): Route {
  const needed = needs[step.name]
  if (!needed) throw new Error(`Nothing is said of who may start ${step.name}`)
  return {
    needs: needed,
    kind,
    map,
    when,
    perform: (message, desk, arriving) => perform(step, inputOf(message), desk, arriving),
  }
}

function referral({ bundle, unmapped, incoming: { content } }: Transformed) {
  const addressedTo = content?.form === 'v2' ? field(content.message, 'MSH-5') : undefined
  return { entries: entriesOf(bundle), unmapped, ...(addressedTo && { addressedTo }) }
}

function publication({ bundle, incoming: { content, peer } }: Transformed) {
  const covers = content?.covers
  return { entries: entriesOf(bundle), peer, ...(covers && { covers }) }
}

function answer({ bundle, incoming: { peer }, peers }: Transformed) {
  const appointment = resourcesOf(bundle).find(
    (one): one is Appointment => one.resourceType === 'Appointment',
  )
  if (!appointment) throw failure('required', 'The message names no appointment.', 'Appointment.identifier')
  return { appointment, peer, peers }
}

const resourcesOf = ({ entry = [] }: Bundle): Resource[] => entry.flatMap(({ resource }) => resource ?? [])

import type { Issue } from '../fhir/outcome.ts'
import { formOf } from './form.ts'
import type { Content, Incoming } from './message.ts'
import { placeInOrder } from './order-place.ts'

/**
 * Where the sender of a message finds what a step or a profile says of a resource.
 *
 * Steps do not know by which road a message came: they name the element. Whoever sent HL7 v2 or our JSON is told the
 * field that the maps read it from; where there is none, the element it is.
 */
export function placeIn(
  incoming: Incoming,
  expression: string | undefined,
  { rule, about }: Pick<Issue, 'rule' | 'about'> = {},
): string | undefined {
  const place = fieldOf(incoming, expression, rule)
  const { content } = incoming
  if (place === undefined || content?.form !== 'v2' || about?.resourceType !== 'ServiceRequest') return place
  return placeInOrder(content.message, about, place)
}

function fieldOf(incoming: Incoming, expression: string | undefined, rule?: string): string | undefined {
  if (expression === undefined) return undefined
  const fields = incoming.kind.startsWith('REF')
    ? ofReferral
    : places[incoming.content?.form ?? formOf(incoming)]
  const byRule = rule && fields[rule]
  if (byRule) return byRule
  for (let path = expression.replaceAll(/\[\d+\]/g, ''); path !== ''; path = path.replace(/\.?[^.]*$/, '')) {
    const field = fields[path]
    if (field !== undefined) return field
  }
  return expression.startsWith('Message') ? undefined : expression
}

type Places = Readonly<Record<string, string>>

/** By element, and by rule of a profile. Source: the maps of `mappings/`, whose rules are named after the fields. */
const places: Readonly<Record<Content['form'], Places>> = {
  fhir: {},
  v2: {
    'Patient.identifier': 'PID-3',
    'Patient.name': 'PID-5',
    'Patient.birthDate': 'PID-7',
    'Patient.gender': 'PID-8',
    'relais-request-1': 'PID',
    'relais-request-2': 'OBR-4',
    'ServiceRequest.identifier': 'ORC-2',
    'ServiceRequest.status': 'ORC-1',
    'ServiceRequest.subject': 'PID',
    'ServiceRequest.code': 'OBR-4',
    'ServiceRequest.occurrence': 'TQ1-7',
    'ServiceRequest.priority': 'OBR-5',
    'ServiceRequest.requester': 'ORC-12',
    'Appointment.identifier': 'SCH-1',
    'Appointment.status': 'SCH-25',
    'Appointment.start': 'SCH-11',
    'Appointment.end': 'SCH-11',
    'Communication.identifier': 'OBR-3',
    'Communication.basedOn': 'OBR-2',
    'Communication.payload': 'OBX-5',
    'Communication.status': 'OBR-25',
    'Communication.subject': 'PID',
    'DiagnosticReport.code': 'OBR-4',
    'DiagnosticReport.identifier': 'OBR-3',
    'DiagnosticReport.status': 'OBR-25',
    'DiagnosticReport.subject': 'PID',
    'Observation.code': 'OBX-3',
    'Observation.value': 'OBX-5',
    'Observation.status': 'OBX-11',
    'Observation.subject': 'PID',
    Message: 'MSH-10',
    'Message.order': 'ORC',
    'Message.event': 'MSH-9',
    'Message.source': 'MSH-3',
  },
  json: {
    'Patient.identifier': 'patient.ins',
    'Patient.name': 'patient.familyName',
    'Patient.birthDate': 'patient.birthDate',
    'Patient.gender': 'patient.sex',
    'Practitioner.identifier': 'prescriber.rpps',
    'relais-request-1': 'patient',
    'relais-request-2': 'exam',
    'ServiceRequest.identifier': 'placerOrderNumber',
    'ServiceRequest.status': 'placerOrderNumber',
    'ServiceRequest.code': 'exam',
    'ServiceRequest.occurrence': 'desiredBy',
    'ServiceRequest.priority': 'priority',
    'ServiceRequest.requester': 'prescriber',
    'Observation.value': 'answers',
    Message: 'placerOrderNumber',
  },
}

/** A referral message has its order in a segment of its own. */
const ofReferral: Places = { ...places.v2, 'Message.order': 'RF1' }

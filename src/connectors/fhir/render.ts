import type { Appointment, Communication, Identifier, Patient, Resource, Slot } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { DepartureRow } from '../../store/index.ts'
import { type About, aboutOf } from '../about.ts'
import type { Rendered } from '../connector.ts'
import type { FhirSettings } from './index.ts'
import { theirSystem } from './pull.ts'

/** Makes what a FHIR server is sent, from the resources that a departure tells of. */
export function rendering(settings: FhirSettings) {
  return async ({ kind }: DepartureRow, resources: readonly Resource[]): Promise<Rendered> => {
    const resource = rendered(kind, aboutOf(resources), settings)
    return { raw: Buffer.from(JSON.stringify(resource)), contentType: 'application/fhir+json' }
  }
}

function rendered(kind: string, about: About, settings: FhirSettings): Resource {
  if (kind === 'communication.sent' && about.communication)
    return communicationFor(about.communication, about)
  if (kind.startsWith('appointment.') && about.appointment)
    return appointmentFor(about.appointment, about, settings, kind)
  throw failure('not-found', `Nothing is known of what this ${kind} tells of.`)
}

/** For the partner's eyes: its own slot, the patient carried along, our identifier to find it again by. */
function appointmentFor(
  appointment: Appointment,
  about: About,
  settings: FhirSettings,
  kind: string,
): Appointment {
  const slot = slotThere(about.slot, settings)
  return {
    resourceType: 'Appointment',
    ...(about.patient && { contained: [patientFor(about.patient)] }),
    identifier: appointment.identifier ?? [],
    status: kind === 'appointment.cancelled' ? 'cancelled' : 'proposed',
    ...(appointment.cancelationReason && { cancelationReason: appointment.cancelationReason }),
    ...(appointment.serviceType && { serviceType: appointment.serviceType }),
    ...(appointment.reasonCode && { reasonCode: appointment.reasonCode }),
    ...(appointment.priority !== undefined && { priority: appointment.priority }),
    ...(appointment.comment && { comment: appointment.comment }),
    ...(appointment.start && { start: appointment.start }),
    ...(appointment.end && { end: appointment.end }),
    ...(slot && { slot: [slot] }),
    ...(about.request?.identifier && {
      basedOn: [{ type: 'ServiceRequest', identifier: about.request.identifier[0] as Identifier }],
    }),
    participant: [
      { actor: about.patient ? { reference: '#patient' } : { display: 'patient' }, status: 'accepted' },
    ],
  }
}

function patientFor({ identifier, name, gender, birthDate, telecom, address }: Patient): Patient {
  return {
    resourceType: 'Patient',
    id: 'patient',
    ...(identifier && { identifier }),
    ...(name && { name }),
    ...(gender && { gender }),
    ...(birthDate && { birthDate }),
    ...(telecom && { telecom }),
    ...(address && { address }),
  }
}

/** The partner's own id of a slot that came from it. */
function slotThere(slot: Slot | undefined, { baseUrl }: FhirSettings) {
  const theirs = slot?.identifier?.find(({ system }) => system === theirSystem('Slot', baseUrl))
  return theirs?.value && { reference: `Slot/${theirs.value}` }
}

function communicationFor(communication: Communication, { request, patient }: About): Communication {
  const {
    id,
    meta: _,
    basedOn: __,
    subject: ___,
    recipient: ____,
    sender: _____,
    inResponseTo: ______,
    ...said
  } = communication
  const order = request?.identifier?.[0]
  const person = patient?.identifier?.[0]
  return {
    ...said,
    identifier: [
      ...(communication.identifier ?? []),
      { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` },
    ],
    ...(order && { basedOn: [{ type: 'ServiceRequest', identifier: order }] }),
    ...(person && { subject: { type: 'Patient', identifier: person } }),
  }
}

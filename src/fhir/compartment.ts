import type { ServedType } from './served.ts'

/**
 * By which search parameters a resource of each type served is a patient's.
 *
 * Source: FHIR R4, compartmentdefinition-patient. Its Patient also holds the patient itself.
 */
export const patientCompartment: Readonly<Partial<Record<ServedType, readonly string[]>>> = {
  AllergyIntolerance: ['patient', 'recorder', 'asserter'],
  Appointment: ['actor'],
  AppointmentResponse: ['actor'],
  AuditEvent: ['patient'],
  Communication: ['subject', 'sender', 'recipient'],
  CommunicationRequest: ['subject', 'sender', 'recipient', 'requester'],
  Condition: ['patient', 'asserter'],
  Coverage: ['policy-holder', 'subscriber', 'beneficiary', 'payor'],
  DiagnosticReport: ['subject'],
  DocumentReference: ['subject', 'author'],
  Encounter: ['subject'],
  Flag: ['patient'],
  Group: ['member'],
  List: ['subject', 'source'],
  MeasureReport: ['patient'],
  Observation: ['subject', 'performer'],
  Patient: ['link'],
  Provenance: ['patient'],
  QuestionnaireResponse: ['subject', 'author'],
  RelatedPerson: ['patient'],
  Schedule: ['actor'],
  ServiceRequest: ['subject', 'performer'],
  Task: ['patient', 'focus'],
}

/** The search parameter that says when care was given, or asked for; types without one have no such date. */
export const careDates: Readonly<Partial<Record<ServedType, string>>> = {
  AllergyIntolerance: 'date',
  Appointment: 'date',
  AuditEvent: 'date',
  Communication: 'sent',
  CommunicationRequest: 'authored',
  Condition: 'onset-date',
  DiagnosticReport: 'date',
  DocumentReference: 'date',
  Encounter: 'date',
  Flag: 'date',
  List: 'date',
  MeasureReport: 'period',
  Observation: 'date',
  Provenance: 'recorded',
  QuestionnaireResponse: 'authored',
  Schedule: 'date',
  ServiceRequest: 'authored',
  Task: 'authored-on',
}

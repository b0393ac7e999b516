/** The resource types that the gateway stores and serves. */
export const servedTypes = [
  'ActivityDefinition',
  'AllergyIntolerance',
  'Appointment',
  'AppointmentResponse',
  'AuditEvent',
  'Binary',
  'Communication',
  'CommunicationRequest',
  'Condition',
  'Coverage',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'Endpoint',
  'Flag',
  'Group',
  'HealthcareService',
  'List',
  'Location',
  'Measure',
  'MeasureReport',
  'Observation',
  'Organization',
  'OrganizationAffiliation',
  'Patient',
  'PlanDefinition',
  'Practitioner',
  'PractitionerRole',
  'Provenance',
  'Questionnaire',
  'QuestionnaireResponse',
  'RelatedPerson',
  'Schedule',
  'ServiceRequest',
  'Slot',
  'Subscription',
  'Task',
] as const

/** Conformance resources: read-only, from `profiles/` and `mappings/`. */
export const conformanceTypes = [
  'CapabilityStatement',
  'CodeSystem',
  'ConceptMap',
  'OperationDefinition',
  'SearchParameter',
  'StructureDefinition',
  'StructureMap',
  'ValueSet',
] as const

export type ServedType = (typeof servedTypes)[number]
export type ConformanceType = (typeof conformanceTypes)[number]

export const isServed = (type: string): type is ServedType =>
  (servedTypes as readonly string[]).includes(type)
export const isConformance = (type: string): type is ConformanceType =>
  (conformanceTypes as readonly string[]).includes(type)

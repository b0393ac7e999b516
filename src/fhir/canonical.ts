/** Base of every canonical URL that the project defines. */
export const canonical = 'https://relais.example/fhir'

const extension = (id: string) => `${canonical}/StructureDefinition/${id}`

/** The project's own extensions, each defined in `profiles/`. */
export const extensions = {
  /** Appointment: until when a hold lasts (dateTime). */
  heldUntil: extension('held-until'),
  /** Appointment: its hold has been renewed, which happens once (boolean). */
  holdRenewed: extension('hold-renewed'),
  /** Appointment: beside the diary, by agreement with its centre; it has no slot (boolean). */
  byAgreement: extension('by-agreement'),
  /** Appointment: waits for a place (`since`), some of which were offered in vain (`passed`). */
  waiting: extension('waiting'),
  /** Appointment: the one that it takes the place of, once it is confirmed (Reference). Source: FHIR R5. */
  replaces: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.replaces',
  /** Appointment: its centre was asked to move the one that it takes the place of, and has no second one (boolean). */
  byMove: extension('by-move'),
  /** Slot, Schedule: when the source last said so (instant). */
  lastSeen: extension('last-seen'),
  /** Schedule: which public holidays close it (`national`, `alsace-moselle`, `none`). */
  holidays: extension('holidays'),
  /** Slot: how many appointments it takes (positiveInt). */
  capacity: extension('capacity'),
  /** ServiceRequest, Task: something is missing or unusual (CodeableConcept). */
  flag: extension('flag'),
  /** Annotation: `purpose` or `justification` (code). */
  noteKind: extension('note-kind'),
  /** Organization: how the territory's clocks are set. */
  clockRule: extension('clock-rule'),
  /** Task: one of the two clocks of its request. */
  clock: extension('clock'),
  /** Task: a clock is at risk or late (CodeableConcept). */
  clockAlert: extension('clock-alert'),
  /** Task: when its clocks are to be looked at next (instant). */
  nextAlert: extension('next-alert'),
  /** MeasureReport: a delay of its requests, by name (`median`, `p90`, `mean`). */
  delay: extension('delay'),
  /** Task: somebody's reply is, or was, waited for (Period). */
  pause: extension('pause'),
  /** Slot, Schedule: whom and what a machine or its diary takes. */
  limits: extension('limits'),
  /** Appointment: why a proposal ranks where it does (CodeableConcept). */
  rankReason: extension('rank-reason'),
  /** OperationOutcome.issue: the centre that it is about (Reference). */
  centre: extension('centre'),
  /** Appointment: what a proposal is ranked by and why (string). */
  rank: extension('rank'),
  /** OrganizationAffiliation: an exam that the convention is for (CodeableConcept). */
  agreedExam: extension('agreed-exam'),
  /** OrganizationAffiliation: hours that the convention is for (`day`, `start`, `end`). */
  agreedHours: extension('agreed-hours'),
  /** OrganizationAffiliation: how the centre's connector is named (string). */
  connector: extension('connector'),
  /** PlanDefinition, ActivityDefinition: something that whoever refers is asked. */
  question: extension('question'),
  /** ActivityDefinition: what the patient is told to do before (string, with translations). */
  preparation: extension('preparation'),
  /** ActivityDefinition: dose class of the good practice guide (code). */
  doseClass: extension('dose-class'),
  /** PlanDefinition: where to turn when life is in danger (string, with translations). */
  emergency: extension('emergency'),
  /** PlanDefinition.action: an exam that comes in when the first one does not suit (boolean). */
  alternative: extension('alternative'),
  /** Communication.recipient: what it is to them, such as a copy (Coding). */
  recipientPart: extension('recipient-part'),
  /** A text in another language. Source: FHIR R4, extension translation. */
  translation: 'http://hl7.org/fhir/StructureDefinition/translation',
} as const

/** FR Core extensions that the flows use. Source: hl7.fhir.fr.core 2.2.0. */
export const frCore = {
  operator: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-appointment-operator',
  serviceTypeDuration: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-service-type-duration',
  availabilityTime: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-schedule-availability-time',
  identityReliability: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability',
} as const

/** Code systems that the code itself has to name. */
export const systems = {
  flag: `${canonical}/CodeSystem/flag`,
  /** Which failure it is, where FHIR's own code says too little: `hold-expired`. */
  failure: `${canonical}/CodeSystem/failure`,
  /** What a clock warns of: `answer-at-risk`, `exam-late`. */
  clockAlert: `${canonical}/CodeSystem/clock-alert`,
  /** What a Task asks of the cell: `confirm-booking`. */
  task: `${canonical}/CodeSystem/task`,
  /** How a request stands against the entry protocol, and what a Task says of it. */
  judgement: `${canonical}/CodeSystem/judgement`,
  /** How far a request has come, beside its Task's status. */
  businessStatus: `${canonical}/CodeSystem/business-status`,
  /** Questions that have no code elsewhere. */
  question: `${canonical}/CodeSystem/question`,
  /** Exams of the catalogue. */
  exam: `${canonical}/CodeSystem/exam`,
  /** Identifiers of slots made from declared ranges: schedule id and start. */
  declaredSlot: `${canonical}/NamingSystem/declared-slot`,
  /** Why an appointment was cancelled: the one list that all dialects' reasons are of. */
  cancellation: `${canonical}/CodeSystem/cancellation-reason`,
  /** Identifiers that the gateway gives to appointments; the value is the resource's id. */
  appointment: `${canonical}/NamingSystem/appointment`,
  /** Why a request ends without its exam. */
  refusal: `${canonical}/CodeSystem/refusal-reason`,
  /** What is known of free places at a centre. */
  availability: `${canonical}/CodeSystem/availability`,
  rankReason: `${canonical}/CodeSystem/rank-reason`,
  /** How a slot came into its diary, where it was not read there: `pushed`. */
  origin: `${canonical}/CodeSystem/origin`,
  /** Source: HL7 v3. */
  participation: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  identifierType: 'http://terminology.hl7.org/CodeSystem/v2-0203',
  frIdentifierType: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203',
  slotType: 'https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau',
  establishmentCategory:
    'https://mos.esante.gouv.fr/NOS/TRE_R66-CategorieEtablissement/FHIR/TRE-R66-CategorieEtablissement',
  /** What an organisation is in a territory: `cell`. */
  organizationType: `${canonical}/CodeSystem/organization-type`,
  /** What a person's part in the cell is: `secretary`, `coordinator`. */
  cellPart: `${canonical}/CodeSystem/cell-part`,
  dicom: 'http://dicom.nema.org/resources/ontology/DCM',
  rpps: 'https://rpps.esante.gouv.fr',
  psIdNat: 'urn:oid:1.2.250.1.71.4.2.1',
  structIdNat: 'urn:oid:1.2.250.1.71.4.2.2',
  insNir: 'urn:oid:1.2.250.1.213.1.4.8',
  insNia: 'urn:oid:1.2.250.1.213.1.4.9',
  insNirTest: 'urn:oid:1.2.250.1.213.1.4.10',
  insNirDemo: 'urn:oid:1.2.250.1.213.1.4.11',
} as const

/** A canonical URL without its version. */
export function unversioned(canonical: string): string {
  const bar = canonical.indexOf('|')
  return bar < 0 ? canonical : canonical.slice(0, bar)
}

/** The version that a declaration has which says none: of those that come with FHIR it is theirs. */
const releaseOf = (url: string) => (url.startsWith('http://hl7.org/fhir/') ? '4.0.1' : undefined)

/** Whether a declaration is the one that a canonical URL names: where that says a version, in this version. */
export function isNamedBy(
  { url, version }: { url?: unknown; version?: unknown },
  canonical: string,
): boolean {
  const plain = unversioned(canonical)
  if (url !== plain) return false
  return plain === canonical || canonical === `${plain}|${version ?? releaseOf(plain)}`
}

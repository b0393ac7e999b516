// Source: FR Core draft fr-core-service-request (Interop-Sante/hl7.fhir.fr.core, 0be76780): its shape, not its
// minimum cardinalities. A missing purpose, justification, date or priority is flagged by the flows; it is never
// a reason to lose a referral.

Profile: RelaisServiceRequest
Parent: ServiceRequest
Id: relais-service-request
Title: "Request for imaging"
Description: "A request for imaging as the gateway keeps it. It names the patient and the exam; whatever else is missing is flagged."
* obeys relais-request-1 and relais-request-2
* extension contains Flag named flag 0..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains imaging 0..1
* category[imaging] = $sct#363679005
* identifier ^slicing.discriminator.type = #pattern
* identifier ^slicing.discriminator.path = "type"
* identifier ^slicing.rules = #open
* identifier contains placer 0..* and accessionNumber 0..1
* identifier[placer].type = $identifier-type#PLAC
* identifier[placer].value 1..1
* identifier[accessionNumber].type = $identifier-type#ACSN
* identifier[accessionNumber].value 1..1
* subject only Reference(Patient)
* note ^slicing.discriminator.type = #value
* note ^slicing.discriminator.path = "extension('https://relais.example/fhir/StructureDefinition/note-kind').value"
* note ^slicing.rules = #open
* note ^slicing.description = "FR Core's draft tells its two notes apart by their text, which cannot be computed: here an extension says which is which."
* note contains finaliteExamen 0..* and justificationDemande 0..*
* note[finaliteExamen] ^short = "What the exam is to find out"
* note[finaliteExamen].extension contains NoteKind named kind 1..1
* note[finaliteExamen].extension[kind].valueCode = #purpose
* note[justificationDemande] ^short = "Why the exam is justified"
* note[justificationDemande].extension contains NoteKind named kind 1..1
* note[justificationDemande].extension[kind].valueCode = #justification

Invariant: relais-request-1
Description: "A request names its patient: by reference or by identifier."
* severity = #error
* expression = "subject.reference.exists() or subject.identifier.value.exists()"

// R4 allows orderDetail only beside a code (prr-1): where only modality and region are known, the code is there
// without coding and text, with the extension data-absent-reason.
Invariant: relais-request-2
Description: "A request names its exam: by a code, by a text, or by modality (DICOM, in orderDetail) and region (bodySite)."
* severity = #error
* expression = "code.text.exists() or code.coding.code.exists() or code.coding.display.exists() or (orderDetail.coding.where(system = 'http://dicom.nema.org/resources/ontology/DCM').exists() and bodySite.exists())"

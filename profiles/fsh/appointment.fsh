// Source: FR Core 2.2.0, fr-core-appointment.

Profile: RelaisAppointment
Parent: Appointment
Id: relais-appointment
Title: "Appointment"
Description: "A booking, held or asked for or confirmed."
* obeys relais-appointment-1
* extension contains
    $appointment-operator named operator 0..1 and
    HeldUntil named heldUntil 0..1 and
    HoldRenewed named holdRenewed 0..1 and
    ByAgreement named byAgreement 0..1 and
    Waiting named waiting 0..1 and
    Replaces named replaces 0..1 and
    ByMove named byMove 0..1 and
    Rank named rank 0..1 and
    RankReason named rankReason 0..*

Invariant: relais-appointment-1
Description: "Only a pending appointment is held until some time."
* severity = #error
* expression = "status = 'pending' or extension('https://relais.example/fhir/StructureDefinition/held-until').empty()"

Extension: HoldRenewed
Id: hold-renewed
Title: "Hold renewed"
Description: "The hold has been renewed; it is renewed once."
Context: Appointment
* value[x] only boolean
* value[x] 1..1

Extension: ByAgreement
Id: by-agreement
Title: "By agreement"
Description: "An appointment beside the diary (surnuméraire): its centre takes it by agreement, and it has no slot."
Context: Appointment
* value[x] only boolean
* value[x] 1..1

Extension: Waiting
Id: waiting
Title: "Waiting"
Description: "The request waits for a place: since when, and which places were offered to it in vain."
Context: Appointment
* extension contains
    since 1..1 and
    passed 0..*
* extension[since].value[x] only instant
* extension[since].value[x] 1..1
* extension[passed].value[x] only Reference(Slot)
* extension[passed].value[x] 1..1

// Source: FHIR R5, Appointment.replaces, as the cross-version extension.
Extension: Replaces
Id: appointment-replaces
Title: "Replaces"
Description: "The appointment that this one takes the place of, once its centre has confirmed it."
Context: Appointment
* ^url = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.replaces"
* value[x] only Reference(Appointment)
* value[x] 1..1

Extension: ByMove
Id: by-move
Title: "By a move"
Description: "The centre was asked to move the appointment that this one takes the place of: it has one of the two, and cancels none once it has moved it."
Context: Appointment
* value[x] only boolean
* value[x] 1..1

CodeSystem: CancellationReasonCode
Id: cancellation-reason
Title: "Reason of a cancellation"
Description: "Why an appointment was cancelled: the one list that the reasons of all dialects are of. ConceptMaps in mappings/ lead to it and back."
* ^caseSensitive = true
* #patient "The patient has cancelled"
* #patient-improved "The patient is better"
* #patient-unwell "The patient is ill, or in hospital"
* #patient-deceased "The patient has died"
* #patient-moved "The patient has moved, or changed its doctor"
* #no-transport "The patient has no transport"
* #pregnancy "The patient is pregnant"
* #contraindication "A result or a contra-indication stands against it"
* #preparation "The preparation is missing or incomplete"
* #centre "The centre has cancelled"
* #staff "Somebody of the centre is away"
* #equipment "A machine cannot be used"
* #room "A room cannot be used"
* #interpreter "There is no interpreter"
* #financial "It is not paid for"
* #weather "The weather"
* #error "It was booked by mistake"
* #moved "The appointment was moved"
* #other "Another reason"

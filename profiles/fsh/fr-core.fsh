// Extensions of FR Core 2.2.0 that the gateway relies on, as far as it does: under their own canonical URLs, so that
// whoever has the published package (hl7.fhir.fr.core) can put its definitions in the place of these.

Extension: IdentityReliability
Id: fr-core-identity-reliability
Title: "Reliability of an identity"
Description: "How an identity was collected and validated. Source: FR Core 2.2.0."
Context: Patient
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
* extension contains
    methodCollection 0..1 and
    dateCollection 0..1 and
    identityStatus 0..1 and
    validationDate 0..1 and
    validationMode 0..1
* extension[methodCollection].value[x] only Coding
* extension[dateCollection].value[x] only date
* extension[identityStatus].value[x] only Coding
* extension[validationDate].value[x] only date
* extension[validationMode].value[x] only Coding

Extension: AppointmentOperator
Id: fr-core-appointment-operator
Title: "Operator of an appointment"
Description: "Who created, changed or cancelled an appointment. Source: FR Core 2.2.0."
Context: Appointment
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-appointment-operator"
* value[x] 1..1
* value[x] only Reference(Organization or Practitioner or Patient or RelatedPerson)

Extension: ServiceTypeDuration
Id: fr-core-service-type-duration
Title: "Service and its duration"
Description: "A service of a diary, and how long it takes. Source: FR Core 2.2.0."
Context: Schedule, HealthcareService, PractitionerRole
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-service-type-duration"
* extension contains serviceType 1..1 and duration 0..1
* extension[serviceType].value[x] 1..1
* extension[serviceType].value[x] only CodeableConcept
* extension[duration].value[x] only Duration

Extension: ScheduleAvailabilityTime
Id: fr-core-schedule-availability-time
Title: "Declared range of a diary"
Description: "When a diary is open or closed, once or again and again. Source: FR Core 2.2.0."
Context: Schedule
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-schedule-availability-time"
* extension contains
    type 1..1 and
    rrule 0..1 and
    start 1..1 and
    end 1..1 and
    identifier 1..* and
    unavailabilityReason 0..1 and
    created 0..1 and
    priority 0..1
* extension[type].value[x] 1..1
* extension[type].value[x] only Coding
* extension[rrule].extension contains
    freq 1..1 and
    until 0..1 and
    count 0..1 and
    interval 0..1 and
    byDay 0..*
* extension[rrule].extension[freq].value[x] only Coding
* extension[rrule].extension[until].value[x] only dateTime
* extension[rrule].extension[count].value[x] only integer
* extension[rrule].extension[interval].value[x] only integer
* extension[rrule].extension[byDay].value[x] only string
* extension[start].value[x] 1..1
* extension[start].value[x] only dateTime
* extension[end].value[x] 1..1
* extension[end].value[x] only dateTime
* extension[identifier].value[x] only Identifier
* extension[unavailabilityReason].value[x] only CodeableConcept
* extension[created].value[x] only dateTime
* extension[priority].value[x] only integer

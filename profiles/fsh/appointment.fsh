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
    Rank named rank 0..1 and
    RankReason named rankReason 0..*

Invariant: relais-appointment-1
Description: "Only a pending appointment is held until some time."
* severity = #error
* expression = "status = 'pending' or extension('https://relais.example/fhir/StructureDefinition/held-until').empty()"

// What a place is good for, and what is said of places that are found.

Extension: Limits
Id: limits
Title: "Limits of a place"
Description: "Whom and what a machine or its diary takes. On a slot it stands in place of what its diary says. What is not said is no limit."
Context: Slot, Schedule
* extension contains
    tableWeight 0..1 and
    implant 0..* and
    contrast 0..1 and
    region 0..* and
    age 0..1 and
    sex 0..* and
    indication 0..* and
    minimumDuration 0..1 and
    joinable 0..1
* extension[tableWeight].value[x] only Quantity
* extension[tableWeight].value[x] 1..1
* extension[implant].value[x] only CodeableConcept
* extension[implant].value[x] 1..1
* extension[contrast].value[x] only boolean
* extension[contrast].value[x] 1..1
* extension[region].value[x] only CodeableConcept
* extension[region].value[x] 1..1
* extension[age].value[x] only Range
* extension[age].value[x] 1..1
* extension[sex].value[x] only code
* extension[sex].value[x] 1..1
* extension[indication].value[x] only CodeableConcept
* extension[indication].value[x] 1..1
* extension[minimumDuration].value[x] only Duration
* extension[minimumDuration].value[x] 1..1
* extension[joinable].value[x] only boolean
* extension[joinable].value[x] 1..1

Extension: RankReason
Id: rank-reason
Title: "Reason of a rank"
Description: "Why a proposal ranks where it does: the code and its display in English, the text in French."
Context: Appointment
* value[x] only CodeableConcept
* value[x] 1..1
* valueCodeableConcept from RankReason (required)

CodeSystem: RankReasonCode
Id: rank-reason
Title: "Reason of a rank"
Description: "Why a proposal ranks where it does."
* ^caseSensitive = true
* #in-window "Within the clinical window"
* #out-of-window "Outside the clinical window"
* #reserved "Reserved for the asker"
* #open "Open to everybody"
* #earliest "Ranked by its time"
* #near "Ranked by its distance from the patient's commune, among those that begin together"
* #joined "Several adjacent slots, taken together"
* #visit-adjacent "Both exams of the visit, one after the other"
* #visit-same-day "Both exams of the visit, on one day and at one centre, with time between them"
* #visit-split "The exams of the visit at different times or centres"
* #visit-incomplete "The other exam of the visit finds no place beside it"
* #not-fresh "The centre's diary was last read too long ago to be sure"

ValueSet: RankReason
Id: rank-reason
Title: "Reason of a rank"
Description: "Why a proposal ranks where it does."
* include codes from system RankReasonCode

Extension: Centre
Id: centre
Title: "Centre"
Description: "The centre that an issue is about."
Context: OperationOutcome.issue
* value[x] only Reference
* value[x] 1..1

CodeSystem: AvailabilityCode
Id: availability
Title: "Availability at a centre"
Description: "What is known of free places at a centre: some, none, or nothing, and then why."
* ^caseSensitive = true
* #some "Some are free"
* #none "None is free"
* #not-connected "Not known: the centre is not connected"
* #unread "Not known: its diary has not been read so far"
* #old "Not known: its diary was last read too long ago"
* #failing "Not known: its system does not answer"

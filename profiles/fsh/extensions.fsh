Extension: HeldUntil
Id: held-until
Title: "Held until"
Description: "Until when an appointment is held without being asked of the centre."
Context: Appointment
* value[x] only dateTime
* value[x] 1..1

Extension: LastSeen
Id: last-seen
Title: "Last seen"
Description: "When the source of a diary last said that this is so."
Context: Slot, Schedule
* value[x] only instant
* value[x] 1..1

Extension: Capacity
Id: capacity
Title: "Capacity"
Description: "How many appointments a slot takes; one when it is not said."
Context: Slot
* value[x] only positiveInt
* value[x] 1..1

Extension: Rank
Id: rank
Title: "Rank"
Description: "What a proposal is ranked by, and why."
Context: Appointment
* value[x] only string
* value[x] 1..1

Extension: Connector
Id: connector
Title: "Connector"
Description: "The name of the connection to a partner centre's system."
Context: OrganizationAffiliation
* value[x] only string
* value[x] 1..1

Extension: Holidays
Id: holidays
Title: "Public holidays"
Description: "Which public holidays close a diary or a service; the national ones when it is not said."
Context: Schedule, HealthcareService
* value[x] only code
* value[x] 1..1
* valueCode from Holidays (required)

CodeSystem: HolidaysCode
Id: holidays
Title: "Public holidays"
Description: "Calendars of public holidays in France. Source: code du travail, L.3133-1, L.3134-13, L.3422-2."
* ^caseSensitive = true
* #national "National" "The eleven national days."
* #alsace-moselle "Alsace-Moselle" "The national days, Good Friday and 26 December."
* #alsace-moselle-without-good-friday "Alsace-Moselle, Good Friday worked" "The national days and 26 December: communes without a Protestant or mixed church."
* #mayotte "Mayotte" "The national days and 27 April."
* #martinique "Martinique" "The national days and 22 May."
* #guadeloupe "Guadeloupe" "The national days and 27 May."
* #guyane "Guyane" "The national days and 10 June."
* #reunion "La Réunion" "The national days and 20 December."
* #none "None" "Open on public holidays."

ValueSet: Holidays
Id: holidays
Title: "Public holidays"
Description: "Calendars of public holidays that a diary may keep."
* include codes from system HolidaysCode

Extension: NoteKind
Id: note-kind
Title: "Kind of note"
Description: "Which of the two notes of an imaging request this is: FR Core's finaliteExamen or justificationDemande."
Context: Annotation
* value[x] only code
* value[x] 1..1
* valueCode from NoteKind (required)

CodeSystem: NoteKindCode
Id: note-kind
Title: "Kind of note"
Description: "Kinds of notes on an imaging request."
* ^caseSensitive = true
* #purpose "Purpose" "What the exam is to find out (finalité de l'examen)."
* #justification "Justification" "Why the exam is justified (justification de la demande)."

ValueSet: NoteKind
Id: note-kind
Title: "Kind of note"
Description: "Kinds of notes on an imaging request."
* include codes from system NoteKindCode

Extension: Flag
Id: flag
Title: "Flag"
Description: "Something is missing from a request, or unusual about it."
Context: ServiceRequest, Task
* value[x] only CodeableConcept
* value[x] 1..1
* valueCodeableConcept from Flag (required)

CodeSystem: FlagCode
Id: flag
Title: "Flag"
Description: "What may be missing from a request, or unusual about it."
* ^caseSensitive = true
* #missing-purpose "Purpose missing" "What the exam is to find out is not said."
* #missing-justification "Justification missing" "Why the exam is justified is not said."
* #missing-desired-date "Desired date missing" "By when the exam is wanted is not said."
* #missing-priority "Priority missing" "How urgent the exam is, is not said."
* #missing-pregnancy "Pregnancy not asked" "No answer on a possible pregnancy; an exam with X-rays is not booked without it. Source: code de la santé publique, R.1333-53."
* #missing-prior-exams "Prior exams not asked" "Nothing on earlier exams, not even that none is known; an exam with X-rays is not booked without it. Source: code de la santé publique, R.1333-53."
* #unmapped-code "Code not known" "A code of the sender is in no concept map; it is kept as text."
* #out-of-protocol "Outside the entry protocol" "The indication is not one that the territory's protocol names for this exam."
* #non-member "Not a member" "The prescriber is not a member of the territory's CPTS."
* #out-of-path "Outside the care pathway" "Whoever asks is not the treating doctor that is known of the patient."
* #out-of-territory "Outside the territory" "The patient lives in no commune of the territory."
* #duplicate-suspected "Perhaps a duplicate" "Another request in force asks for the same exam of the same patient."

ValueSet: Flag
Id: flag
Title: "Flag"
Description: "What may be missing from a request, or unusual about it."
* include codes from system FlagCode

CodeSystem: FailureCode
Id: failure
Title: "Failure"
Description: "Why something was refused, where the FHIR issue type alone does not say it."
* ^caseSensitive = true
* #ris-refused "Refused by the centre" "The centre's system refused the booking."
* #hold-expired "Hold expired" "The time for which the appointment was held is over."
* #stale-version "Stale version" "The version that the caller named is not the current one."

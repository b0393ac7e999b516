// Two clocks run for each request: until the prescriber is answered, until the exam begins.

Extension: ClockRule
Id: clock-rule
Title: "Rule of a clock"
Description: "How a territory sets one of its two clocks; what is not said is as promised: 24 hours, or 48, that roll to the next open day."
Context: Organization
* extension contains
    name 1..1 and
    hours 0..1 and
    strict-hours 0..1 and
    mode 0..1 and
    warn-at 0..1
* extension[name].value[x] only code
* extension[name].valueCode from ClockName (required)
* extension[hours].value[x] only decimal
* extension[hours] ^definition = "How long it may take, in hours of the mode."
* extension[strict-hours].value[x] only decimal
* extension[strict-hours] ^definition = "How long it may take in hours as they pass, which is always told beside."
* extension[mode].value[x] only code
* extension[mode].valueCode from ClockMode (required)
* extension[warn-at].value[x] only decimal
* extension[warn-at] ^definition = "Share of the time after which the cell is warned, between 0 and 1; 0.75 unless said otherwise."

Extension: Clock
Id: clock
Title: "Clock"
Description: "One of the two clocks of a request, as it was set when it was started."
Context: Task
* extension contains
    name 1..1 and
    mode 1..1 and
    hours 1..1 and
    start 1..1 and
    due 1..1 and
    strict-due 1..1 and
    warn 1..1 and
    stop 0..1 and
    modality 0..*
* extension[name].value[x] only code
* extension[name].valueCode from ClockName (required)
* extension[mode].value[x] only code
* extension[mode].valueCode from ClockMode (required)
* extension[hours].value[x] only decimal
* extension[start].value[x] only instant
* extension[due].value[x] only instant
* extension[strict-due].value[x] only instant
* extension[warn].value[x] only instant
* extension[stop].value[x] only instant
* extension[stop] ^definition = "When the prescriber was first answered. The exam's clock is stopped by the appointment's start, which stands there."
* extension[modality].value[x] only code

Extension: ClockAlert
Id: clock-alert
Title: "Alert of a clock"
Description: "A clock of the request is at risk, or late, and nothing has stopped it."
Context: Task
* value[x] only CodeableConcept
* value[x] 1..1
* valueCodeableConcept from ClockAlert (required)

Extension: NextAlert
Id: next-alert
Title: "Next alert"
Description: "When the clocks of the request are to be looked at next."
Context: Task
* value[x] only instant
* value[x] 1..1

Extension: Pause
Id: pause
Title: "Pause"
Description: "While somebody's reply was waited for. It is told apart, and stops no clock."
Context: Task
* value[x] only Period
* value[x] 1..1

CodeSystem: ClockNameCode
Id: clock-name
Title: "Clocks"
Description: "The two clocks of a request."
* ^caseSensitive = true
* #answer "Answer" "Until the prescriber gets the first answer of substance: a proposal, a question, a refusal."
* #exam "Exam" "Until the exam begins."

ValueSet: ClockName
Id: clock-name
Title: "Clocks"
Description: "The two clocks of a request."
* include codes from system ClockNameCode

CodeSystem: ClockModeCode
Id: clock-mode
Title: "What hours mean"
Description: "What so many hours mean to a clock."
* ^caseSensitive = true
* #strict "As they pass" "Hours as they pass, day and night."
* #next-open-day "To the next open day" "Hours as they pass; when that is on a closed day, the same time of the next open one."
* #opening-hours "Opening hours" "Only hours that are open count."
* #working-day-end "End of a working day" "The end of the first, second, … open day after the start, one for each 24 hours."

ValueSet: ClockMode
Id: clock-mode
Title: "What hours mean"
Description: "What so many hours mean to a clock."
* include codes from system ClockModeCode

CodeSystem: ClockAlertCode
Id: clock-alert
Title: "Alerts of the clocks"
Description: "What a clock warns of."
* ^caseSensitive = true
* #answer-at-risk "Answer at risk" "Three quarters of the time for an answer have passed."
* #answer-late "Answer late" "The time for an answer is over."
* #exam-at-risk "Exam at risk" "Three quarters of the time until the exam have passed, and none is booked."
* #exam-late "Exam late" "The time for the exam is over, or it is booked for when it will be."

ValueSet: ClockAlert
Id: clock-alert
Title: "Alerts of the clocks"
Description: "What a clock warns of."
* include codes from system ClockAlertCode

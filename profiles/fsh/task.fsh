// Source: closed-loop referral patterns (Gravity SDOH Clinical Care, AU eRequesting).

Profile: RelaisTask
Parent: Task
Id: relais-task
Title: "Work on a request"
Description: "What the coordination cell or a centre does about a request, or about an appointment that is confirmed by telephone."
* obeys relais-task-1 and relais-task-2
* extension contains
    Flag named flag 0..* and
    Clock named clock 0..2 and
    ClockAlert named clock-alert 0..2 and
    NextAlert named next-alert 0..1 and
    Pause named pause 0..*
* focus only Reference(ServiceRequest or Appointment or Task or Organization)

Invariant: relais-task-1
Description: "A task that is rejected, failed or on hold says why."
* severity = #warning
* expression = "statusReason.exists() or (status = 'rejected' or status = 'failed' or status = 'on-hold').not()"

// AU eRequesting sends one task for a whole requisition beside one for each request: it has no focus.
Invariant: relais-task-2
Description: "A task says what it is about (focus), or which requisition it stands for (groupIdentifier)."
* severity = #error
* expression = "focus.exists() or groupIdentifier.exists()"

CodeSystem: RefusalReason
Id: refusal-reason
Title: "Why a request ends without its exam"
Description: "Task.statusReason, beside the words that the prescriber reads. The last one stands where only words were said."
* ^caseSensitive = true
* #out-of-protocol "Outside the entry protocol"
* #out-of-territory "Outside the territory"
* #duplicate "Asked for twice"
* #incomplete "Answers that were asked for did not come"
* #no-capacity "No place on the territory"
* #other-exam "Another exam suits better"
* #patient "The patient does not want it, or cannot be reached"
* #emergency "Sent to emergency care"
* #other "Another reason, in words"

CodeSystem: TaskCode
Id: task
Title: "What a task asks for"
Description: "Work that FHIR's own task codes do not name."
* ^caseSensitive = true
* #cancel-booking "Cancel a booking" "Tell the centre by telephone that an appointment is cancelled."
* #capacity-call "Call for capacity" "Open more places for a modality, for which more is asked than there is."
* #confirm-booking "Confirm a booking" "Ask the centre by telephone whether it can take the appointment, and answer for it."

// Source: HL7 clinical order workflows (COW); capacity codes of Gravity SDOH Clinical Care; the rest as BSeR has them.
CodeSystem: BusinessStatusCode
Id: business-status
Title: "How far a request has come"
Description: "Task.businessStatus; beside it the number of BSeR, where BSeR has one."
* ^caseSensitive = true
* #created "Created"
* #accepted "Accepted"
* #declined "Declined" "A centre cannot take it; the request stays in force."
* #awaiting-information "Awaiting information" "The prescriber was asked."
* #proposed "Proposed" "Places were proposed to the prescriber."
* #awaiting-confirmation "Awaiting confirmation" "A centre was asked for a place."
* #visit-scheduled "Visit scheduled"
* #visit-unattended "Visit unattended"
* #visit-cancelled "Visit cancelled"
* #visit-complete "Visit complete"
* #cancellation-requested "Cancellation requested"
* #cancelled "Cancelled"
* #awaiting-interpretation "Awaiting interpretation"
* #preliminary-outcome "Preliminary outcome"
* #completed "Completed"
* #no-capacity "No capacity"
* #capacity "Capacity"
* #waitlist "Waiting list"
* #additional-assessment-required "Additional assessment required"

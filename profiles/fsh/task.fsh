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
* focus only Reference(ServiceRequest or Appointment)

Invariant: relais-task-1
Description: "A task that is rejected, failed or on hold says why."
* severity = #warning
* expression = "statusReason.exists() or (status = 'rejected' or status = 'failed' or status = 'on-hold').not()"

// AU eRequesting sends one task for a whole requisition beside one for each request: it has no focus.
Invariant: relais-task-2
Description: "A task says what it is about (focus), or which requisition it stands for (groupIdentifier)."
* severity = #error
* expression = "focus.exists() or groupIdentifier.exists()"

CodeSystem: TaskCode
Id: task
Title: "What a task asks for"
Description: "Work that FHIR's own task codes do not name."
* ^caseSensitive = true
* #confirm-booking "Confirm a booking" "Ask the centre by telephone whether it can take the appointment, and answer for it."

Profile: RelaisCommunication
Parent: Communication
Id: relais-communication
Title: "Comment"
Description: "What a radiologist and a prescriber say to each other about a request."
* obeys relais-communication-1
* subject only Reference(Patient)

Extension: RecipientPart
Id: recipient-part
Title: "Recipient's part"
Description: "What a comment is to one of its recipients: `TRC` of HL7 v3 ParticipationType is a copy."
Context: Communication.recipient
* value[x] only Coding
* value[x] 1..1

Invariant: relais-communication-1
Description: "A comment says something, unless it was entered in error or not done."
* severity = #error
* expression = "payload.exists() or status = 'entered-in-error' or status = 'not-done'"

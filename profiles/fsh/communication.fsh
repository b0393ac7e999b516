Profile: RelaisCommunication
Parent: Communication
Id: relais-communication
Title: "Comment"
Description: "What a radiologist and a prescriber say to each other about a request."
* obeys relais-communication-1
* subject only Reference(Patient)

Invariant: relais-communication-1
Description: "A comment says something, unless it was entered in error or not done."
* severity = #error
* expression = "payload.exists() or status = 'entered-in-error' or status = 'not-done'"

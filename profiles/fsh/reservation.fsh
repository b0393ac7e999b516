// What is agreed with a centre, and how its places came here.

Extension: AgreedExam
Id: agreed-exam
Title: "Agreed exam"
Description: "An exam, or a modality, that a centre's convention is for; without any it is for all that the centre does."
Context: OrganizationAffiliation
* value[x] only CodeableConcept
* value[x] 1..1

Extension: AgreedHours
Id: agreed-hours
Title: "Agreed hours"
Description: "Hours that a centre's convention is for, in the territory's zone; without any it is for all hours."
Context: OrganizationAffiliation
* extension contains day 0..* and start 1..1 and end 1..1
* extension[day].value[x] only code
* extension[day].value[x] 1..1
* extension[start].value[x] only time
* extension[start].value[x] 1..1
* extension[end].value[x] only time
* extension[end].value[x] 1..1

CodeSystem: OriginCode
Id: origin
Title: "Origin of a slot"
Description: "How a slot came into its diary, where it was not read there."
* ^caseSensitive = true
* #pushed "Pushed" "Its centre has sent it: it stays until the centre takes it back."

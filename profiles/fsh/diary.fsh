// Source: FR Core 2.2.0, fr-core-schedule and fr-core-slot; ANS, SAS 1.2.0, slot types (TRE_R314).

Profile: RelaisSchedule
Parent: Schedule
Id: relais-schedule
Title: "Diary"
Description: "A centre's diary as the gateway keeps it: exams and declared ranges stand in FR Core's extensions."
* extension contains
    $service-type-duration named serviceTypeDuration 0..* and
    $availability-time named availabilityTime 0..* and
    Holidays named holidays 0..1 and
    Limits named limits 0..1 and
    LastSeen named lastSeen 0..1
* serviceCategory 0..1
* serviceType 0..0
* serviceType ^comment = "FR Core forbids it: an exam and its duration stand in the extension fr-core-service-type-duration."

Profile: RelaisSlot
Parent: Slot
Id: relais-slot
Title: "Place in a diary"
Description: "A place in a diary as the gateway keeps it. Its times are written in the offset of the place, with milliseconds; a reservation label says for whom it is."
* obeys relais-slot-1
* extension contains Capacity named capacity 0..1 and Limits named limits 0..1 and LastSeen named lastSeen 0..1
* meta.security ^slicing.discriminator.type = #value
* meta.security ^slicing.discriminator.path = "system"
* meta.security ^slicing.rules = #open
* meta.security contains reservation 0..*
* meta.security[reservation].system = "https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
* meta.security[reservation] from SlotType (required)
* serviceCategory 0..1

Invariant: relais-slot-1
Description: "A slot starts before it ends."
* severity = #error
* expression = "start < end"

ValueSet: SlotType
Id: slot-type
Title: "For whom a slot is"
Description: "Codes of the French table TRE_R314 that the gateway knows: everybody, the coordination cell, health professionals, members of the CPTS."
* $slot-type#PUBLIC
* $slot-type#SNP
* $slot-type#PRO
* $slot-type#CPTS

Alias: $sct = http://snomed.info/sct
Alias: $dicom = http://dicom.nema.org/resources/ontology/DCM
Alias: $identifier-type = http://terminology.hl7.org/CodeSystem/v2-0203
Alias: $slot-type = https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau
Alias: $identity-reliability = https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability
Alias: $appointment-operator = https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-appointment-operator
Alias: $service-type-duration = https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-service-type-duration
Alias: $availability-time = https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-schedule-availability-time

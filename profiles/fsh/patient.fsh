// Source: FR Core 2.2.0, fr-core-patient and fr-core-patient-ins.

Profile: RelaisPatient
Parent: Patient
Id: relais-patient
Title: "Patient"
Description: "A patient with the rules of the national health identity (INS), whether qualified or not."
* obeys fr-core-1 and fr-core-2 and fr-core-3 and relais-patient-1
* extension contains $identity-reliability named identityReliability 0..*
* gender from PatientGender (required)

ValueSet: PatientGender
Id: patient-gender
Title: "Gender of a patient"
Description: "The codes that the national health identity allows."
* http://hl7.org/fhir/administrative-gender#male
* http://hl7.org/fhir/administrative-gender#female
* http://hl7.org/fhir/administrative-gender#unknown

Invariant: fr-core-1
Description: "An identity of status VALI carries its INS (system urn:oid:1.2.250.1.213.1.4.8, .9, .10 or .11)."
* severity = #error
* expression = "extension('https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability').extension('identityStatus').value.where(code = 'VALI').empty() or identifier.where(system = 'urn:oid:1.2.250.1.213.1.4.8' or system = 'urn:oid:1.2.250.1.213.1.4.9' or system = 'urn:oid:1.2.250.1.213.1.4.10' or system = 'urn:oid:1.2.250.1.213.1.4.11').exists()"

Invariant: fr-core-2
Description: "An identity of status VALI has exactly one identifier of use official."
* severity = #error
* expression = "extension('https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability').extension('identityStatus').value.where(code = 'VALI').empty() or identifier.where(use = 'official').count() = 1"

Invariant: fr-core-3
Description: "The birth place of an identity of status VALI is not the unknown commune 99999."
* severity = #warning
* expression = "extension('https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability').extension('identityStatus').value.where(code = 'VALI').empty() or extension('http://hl7.org/fhir/StructureDefinition/patient-birthPlace').value.extension('https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code').value.where(code = '99999').empty()"

Invariant: relais-patient-1
Description: "A patient has at most one INS of use official."
* severity = #error
* expression = "identifier.where(use = 'official' and (system = 'urn:oid:1.2.250.1.213.1.4.8' or system = 'urn:oid:1.2.250.1.213.1.4.9' or system = 'urn:oid:1.2.250.1.213.1.4.10' or system = 'urn:oid:1.2.250.1.213.1.4.11')).count() <= 1"

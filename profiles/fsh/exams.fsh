CodeSystem: ExamCode
Id: exam
Title: "Exams of the catalogue"
Description: "Exams that the entry protocol speaks of, by the gateway's own names; ConceptMaps in mappings/ lead to LOINC, CCAM, SNOMED CT and DICOM."
* ^caseSensitive = true
* #us-abdomen "Échographie abdominale"
* #us-abdomen-pelvis "Échographie abdominopelvienne"
* #us-kidney "Échographie rénale et des voies urinaires"
* #us-pelvis-ta "Échographie pelvienne sus-pubienne"
* #us-pelvis-tv "Échographie pelvienne endovaginale"
* #mg-bilat "Mammographie bilatérale"
* #mg-unilat "Mammographie unilatérale"
* #us-breast "Échographie mammaire"
* #ct-ap-wo "Scanner abdominopelvien sans injection"
* #ct-ap-w "Scanner abdominopelvien avec injection"
* #mr-brain "IRM encéphalique"
* #mr-lspine "IRM du rachis lombaire"

CodeSystem: QuestionCode
Id: question
Title: "Questions of a territory"
Description: "Questions that a sender answers and that have no LOINC or SNOMED CT code: each territory names its own."
* ^caseSensitive = true
* ^content = #not-present

// The entry protocol: PlanDefinition and ActivityDefinition, with what R4 has no element for.

Extension: Question
Id: question
Title: "Question"
Description: "Something that whoever refers a patient is asked: for a modality, an exam or an indication. `applies` is FHIRPath on the request, with %patient, %age (years), %yes, %no, %unknown (codes of questions) and %values."
Context: PlanDefinition, ActivityDefinition
* extension contains code 1..1 and text 1..1 and kind 0..1 and role 0..1 and required 0..1 and modality 0..* and applies 0..1 and also 0..* and option 0..*
* extension[code].value[x] only Coding
* extension[code].value[x] 1..1
* extension[text].value[x] only string
* extension[text].value[x] 1..1
* extension[kind].value[x] only code
* extension[kind].value[x] 1..1
* extension[kind].valueCode from QuestionKind (required)
* extension[role].value[x] only code
* extension[role].value[x] 1..1
* extension[role].valueCode from QuestionRole (required)
* extension[required].value[x] only boolean
* extension[required].value[x] 1..1
* extension[modality].value[x] only code
* extension[modality].value[x] 1..1
* extension[applies].value[x] only string
* extension[applies].value[x] 1..1
* extension[also].value[x] only Coding
* extension[also].value[x] 1..1
* extension[option].value[x] only Coding
* extension[option].value[x] 1..1

CodeSystem: QuestionKindCode
Id: question-kind
Title: "Kind of question"
Description: "How a question is answered."
* ^caseSensitive = true
* #yes-no "Yes or no" "Three answers: yes, no, unknown. Unknown never equals no."
* #choice "Choice" "One of the options."
* #number "Number"
* #text "Text"
* #date "Date"

ValueSet: QuestionKind
Id: question-kind
Title: "Kind of question"
Description: "How a question is answered."
* include codes from system QuestionKindCode

CodeSystem: QuestionRoleCode
Id: question-role
Title: "Role of a question"
Description: "What an answer of yes means."
* ^caseSensitive = true
* #answer "Answer" "Nothing by itself."
* #contra-indication "Contra-indication" "To be told to the radiologist, who decides."
* #red-flag "Red flag" "A sign of danger: a person looks at once."

ValueSet: QuestionRole
Id: question-role
Title: "Role of a question"
Description: "What an answer of yes means."
* include codes from system QuestionRoleCode

Extension: Preparation
Id: preparation
Title: "Preparation"
Description: "What the patient is told to do before the exam; other languages as translation."
Context: ActivityDefinition
* value[x] only string
* value[x] 1..1

Extension: DoseClass
Id: dose-class
Title: "Dose class"
Description: "Dose class of the good practice guide: 0, I, II, III, IV."
Context: ActivityDefinition
* value[x] only code
* value[x] 1..1

Extension: Emergency
Id: emergency
Title: "Emergency exit"
Description: "Where to turn when life is in danger: always shown; other languages as translation."
Context: PlanDefinition
* value[x] only string
* value[x] 1..1

Extension: Alternative
Id: alternative
Title: "Alternative"
Description: "The exam of this action comes in when the first one does not suit."
Context: PlanDefinition.action
* value[x] only boolean
* value[x] 1..1

CodeSystem: JudgementCode
Id: judgement
Title: "Judgement"
Description: "How a request stands against the entry protocol, and what its Task says of it (Task.output)."
* ^caseSensitive = true
* #verdict "Verdict" "Type of output: how the request stands."
* #indication "Indication" "Type of output: the PlanDefinition it is taken for."
* #exam "Exam" "Type of output: the ActivityDefinition it is taken for."
* #missing "Missing answer" "Type of output: a required question without an answer."
* #reason "Reason" "Type of output: why it is judged so."
* #proposal "Proposal" "Type of output: a place that is proposed, with its rank."
* #warning "Warning" "Type of output: a red flag or a contra-indication that was answered with yes."
* #conforms "Conforms" "As the protocol has it."
* #incomplete "Incomplete" "Required answers are missing: the prescriber is asked."
* #outside "Outside the protocol" "A person decides."
* #blocked "Blocked by rule" "Not to be booked until it is complete."
* #indication-missing "Reason missing"
* #indication-unknown "Reason not in the protocol"
* #indication-does-not-apply "Indication does not apply to this patient"
* #exam-unknown "Exam not in the protocol"
* #exam-not-named "Exam not named for this indication"
* #exam-does-not-apply "Exam not for these answers"
* #exam-not-done "Exam not in the catalogue"
* #answer-missing "Not answered"
* #answer-unknown "Answered unknown"
* #fr-r1333-53 "Rule R.1333-53" "Source: code de la santé publique, R.1333-53."
* #red-flag "Red flag"
* #contra-indication "Contra-indication"

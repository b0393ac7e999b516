Extension: Delay
Id: delay
Title: "Delay"
Description: "A delay of the requests of a group: its median, its ninth decile, its mean."
Context: MeasureReport.group, MeasureReport.group.stratifier.stratum
* extension contains
    name 1..1 and
    value 1..1
* extension[name].value[x] only code
* extension[value].value[x] only Quantity

CodeSystem: PopulationCode
Id: population
Title: "Populations of the territory's measures"
Description: "What FHIR's own populations of a measure do not name."
* ^caseSensitive = true
* #cancelled "Cancelled" "Booked, and cancelled since."
* #numerator-strict "In time by plain hours" "In time by hours as they pass, whatever the territory's rule."

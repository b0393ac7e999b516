CodeSystem: OrganizationTypeCode
Id: organization-type
Title: "What an organisation is in a territory"
Description: "Parts that organisations have in a territory and that no national table names."
* ^caseSensitive = true
* #cell "Coordination cell" "Coordinates non-scheduled care: it owns each request's Task, and telephones where a centre has no interface."

CodeSystem: CellPartCode
Id: cell-part
Title: "What a person's part in a coordination cell is"
Description: "Stands in PractitionerRole.code, at the cell's Organization, with its period: who may sign in to the console, and what they may do there."
* ^caseSensitive = true
* #secretary "Secretary" "Takes, claims, asks, books, refuses and answers requests."
* #coordinator "Coordinator" "Sees all that the secretaries see, and changes nothing."

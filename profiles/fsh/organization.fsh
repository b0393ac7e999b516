CodeSystem: OrganizationTypeCode
Id: organization-type
Title: "What an organisation is in a territory"
Description: "Parts that organisations have in a territory and that no national table names."
* ^caseSensitive = true
* #cell "Coordination cell" "Coordinates non-scheduled care: it owns each request's Task, and telephones where a centre has no interface."

// What R4 has no element for. Source: specification of this gateway's notifications; FHIR R4, subscription.html.

Extension: Subscriber
Id: subscriber
Title: "Subscriber"
Description: "The client that asked for a subscription, by its identifier, and its organisation: written by the gateway, which tells it no more than it may see."
Context: Subscription
* value[x] only Reference(Organization)
* value[x] 1..1
* valueReference.identifier 1..1

Extension: NotificationMethod
Id: notification-method
Title: "Notification method"
Description: "How a notification with a payload is sent: put beneath the endpoint, as R4 has it, or posted to the endpoint itself."
Context: Subscription.channel
* value[x] only code
* value[x] 1..1
* valueCode from NotificationMethod (required)

CodeSystem: NotificationMethodCode
Id: notification-method
Title: "Notification method"
Description: "Methods of HTTP by which a notification is sent."
* ^caseSensitive = true
* #PUT "PUT" "Put beneath the endpoint, by type and id."
* #POST "POST" "Posted to the endpoint."

ValueSet: NotificationMethod
Id: notification-method
Title: "Notification method"
Description: "Methods of HTTP by which a notification is sent."
* include codes from system NotificationMethodCode

-- Made from the search parameters of the types served (`npm run definitions`). Not edited by hand.
-- Needs pg_trgm (trusted since PostgreSQL 13).
create extension if not exists pg_trgm;

create table search_activity_definition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "composed_of" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "depends_on" text[] collate "C",
  "derived_from" text[] collate "C",
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "effective_low" timestamptz,
  "effective_high" timestamptz,
  "identifier" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "predecessor" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "successor" text[] collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "topic" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_activity_definition_updated on search_activity_definition ("updated", id);
create index search_activity_definition__profile on search_activity_definition using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_activity_definition__security on search_activity_definition using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_activity_definition__source on search_activity_definition ("_source", id);
create index search_activity_definition__tag on search_activity_definition using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_activity_definition_composed_of on search_activity_definition using gin ("composed_of") with (gin_pending_list_limit = 256) where "composed_of" is not null;
create index search_activity_definition_context on search_activity_definition using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_activity_definition_context_type on search_activity_definition using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_activity_definition_date_low on search_activity_definition ("date_low", "date_high");
create index search_activity_definition_date_high on search_activity_definition ("date_high");
create index search_activity_definition_depends_on on search_activity_definition using gin ("depends_on") with (gin_pending_list_limit = 256) where "depends_on" is not null;
create index search_activity_definition_derived_from on search_activity_definition using gin ("derived_from") with (gin_pending_list_limit = 256) where "derived_from" is not null;
create index search_activity_definition_description on search_activity_definition using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_activity_definition_effective_low on search_activity_definition ("effective_low", "effective_high");
create index search_activity_definition_effective_high on search_activity_definition ("effective_high");
create index search_activity_definition_identifier on search_activity_definition using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_activity_definition_jurisdiction on search_activity_definition using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_activity_definition_name on search_activity_definition using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_activity_definition_name_sort on search_activity_definition ((left("name", 100)), id);
create index search_activity_definition_predecessor on search_activity_definition using gin ("predecessor") with (gin_pending_list_limit = 256) where "predecessor" is not null;
create index search_activity_definition_publisher on search_activity_definition using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_activity_definition_status on search_activity_definition ("status", id);
create index search_activity_definition_successor on search_activity_definition using gin ("successor") with (gin_pending_list_limit = 256) where "successor" is not null;
create index search_activity_definition_title on search_activity_definition using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_activity_definition_title_sort on search_activity_definition ((left("title", 100)), id);
create index search_activity_definition_topic on search_activity_definition using gin ("topic") with (gin_pending_list_limit = 256) where "topic" is not null;
create index search_activity_definition_url on search_activity_definition ("url", id);
create index search_activity_definition_version on search_activity_definition ("version", id);
create index search_activity_definition_access on search_activity_definition using gin (access) with (gin_pending_list_limit = 256);

create table search_allergy_intolerance (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "asserter" text collate "C",
  "category" text[] collate "C",
  "clinical_status" text[] collate "C",
  "code" text[] collate "C",
  "criticality" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "identifier" text[] collate "C",
  "last_date_low" timestamptz,
  "last_date_high" timestamptz,
  "manifestation" text[] collate "C",
  "patient" text collate "C",
  "recorder" text collate "C",
  "route" text[] collate "C",
  "severity" text[] collate "C",
  "type" text collate "C",
  "verification_status" text[] collate "C"
);
create index search_allergy_intolerance_updated on search_allergy_intolerance ("updated", id);
create index search_allergy_intolerance__profile on search_allergy_intolerance using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_allergy_intolerance__security on search_allergy_intolerance using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_allergy_intolerance__source on search_allergy_intolerance ("_source", id);
create index search_allergy_intolerance__tag on search_allergy_intolerance using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_allergy_intolerance_asserter on search_allergy_intolerance ("asserter", id);
create index search_allergy_intolerance_category on search_allergy_intolerance using gin ("category") with (gin_pending_list_limit = 256) where "category" is not null;
create index search_allergy_intolerance_clinical_status on search_allergy_intolerance using gin ("clinical_status") with (gin_pending_list_limit = 256) where "clinical_status" is not null;
create index search_allergy_intolerance_code on search_allergy_intolerance using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_allergy_intolerance_criticality on search_allergy_intolerance ("criticality", id);
create index search_allergy_intolerance_date_low on search_allergy_intolerance ("date_low", "date_high");
create index search_allergy_intolerance_date_high on search_allergy_intolerance ("date_high");
create index search_allergy_intolerance_identifier on search_allergy_intolerance using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_allergy_intolerance_last_date_low on search_allergy_intolerance ("last_date_low", "last_date_high");
create index search_allergy_intolerance_last_date_high on search_allergy_intolerance ("last_date_high");
create index search_allergy_intolerance_manifestation on search_allergy_intolerance using gin ("manifestation") with (gin_pending_list_limit = 256) where "manifestation" is not null;
create index search_allergy_intolerance_patient on search_allergy_intolerance ("patient", id);
create index search_allergy_intolerance_recorder on search_allergy_intolerance ("recorder", id);
create index search_allergy_intolerance_route on search_allergy_intolerance using gin ("route") with (gin_pending_list_limit = 256) where "route" is not null;
create index search_allergy_intolerance_severity on search_allergy_intolerance using gin ("severity") with (gin_pending_list_limit = 256) where "severity" is not null;
create index search_allergy_intolerance_type on search_allergy_intolerance ("type", id);
create index search_allergy_intolerance_verification_status on search_allergy_intolerance using gin ("verification_status") with (gin_pending_list_limit = 256) where "verification_status" is not null;
create index search_allergy_intolerance_access on search_allergy_intolerance using gin (access) with (gin_pending_list_limit = 256);

create table search_appointment (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "actor" text[] collate "C",
  "appointment_type" text[] collate "C",
  "based_on" text[] collate "C",
  "created_low" timestamptz,
  "created_high" timestamptz,
  "date" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "held_until_low" timestamptz,
  "held_until_high" timestamptz,
  "identifier" text[] collate "C",
  "location" text[] collate "C",
  "part_status" text[] collate "C",
  "patient" text[] collate "C",
  "practitioner" text[] collate "C",
  "priority" text collate "C",
  "reason_code" text[] collate "C",
  "reason_reference" text[] collate "C",
  "service_category" text[] collate "C",
  "service_type" text[] collate "C",
  "slot" text[] collate "C",
  "specialty" text[] collate "C",
  "start" timestamptz,
  "status" text collate "C",
  "supporting_info" text[] collate "C"
);
create index search_appointment_updated on search_appointment ("updated", id);
create index search_appointment__profile on search_appointment using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_appointment__security on search_appointment using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_appointment__source on search_appointment ("_source", id);
create index search_appointment__tag on search_appointment using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_appointment_actor on search_appointment using gin ("actor") with (gin_pending_list_limit = 256) where "actor" is not null;
create index search_appointment_appointment_type on search_appointment using gin ("appointment_type") with (gin_pending_list_limit = 256) where "appointment_type" is not null;
create index search_appointment_based_on on search_appointment using gin ("based_on") with (gin_pending_list_limit = 256) where "based_on" is not null;
create index search_appointment_created_low on search_appointment ("created_low", "created_high");
create index search_appointment_created_high on search_appointment ("created_high");
create index search_appointment_date on search_appointment ("date", id);
create index search_appointment_description on search_appointment using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_appointment_held_until_low on search_appointment ("held_until_low", "held_until_high");
create index search_appointment_held_until_high on search_appointment ("held_until_high");
create index search_appointment_identifier on search_appointment using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_appointment_location on search_appointment using gin ("location") with (gin_pending_list_limit = 256) where "location" is not null;
create index search_appointment_part_status on search_appointment using gin ("part_status") with (gin_pending_list_limit = 256) where "part_status" is not null;
create index search_appointment_patient on search_appointment using gin ("patient") with (gin_pending_list_limit = 256) where "patient" is not null;
create index search_appointment_practitioner on search_appointment using gin ("practitioner") with (gin_pending_list_limit = 256) where "practitioner" is not null;
create index search_appointment_priority on search_appointment ("priority", id);
create index search_appointment_reason_code on search_appointment using gin ("reason_code") with (gin_pending_list_limit = 256) where "reason_code" is not null;
create index search_appointment_reason_reference on search_appointment using gin ("reason_reference") with (gin_pending_list_limit = 256) where "reason_reference" is not null;
create index search_appointment_service_category on search_appointment using gin ("service_category") with (gin_pending_list_limit = 256) where "service_category" is not null;
create index search_appointment_service_type on search_appointment using gin ("service_type") with (gin_pending_list_limit = 256) where "service_type" is not null;
create index search_appointment_slot on search_appointment using gin ("slot") with (gin_pending_list_limit = 256) where "slot" is not null;
create index search_appointment_specialty on search_appointment using gin ("specialty") with (gin_pending_list_limit = 256) where "specialty" is not null;
create index search_appointment_start on search_appointment ("start", id);
create index search_appointment_status on search_appointment ("status", id);
create index search_appointment_supporting_info on search_appointment using gin ("supporting_info") with (gin_pending_list_limit = 256) where "supporting_info" is not null;
create index search_appointment_access on search_appointment using gin (access) with (gin_pending_list_limit = 256);
create index search_appointment_status_date on search_appointment ("status", "date", id);

create table search_appointment_response (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "actor" text collate "C",
  "appointment" text collate "C",
  "identifier" text[] collate "C",
  "location" text collate "C",
  "part_status" text collate "C",
  "patient" text collate "C",
  "practitioner" text collate "C"
);
create index search_appointment_response_updated on search_appointment_response ("updated", id);
create index search_appointment_response__profile on search_appointment_response using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_appointment_response__security on search_appointment_response using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_appointment_response__source on search_appointment_response ("_source", id);
create index search_appointment_response__tag on search_appointment_response using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_appointment_response_actor on search_appointment_response ("actor", id);
create index search_appointment_response_appointment on search_appointment_response ("appointment", id);
create index search_appointment_response_identifier on search_appointment_response using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_appointment_response_location on search_appointment_response ("location", id);
create index search_appointment_response_part_status on search_appointment_response ("part_status", id);
create index search_appointment_response_patient on search_appointment_response ("patient", id);
create index search_appointment_response_practitioner on search_appointment_response ("practitioner", id);
create index search_appointment_response_access on search_appointment_response using gin (access) with (gin_pending_list_limit = 256);

create table search_audit_event (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "action" text collate "C",
  "address" text collate "C",
  "address_exact" text[] collate "C",
  "agent" text[] collate "C",
  "agent_name" text collate "C",
  "agent_name_exact" text[] collate "C",
  "agent_role" text[] collate "C",
  "altid" text[] collate "C",
  "date" timestamptz,
  "entity" text[] collate "C",
  "entity_name" text collate "C",
  "entity_name_exact" text[] collate "C",
  "entity_role" text[] collate "C",
  "entity_type" text[] collate "C",
  "outcome" text collate "C",
  "patient" text[] collate "C",
  "policy" text[] collate "C",
  "site" text collate "C",
  "source" text collate "C",
  "subtype" text[] collate "C",
  "type" text[] collate "C"
);
create index search_audit_event_updated on search_audit_event ("updated", id);
create index search_audit_event__profile on search_audit_event using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_audit_event__security on search_audit_event using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_audit_event__source on search_audit_event ("_source", id);
create index search_audit_event__tag on search_audit_event using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_audit_event_action on search_audit_event ("action", id);
create index search_audit_event_address on search_audit_event using gin ("address" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address" is not null;
create index search_audit_event_agent on search_audit_event using gin ("agent") with (gin_pending_list_limit = 256) where "agent" is not null;
create index search_audit_event_agent_name on search_audit_event using gin ("agent_name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "agent_name" is not null;
create index search_audit_event_agent_role on search_audit_event using gin ("agent_role") with (gin_pending_list_limit = 256) where "agent_role" is not null;
create index search_audit_event_altid on search_audit_event using gin ("altid") with (gin_pending_list_limit = 256) where "altid" is not null;
create index search_audit_event_date on search_audit_event ("date", id);
create index search_audit_event_entity on search_audit_event using gin ("entity") with (gin_pending_list_limit = 256) where "entity" is not null;
create index search_audit_event_entity_name on search_audit_event using gin ("entity_name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "entity_name" is not null;
create index search_audit_event_entity_role on search_audit_event using gin ("entity_role") with (gin_pending_list_limit = 256) where "entity_role" is not null;
create index search_audit_event_entity_type on search_audit_event using gin ("entity_type") with (gin_pending_list_limit = 256) where "entity_type" is not null;
create index search_audit_event_outcome on search_audit_event ("outcome", id);
create index search_audit_event_patient on search_audit_event using gin ("patient") with (gin_pending_list_limit = 256) where "patient" is not null;
create index search_audit_event_policy on search_audit_event using gin ("policy") with (gin_pending_list_limit = 256) where "policy" is not null;
create index search_audit_event_site on search_audit_event ("site", id);
create index search_audit_event_source on search_audit_event ("source", id);
create index search_audit_event_subtype on search_audit_event using gin ("subtype") with (gin_pending_list_limit = 256) where "subtype" is not null;
create index search_audit_event_type on search_audit_event using gin ("type") with (gin_pending_list_limit = 256) where "type" is not null;
create index search_audit_event_access on search_audit_event using gin (access) with (gin_pending_list_limit = 256);

create table search_binary (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C"
);
create index search_binary_updated on search_binary ("updated", id);
create index search_binary__profile on search_binary using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_binary__security on search_binary using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_binary__source on search_binary ("_source", id);
create index search_binary__tag on search_binary using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_binary_access on search_binary using gin (access) with (gin_pending_list_limit = 256);

create table search_communication (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "based_on" text[] collate "C",
  "category" text[] collate "C",
  "encounter" text collate "C",
  "identifier" text[] collate "C",
  "instantiates_canonical" text[] collate "C",
  "instantiates_uri" text[] collate "C",
  "medium" text[] collate "C",
  "part_of" text[] collate "C",
  "patient" text collate "C",
  "received_low" timestamptz,
  "received_high" timestamptz,
  "recipient" text[] collate "C",
  "sender" text collate "C",
  "sent_low" timestamptz,
  "sent_high" timestamptz,
  "status" text collate "C",
  "subject" text collate "C"
);
create index search_communication_updated on search_communication ("updated", id);
create index search_communication__profile on search_communication using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_communication__security on search_communication using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_communication__source on search_communication ("_source", id);
create index search_communication__tag on search_communication using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_communication_based_on on search_communication using gin ("based_on") with (gin_pending_list_limit = 256) where "based_on" is not null;
create index search_communication_category on search_communication using gin ("category") with (gin_pending_list_limit = 256) where "category" is not null;
create index search_communication_encounter on search_communication ("encounter", id);
create index search_communication_identifier on search_communication using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_communication_instantiates_canonical on search_communication using gin ("instantiates_canonical") with (gin_pending_list_limit = 256) where "instantiates_canonical" is not null;
create index search_communication_instantiates_uri on search_communication using gin ("instantiates_uri") with (gin_pending_list_limit = 256) where "instantiates_uri" is not null;
create index search_communication_medium on search_communication using gin ("medium") with (gin_pending_list_limit = 256) where "medium" is not null;
create index search_communication_part_of on search_communication using gin ("part_of") with (gin_pending_list_limit = 256) where "part_of" is not null;
create index search_communication_patient on search_communication ("patient", id);
create index search_communication_received_low on search_communication ("received_low", "received_high");
create index search_communication_received_high on search_communication ("received_high");
create index search_communication_recipient on search_communication using gin ("recipient") with (gin_pending_list_limit = 256) where "recipient" is not null;
create index search_communication_sender on search_communication ("sender", id);
create index search_communication_sent_low on search_communication ("sent_low", "sent_high");
create index search_communication_sent_high on search_communication ("sent_high");
create index search_communication_status on search_communication ("status", id);
create index search_communication_subject on search_communication ("subject", id);
create index search_communication_access on search_communication using gin (access) with (gin_pending_list_limit = 256);

create table search_communication_request (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "authored_low" timestamptz,
  "authored_high" timestamptz,
  "based_on" text[] collate "C",
  "category" text[] collate "C",
  "encounter" text collate "C",
  "group_identifier" text[] collate "C",
  "identifier" text[] collate "C",
  "medium" text[] collate "C",
  "occurrence_low" timestamptz,
  "occurrence_high" timestamptz,
  "patient" text collate "C",
  "priority" text collate "C",
  "recipient" text[] collate "C",
  "replaces" text[] collate "C",
  "requester" text collate "C",
  "sender" text collate "C",
  "status" text collate "C",
  "subject" text collate "C"
);
create index search_communication_request_updated on search_communication_request ("updated", id);
create index search_communication_request__profile on search_communication_request using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_communication_request__security on search_communication_request using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_communication_request__source on search_communication_request ("_source", id);
create index search_communication_request__tag on search_communication_request using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_communication_request_authored_low on search_communication_request ("authored_low", "authored_high");
create index search_communication_request_authored_high on search_communication_request ("authored_high");
create index search_communication_request_based_on on search_communication_request using gin ("based_on") with (gin_pending_list_limit = 256) where "based_on" is not null;
create index search_communication_request_category on search_communication_request using gin ("category") with (gin_pending_list_limit = 256) where "category" is not null;
create index search_communication_request_encounter on search_communication_request ("encounter", id);
create index search_communication_request_group_identifier on search_communication_request using gin ("group_identifier") with (gin_pending_list_limit = 256) where "group_identifier" is not null;
create index search_communication_request_identifier on search_communication_request using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_communication_request_medium on search_communication_request using gin ("medium") with (gin_pending_list_limit = 256) where "medium" is not null;
create index search_communication_request_occurrence_low on search_communication_request ("occurrence_low", "occurrence_high");
create index search_communication_request_occurrence_high on search_communication_request ("occurrence_high");
create index search_communication_request_patient on search_communication_request ("patient", id);
create index search_communication_request_priority on search_communication_request ("priority", id);
create index search_communication_request_recipient on search_communication_request using gin ("recipient") with (gin_pending_list_limit = 256) where "recipient" is not null;
create index search_communication_request_replaces on search_communication_request using gin ("replaces") with (gin_pending_list_limit = 256) where "replaces" is not null;
create index search_communication_request_requester on search_communication_request ("requester", id);
create index search_communication_request_sender on search_communication_request ("sender", id);
create index search_communication_request_status on search_communication_request ("status", id);
create index search_communication_request_subject on search_communication_request ("subject", id);
create index search_communication_request_access on search_communication_request using gin (access) with (gin_pending_list_limit = 256);

create table search_condition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "abatement_age_low" numeric,
  "abatement_age_high" numeric,
  "abatement_age_unit" text[] collate "C",
  "abatement_date_low" timestamptz,
  "abatement_date_high" timestamptz,
  "abatement_string" text collate "C",
  "abatement_string_exact" text[] collate "C",
  "asserter" text collate "C",
  "body_site" text[] collate "C",
  "category" text[] collate "C",
  "clinical_status" text[] collate "C",
  "code" text[] collate "C",
  "encounter" text collate "C",
  "evidence" text[] collate "C",
  "evidence_detail" text[] collate "C",
  "identifier" text[] collate "C",
  "onset_age_low" numeric,
  "onset_age_high" numeric,
  "onset_age_unit" text[] collate "C",
  "onset_date_low" timestamptz,
  "onset_date_high" timestamptz,
  "onset_info" text collate "C",
  "onset_info_exact" text[] collate "C",
  "patient" text collate "C",
  "recorded_date_low" timestamptz,
  "recorded_date_high" timestamptz,
  "severity" text[] collate "C",
  "stage" text[] collate "C",
  "subject" text collate "C",
  "verification_status" text[] collate "C"
);
create index search_condition_updated on search_condition ("updated", id);
create index search_condition__profile on search_condition using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_condition__security on search_condition using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_condition__source on search_condition ("_source", id);
create index search_condition__tag on search_condition using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_condition_abatement_age_low on search_condition ("abatement_age_low", "abatement_age_high");
create index search_condition_abatement_age_high on search_condition ("abatement_age_high");
create index search_condition_abatement_date_low on search_condition ("abatement_date_low", "abatement_date_high");
create index search_condition_abatement_date_high on search_condition ("abatement_date_high");
create index search_condition_abatement_string on search_condition using gin ("abatement_string" gin_trgm_ops) with (gin_pending_list_limit = 256) where "abatement_string" is not null;
create index search_condition_asserter on search_condition ("asserter", id);
create index search_condition_body_site on search_condition using gin ("body_site") with (gin_pending_list_limit = 256) where "body_site" is not null;
create index search_condition_category on search_condition using gin ("category") with (gin_pending_list_limit = 256) where "category" is not null;
create index search_condition_clinical_status on search_condition using gin ("clinical_status") with (gin_pending_list_limit = 256) where "clinical_status" is not null;
create index search_condition_code on search_condition using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_condition_encounter on search_condition ("encounter", id);
create index search_condition_evidence on search_condition using gin ("evidence") with (gin_pending_list_limit = 256) where "evidence" is not null;
create index search_condition_evidence_detail on search_condition using gin ("evidence_detail") with (gin_pending_list_limit = 256) where "evidence_detail" is not null;
create index search_condition_identifier on search_condition using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_condition_onset_age_low on search_condition ("onset_age_low", "onset_age_high");
create index search_condition_onset_age_high on search_condition ("onset_age_high");
create index search_condition_onset_date_low on search_condition ("onset_date_low", "onset_date_high");
create index search_condition_onset_date_high on search_condition ("onset_date_high");
create index search_condition_onset_info on search_condition using gin ("onset_info" gin_trgm_ops) with (gin_pending_list_limit = 256) where "onset_info" is not null;
create index search_condition_patient on search_condition ("patient", id);
create index search_condition_recorded_date_low on search_condition ("recorded_date_low", "recorded_date_high");
create index search_condition_recorded_date_high on search_condition ("recorded_date_high");
create index search_condition_severity on search_condition using gin ("severity") with (gin_pending_list_limit = 256) where "severity" is not null;
create index search_condition_stage on search_condition using gin ("stage") with (gin_pending_list_limit = 256) where "stage" is not null;
create index search_condition_subject on search_condition ("subject", id);
create index search_condition_verification_status on search_condition using gin ("verification_status") with (gin_pending_list_limit = 256) where "verification_status" is not null;
create index search_condition_access on search_condition using gin (access) with (gin_pending_list_limit = 256);

create table search_coverage (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "beneficiary" text collate "C",
  "class_type" text[] collate "C",
  "class_value" text collate "C",
  "class_value_exact" text[] collate "C",
  "dependent" text collate "C",
  "dependent_exact" text[] collate "C",
  "identifier" text[] collate "C",
  "patient" text collate "C",
  "payor" text[] collate "C",
  "policy_holder" text collate "C",
  "status" text collate "C",
  "subscriber" text collate "C",
  "type" text[] collate "C"
);
create index search_coverage_updated on search_coverage ("updated", id);
create index search_coverage__profile on search_coverage using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_coverage__security on search_coverage using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_coverage__source on search_coverage ("_source", id);
create index search_coverage__tag on search_coverage using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_coverage_beneficiary on search_coverage ("beneficiary", id);
create index search_coverage_class_type on search_coverage using gin ("class_type") with (gin_pending_list_limit = 256) where "class_type" is not null;
create index search_coverage_class_value on search_coverage using gin ("class_value" gin_trgm_ops) with (gin_pending_list_limit = 256) where "class_value" is not null;
create index search_coverage_dependent on search_coverage using gin ("dependent" gin_trgm_ops) with (gin_pending_list_limit = 256) where "dependent" is not null;
create index search_coverage_identifier on search_coverage using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_coverage_patient on search_coverage ("patient", id);
create index search_coverage_payor on search_coverage using gin ("payor") with (gin_pending_list_limit = 256) where "payor" is not null;
create index search_coverage_policy_holder on search_coverage ("policy_holder", id);
create index search_coverage_status on search_coverage ("status", id);
create index search_coverage_subscriber on search_coverage ("subscriber", id);
create index search_coverage_type on search_coverage using gin ("type") with (gin_pending_list_limit = 256) where "type" is not null;
create index search_coverage_access on search_coverage using gin (access) with (gin_pending_list_limit = 256);

create table search_device (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "device_name" text collate "C",
  "device_name_exact" text[] collate "C",
  "identifier" text[] collate "C",
  "location" text collate "C",
  "manufacturer" text collate "C",
  "manufacturer_exact" text[] collate "C",
  "model" text collate "C",
  "model_exact" text[] collate "C",
  "organization" text collate "C",
  "patient" text collate "C",
  "status" text collate "C",
  "type" text[] collate "C",
  "udi_carrier" text collate "C",
  "udi_carrier_exact" text[] collate "C",
  "udi_di" text collate "C",
  "udi_di_exact" text[] collate "C",
  "url" text collate "C"
);
create index search_device_updated on search_device ("updated", id);
create index search_device__profile on search_device using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_device__security on search_device using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_device__source on search_device ("_source", id);
create index search_device__tag on search_device using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_device_device_name on search_device using gin ("device_name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "device_name" is not null;
create index search_device_identifier on search_device using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_device_location on search_device ("location", id);
create index search_device_manufacturer on search_device using gin ("manufacturer" gin_trgm_ops) with (gin_pending_list_limit = 256) where "manufacturer" is not null;
create index search_device_model on search_device using gin ("model" gin_trgm_ops) with (gin_pending_list_limit = 256) where "model" is not null;
create index search_device_organization on search_device ("organization", id);
create index search_device_patient on search_device ("patient", id);
create index search_device_status on search_device ("status", id);
create index search_device_type on search_device using gin ("type") with (gin_pending_list_limit = 256) where "type" is not null;
create index search_device_udi_carrier on search_device using gin ("udi_carrier" gin_trgm_ops) with (gin_pending_list_limit = 256) where "udi_carrier" is not null;
create index search_device_udi_di on search_device using gin ("udi_di" gin_trgm_ops) with (gin_pending_list_limit = 256) where "udi_di" is not null;
create index search_device_url on search_device ("url", id);
create index search_device_access on search_device using gin (access) with (gin_pending_list_limit = 256);

create table search_diagnostic_report (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "based_on" text[] collate "C",
  "category" text[] collate "C",
  "code" text[] collate "C",
  "conclusion" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "encounter" text collate "C",
  "identifier" text[] collate "C",
  "issued" timestamptz,
  "media" text[] collate "C",
  "patient" text collate "C",
  "performer" text[] collate "C",
  "result" text[] collate "C",
  "results_interpreter" text[] collate "C",
  "specimen" text[] collate "C",
  "status" text collate "C",
  "subject" text collate "C"
);
create index search_diagnostic_report_updated on search_diagnostic_report ("updated", id);
create index search_diagnostic_report__profile on search_diagnostic_report using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_diagnostic_report__security on search_diagnostic_report using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_diagnostic_report__source on search_diagnostic_report ("_source", id);
create index search_diagnostic_report__tag on search_diagnostic_report using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_diagnostic_report_based_on on search_diagnostic_report using gin ("based_on") with (gin_pending_list_limit = 256) where "based_on" is not null;
create index search_diagnostic_report_category on search_diagnostic_report using gin ("category") with (gin_pending_list_limit = 256) where "category" is not null;
create index search_diagnostic_report_code on search_diagnostic_report using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_diagnostic_report_conclusion on search_diagnostic_report using gin ("conclusion") with (gin_pending_list_limit = 256) where "conclusion" is not null;
create index search_diagnostic_report_date_low on search_diagnostic_report ("date_low", "date_high");
create index search_diagnostic_report_date_high on search_diagnostic_report ("date_high");
create index search_diagnostic_report_encounter on search_diagnostic_report ("encounter", id);
create index search_diagnostic_report_identifier on search_diagnostic_report using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_diagnostic_report_issued on search_diagnostic_report ("issued", id);
create index search_diagnostic_report_media on search_diagnostic_report using gin ("media") with (gin_pending_list_limit = 256) where "media" is not null;
create index search_diagnostic_report_patient on search_diagnostic_report ("patient", id);
create index search_diagnostic_report_performer on search_diagnostic_report using gin ("performer") with (gin_pending_list_limit = 256) where "performer" is not null;
create index search_diagnostic_report_result on search_diagnostic_report using gin ("result") with (gin_pending_list_limit = 256) where "result" is not null;
create index search_diagnostic_report_results_interpreter on search_diagnostic_report using gin ("results_interpreter") with (gin_pending_list_limit = 256) where "results_interpreter" is not null;
create index search_diagnostic_report_specimen on search_diagnostic_report using gin ("specimen") with (gin_pending_list_limit = 256) where "specimen" is not null;
create index search_diagnostic_report_status on search_diagnostic_report ("status", id);
create index search_diagnostic_report_subject on search_diagnostic_report ("subject", id);
create index search_diagnostic_report_access on search_diagnostic_report using gin (access) with (gin_pending_list_limit = 256);

create table search_document_reference (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "authenticator" text collate "C",
  "author" text[] collate "C",
  "category" text[] collate "C",
  "contenttype" text[] collate "C",
  "custodian" text collate "C",
  "date" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "encounter" text[] collate "C",
  "event" text[] collate "C",
  "facility" text[] collate "C",
  "format" text[] collate "C",
  "identifier" text[] collate "C",
  "language" text[] collate "C",
  "location" text[] collate "C",
  "patient" text collate "C",
  "period_low" timestamptz,
  "period_high" timestamptz,
  "related" text[] collate "C",
  "relatesto" text[] collate "C",
  "relation" text[] collate "C",
  "security_label" text[] collate "C",
  "setting" text[] collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "type" text[] collate "C"
);
create index search_document_reference_updated on search_document_reference ("updated", id);
create index search_document_reference__profile on search_document_reference using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_document_reference__security on search_document_reference using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_document_reference__source on search_document_reference ("_source", id);
create index search_document_reference__tag on search_document_reference using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_document_reference_authenticator on search_document_reference ("authenticator", id);
create index search_document_reference_author on search_document_reference using gin ("author") with (gin_pending_list_limit = 256) where "author" is not null;
create index search_document_reference_category on search_document_reference using gin ("category") with (gin_pending_list_limit = 256) where "category" is not null;
create index search_document_reference_contenttype on search_document_reference using gin ("contenttype") with (gin_pending_list_limit = 256) where "contenttype" is not null;
create index search_document_reference_custodian on search_document_reference ("custodian", id);
create index search_document_reference_date on search_document_reference ("date", id);
create index search_document_reference_description on search_document_reference using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_document_reference_encounter on search_document_reference using gin ("encounter") with (gin_pending_list_limit = 256) where "encounter" is not null;
create index search_document_reference_event on search_document_reference using gin ("event") with (gin_pending_list_limit = 256) where "event" is not null;
create index search_document_reference_facility on search_document_reference using gin ("facility") with (gin_pending_list_limit = 256) where "facility" is not null;
create index search_document_reference_format on search_document_reference using gin ("format") with (gin_pending_list_limit = 256) where "format" is not null;
create index search_document_reference_identifier on search_document_reference using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_document_reference_language on search_document_reference using gin ("language") with (gin_pending_list_limit = 256) where "language" is not null;
create index search_document_reference_location on search_document_reference using gin ("location") with (gin_pending_list_limit = 256) where "location" is not null;
create index search_document_reference_patient on search_document_reference ("patient", id);
create index search_document_reference_period_low on search_document_reference ("period_low", "period_high");
create index search_document_reference_period_high on search_document_reference ("period_high");
create index search_document_reference_related on search_document_reference using gin ("related") with (gin_pending_list_limit = 256) where "related" is not null;
create index search_document_reference_relatesto on search_document_reference using gin ("relatesto") with (gin_pending_list_limit = 256) where "relatesto" is not null;
create index search_document_reference_relation on search_document_reference using gin ("relation") with (gin_pending_list_limit = 256) where "relation" is not null;
create index search_document_reference_security_label on search_document_reference using gin ("security_label") with (gin_pending_list_limit = 256) where "security_label" is not null;
create index search_document_reference_setting on search_document_reference using gin ("setting") with (gin_pending_list_limit = 256) where "setting" is not null;
create index search_document_reference_status on search_document_reference ("status", id);
create index search_document_reference_subject on search_document_reference ("subject", id);
create index search_document_reference_type on search_document_reference using gin ("type") with (gin_pending_list_limit = 256) where "type" is not null;
create index search_document_reference_access on search_document_reference using gin (access) with (gin_pending_list_limit = 256);

create table search_encounter (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "account" text[] collate "C",
  "appointment" text[] collate "C",
  "based_on" text[] collate "C",
  "class" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "diagnosis" text[] collate "C",
  "episode_of_care" text[] collate "C",
  "identifier" text[] collate "C",
  "length_low" numeric,
  "length_high" numeric,
  "length_unit" text[] collate "C",
  "location" text[] collate "C",
  "part_of" text collate "C",
  "participant" text[] collate "C",
  "participant_type" text[] collate "C",
  "patient" text collate "C",
  "practitioner" text[] collate "C",
  "reason_code" text[] collate "C",
  "reason_reference" text[] collate "C",
  "service_provider" text collate "C",
  "special_arrangement" text[] collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "type" text[] collate "C"
);
create index search_encounter_updated on search_encounter ("updated", id);
create index search_encounter__profile on search_encounter using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_encounter__security on search_encounter using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_encounter__source on search_encounter ("_source", id);
create index search_encounter__tag on search_encounter using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_encounter_account on search_encounter using gin ("account") with (gin_pending_list_limit = 256) where "account" is not null;
create index search_encounter_appointment on search_encounter using gin ("appointment") with (gin_pending_list_limit = 256) where "appointment" is not null;
create index search_encounter_based_on on search_encounter using gin ("based_on") with (gin_pending_list_limit = 256) where "based_on" is not null;
create index search_encounter_class on search_encounter using gin ("class") with (gin_pending_list_limit = 256) where "class" is not null;
create index search_encounter_date_low on search_encounter ("date_low", "date_high");
create index search_encounter_date_high on search_encounter ("date_high");
create index search_encounter_diagnosis on search_encounter using gin ("diagnosis") with (gin_pending_list_limit = 256) where "diagnosis" is not null;
create index search_encounter_episode_of_care on search_encounter using gin ("episode_of_care") with (gin_pending_list_limit = 256) where "episode_of_care" is not null;
create index search_encounter_identifier on search_encounter using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_encounter_length_low on search_encounter ("length_low", "length_high");
create index search_encounter_length_high on search_encounter ("length_high");
create index search_encounter_location on search_encounter using gin ("location") with (gin_pending_list_limit = 256) where "location" is not null;
create index search_encounter_part_of on search_encounter ("part_of", id);
create index search_encounter_participant on search_encounter using gin ("participant") with (gin_pending_list_limit = 256) where "participant" is not null;
create index search_encounter_participant_type on search_encounter using gin ("participant_type") with (gin_pending_list_limit = 256) where "participant_type" is not null;
create index search_encounter_patient on search_encounter ("patient", id);
create index search_encounter_practitioner on search_encounter using gin ("practitioner") with (gin_pending_list_limit = 256) where "practitioner" is not null;
create index search_encounter_reason_code on search_encounter using gin ("reason_code") with (gin_pending_list_limit = 256) where "reason_code" is not null;
create index search_encounter_reason_reference on search_encounter using gin ("reason_reference") with (gin_pending_list_limit = 256) where "reason_reference" is not null;
create index search_encounter_service_provider on search_encounter ("service_provider", id);
create index search_encounter_special_arrangement on search_encounter using gin ("special_arrangement") with (gin_pending_list_limit = 256) where "special_arrangement" is not null;
create index search_encounter_status on search_encounter ("status", id);
create index search_encounter_subject on search_encounter ("subject", id);
create index search_encounter_type on search_encounter using gin ("type") with (gin_pending_list_limit = 256) where "type" is not null;
create index search_encounter_access on search_encounter using gin (access) with (gin_pending_list_limit = 256);

create table search_endpoint (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "connection_type" text[] collate "C",
  "identifier" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "organization" text collate "C",
  "payload_type" text[] collate "C",
  "status" text collate "C"
);
create index search_endpoint_updated on search_endpoint ("updated", id);
create index search_endpoint__profile on search_endpoint using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_endpoint__security on search_endpoint using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_endpoint__source on search_endpoint ("_source", id);
create index search_endpoint__tag on search_endpoint using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_endpoint_connection_type on search_endpoint using gin ("connection_type") with (gin_pending_list_limit = 256) where "connection_type" is not null;
create index search_endpoint_identifier on search_endpoint using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_endpoint_name on search_endpoint using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_endpoint_name_sort on search_endpoint ((left("name", 100)), id);
create index search_endpoint_organization on search_endpoint ("organization", id);
create index search_endpoint_payload_type on search_endpoint using gin ("payload_type") with (gin_pending_list_limit = 256) where "payload_type" is not null;
create index search_endpoint_status on search_endpoint ("status", id);
create index search_endpoint_access on search_endpoint using gin (access) with (gin_pending_list_limit = 256);

create table search_flag (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "author" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "encounter" text collate "C",
  "identifier" text[] collate "C",
  "patient" text collate "C",
  "subject" text collate "C"
);
create index search_flag_updated on search_flag ("updated", id);
create index search_flag__profile on search_flag using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_flag__security on search_flag using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_flag__source on search_flag ("_source", id);
create index search_flag__tag on search_flag using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_flag_author on search_flag ("author", id);
create index search_flag_date_low on search_flag ("date_low", "date_high");
create index search_flag_date_high on search_flag ("date_high");
create index search_flag_encounter on search_flag ("encounter", id);
create index search_flag_identifier on search_flag using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_flag_patient on search_flag ("patient", id);
create index search_flag_subject on search_flag ("subject", id);
create index search_flag_access on search_flag using gin (access) with (gin_pending_list_limit = 256);

create table search_group (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "actual" text collate "C",
  "characteristic" text[] collate "C",
  "code" text[] collate "C",
  "exclude" text[] collate "C",
  "identifier" text[] collate "C",
  "managing_entity" text collate "C",
  "member" text[] collate "C",
  "type" text collate "C",
  "value" text[] collate "C"
);
create index search_group_updated on search_group ("updated", id);
create index search_group__profile on search_group using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_group__security on search_group using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_group__source on search_group ("_source", id);
create index search_group__tag on search_group using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_group_actual on search_group ("actual", id);
create index search_group_characteristic on search_group using gin ("characteristic") with (gin_pending_list_limit = 256) where "characteristic" is not null;
create index search_group_code on search_group using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_group_exclude on search_group using gin ("exclude") with (gin_pending_list_limit = 256) where "exclude" is not null;
create index search_group_identifier on search_group using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_group_managing_entity on search_group ("managing_entity", id);
create index search_group_member on search_group using gin ("member") with (gin_pending_list_limit = 256) where "member" is not null;
create index search_group_type on search_group ("type", id);
create index search_group_value on search_group using gin ("value") with (gin_pending_list_limit = 256) where "value" is not null;
create index search_group_access on search_group using gin (access) with (gin_pending_list_limit = 256);

create table search_healthcare_service (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "active" text collate "C",
  "characteristic" text[] collate "C",
  "coverage_area" text[] collate "C",
  "endpoint" text[] collate "C",
  "identifier" text[] collate "C",
  "location" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "organization" text collate "C",
  "program" text[] collate "C",
  "service_category" text[] collate "C",
  "service_type" text[] collate "C",
  "specialty" text[] collate "C"
);
create index search_healthcare_service_updated on search_healthcare_service ("updated", id);
create index search_healthcare_service__profile on search_healthcare_service using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_healthcare_service__security on search_healthcare_service using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_healthcare_service__source on search_healthcare_service ("_source", id);
create index search_healthcare_service__tag on search_healthcare_service using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_healthcare_service_active on search_healthcare_service ("active", id);
create index search_healthcare_service_characteristic on search_healthcare_service using gin ("characteristic") with (gin_pending_list_limit = 256) where "characteristic" is not null;
create index search_healthcare_service_coverage_area on search_healthcare_service using gin ("coverage_area") with (gin_pending_list_limit = 256) where "coverage_area" is not null;
create index search_healthcare_service_endpoint on search_healthcare_service using gin ("endpoint") with (gin_pending_list_limit = 256) where "endpoint" is not null;
create index search_healthcare_service_identifier on search_healthcare_service using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_healthcare_service_location on search_healthcare_service using gin ("location") with (gin_pending_list_limit = 256) where "location" is not null;
create index search_healthcare_service_name on search_healthcare_service using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_healthcare_service_name_sort on search_healthcare_service ((left("name", 100)), id);
create index search_healthcare_service_organization on search_healthcare_service ("organization", id);
create index search_healthcare_service_program on search_healthcare_service using gin ("program") with (gin_pending_list_limit = 256) where "program" is not null;
create index search_healthcare_service_service_category on search_healthcare_service using gin ("service_category") with (gin_pending_list_limit = 256) where "service_category" is not null;
create index search_healthcare_service_service_type on search_healthcare_service using gin ("service_type") with (gin_pending_list_limit = 256) where "service_type" is not null;
create index search_healthcare_service_specialty on search_healthcare_service using gin ("specialty") with (gin_pending_list_limit = 256) where "specialty" is not null;
create index search_healthcare_service_access on search_healthcare_service using gin (access) with (gin_pending_list_limit = 256);

create table search_list (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "code" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "empty_reason" text[] collate "C",
  "encounter" text collate "C",
  "identifier" text[] collate "C",
  "item" text[] collate "C",
  "notes" text collate "C",
  "notes_exact" text[] collate "C",
  "patient" text collate "C",
  "source" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C"
);
create index search_list_updated on search_list ("updated", id);
create index search_list__profile on search_list using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_list__security on search_list using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_list__source on search_list ("_source", id);
create index search_list__tag on search_list using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_list_code on search_list using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_list_date_low on search_list ("date_low", "date_high");
create index search_list_date_high on search_list ("date_high");
create index search_list_empty_reason on search_list using gin ("empty_reason") with (gin_pending_list_limit = 256) where "empty_reason" is not null;
create index search_list_encounter on search_list ("encounter", id);
create index search_list_identifier on search_list using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_list_item on search_list using gin ("item") with (gin_pending_list_limit = 256) where "item" is not null;
create index search_list_notes on search_list using gin ("notes" gin_trgm_ops) with (gin_pending_list_limit = 256) where "notes" is not null;
create index search_list_patient on search_list ("patient", id);
create index search_list_source on search_list ("source", id);
create index search_list_status on search_list ("status", id);
create index search_list_subject on search_list ("subject", id);
create index search_list_title on search_list using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_list_title_sort on search_list ((left("title", 100)), id);
create index search_list_access on search_list using gin (access) with (gin_pending_list_limit = 256);

create table search_location (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "address" text collate "C",
  "address_exact" text[] collate "C",
  "address_city" text collate "C",
  "address_city_exact" text[] collate "C",
  "address_country" text collate "C",
  "address_country_exact" text[] collate "C",
  "address_postalcode" text collate "C",
  "address_postalcode_exact" text[] collate "C",
  "address_state" text collate "C",
  "address_state_exact" text[] collate "C",
  "address_use" text collate "C",
  "endpoint" text[] collate "C",
  "identifier" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "operational_status" text[] collate "C",
  "organization" text collate "C",
  "partof" text collate "C",
  "status" text collate "C",
  "type" text[] collate "C"
);
create index search_location_updated on search_location ("updated", id);
create index search_location__profile on search_location using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_location__security on search_location using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_location__source on search_location ("_source", id);
create index search_location__tag on search_location using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_location_address on search_location using gin ("address" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address" is not null;
create index search_location_address_city on search_location using gin ("address_city" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_city" is not null;
create index search_location_address_country on search_location using gin ("address_country" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_country" is not null;
create index search_location_address_postalcode on search_location using gin ("address_postalcode" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_postalcode" is not null;
create index search_location_address_state on search_location using gin ("address_state" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_state" is not null;
create index search_location_address_use on search_location ("address_use", id);
create index search_location_endpoint on search_location using gin ("endpoint") with (gin_pending_list_limit = 256) where "endpoint" is not null;
create index search_location_identifier on search_location using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_location_name on search_location using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_location_name_sort on search_location ((left("name", 100)), id);
create index search_location_operational_status on search_location using gin ("operational_status") with (gin_pending_list_limit = 256) where "operational_status" is not null;
create index search_location_organization on search_location ("organization", id);
create index search_location_partof on search_location ("partof", id);
create index search_location_status on search_location ("status", id);
create index search_location_type on search_location using gin ("type") with (gin_pending_list_limit = 256) where "type" is not null;
create index search_location_access on search_location using gin (access) with (gin_pending_list_limit = 256);

create table search_measure (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "composed_of" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "depends_on" text[] collate "C",
  "derived_from" text[] collate "C",
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "effective_low" timestamptz,
  "effective_high" timestamptz,
  "identifier" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "predecessor" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "successor" text[] collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "topic" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_measure_updated on search_measure ("updated", id);
create index search_measure__profile on search_measure using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_measure__security on search_measure using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_measure__source on search_measure ("_source", id);
create index search_measure__tag on search_measure using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_measure_composed_of on search_measure using gin ("composed_of") with (gin_pending_list_limit = 256) where "composed_of" is not null;
create index search_measure_context on search_measure using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_measure_context_type on search_measure using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_measure_date_low on search_measure ("date_low", "date_high");
create index search_measure_date_high on search_measure ("date_high");
create index search_measure_depends_on on search_measure using gin ("depends_on") with (gin_pending_list_limit = 256) where "depends_on" is not null;
create index search_measure_derived_from on search_measure using gin ("derived_from") with (gin_pending_list_limit = 256) where "derived_from" is not null;
create index search_measure_description on search_measure using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_measure_effective_low on search_measure ("effective_low", "effective_high");
create index search_measure_effective_high on search_measure ("effective_high");
create index search_measure_identifier on search_measure using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_measure_jurisdiction on search_measure using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_measure_name on search_measure using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_measure_name_sort on search_measure ((left("name", 100)), id);
create index search_measure_predecessor on search_measure using gin ("predecessor") with (gin_pending_list_limit = 256) where "predecessor" is not null;
create index search_measure_publisher on search_measure using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_measure_status on search_measure ("status", id);
create index search_measure_successor on search_measure using gin ("successor") with (gin_pending_list_limit = 256) where "successor" is not null;
create index search_measure_title on search_measure using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_measure_title_sort on search_measure ((left("title", 100)), id);
create index search_measure_topic on search_measure using gin ("topic") with (gin_pending_list_limit = 256) where "topic" is not null;
create index search_measure_url on search_measure ("url", id);
create index search_measure_version on search_measure ("version", id);
create index search_measure_access on search_measure using gin (access) with (gin_pending_list_limit = 256);

create table search_measure_report (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "evaluated_resource" text[] collate "C",
  "identifier" text[] collate "C",
  "measure" text[] collate "C",
  "patient" text collate "C",
  "period_low" timestamptz,
  "period_high" timestamptz,
  "reporter" text collate "C",
  "status" text collate "C",
  "subject" text collate "C"
);
create index search_measure_report_updated on search_measure_report ("updated", id);
create index search_measure_report__profile on search_measure_report using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_measure_report__security on search_measure_report using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_measure_report__source on search_measure_report ("_source", id);
create index search_measure_report__tag on search_measure_report using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_measure_report_date_low on search_measure_report ("date_low", "date_high");
create index search_measure_report_date_high on search_measure_report ("date_high");
create index search_measure_report_evaluated_resource on search_measure_report using gin ("evaluated_resource") with (gin_pending_list_limit = 256) where "evaluated_resource" is not null;
create index search_measure_report_identifier on search_measure_report using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_measure_report_measure on search_measure_report using gin ("measure") with (gin_pending_list_limit = 256) where "measure" is not null;
create index search_measure_report_patient on search_measure_report ("patient", id);
create index search_measure_report_period_low on search_measure_report ("period_low", "period_high");
create index search_measure_report_period_high on search_measure_report ("period_high");
create index search_measure_report_reporter on search_measure_report ("reporter", id);
create index search_measure_report_status on search_measure_report ("status", id);
create index search_measure_report_subject on search_measure_report ("subject", id);
create index search_measure_report_access on search_measure_report using gin (access) with (gin_pending_list_limit = 256);

create table search_observation (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "based_on" text[] collate "C",
  "category" text[] collate "C",
  "code" text[] collate "C",
  "combo_code" text[] collate "C",
  "combo_data_absent_reason" text[] collate "C",
  "combo_value_concept" text[] collate "C",
  "component_code" text[] collate "C",
  "component_data_absent_reason" text[] collate "C",
  "component_value_concept" text[] collate "C",
  "data_absent_reason" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "derived_from" text[] collate "C",
  "device" text collate "C",
  "encounter" text collate "C",
  "focus" text[] collate "C",
  "has_member" text[] collate "C",
  "identifier" text[] collate "C",
  "method" text[] collate "C",
  "part_of" text[] collate "C",
  "patient" text collate "C",
  "performer" text[] collate "C",
  "specimen" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "value_concept" text[] collate "C",
  "value_date_low" timestamptz,
  "value_date_high" timestamptz,
  "value_quantity_low" numeric,
  "value_quantity_high" numeric,
  "value_quantity_unit" text[] collate "C",
  "value_string" text collate "C",
  "value_string_exact" text[] collate "C"
);
create index search_observation_updated on search_observation ("updated", id);
create index search_observation__profile on search_observation using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_observation__security on search_observation using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_observation__source on search_observation ("_source", id);
create index search_observation__tag on search_observation using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_observation_based_on on search_observation using gin ("based_on") with (gin_pending_list_limit = 256) where "based_on" is not null;
create index search_observation_category on search_observation using gin ("category") with (gin_pending_list_limit = 256) where "category" is not null;
create index search_observation_code on search_observation using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_observation_combo_code on search_observation using gin ("combo_code") with (gin_pending_list_limit = 256) where "combo_code" is not null;
create index search_observation_combo_data_absent_reason on search_observation using gin ("combo_data_absent_reason") with (gin_pending_list_limit = 256) where "combo_data_absent_reason" is not null;
create index search_observation_combo_value_concept on search_observation using gin ("combo_value_concept") with (gin_pending_list_limit = 256) where "combo_value_concept" is not null;
create index search_observation_component_code on search_observation using gin ("component_code") with (gin_pending_list_limit = 256) where "component_code" is not null;
create index search_observation_component_data_absent_reason on search_observation using gin ("component_data_absent_reason") with (gin_pending_list_limit = 256) where "component_data_absent_reason" is not null;
create index search_observation_component_value_concept on search_observation using gin ("component_value_concept") with (gin_pending_list_limit = 256) where "component_value_concept" is not null;
create index search_observation_data_absent_reason on search_observation using gin ("data_absent_reason") with (gin_pending_list_limit = 256) where "data_absent_reason" is not null;
create index search_observation_date_low on search_observation ("date_low", "date_high");
create index search_observation_date_high on search_observation ("date_high");
create index search_observation_derived_from on search_observation using gin ("derived_from") with (gin_pending_list_limit = 256) where "derived_from" is not null;
create index search_observation_device on search_observation ("device", id);
create index search_observation_encounter on search_observation ("encounter", id);
create index search_observation_focus on search_observation using gin ("focus") with (gin_pending_list_limit = 256) where "focus" is not null;
create index search_observation_has_member on search_observation using gin ("has_member") with (gin_pending_list_limit = 256) where "has_member" is not null;
create index search_observation_identifier on search_observation using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_observation_method on search_observation using gin ("method") with (gin_pending_list_limit = 256) where "method" is not null;
create index search_observation_part_of on search_observation using gin ("part_of") with (gin_pending_list_limit = 256) where "part_of" is not null;
create index search_observation_patient on search_observation ("patient", id);
create index search_observation_performer on search_observation using gin ("performer") with (gin_pending_list_limit = 256) where "performer" is not null;
create index search_observation_specimen on search_observation ("specimen", id);
create index search_observation_status on search_observation ("status", id);
create index search_observation_subject on search_observation ("subject", id);
create index search_observation_value_concept on search_observation using gin ("value_concept") with (gin_pending_list_limit = 256) where "value_concept" is not null;
create index search_observation_value_date_low on search_observation ("value_date_low", "value_date_high");
create index search_observation_value_date_high on search_observation ("value_date_high");
create index search_observation_value_quantity_low on search_observation ("value_quantity_low", "value_quantity_high");
create index search_observation_value_quantity_high on search_observation ("value_quantity_high");
create index search_observation_value_string on search_observation using gin ("value_string" gin_trgm_ops) with (gin_pending_list_limit = 256) where "value_string" is not null;
create index search_observation_access on search_observation using gin (access) with (gin_pending_list_limit = 256);

create table search_organization (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "active" text collate "C",
  "address" text collate "C",
  "address_exact" text[] collate "C",
  "address_city" text collate "C",
  "address_city_exact" text[] collate "C",
  "address_country" text collate "C",
  "address_country_exact" text[] collate "C",
  "address_postalcode" text collate "C",
  "address_postalcode_exact" text[] collate "C",
  "address_state" text collate "C",
  "address_state_exact" text[] collate "C",
  "address_use" text[] collate "C",
  "endpoint" text[] collate "C",
  "identifier" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "partof" text collate "C",
  "type" text[] collate "C"
);
create index search_organization_updated on search_organization ("updated", id);
create index search_organization__profile on search_organization using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_organization__security on search_organization using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_organization__source on search_organization ("_source", id);
create index search_organization__tag on search_organization using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_organization_active on search_organization ("active", id);
create index search_organization_address on search_organization using gin ("address" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address" is not null;
create index search_organization_address_city on search_organization using gin ("address_city" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_city" is not null;
create index search_organization_address_country on search_organization using gin ("address_country" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_country" is not null;
create index search_organization_address_postalcode on search_organization using gin ("address_postalcode" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_postalcode" is not null;
create index search_organization_address_state on search_organization using gin ("address_state" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_state" is not null;
create index search_organization_address_use on search_organization using gin ("address_use") with (gin_pending_list_limit = 256) where "address_use" is not null;
create index search_organization_endpoint on search_organization using gin ("endpoint") with (gin_pending_list_limit = 256) where "endpoint" is not null;
create index search_organization_identifier on search_organization using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_organization_name on search_organization using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_organization_name_sort on search_organization ((left("name", 100)), id);
create index search_organization_partof on search_organization ("partof", id);
create index search_organization_type on search_organization using gin ("type") with (gin_pending_list_limit = 256) where "type" is not null;
create index search_organization_access on search_organization using gin (access) with (gin_pending_list_limit = 256);

create table search_organization_affiliation (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "active" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "email" text[] collate "C",
  "endpoint" text[] collate "C",
  "identifier" text[] collate "C",
  "location" text[] collate "C",
  "network" text[] collate "C",
  "participating_organization" text collate "C",
  "phone" text[] collate "C",
  "primary_organization" text collate "C",
  "role" text[] collate "C",
  "service" text[] collate "C",
  "specialty" text[] collate "C",
  "telecom" text[] collate "C"
);
create index search_organization_affiliation_updated on search_organization_affiliation ("updated", id);
create index search_organization_affiliation__profile on search_organization_affiliation using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_organization_affiliation__security on search_organization_affiliation using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_organization_affiliation__source on search_organization_affiliation ("_source", id);
create index search_organization_affiliation__tag on search_organization_affiliation using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_organization_affiliation_active on search_organization_affiliation ("active", id);
create index search_organization_affiliation_date_low on search_organization_affiliation ("date_low", "date_high");
create index search_organization_affiliation_date_high on search_organization_affiliation ("date_high");
create index search_organization_affiliation_email on search_organization_affiliation using gin ("email") with (gin_pending_list_limit = 256) where "email" is not null;
create index search_organization_affiliation_endpoint on search_organization_affiliation using gin ("endpoint") with (gin_pending_list_limit = 256) where "endpoint" is not null;
create index search_organization_affiliation_identifier on search_organization_affiliation using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_organization_affiliation_location on search_organization_affiliation using gin ("location") with (gin_pending_list_limit = 256) where "location" is not null;
create index search_organization_affiliation_network on search_organization_affiliation using gin ("network") with (gin_pending_list_limit = 256) where "network" is not null;
create index search_organization_affiliation_participating_organization on search_organization_affiliation ("participating_organization", id);
create index search_organization_affiliation_phone on search_organization_affiliation using gin ("phone") with (gin_pending_list_limit = 256) where "phone" is not null;
create index search_organization_affiliation_primary_organization on search_organization_affiliation ("primary_organization", id);
create index search_organization_affiliation_role on search_organization_affiliation using gin ("role") with (gin_pending_list_limit = 256) where "role" is not null;
create index search_organization_affiliation_service on search_organization_affiliation using gin ("service") with (gin_pending_list_limit = 256) where "service" is not null;
create index search_organization_affiliation_specialty on search_organization_affiliation using gin ("specialty") with (gin_pending_list_limit = 256) where "specialty" is not null;
create index search_organization_affiliation_telecom on search_organization_affiliation using gin ("telecom") with (gin_pending_list_limit = 256) where "telecom" is not null;
create index search_organization_affiliation_access on search_organization_affiliation using gin (access) with (gin_pending_list_limit = 256);

create table search_patient (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "active" text collate "C",
  "address" text collate "C",
  "address_exact" text[] collate "C",
  "address_city" text collate "C",
  "address_city_exact" text[] collate "C",
  "address_country" text collate "C",
  "address_country_exact" text[] collate "C",
  "address_postalcode" text collate "C",
  "address_postalcode_exact" text[] collate "C",
  "address_state" text collate "C",
  "address_state_exact" text[] collate "C",
  "address_use" text[] collate "C",
  "birthdate_low" timestamptz,
  "birthdate_high" timestamptz,
  "death_date_low" timestamptz,
  "death_date_high" timestamptz,
  "deceased" text collate "C",
  "email" text[] collate "C",
  "family" text collate "C",
  "family_exact" text[] collate "C",
  "gender" text collate "C",
  "general_practitioner" text[] collate "C",
  "given" text collate "C",
  "given_exact" text[] collate "C",
  "identifier" text[] collate "C",
  "language" text[] collate "C",
  "link" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "organization" text collate "C",
  "phone" text[] collate "C",
  "telecom" text[] collate "C"
);
create index search_patient_updated on search_patient ("updated", id);
create index search_patient__profile on search_patient using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_patient__security on search_patient using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_patient__source on search_patient ("_source", id);
create index search_patient__tag on search_patient using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_patient_active on search_patient ("active", id);
create index search_patient_address on search_patient using gin ("address" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address" is not null;
create index search_patient_address_city on search_patient using gin ("address_city" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_city" is not null;
create index search_patient_address_country on search_patient using gin ("address_country" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_country" is not null;
create index search_patient_address_postalcode on search_patient using gin ("address_postalcode" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_postalcode" is not null;
create index search_patient_address_state on search_patient using gin ("address_state" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_state" is not null;
create index search_patient_address_use on search_patient using gin ("address_use") with (gin_pending_list_limit = 256) where "address_use" is not null;
create index search_patient_birthdate_low on search_patient ("birthdate_low", "birthdate_high");
create index search_patient_birthdate_high on search_patient ("birthdate_high");
create index search_patient_death_date_low on search_patient ("death_date_low", "death_date_high");
create index search_patient_death_date_high on search_patient ("death_date_high");
create index search_patient_deceased on search_patient ("deceased", id);
create index search_patient_email on search_patient using gin ("email") with (gin_pending_list_limit = 256) where "email" is not null;
create index search_patient_family on search_patient using gin ("family" gin_trgm_ops) with (gin_pending_list_limit = 256) where "family" is not null;
create index search_patient_family_sort on search_patient ((left("family", 100)), id);
create index search_patient_gender on search_patient ("gender", id);
create index search_patient_general_practitioner on search_patient using gin ("general_practitioner") with (gin_pending_list_limit = 256) where "general_practitioner" is not null;
create index search_patient_given on search_patient using gin ("given" gin_trgm_ops) with (gin_pending_list_limit = 256) where "given" is not null;
create index search_patient_given_sort on search_patient ((left("given", 100)), id);
create index search_patient_identifier on search_patient using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_patient_language on search_patient using gin ("language") with (gin_pending_list_limit = 256) where "language" is not null;
create index search_patient_link on search_patient using gin ("link") with (gin_pending_list_limit = 256) where "link" is not null;
create index search_patient_name on search_patient using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_patient_name_sort on search_patient ((left("name", 100)), id);
create index search_patient_organization on search_patient ("organization", id);
create index search_patient_phone on search_patient using gin ("phone") with (gin_pending_list_limit = 256) where "phone" is not null;
create index search_patient_telecom on search_patient using gin ("telecom") with (gin_pending_list_limit = 256) where "telecom" is not null;
create index search_patient_access on search_patient using gin (access) with (gin_pending_list_limit = 256);

create table search_plan_definition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "composed_of" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "definition" text[] collate "C",
  "depends_on" text[] collate "C",
  "derived_from" text[] collate "C",
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "effective_low" timestamptz,
  "effective_high" timestamptz,
  "identifier" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "predecessor" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "successor" text[] collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "topic" text[] collate "C",
  "type" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_plan_definition_updated on search_plan_definition ("updated", id);
create index search_plan_definition__profile on search_plan_definition using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_plan_definition__security on search_plan_definition using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_plan_definition__source on search_plan_definition ("_source", id);
create index search_plan_definition__tag on search_plan_definition using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_plan_definition_composed_of on search_plan_definition using gin ("composed_of") with (gin_pending_list_limit = 256) where "composed_of" is not null;
create index search_plan_definition_context on search_plan_definition using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_plan_definition_context_type on search_plan_definition using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_plan_definition_date_low on search_plan_definition ("date_low", "date_high");
create index search_plan_definition_date_high on search_plan_definition ("date_high");
create index search_plan_definition_definition on search_plan_definition using gin ("definition") with (gin_pending_list_limit = 256) where "definition" is not null;
create index search_plan_definition_depends_on on search_plan_definition using gin ("depends_on") with (gin_pending_list_limit = 256) where "depends_on" is not null;
create index search_plan_definition_derived_from on search_plan_definition using gin ("derived_from") with (gin_pending_list_limit = 256) where "derived_from" is not null;
create index search_plan_definition_description on search_plan_definition using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_plan_definition_effective_low on search_plan_definition ("effective_low", "effective_high");
create index search_plan_definition_effective_high on search_plan_definition ("effective_high");
create index search_plan_definition_identifier on search_plan_definition using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_plan_definition_jurisdiction on search_plan_definition using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_plan_definition_name on search_plan_definition using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_plan_definition_name_sort on search_plan_definition ((left("name", 100)), id);
create index search_plan_definition_predecessor on search_plan_definition using gin ("predecessor") with (gin_pending_list_limit = 256) where "predecessor" is not null;
create index search_plan_definition_publisher on search_plan_definition using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_plan_definition_status on search_plan_definition ("status", id);
create index search_plan_definition_successor on search_plan_definition using gin ("successor") with (gin_pending_list_limit = 256) where "successor" is not null;
create index search_plan_definition_title on search_plan_definition using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_plan_definition_title_sort on search_plan_definition ((left("title", 100)), id);
create index search_plan_definition_topic on search_plan_definition using gin ("topic") with (gin_pending_list_limit = 256) where "topic" is not null;
create index search_plan_definition_type on search_plan_definition using gin ("type") with (gin_pending_list_limit = 256) where "type" is not null;
create index search_plan_definition_url on search_plan_definition ("url", id);
create index search_plan_definition_version on search_plan_definition ("version", id);
create index search_plan_definition_access on search_plan_definition using gin (access) with (gin_pending_list_limit = 256);

create table search_practitioner (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "active" text collate "C",
  "address" text collate "C",
  "address_exact" text[] collate "C",
  "address_city" text collate "C",
  "address_city_exact" text[] collate "C",
  "address_country" text collate "C",
  "address_country_exact" text[] collate "C",
  "address_postalcode" text collate "C",
  "address_postalcode_exact" text[] collate "C",
  "address_state" text collate "C",
  "address_state_exact" text[] collate "C",
  "address_use" text[] collate "C",
  "communication" text[] collate "C",
  "email" text[] collate "C",
  "family" text collate "C",
  "family_exact" text[] collate "C",
  "gender" text collate "C",
  "given" text collate "C",
  "given_exact" text[] collate "C",
  "identifier" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "phone" text[] collate "C",
  "telecom" text[] collate "C"
);
create index search_practitioner_updated on search_practitioner ("updated", id);
create index search_practitioner__profile on search_practitioner using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_practitioner__security on search_practitioner using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_practitioner__source on search_practitioner ("_source", id);
create index search_practitioner__tag on search_practitioner using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_practitioner_active on search_practitioner ("active", id);
create index search_practitioner_address on search_practitioner using gin ("address" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address" is not null;
create index search_practitioner_address_city on search_practitioner using gin ("address_city" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_city" is not null;
create index search_practitioner_address_country on search_practitioner using gin ("address_country" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_country" is not null;
create index search_practitioner_address_postalcode on search_practitioner using gin ("address_postalcode" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_postalcode" is not null;
create index search_practitioner_address_state on search_practitioner using gin ("address_state" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_state" is not null;
create index search_practitioner_address_use on search_practitioner using gin ("address_use") with (gin_pending_list_limit = 256) where "address_use" is not null;
create index search_practitioner_communication on search_practitioner using gin ("communication") with (gin_pending_list_limit = 256) where "communication" is not null;
create index search_practitioner_email on search_practitioner using gin ("email") with (gin_pending_list_limit = 256) where "email" is not null;
create index search_practitioner_family on search_practitioner using gin ("family" gin_trgm_ops) with (gin_pending_list_limit = 256) where "family" is not null;
create index search_practitioner_family_sort on search_practitioner ((left("family", 100)), id);
create index search_practitioner_gender on search_practitioner ("gender", id);
create index search_practitioner_given on search_practitioner using gin ("given" gin_trgm_ops) with (gin_pending_list_limit = 256) where "given" is not null;
create index search_practitioner_given_sort on search_practitioner ((left("given", 100)), id);
create index search_practitioner_identifier on search_practitioner using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_practitioner_name on search_practitioner using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_practitioner_name_sort on search_practitioner ((left("name", 100)), id);
create index search_practitioner_phone on search_practitioner using gin ("phone") with (gin_pending_list_limit = 256) where "phone" is not null;
create index search_practitioner_telecom on search_practitioner using gin ("telecom") with (gin_pending_list_limit = 256) where "telecom" is not null;
create index search_practitioner_access on search_practitioner using gin (access) with (gin_pending_list_limit = 256);

create table search_practitioner_role (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "active" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "email" text[] collate "C",
  "endpoint" text[] collate "C",
  "identifier" text[] collate "C",
  "location" text[] collate "C",
  "organization" text collate "C",
  "phone" text[] collate "C",
  "practitioner" text collate "C",
  "role" text[] collate "C",
  "service" text[] collate "C",
  "specialty" text[] collate "C",
  "telecom" text[] collate "C"
);
create index search_practitioner_role_updated on search_practitioner_role ("updated", id);
create index search_practitioner_role__profile on search_practitioner_role using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_practitioner_role__security on search_practitioner_role using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_practitioner_role__source on search_practitioner_role ("_source", id);
create index search_practitioner_role__tag on search_practitioner_role using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_practitioner_role_active on search_practitioner_role ("active", id);
create index search_practitioner_role_date_low on search_practitioner_role ("date_low", "date_high");
create index search_practitioner_role_date_high on search_practitioner_role ("date_high");
create index search_practitioner_role_email on search_practitioner_role using gin ("email") with (gin_pending_list_limit = 256) where "email" is not null;
create index search_practitioner_role_endpoint on search_practitioner_role using gin ("endpoint") with (gin_pending_list_limit = 256) where "endpoint" is not null;
create index search_practitioner_role_identifier on search_practitioner_role using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_practitioner_role_location on search_practitioner_role using gin ("location") with (gin_pending_list_limit = 256) where "location" is not null;
create index search_practitioner_role_organization on search_practitioner_role ("organization", id);
create index search_practitioner_role_phone on search_practitioner_role using gin ("phone") with (gin_pending_list_limit = 256) where "phone" is not null;
create index search_practitioner_role_practitioner on search_practitioner_role ("practitioner", id);
create index search_practitioner_role_role on search_practitioner_role using gin ("role") with (gin_pending_list_limit = 256) where "role" is not null;
create index search_practitioner_role_service on search_practitioner_role using gin ("service") with (gin_pending_list_limit = 256) where "service" is not null;
create index search_practitioner_role_specialty on search_practitioner_role using gin ("specialty") with (gin_pending_list_limit = 256) where "specialty" is not null;
create index search_practitioner_role_telecom on search_practitioner_role using gin ("telecom") with (gin_pending_list_limit = 256) where "telecom" is not null;
create index search_practitioner_role_access on search_practitioner_role using gin (access) with (gin_pending_list_limit = 256);

create table search_provenance (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "agent" text[] collate "C",
  "agent_role" text[] collate "C",
  "agent_type" text[] collate "C",
  "entity" text[] collate "C",
  "location" text collate "C",
  "patient" text[] collate "C",
  "recorded" timestamptz,
  "signature_type" text[] collate "C",
  "target" text[] collate "C",
  "when_low" timestamptz,
  "when_high" timestamptz
);
create index search_provenance_updated on search_provenance ("updated", id);
create index search_provenance__profile on search_provenance using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_provenance__security on search_provenance using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_provenance__source on search_provenance ("_source", id);
create index search_provenance__tag on search_provenance using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_provenance_agent on search_provenance using gin ("agent") with (gin_pending_list_limit = 256) where "agent" is not null;
create index search_provenance_agent_role on search_provenance using gin ("agent_role") with (gin_pending_list_limit = 256) where "agent_role" is not null;
create index search_provenance_agent_type on search_provenance using gin ("agent_type") with (gin_pending_list_limit = 256) where "agent_type" is not null;
create index search_provenance_entity on search_provenance using gin ("entity") with (gin_pending_list_limit = 256) where "entity" is not null;
create index search_provenance_location on search_provenance ("location", id);
create index search_provenance_patient on search_provenance using gin ("patient") with (gin_pending_list_limit = 256) where "patient" is not null;
create index search_provenance_recorded on search_provenance ("recorded", id);
create index search_provenance_signature_type on search_provenance using gin ("signature_type") with (gin_pending_list_limit = 256) where "signature_type" is not null;
create index search_provenance_target on search_provenance using gin ("target") with (gin_pending_list_limit = 256) where "target" is not null;
create index search_provenance_when_low on search_provenance ("when_low", "when_high");
create index search_provenance_when_high on search_provenance ("when_high");
create index search_provenance_access on search_provenance using gin (access) with (gin_pending_list_limit = 256);

create table search_questionnaire (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "code" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "definition" text[] collate "C",
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "effective_low" timestamptz,
  "effective_high" timestamptz,
  "identifier" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "subject_type" text[] collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_questionnaire_updated on search_questionnaire ("updated", id);
create index search_questionnaire__profile on search_questionnaire using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_questionnaire__security on search_questionnaire using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_questionnaire__source on search_questionnaire ("_source", id);
create index search_questionnaire__tag on search_questionnaire using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_questionnaire_code on search_questionnaire using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_questionnaire_context on search_questionnaire using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_questionnaire_context_type on search_questionnaire using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_questionnaire_date_low on search_questionnaire ("date_low", "date_high");
create index search_questionnaire_date_high on search_questionnaire ("date_high");
create index search_questionnaire_definition on search_questionnaire using gin ("definition") with (gin_pending_list_limit = 256) where "definition" is not null;
create index search_questionnaire_description on search_questionnaire using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_questionnaire_effective_low on search_questionnaire ("effective_low", "effective_high");
create index search_questionnaire_effective_high on search_questionnaire ("effective_high");
create index search_questionnaire_identifier on search_questionnaire using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_questionnaire_jurisdiction on search_questionnaire using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_questionnaire_name on search_questionnaire using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_questionnaire_name_sort on search_questionnaire ((left("name", 100)), id);
create index search_questionnaire_publisher on search_questionnaire using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_questionnaire_status on search_questionnaire ("status", id);
create index search_questionnaire_subject_type on search_questionnaire using gin ("subject_type") with (gin_pending_list_limit = 256) where "subject_type" is not null;
create index search_questionnaire_title on search_questionnaire using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_questionnaire_title_sort on search_questionnaire ((left("title", 100)), id);
create index search_questionnaire_url on search_questionnaire ("url", id);
create index search_questionnaire_version on search_questionnaire ("version", id);
create index search_questionnaire_access on search_questionnaire using gin (access) with (gin_pending_list_limit = 256);

create table search_questionnaire_response (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "author" text collate "C",
  "authored_low" timestamptz,
  "authored_high" timestamptz,
  "based_on" text[] collate "C",
  "encounter" text collate "C",
  "identifier" text[] collate "C",
  "part_of" text[] collate "C",
  "patient" text collate "C",
  "questionnaire" text[] collate "C",
  "source" text collate "C",
  "status" text collate "C",
  "subject" text collate "C"
);
create index search_questionnaire_response_updated on search_questionnaire_response ("updated", id);
create index search_questionnaire_response__profile on search_questionnaire_response using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_questionnaire_response__security on search_questionnaire_response using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_questionnaire_response__source on search_questionnaire_response ("_source", id);
create index search_questionnaire_response__tag on search_questionnaire_response using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_questionnaire_response_author on search_questionnaire_response ("author", id);
create index search_questionnaire_response_authored_low on search_questionnaire_response ("authored_low", "authored_high");
create index search_questionnaire_response_authored_high on search_questionnaire_response ("authored_high");
create index search_questionnaire_response_based_on on search_questionnaire_response using gin ("based_on") with (gin_pending_list_limit = 256) where "based_on" is not null;
create index search_questionnaire_response_encounter on search_questionnaire_response ("encounter", id);
create index search_questionnaire_response_identifier on search_questionnaire_response using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_questionnaire_response_part_of on search_questionnaire_response using gin ("part_of") with (gin_pending_list_limit = 256) where "part_of" is not null;
create index search_questionnaire_response_patient on search_questionnaire_response ("patient", id);
create index search_questionnaire_response_questionnaire on search_questionnaire_response using gin ("questionnaire") with (gin_pending_list_limit = 256) where "questionnaire" is not null;
create index search_questionnaire_response_source on search_questionnaire_response ("source", id);
create index search_questionnaire_response_status on search_questionnaire_response ("status", id);
create index search_questionnaire_response_subject on search_questionnaire_response ("subject", id);
create index search_questionnaire_response_access on search_questionnaire_response using gin (access) with (gin_pending_list_limit = 256);

create table search_related_person (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "active" text collate "C",
  "address" text collate "C",
  "address_exact" text[] collate "C",
  "address_city" text collate "C",
  "address_city_exact" text[] collate "C",
  "address_country" text collate "C",
  "address_country_exact" text[] collate "C",
  "address_postalcode" text collate "C",
  "address_postalcode_exact" text[] collate "C",
  "address_state" text collate "C",
  "address_state_exact" text[] collate "C",
  "address_use" text[] collate "C",
  "birthdate_low" timestamptz,
  "birthdate_high" timestamptz,
  "email" text[] collate "C",
  "gender" text collate "C",
  "identifier" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "patient" text collate "C",
  "phone" text[] collate "C",
  "relationship" text[] collate "C",
  "telecom" text[] collate "C"
);
create index search_related_person_updated on search_related_person ("updated", id);
create index search_related_person__profile on search_related_person using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_related_person__security on search_related_person using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_related_person__source on search_related_person ("_source", id);
create index search_related_person__tag on search_related_person using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_related_person_active on search_related_person ("active", id);
create index search_related_person_address on search_related_person using gin ("address" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address" is not null;
create index search_related_person_address_city on search_related_person using gin ("address_city" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_city" is not null;
create index search_related_person_address_country on search_related_person using gin ("address_country" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_country" is not null;
create index search_related_person_address_postalcode on search_related_person using gin ("address_postalcode" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_postalcode" is not null;
create index search_related_person_address_state on search_related_person using gin ("address_state" gin_trgm_ops) with (gin_pending_list_limit = 256) where "address_state" is not null;
create index search_related_person_address_use on search_related_person using gin ("address_use") with (gin_pending_list_limit = 256) where "address_use" is not null;
create index search_related_person_birthdate_low on search_related_person ("birthdate_low", "birthdate_high");
create index search_related_person_birthdate_high on search_related_person ("birthdate_high");
create index search_related_person_email on search_related_person using gin ("email") with (gin_pending_list_limit = 256) where "email" is not null;
create index search_related_person_gender on search_related_person ("gender", id);
create index search_related_person_identifier on search_related_person using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_related_person_name on search_related_person using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_related_person_name_sort on search_related_person ((left("name", 100)), id);
create index search_related_person_patient on search_related_person ("patient", id);
create index search_related_person_phone on search_related_person using gin ("phone") with (gin_pending_list_limit = 256) where "phone" is not null;
create index search_related_person_relationship on search_related_person using gin ("relationship") with (gin_pending_list_limit = 256) where "relationship" is not null;
create index search_related_person_telecom on search_related_person using gin ("telecom") with (gin_pending_list_limit = 256) where "telecom" is not null;
create index search_related_person_access on search_related_person using gin (access) with (gin_pending_list_limit = 256);

create table search_schedule (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "active" text collate "C",
  "actor" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "exam" text[] collate "C",
  "identifier" text[] collate "C",
  "last_seen" timestamptz,
  "service_category" text[] collate "C",
  "service_type" text[] collate "C",
  "specialty" text[] collate "C"
);
create index search_schedule_updated on search_schedule ("updated", id);
create index search_schedule__profile on search_schedule using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_schedule__security on search_schedule using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_schedule__source on search_schedule ("_source", id);
create index search_schedule__tag on search_schedule using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_schedule_active on search_schedule ("active", id);
create index search_schedule_actor on search_schedule using gin ("actor") with (gin_pending_list_limit = 256) where "actor" is not null;
create index search_schedule_date_low on search_schedule ("date_low", "date_high");
create index search_schedule_date_high on search_schedule ("date_high");
create index search_schedule_exam on search_schedule using gin ("exam") with (gin_pending_list_limit = 256) where "exam" is not null;
create index search_schedule_identifier on search_schedule using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_schedule_last_seen on search_schedule ("last_seen", id);
create index search_schedule_service_category on search_schedule using gin ("service_category") with (gin_pending_list_limit = 256) where "service_category" is not null;
create index search_schedule_service_type on search_schedule using gin ("service_type") with (gin_pending_list_limit = 256) where "service_type" is not null;
create index search_schedule_specialty on search_schedule using gin ("specialty") with (gin_pending_list_limit = 256) where "specialty" is not null;
create index search_schedule_access on search_schedule using gin (access) with (gin_pending_list_limit = 256);

create table search_service_request (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "authored_low" timestamptz,
  "authored_high" timestamptz,
  "based_on" text[] collate "C",
  "body_site" text[] collate "C",
  "category" text[] collate "C",
  "code" text[] collate "C",
  "encounter" text collate "C",
  "flag" text[] collate "C",
  "identifier" text[] collate "C",
  "instantiates_canonical" text[] collate "C",
  "instantiates_uri" text[] collate "C",
  "intent" text collate "C",
  "occurrence_low" timestamptz,
  "occurrence_high" timestamptz,
  "order_detail" text[] collate "C",
  "patient" text collate "C",
  "performer" text[] collate "C",
  "performer_type" text[] collate "C",
  "priority" text collate "C",
  "replaces" text[] collate "C",
  "requester" text collate "C",
  "requisition" text[] collate "C",
  "specimen" text[] collate "C",
  "status" text collate "C",
  "subject" text collate "C"
);
create index search_service_request_updated on search_service_request ("updated", id);
create index search_service_request__profile on search_service_request using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_service_request__security on search_service_request using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_service_request__source on search_service_request ("_source", id);
create index search_service_request__tag on search_service_request using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_service_request_authored_low on search_service_request ("authored_low", "authored_high");
create index search_service_request_authored_high on search_service_request ("authored_high");
create index search_service_request_based_on on search_service_request using gin ("based_on") with (gin_pending_list_limit = 256) where "based_on" is not null;
create index search_service_request_body_site on search_service_request using gin ("body_site") with (gin_pending_list_limit = 256) where "body_site" is not null;
create index search_service_request_category on search_service_request using gin ("category") with (gin_pending_list_limit = 256) where "category" is not null;
create index search_service_request_code on search_service_request using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_service_request_encounter on search_service_request ("encounter", id);
create index search_service_request_flag on search_service_request using gin ("flag") with (gin_pending_list_limit = 256) where "flag" is not null;
create index search_service_request_identifier on search_service_request using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_service_request_instantiates_canonical on search_service_request using gin ("instantiates_canonical") with (gin_pending_list_limit = 256) where "instantiates_canonical" is not null;
create index search_service_request_instantiates_uri on search_service_request using gin ("instantiates_uri") with (gin_pending_list_limit = 256) where "instantiates_uri" is not null;
create index search_service_request_intent on search_service_request ("intent", id);
create index search_service_request_occurrence_low on search_service_request ("occurrence_low", "occurrence_high");
create index search_service_request_occurrence_high on search_service_request ("occurrence_high");
create index search_service_request_order_detail on search_service_request using gin ("order_detail") with (gin_pending_list_limit = 256) where "order_detail" is not null;
create index search_service_request_patient on search_service_request ("patient", id);
create index search_service_request_performer on search_service_request using gin ("performer") with (gin_pending_list_limit = 256) where "performer" is not null;
create index search_service_request_performer_type on search_service_request using gin ("performer_type") with (gin_pending_list_limit = 256) where "performer_type" is not null;
create index search_service_request_priority on search_service_request ("priority", id);
create index search_service_request_replaces on search_service_request using gin ("replaces") with (gin_pending_list_limit = 256) where "replaces" is not null;
create index search_service_request_requester on search_service_request ("requester", id);
create index search_service_request_requisition on search_service_request using gin ("requisition") with (gin_pending_list_limit = 256) where "requisition" is not null;
create index search_service_request_specimen on search_service_request using gin ("specimen") with (gin_pending_list_limit = 256) where "specimen" is not null;
create index search_service_request_status on search_service_request ("status", id);
create index search_service_request_subject on search_service_request ("subject", id);
create index search_service_request_access on search_service_request using gin (access) with (gin_pending_list_limit = 256);
create index search_service_request_subject_status on search_service_request ("subject", "status", id);
create index search_service_request_status_authored_low on search_service_request ("status", "authored_low", id);

create table search_slot (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "appointment_type" text[] collate "C",
  "identifier" text[] collate "C",
  "last_seen" timestamptz,
  "schedule" text collate "C",
  "service_category" text[] collate "C",
  "service_type" text[] collate "C",
  "service_type_reference" text[] collate "C",
  "specialty" text[] collate "C",
  "start" timestamptz,
  "status" text collate "C"
);
create index search_slot_updated on search_slot ("updated", id);
create index search_slot__profile on search_slot using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_slot__security on search_slot using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_slot__source on search_slot ("_source", id);
create index search_slot__tag on search_slot using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_slot_appointment_type on search_slot using gin ("appointment_type") with (gin_pending_list_limit = 256) where "appointment_type" is not null;
create index search_slot_identifier on search_slot using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_slot_last_seen on search_slot ("last_seen", id);
create index search_slot_schedule on search_slot ("schedule", id);
create index search_slot_service_category on search_slot using gin ("service_category") with (gin_pending_list_limit = 256) where "service_category" is not null;
create index search_slot_service_type on search_slot using gin ("service_type") with (gin_pending_list_limit = 256) where "service_type" is not null;
create index search_slot_service_type_reference on search_slot using gin ("service_type_reference") with (gin_pending_list_limit = 256) where "service_type_reference" is not null;
create index search_slot_specialty on search_slot using gin ("specialty") with (gin_pending_list_limit = 256) where "specialty" is not null;
create index search_slot_start on search_slot ("start", id);
create index search_slot_status on search_slot ("status", id);
create index search_slot_access on search_slot using gin (access) with (gin_pending_list_limit = 256);
create index search_slot_schedule_status_start on search_slot ("schedule", "status", "start", id);
create index search_slot_status_start on search_slot ("status", "start", id);

create table search_subscription (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "contact" text[] collate "C",
  "criteria" text collate "C",
  "criteria_exact" text[] collate "C",
  "payload" text collate "C",
  "status" text collate "C",
  "type" text collate "C",
  "url" text collate "C"
);
create index search_subscription_updated on search_subscription ("updated", id);
create index search_subscription__profile on search_subscription using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_subscription__security on search_subscription using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_subscription__source on search_subscription ("_source", id);
create index search_subscription__tag on search_subscription using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_subscription_contact on search_subscription using gin ("contact") with (gin_pending_list_limit = 256) where "contact" is not null;
create index search_subscription_criteria on search_subscription using gin ("criteria" gin_trgm_ops) with (gin_pending_list_limit = 256) where "criteria" is not null;
create index search_subscription_payload on search_subscription ("payload", id);
create index search_subscription_status on search_subscription ("status", id);
create index search_subscription_type on search_subscription ("type", id);
create index search_subscription_url on search_subscription ("url", id);
create index search_subscription_access on search_subscription using gin (access) with (gin_pending_list_limit = 256);

create table search_task (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "answer_due" timestamptz,
  "authored_on_low" timestamptz,
  "authored_on_high" timestamptz,
  "based_on" text[] collate "C",
  "business_status" text[] collate "C",
  "clock_alert" text[] collate "C",
  "code" text[] collate "C",
  "encounter" text collate "C",
  "exam_due" timestamptz,
  "flag" text[] collate "C",
  "focus" text collate "C",
  "group_identifier" text[] collate "C",
  "identifier" text[] collate "C",
  "intent" text collate "C",
  "modified_low" timestamptz,
  "modified_high" timestamptz,
  "next_alert" timestamptz,
  "owner" text collate "C",
  "part_of" text[] collate "C",
  "patient" text collate "C",
  "performer" text[] collate "C",
  "period_low" timestamptz,
  "period_high" timestamptz,
  "priority" text collate "C",
  "requester" text collate "C",
  "status" text collate "C",
  "subject" text collate "C"
);
create index search_task_updated on search_task ("updated", id);
create index search_task__profile on search_task using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_task__security on search_task using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_task__source on search_task ("_source", id);
create index search_task__tag on search_task using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_task_answer_due on search_task ("answer_due", id);
create index search_task_authored_on_low on search_task ("authored_on_low", "authored_on_high");
create index search_task_authored_on_high on search_task ("authored_on_high");
create index search_task_based_on on search_task using gin ("based_on") with (gin_pending_list_limit = 256) where "based_on" is not null;
create index search_task_business_status on search_task using gin ("business_status") with (gin_pending_list_limit = 256) where "business_status" is not null;
create index search_task_clock_alert on search_task using gin ("clock_alert") with (gin_pending_list_limit = 256) where "clock_alert" is not null;
create index search_task_code on search_task using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_task_encounter on search_task ("encounter", id);
create index search_task_exam_due on search_task ("exam_due", id);
create index search_task_flag on search_task using gin ("flag") with (gin_pending_list_limit = 256) where "flag" is not null;
create index search_task_focus on search_task ("focus", id);
create index search_task_group_identifier on search_task using gin ("group_identifier") with (gin_pending_list_limit = 256) where "group_identifier" is not null;
create index search_task_identifier on search_task using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_task_intent on search_task ("intent", id);
create index search_task_modified_low on search_task ("modified_low", "modified_high");
create index search_task_modified_high on search_task ("modified_high");
create index search_task_next_alert on search_task ("next_alert", id);
create index search_task_owner on search_task ("owner", id);
create index search_task_part_of on search_task using gin ("part_of") with (gin_pending_list_limit = 256) where "part_of" is not null;
create index search_task_patient on search_task ("patient", id);
create index search_task_performer on search_task using gin ("performer") with (gin_pending_list_limit = 256) where "performer" is not null;
create index search_task_period_low on search_task ("period_low", "period_high");
create index search_task_period_high on search_task ("period_high");
create index search_task_priority on search_task ("priority", id);
create index search_task_requester on search_task ("requester", id);
create index search_task_status on search_task ("status", id);
create index search_task_subject on search_task ("subject", id);
create index search_task_access on search_task using gin (access) with (gin_pending_list_limit = 256);
create index search_task_owner_status on search_task ("owner", "status", id);

create table search_capability_statement (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "fhirversion" text collate "C",
  "format" text[] collate "C",
  "guide" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "mode" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "resource" text[] collate "C",
  "resource_profile" text[] collate "C",
  "security_service" text[] collate "C",
  "software" text collate "C",
  "software_exact" text[] collate "C",
  "status" text collate "C",
  "supported_profile" text[] collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_capability_statement_updated on search_capability_statement ("updated", id);
create index search_capability_statement__profile on search_capability_statement using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_capability_statement__security on search_capability_statement using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_capability_statement__source on search_capability_statement ("_source", id);
create index search_capability_statement__tag on search_capability_statement using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_capability_statement_context on search_capability_statement using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_capability_statement_context_type on search_capability_statement using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_capability_statement_date_low on search_capability_statement ("date_low", "date_high");
create index search_capability_statement_date_high on search_capability_statement ("date_high");
create index search_capability_statement_description on search_capability_statement using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_capability_statement_fhirversion on search_capability_statement ("fhirversion", id);
create index search_capability_statement_format on search_capability_statement using gin ("format") with (gin_pending_list_limit = 256) where "format" is not null;
create index search_capability_statement_guide on search_capability_statement using gin ("guide") with (gin_pending_list_limit = 256) where "guide" is not null;
create index search_capability_statement_jurisdiction on search_capability_statement using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_capability_statement_mode on search_capability_statement using gin ("mode") with (gin_pending_list_limit = 256) where "mode" is not null;
create index search_capability_statement_name on search_capability_statement using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_capability_statement_name_sort on search_capability_statement ((left("name", 100)), id);
create index search_capability_statement_publisher on search_capability_statement using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_capability_statement_resource on search_capability_statement using gin ("resource") with (gin_pending_list_limit = 256) where "resource" is not null;
create index search_capability_statement_resource_profile on search_capability_statement using gin ("resource_profile") with (gin_pending_list_limit = 256) where "resource_profile" is not null;
create index search_capability_statement_security_service on search_capability_statement using gin ("security_service") with (gin_pending_list_limit = 256) where "security_service" is not null;
create index search_capability_statement_software on search_capability_statement using gin ("software" gin_trgm_ops) with (gin_pending_list_limit = 256) where "software" is not null;
create index search_capability_statement_status on search_capability_statement ("status", id);
create index search_capability_statement_supported_profile on search_capability_statement using gin ("supported_profile") with (gin_pending_list_limit = 256) where "supported_profile" is not null;
create index search_capability_statement_title on search_capability_statement using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_capability_statement_title_sort on search_capability_statement ((left("title", 100)), id);
create index search_capability_statement_url on search_capability_statement ("url", id);
create index search_capability_statement_version on search_capability_statement ("version", id);
create index search_capability_statement_access on search_capability_statement using gin (access) with (gin_pending_list_limit = 256);

create table search_code_system (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "code" text[] collate "C",
  "content_mode" text collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "identifier" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "language" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "supplements" text[] collate "C",
  "system" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_code_system_updated on search_code_system ("updated", id);
create index search_code_system__profile on search_code_system using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_code_system__security on search_code_system using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_code_system__source on search_code_system ("_source", id);
create index search_code_system__tag on search_code_system using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_code_system_code on search_code_system using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_code_system_content_mode on search_code_system ("content_mode", id);
create index search_code_system_context on search_code_system using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_code_system_context_type on search_code_system using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_code_system_date_low on search_code_system ("date_low", "date_high");
create index search_code_system_date_high on search_code_system ("date_high");
create index search_code_system_description on search_code_system using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_code_system_identifier on search_code_system using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_code_system_jurisdiction on search_code_system using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_code_system_language on search_code_system using gin ("language") with (gin_pending_list_limit = 256) where "language" is not null;
create index search_code_system_name on search_code_system using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_code_system_name_sort on search_code_system ((left("name", 100)), id);
create index search_code_system_publisher on search_code_system using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_code_system_status on search_code_system ("status", id);
create index search_code_system_supplements on search_code_system using gin ("supplements") with (gin_pending_list_limit = 256) where "supplements" is not null;
create index search_code_system_system on search_code_system ("system", id);
create index search_code_system_title on search_code_system using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_code_system_title_sort on search_code_system ((left("title", 100)), id);
create index search_code_system_url on search_code_system ("url", id);
create index search_code_system_version on search_code_system ("version", id);
create index search_code_system_access on search_code_system using gin (access) with (gin_pending_list_limit = 256);

create table search_concept_map (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "dependson" text[] collate "C",
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "identifier" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "other" text[] collate "C",
  "product" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "source" text[] collate "C",
  "source_code" text[] collate "C",
  "source_system" text[] collate "C",
  "source_uri" text[] collate "C",
  "status" text collate "C",
  "target" text[] collate "C",
  "target_code" text[] collate "C",
  "target_system" text[] collate "C",
  "target_uri" text[] collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_concept_map_updated on search_concept_map ("updated", id);
create index search_concept_map__profile on search_concept_map using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_concept_map__security on search_concept_map using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_concept_map__source on search_concept_map ("_source", id);
create index search_concept_map__tag on search_concept_map using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_concept_map_context on search_concept_map using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_concept_map_context_type on search_concept_map using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_concept_map_date_low on search_concept_map ("date_low", "date_high");
create index search_concept_map_date_high on search_concept_map ("date_high");
create index search_concept_map_dependson on search_concept_map using gin ("dependson") with (gin_pending_list_limit = 256) where "dependson" is not null;
create index search_concept_map_description on search_concept_map using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_concept_map_identifier on search_concept_map using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_concept_map_jurisdiction on search_concept_map using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_concept_map_name on search_concept_map using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_concept_map_name_sort on search_concept_map ((left("name", 100)), id);
create index search_concept_map_other on search_concept_map using gin ("other") with (gin_pending_list_limit = 256) where "other" is not null;
create index search_concept_map_product on search_concept_map using gin ("product") with (gin_pending_list_limit = 256) where "product" is not null;
create index search_concept_map_publisher on search_concept_map using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_concept_map_source on search_concept_map using gin ("source") with (gin_pending_list_limit = 256) where "source" is not null;
create index search_concept_map_source_code on search_concept_map using gin ("source_code") with (gin_pending_list_limit = 256) where "source_code" is not null;
create index search_concept_map_source_system on search_concept_map using gin ("source_system") with (gin_pending_list_limit = 256) where "source_system" is not null;
create index search_concept_map_source_uri on search_concept_map using gin ("source_uri") with (gin_pending_list_limit = 256) where "source_uri" is not null;
create index search_concept_map_status on search_concept_map ("status", id);
create index search_concept_map_target on search_concept_map using gin ("target") with (gin_pending_list_limit = 256) where "target" is not null;
create index search_concept_map_target_code on search_concept_map using gin ("target_code") with (gin_pending_list_limit = 256) where "target_code" is not null;
create index search_concept_map_target_system on search_concept_map using gin ("target_system") with (gin_pending_list_limit = 256) where "target_system" is not null;
create index search_concept_map_target_uri on search_concept_map using gin ("target_uri") with (gin_pending_list_limit = 256) where "target_uri" is not null;
create index search_concept_map_title on search_concept_map using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_concept_map_title_sort on search_concept_map ((left("title", 100)), id);
create index search_concept_map_url on search_concept_map ("url", id);
create index search_concept_map_version on search_concept_map ("version", id);
create index search_concept_map_access on search_concept_map using gin (access) with (gin_pending_list_limit = 256);

create table search_operation_definition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "base" text[] collate "C",
  "code" text collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "input_profile" text[] collate "C",
  "instance" text collate "C",
  "jurisdiction" text[] collate "C",
  "kind" text collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "output_profile" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "system" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "type" text collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_operation_definition_updated on search_operation_definition ("updated", id);
create index search_operation_definition__profile on search_operation_definition using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_operation_definition__security on search_operation_definition using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_operation_definition__source on search_operation_definition ("_source", id);
create index search_operation_definition__tag on search_operation_definition using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_operation_definition_base on search_operation_definition using gin ("base") with (gin_pending_list_limit = 256) where "base" is not null;
create index search_operation_definition_code on search_operation_definition ("code", id);
create index search_operation_definition_context on search_operation_definition using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_operation_definition_context_type on search_operation_definition using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_operation_definition_date_low on search_operation_definition ("date_low", "date_high");
create index search_operation_definition_date_high on search_operation_definition ("date_high");
create index search_operation_definition_description on search_operation_definition using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_operation_definition_input_profile on search_operation_definition using gin ("input_profile") with (gin_pending_list_limit = 256) where "input_profile" is not null;
create index search_operation_definition_instance on search_operation_definition ("instance", id);
create index search_operation_definition_jurisdiction on search_operation_definition using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_operation_definition_kind on search_operation_definition ("kind", id);
create index search_operation_definition_name on search_operation_definition using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_operation_definition_name_sort on search_operation_definition ((left("name", 100)), id);
create index search_operation_definition_output_profile on search_operation_definition using gin ("output_profile") with (gin_pending_list_limit = 256) where "output_profile" is not null;
create index search_operation_definition_publisher on search_operation_definition using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_operation_definition_status on search_operation_definition ("status", id);
create index search_operation_definition_system on search_operation_definition ("system", id);
create index search_operation_definition_title on search_operation_definition using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_operation_definition_title_sort on search_operation_definition ((left("title", 100)), id);
create index search_operation_definition_type on search_operation_definition ("type", id);
create index search_operation_definition_url on search_operation_definition ("url", id);
create index search_operation_definition_version on search_operation_definition ("version", id);
create index search_operation_definition_access on search_operation_definition using gin (access) with (gin_pending_list_limit = 256);

create table search_search_parameter (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "base" text[] collate "C",
  "code" text collate "C",
  "component" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "derived_from" text[] collate "C",
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "target" text[] collate "C",
  "type" text collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_search_parameter_updated on search_search_parameter ("updated", id);
create index search_search_parameter__profile on search_search_parameter using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_search_parameter__security on search_search_parameter using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_search_parameter__source on search_search_parameter ("_source", id);
create index search_search_parameter__tag on search_search_parameter using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_search_parameter_base on search_search_parameter using gin ("base") with (gin_pending_list_limit = 256) where "base" is not null;
create index search_search_parameter_code on search_search_parameter ("code", id);
create index search_search_parameter_component on search_search_parameter using gin ("component") with (gin_pending_list_limit = 256) where "component" is not null;
create index search_search_parameter_context on search_search_parameter using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_search_parameter_context_type on search_search_parameter using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_search_parameter_date_low on search_search_parameter ("date_low", "date_high");
create index search_search_parameter_date_high on search_search_parameter ("date_high");
create index search_search_parameter_derived_from on search_search_parameter using gin ("derived_from") with (gin_pending_list_limit = 256) where "derived_from" is not null;
create index search_search_parameter_description on search_search_parameter using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_search_parameter_jurisdiction on search_search_parameter using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_search_parameter_name on search_search_parameter using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_search_parameter_name_sort on search_search_parameter ((left("name", 100)), id);
create index search_search_parameter_publisher on search_search_parameter using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_search_parameter_status on search_search_parameter ("status", id);
create index search_search_parameter_target on search_search_parameter using gin ("target") with (gin_pending_list_limit = 256) where "target" is not null;
create index search_search_parameter_type on search_search_parameter ("type", id);
create index search_search_parameter_url on search_search_parameter ("url", id);
create index search_search_parameter_version on search_search_parameter ("version", id);
create index search_search_parameter_access on search_search_parameter using gin (access) with (gin_pending_list_limit = 256);

create table search_structure_definition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "abstract" text collate "C",
  "base" text[] collate "C",
  "base_path" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "derivation" text collate "C",
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "experimental" text collate "C",
  "ext_context" text[] collate "C",
  "identifier" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "keyword" text[] collate "C",
  "kind" text collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "path" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "type" text collate "C",
  "url" text collate "C",
  "valueset" text[] collate "C",
  "version" text collate "C"
);
create index search_structure_definition_updated on search_structure_definition ("updated", id);
create index search_structure_definition__profile on search_structure_definition using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_structure_definition__security on search_structure_definition using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_structure_definition__source on search_structure_definition ("_source", id);
create index search_structure_definition__tag on search_structure_definition using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_structure_definition_abstract on search_structure_definition ("abstract", id);
create index search_structure_definition_base on search_structure_definition using gin ("base") with (gin_pending_list_limit = 256) where "base" is not null;
create index search_structure_definition_base_path on search_structure_definition using gin ("base_path") with (gin_pending_list_limit = 256) where "base_path" is not null;
create index search_structure_definition_context on search_structure_definition using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_structure_definition_context_type on search_structure_definition using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_structure_definition_date_low on search_structure_definition ("date_low", "date_high");
create index search_structure_definition_date_high on search_structure_definition ("date_high");
create index search_structure_definition_derivation on search_structure_definition ("derivation", id);
create index search_structure_definition_description on search_structure_definition using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_structure_definition_experimental on search_structure_definition ("experimental", id);
create index search_structure_definition_ext_context on search_structure_definition using gin ("ext_context") with (gin_pending_list_limit = 256) where "ext_context" is not null;
create index search_structure_definition_identifier on search_structure_definition using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_structure_definition_jurisdiction on search_structure_definition using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_structure_definition_keyword on search_structure_definition using gin ("keyword") with (gin_pending_list_limit = 256) where "keyword" is not null;
create index search_structure_definition_kind on search_structure_definition ("kind", id);
create index search_structure_definition_name on search_structure_definition using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_structure_definition_name_sort on search_structure_definition ((left("name", 100)), id);
create index search_structure_definition_path on search_structure_definition using gin ("path") with (gin_pending_list_limit = 256) where "path" is not null;
create index search_structure_definition_publisher on search_structure_definition using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_structure_definition_status on search_structure_definition ("status", id);
create index search_structure_definition_title on search_structure_definition using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_structure_definition_title_sort on search_structure_definition ((left("title", 100)), id);
create index search_structure_definition_type on search_structure_definition ("type", id);
create index search_structure_definition_url on search_structure_definition ("url", id);
create index search_structure_definition_valueset on search_structure_definition using gin ("valueset") with (gin_pending_list_limit = 256) where "valueset" is not null;
create index search_structure_definition_version on search_structure_definition ("version", id);
create index search_structure_definition_access on search_structure_definition using gin (access) with (gin_pending_list_limit = 256);

create table search_structure_map (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "identifier" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_structure_map_updated on search_structure_map ("updated", id);
create index search_structure_map__profile on search_structure_map using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_structure_map__security on search_structure_map using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_structure_map__source on search_structure_map ("_source", id);
create index search_structure_map__tag on search_structure_map using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_structure_map_context on search_structure_map using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_structure_map_context_type on search_structure_map using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_structure_map_date_low on search_structure_map ("date_low", "date_high");
create index search_structure_map_date_high on search_structure_map ("date_high");
create index search_structure_map_description on search_structure_map using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_structure_map_identifier on search_structure_map using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_structure_map_jurisdiction on search_structure_map using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_structure_map_name on search_structure_map using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_structure_map_name_sort on search_structure_map ((left("name", 100)), id);
create index search_structure_map_publisher on search_structure_map using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_structure_map_status on search_structure_map ("status", id);
create index search_structure_map_title on search_structure_map using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_structure_map_title_sort on search_structure_map ((left("title", 100)), id);
create index search_structure_map_url on search_structure_map ("url", id);
create index search_structure_map_version on search_structure_map ("version", id);
create index search_structure_map_access on search_structure_map using gin (access) with (gin_pending_list_limit = 256);

create table search_value_set (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  "_profile" text[] collate "C",
  "_security" text[] collate "C",
  "_source" text collate "C",
  "_tag" text[] collate "C",
  "code" text[] collate "C",
  "context" text[] collate "C",
  "context_type" text[] collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "expansion" text collate "C",
  "identifier" text[] collate "C",
  "jurisdiction" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "reference" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C"
);
create index search_value_set_updated on search_value_set ("updated", id);
create index search_value_set__profile on search_value_set using gin ("_profile") with (gin_pending_list_limit = 256) where "_profile" is not null;
create index search_value_set__security on search_value_set using gin ("_security") with (gin_pending_list_limit = 256) where "_security" is not null;
create index search_value_set__source on search_value_set ("_source", id);
create index search_value_set__tag on search_value_set using gin ("_tag") with (gin_pending_list_limit = 256) where "_tag" is not null;
create index search_value_set_code on search_value_set using gin ("code") with (gin_pending_list_limit = 256) where "code" is not null;
create index search_value_set_context on search_value_set using gin ("context") with (gin_pending_list_limit = 256) where "context" is not null;
create index search_value_set_context_type on search_value_set using gin ("context_type") with (gin_pending_list_limit = 256) where "context_type" is not null;
create index search_value_set_date_low on search_value_set ("date_low", "date_high");
create index search_value_set_date_high on search_value_set ("date_high");
create index search_value_set_description on search_value_set using gin ("description" gin_trgm_ops) with (gin_pending_list_limit = 256) where "description" is not null;
create index search_value_set_expansion on search_value_set ("expansion", id);
create index search_value_set_identifier on search_value_set using gin ("identifier") with (gin_pending_list_limit = 256) where "identifier" is not null;
create index search_value_set_jurisdiction on search_value_set using gin ("jurisdiction") with (gin_pending_list_limit = 256) where "jurisdiction" is not null;
create index search_value_set_name on search_value_set using gin ("name" gin_trgm_ops) with (gin_pending_list_limit = 256) where "name" is not null;
create index search_value_set_name_sort on search_value_set ((left("name", 100)), id);
create index search_value_set_publisher on search_value_set using gin ("publisher" gin_trgm_ops) with (gin_pending_list_limit = 256) where "publisher" is not null;
create index search_value_set_reference on search_value_set using gin ("reference") with (gin_pending_list_limit = 256) where "reference" is not null;
create index search_value_set_status on search_value_set ("status", id);
create index search_value_set_title on search_value_set using gin ("title" gin_trgm_ops) with (gin_pending_list_limit = 256) where "title" is not null;
create index search_value_set_title_sort on search_value_set ((left("title", 100)), id);
create index search_value_set_url on search_value_set ("url", id);
create index search_value_set_version on search_value_set ("version", id);
create index search_value_set_access on search_value_set using gin (access) with (gin_pending_list_limit = 256);

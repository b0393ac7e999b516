-- Made from the search parameters of the types served (`npm run definitions`). Not edited by hand.
-- Needs pg_trgm (trusted since PostgreSQL 13).
create extension if not exists pg_trgm;

create table search_activity_definition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "effective_low" timestamptz,
  "effective_high" timestamptz,
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_activity_definition_terms on search_activity_definition using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_activity_definition_updated on search_activity_definition ("updated", id);
create index search_activity_definition_context_quantity_low on search_activity_definition ("context_quantity_low", "context_quantity_high");
create index search_activity_definition_context_quantity_high on search_activity_definition ("context_quantity_high") where "context_quantity_high" is not null;
create index search_activity_definition_date_low on search_activity_definition ("date_low", "date_high");
create index search_activity_definition_date_high on search_activity_definition ("date_high") where "date_high" is not null;
create index search_activity_definition_effective_low on search_activity_definition ("effective_low", "effective_high");
create index search_activity_definition_effective_high on search_activity_definition ("effective_high") where "effective_high" is not null;
create index search_activity_definition_name_sort on search_activity_definition ((left("name", 100)), id);
create index search_activity_definition_title_sort on search_activity_definition ((left("title", 100)), id);

create table search_allergy_intolerance (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "asserter" text collate "C",
  "criticality" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "last_date_low" timestamptz,
  "last_date_high" timestamptz,
  "onset_low" timestamptz,
  "onset_high" timestamptz,
  "onset_each" jsonb,
  "patient" text collate "C",
  "recorder" text collate "C",
  "type" text collate "C",
  "words" text collate "C"
);
create index search_allergy_intolerance_terms on search_allergy_intolerance using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_allergy_intolerance_updated on search_allergy_intolerance ("updated", id);
create index search_allergy_intolerance_date_low on search_allergy_intolerance ("date_low", "date_high");
create index search_allergy_intolerance_date_high on search_allergy_intolerance ("date_high") where "date_high" is not null;
create index search_allergy_intolerance_last_date_low on search_allergy_intolerance ("last_date_low", "last_date_high");
create index search_allergy_intolerance_last_date_high on search_allergy_intolerance ("last_date_high") where "last_date_high" is not null;
create index search_allergy_intolerance_onset_low on search_allergy_intolerance ("onset_low", "onset_high");
create index search_allergy_intolerance_onset_high on search_allergy_intolerance ("onset_high") where "onset_high" is not null;

create table search_appointment (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "created_low" timestamptz,
  "created_high" timestamptz,
  "date" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "held_until_low" timestamptz,
  "held_until_high" timestamptz,
  "priority" text collate "C",
  "start" timestamptz,
  "status" text collate "C",
  "words" text collate "C"
);
create index search_appointment_terms on search_appointment using gin (terms, access, "description" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_appointment_updated on search_appointment ("updated", id);
create index search_appointment_created_low on search_appointment ("created_low", "created_high");
create index search_appointment_created_high on search_appointment ("created_high") where "created_high" is not null;
create index search_appointment_date on search_appointment ("date", id);
create index search_appointment_held_until_low on search_appointment ("held_until_low", "held_until_high");
create index search_appointment_held_until_high on search_appointment ("held_until_high") where "held_until_high" is not null;
create index search_appointment_start on search_appointment ("start", id);
create index search_appointment_status_date on search_appointment ("status", "date", id);

create table search_appointment_response (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "actor" text collate "C",
  "appointment" text collate "C",
  "location" text collate "C",
  "part_status" text collate "C",
  "patient" text collate "C",
  "practitioner" text collate "C",
  "words" text collate "C"
);
create index search_appointment_response_terms on search_appointment_response using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_appointment_response_updated on search_appointment_response ("updated", id);

create table search_audit_event (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "action" text collate "C",
  "address" text collate "C",
  "address_exact" text[] collate "C",
  "agent_name" text collate "C",
  "agent_name_exact" text[] collate "C",
  "date" timestamptz,
  "entity_name" text collate "C",
  "entity_name_exact" text[] collate "C",
  "outcome" text collate "C",
  "site" text collate "C",
  "source" text collate "C"
);
create index search_audit_event_terms on search_audit_event using gin (terms, access, "address" gin_trgm_ops, "agent_name" gin_trgm_ops, "entity_name" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_audit_event_updated on search_audit_event ("updated", id);
create index search_audit_event_date on search_audit_event ("date", id);

create table search_binary (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "words" text collate "C"
);
create index search_binary_terms on search_binary using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_binary_updated on search_binary ("updated", id);

create table search_communication (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "encounter" text collate "C",
  "patient" text collate "C",
  "received_low" timestamptz,
  "received_high" timestamptz,
  "sender" text collate "C",
  "sent_low" timestamptz,
  "sent_high" timestamptz,
  "status" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_communication_terms on search_communication using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_communication_updated on search_communication ("updated", id);
create index search_communication_received_low on search_communication ("received_low", "received_high");
create index search_communication_received_high on search_communication ("received_high") where "received_high" is not null;
create index search_communication_sent_low on search_communication ("sent_low", "sent_high");
create index search_communication_sent_high on search_communication ("sent_high") where "sent_high" is not null;

create table search_communication_request (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "authored_low" timestamptz,
  "authored_high" timestamptz,
  "encounter" text collate "C",
  "occurrence_low" timestamptz,
  "occurrence_high" timestamptz,
  "patient" text collate "C",
  "priority" text collate "C",
  "requester" text collate "C",
  "sender" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_communication_request_terms on search_communication_request using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_communication_request_updated on search_communication_request ("updated", id);
create index search_communication_request_authored_low on search_communication_request ("authored_low", "authored_high");
create index search_communication_request_authored_high on search_communication_request ("authored_high") where "authored_high" is not null;
create index search_communication_request_occurrence_low on search_communication_request ("occurrence_low", "occurrence_high");
create index search_communication_request_occurrence_high on search_communication_request ("occurrence_high") where "occurrence_high" is not null;

create table search_condition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "abatement_age_low" numeric,
  "abatement_age_high" numeric,
  "abatement_age_unit" text[] collate "C",
  "abatement_date_low" timestamptz,
  "abatement_date_high" timestamptz,
  "abatement_string" text collate "C",
  "abatement_string_exact" text[] collate "C",
  "asserter" text collate "C",
  "encounter" text collate "C",
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
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_condition_terms on search_condition using gin (terms, access, "abatement_string" gin_trgm_ops, "onset_info" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_condition_updated on search_condition ("updated", id);
create index search_condition_abatement_age_low on search_condition ("abatement_age_low", "abatement_age_high");
create index search_condition_abatement_age_high on search_condition ("abatement_age_high") where "abatement_age_high" is not null;
create index search_condition_abatement_date_low on search_condition ("abatement_date_low", "abatement_date_high");
create index search_condition_abatement_date_high on search_condition ("abatement_date_high") where "abatement_date_high" is not null;
create index search_condition_onset_age_low on search_condition ("onset_age_low", "onset_age_high");
create index search_condition_onset_age_high on search_condition ("onset_age_high") where "onset_age_high" is not null;
create index search_condition_onset_date_low on search_condition ("onset_date_low", "onset_date_high");
create index search_condition_onset_date_high on search_condition ("onset_date_high") where "onset_date_high" is not null;
create index search_condition_recorded_date_low on search_condition ("recorded_date_low", "recorded_date_high");
create index search_condition_recorded_date_high on search_condition ("recorded_date_high") where "recorded_date_high" is not null;

create table search_coverage (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "beneficiary" text collate "C",
  "class_value" text collate "C",
  "class_value_exact" text[] collate "C",
  "dependent" text collate "C",
  "dependent_exact" text[] collate "C",
  "patient" text collate "C",
  "policy_holder" text collate "C",
  "status" text collate "C",
  "subscriber" text collate "C",
  "words" text collate "C"
);
create index search_coverage_terms on search_coverage using gin (terms, access, "class_value" gin_trgm_ops, "dependent" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_coverage_updated on search_coverage ("updated", id);

create table search_device (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "device_name" text collate "C",
  "device_name_exact" text[] collate "C",
  "location" text collate "C",
  "manufacturer" text collate "C",
  "manufacturer_exact" text[] collate "C",
  "model" text collate "C",
  "model_exact" text[] collate "C",
  "organization" text collate "C",
  "patient" text collate "C",
  "status" text collate "C",
  "udi_carrier" text collate "C",
  "udi_carrier_exact" text[] collate "C",
  "udi_di" text collate "C",
  "udi_di_exact" text[] collate "C",
  "url" text collate "C",
  "words" text collate "C"
);
create index search_device_terms on search_device using gin (terms, access, "device_name" gin_trgm_ops, "manufacturer" gin_trgm_ops, "model" gin_trgm_ops, "udi_carrier" gin_trgm_ops, "udi_di" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_device_updated on search_device ("updated", id);

create table search_diagnostic_report (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "encounter" text collate "C",
  "issued" timestamptz,
  "patient" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_diagnostic_report_terms on search_diagnostic_report using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_diagnostic_report_updated on search_diagnostic_report ("updated", id);
create index search_diagnostic_report_date_low on search_diagnostic_report ("date_low", "date_high");
create index search_diagnostic_report_date_high on search_diagnostic_report ("date_high") where "date_high" is not null;
create index search_diagnostic_report_issued on search_diagnostic_report ("issued", id);

create table search_document_reference (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "authenticator" text collate "C",
  "custodian" text collate "C",
  "date" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "patient" text collate "C",
  "period_low" timestamptz,
  "period_high" timestamptz,
  "relationship_each" jsonb,
  "status" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_document_reference_terms on search_document_reference using gin (terms, access, "description" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_document_reference_updated on search_document_reference ("updated", id);
create index search_document_reference_date on search_document_reference ("date", id);
create index search_document_reference_period_low on search_document_reference ("period_low", "period_high");
create index search_document_reference_period_high on search_document_reference ("period_high") where "period_high" is not null;

create table search_encounter (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "length_low" numeric,
  "length_high" numeric,
  "length_unit" text[] collate "C",
  "location_period_low" timestamptz,
  "location_period_high" timestamptz,
  "location_period_each" jsonb,
  "part_of" text collate "C",
  "patient" text collate "C",
  "service_provider" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_encounter_terms on search_encounter using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_encounter_updated on search_encounter ("updated", id);
create index search_encounter_date_low on search_encounter ("date_low", "date_high");
create index search_encounter_date_high on search_encounter ("date_high") where "date_high" is not null;
create index search_encounter_length_low on search_encounter ("length_low", "length_high");
create index search_encounter_length_high on search_encounter ("length_high") where "length_high" is not null;
create index search_encounter_location_period_low on search_encounter ("location_period_low", "location_period_high");
create index search_encounter_location_period_high on search_encounter ("location_period_high") where "location_period_high" is not null;

create table search_endpoint (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "organization" text collate "C",
  "status" text collate "C",
  "words" text collate "C"
);
create index search_endpoint_terms on search_endpoint using gin (terms, access, "name" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_endpoint_updated on search_endpoint ("updated", id);
create index search_endpoint_name_sort on search_endpoint ((left("name", 100)), id);

create table search_flag (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "author" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "encounter" text collate "C",
  "patient" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_flag_terms on search_flag using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_flag_updated on search_flag ("updated", id);
create index search_flag_date_low on search_flag ("date_low", "date_high");
create index search_flag_date_high on search_flag ("date_high") where "date_high" is not null;

create table search_group (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "actual" text collate "C",
  "characteristic_value_each" jsonb,
  "managing_entity" text collate "C",
  "type" text collate "C",
  "words" text collate "C"
);
create index search_group_terms on search_group using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_group_updated on search_group ("updated", id);

create table search_healthcare_service (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "active" text collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "organization" text collate "C",
  "words" text collate "C"
);
create index search_healthcare_service_terms on search_healthcare_service using gin (terms, access, "name" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_healthcare_service_updated on search_healthcare_service ("updated", id);
create index search_healthcare_service_name_sort on search_healthcare_service ((left("name", 100)), id);

create table search_list (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "encounter" text collate "C",
  "notes" text collate "C",
  "notes_exact" text[] collate "C",
  "patient" text collate "C",
  "source" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "words" text collate "C"
);
create index search_list_terms on search_list using gin (terms, access, "notes" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_list_updated on search_list ("updated", id);
create index search_list_date_low on search_list ("date_low", "date_high");
create index search_list_date_high on search_list ("date_high") where "date_high" is not null;
create index search_list_title_sort on search_list ((left("title", 100)), id);

create table search_location (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
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
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "near_latitude" numeric,
  "near_longitude" numeric,
  "organization" text collate "C",
  "partof" text collate "C",
  "status" text collate "C",
  "words" text collate "C"
);
create index search_location_terms on search_location using gin (terms, access, "address" gin_trgm_ops, "address_city" gin_trgm_ops, "address_country" gin_trgm_ops, "address_postalcode" gin_trgm_ops, "address_state" gin_trgm_ops, "name" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_location_updated on search_location ("updated", id);
create index search_location_name_sort on search_location ((left("name", 100)), id);
create index search_location_near on search_location ("near_latitude", "near_longitude");

create table search_measure (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "effective_low" timestamptz,
  "effective_high" timestamptz,
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_measure_terms on search_measure using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_measure_updated on search_measure ("updated", id);
create index search_measure_context_quantity_low on search_measure ("context_quantity_low", "context_quantity_high");
create index search_measure_context_quantity_high on search_measure ("context_quantity_high") where "context_quantity_high" is not null;
create index search_measure_date_low on search_measure ("date_low", "date_high");
create index search_measure_date_high on search_measure ("date_high") where "date_high" is not null;
create index search_measure_effective_low on search_measure ("effective_low", "effective_high");
create index search_measure_effective_high on search_measure ("effective_high") where "effective_high" is not null;
create index search_measure_name_sort on search_measure ((left("name", 100)), id);
create index search_measure_title_sort on search_measure ((left("title", 100)), id);

create table search_measure_report (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "patient" text collate "C",
  "period_low" timestamptz,
  "period_high" timestamptz,
  "reporter" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_measure_report_terms on search_measure_report using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_measure_report_updated on search_measure_report ("updated", id);
create index search_measure_report_date_low on search_measure_report ("date_low", "date_high");
create index search_measure_report_date_high on search_measure_report ("date_high") where "date_high" is not null;
create index search_measure_report_period_low on search_measure_report ("period_low", "period_high");
create index search_measure_report_period_high on search_measure_report ("period_high") where "period_high" is not null;

create table search_observation (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "combo_code_value_concept_each" jsonb,
  "combo_code_value_quantity_each" jsonb,
  "combo_value_quantity_low" numeric,
  "combo_value_quantity_high" numeric,
  "combo_value_quantity_each" jsonb,
  "component_code_value_concept_each" jsonb,
  "component_code_value_quantity_each" jsonb,
  "component_value_quantity_low" numeric,
  "component_value_quantity_high" numeric,
  "component_value_quantity_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "device" text collate "C",
  "encounter" text collate "C",
  "patient" text collate "C",
  "specimen" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "value_date_low" timestamptz,
  "value_date_high" timestamptz,
  "value_quantity_low" numeric,
  "value_quantity_high" numeric,
  "value_quantity_unit" text[] collate "C",
  "value_string" text collate "C",
  "value_string_exact" text[] collate "C",
  "words" text collate "C"
);
create index search_observation_terms on search_observation using gin (terms, access, "value_string" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_observation_updated on search_observation ("updated", id);
create index search_observation_combo_value_quantity_low on search_observation ("combo_value_quantity_low", "combo_value_quantity_high");
create index search_observation_combo_value_quantity_high on search_observation ("combo_value_quantity_high") where "combo_value_quantity_high" is not null;
create index search_observation_component_value_quantity_low on search_observation ("component_value_quantity_low", "component_value_quantity_high");
create index search_observation_component_value_quantity_high on search_observation ("component_value_quantity_high") where "component_value_quantity_high" is not null;
create index search_observation_date_low on search_observation ("date_low", "date_high");
create index search_observation_date_high on search_observation ("date_high") where "date_high" is not null;
create index search_observation_value_date_low on search_observation ("value_date_low", "value_date_high");
create index search_observation_value_date_high on search_observation ("value_date_high") where "value_date_high" is not null;
create index search_observation_value_quantity_low on search_observation ("value_quantity_low", "value_quantity_high");
create index search_observation_value_quantity_high on search_observation ("value_quantity_high") where "value_quantity_high" is not null;

create table search_organization (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
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
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "partof" text collate "C",
  "words" text collate "C"
);
create index search_organization_terms on search_organization using gin (terms, access, "address" gin_trgm_ops, "address_city" gin_trgm_ops, "address_country" gin_trgm_ops, "address_postalcode" gin_trgm_ops, "address_state" gin_trgm_ops, "name" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_organization_updated on search_organization ("updated", id);
create index search_organization_name_sort on search_organization ((left("name", 100)), id);

create table search_organization_affiliation (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "active" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "participating_organization" text collate "C",
  "primary_organization" text collate "C",
  "words" text collate "C"
);
create index search_organization_affiliation_terms on search_organization_affiliation using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_organization_affiliation_updated on search_organization_affiliation ("updated", id);
create index search_organization_affiliation_date_low on search_organization_affiliation ("date_low", "date_high");
create index search_organization_affiliation_date_high on search_organization_affiliation ("date_high") where "date_high" is not null;

create table search_patient (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
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
  "birthdate_low" timestamptz,
  "birthdate_high" timestamptz,
  "death_date_low" timestamptz,
  "death_date_high" timestamptz,
  "deceased" text collate "C",
  "family" text collate "C",
  "family_exact" text[] collate "C",
  "gender" text collate "C",
  "given" text collate "C",
  "given_exact" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "organization" text collate "C",
  "words" text collate "C"
);
create index search_patient_terms on search_patient using gin (terms, access, "address" gin_trgm_ops, "address_city" gin_trgm_ops, "address_country" gin_trgm_ops, "address_postalcode" gin_trgm_ops, "address_state" gin_trgm_ops, "family" gin_trgm_ops, "given" gin_trgm_ops, "name" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_patient_updated on search_patient ("updated", id);
create index search_patient_birthdate_low on search_patient ("birthdate_low", "birthdate_high");
create index search_patient_birthdate_high on search_patient ("birthdate_high") where "birthdate_high" is not null;
create index search_patient_death_date_low on search_patient ("death_date_low", "death_date_high");
create index search_patient_death_date_high on search_patient ("death_date_high") where "death_date_high" is not null;
create index search_patient_family_sort on search_patient ((left("family", 100)), id);
create index search_patient_given_sort on search_patient ((left("given", 100)), id);
create index search_patient_name_sort on search_patient ((left("name", 100)), id);

create table search_plan_definition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "effective_low" timestamptz,
  "effective_high" timestamptz,
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_plan_definition_terms on search_plan_definition using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_plan_definition_updated on search_plan_definition ("updated", id);
create index search_plan_definition_context_quantity_low on search_plan_definition ("context_quantity_low", "context_quantity_high");
create index search_plan_definition_context_quantity_high on search_plan_definition ("context_quantity_high") where "context_quantity_high" is not null;
create index search_plan_definition_date_low on search_plan_definition ("date_low", "date_high");
create index search_plan_definition_date_high on search_plan_definition ("date_high") where "date_high" is not null;
create index search_plan_definition_effective_low on search_plan_definition ("effective_low", "effective_high");
create index search_plan_definition_effective_high on search_plan_definition ("effective_high") where "effective_high" is not null;
create index search_plan_definition_name_sort on search_plan_definition ((left("name", 100)), id);
create index search_plan_definition_title_sort on search_plan_definition ((left("title", 100)), id);

create table search_practitioner (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
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
  "family" text collate "C",
  "family_exact" text[] collate "C",
  "gender" text collate "C",
  "given" text collate "C",
  "given_exact" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "words" text collate "C"
);
create index search_practitioner_terms on search_practitioner using gin (terms, access, "address" gin_trgm_ops, "address_city" gin_trgm_ops, "address_country" gin_trgm_ops, "address_postalcode" gin_trgm_ops, "address_state" gin_trgm_ops, "family" gin_trgm_ops, "given" gin_trgm_ops, "name" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_practitioner_updated on search_practitioner ("updated", id);
create index search_practitioner_family_sort on search_practitioner ((left("family", 100)), id);
create index search_practitioner_given_sort on search_practitioner ((left("given", 100)), id);
create index search_practitioner_name_sort on search_practitioner ((left("name", 100)), id);

create table search_practitioner_role (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "active" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "organization" text collate "C",
  "practitioner" text collate "C",
  "words" text collate "C"
);
create index search_practitioner_role_terms on search_practitioner_role using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_practitioner_role_updated on search_practitioner_role ("updated", id);
create index search_practitioner_role_date_low on search_practitioner_role ("date_low", "date_high");
create index search_practitioner_role_date_high on search_practitioner_role ("date_high") where "date_high" is not null;

create table search_provenance (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "location" text collate "C",
  "recorded" timestamptz,
  "when_low" timestamptz,
  "when_high" timestamptz
);
create index search_provenance_terms on search_provenance using gin (terms, access) with (gin_pending_list_limit = 256);
create index search_provenance_updated on search_provenance ("updated", id);
create index search_provenance_recorded on search_provenance ("recorded", id);
create index search_provenance_when_low on search_provenance ("when_low", "when_high");
create index search_provenance_when_high on search_provenance ("when_high") where "when_high" is not null;

create table search_questionnaire (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "effective_low" timestamptz,
  "effective_high" timestamptz,
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_questionnaire_terms on search_questionnaire using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_questionnaire_updated on search_questionnaire ("updated", id);
create index search_questionnaire_context_quantity_low on search_questionnaire ("context_quantity_low", "context_quantity_high");
create index search_questionnaire_context_quantity_high on search_questionnaire ("context_quantity_high") where "context_quantity_high" is not null;
create index search_questionnaire_date_low on search_questionnaire ("date_low", "date_high");
create index search_questionnaire_date_high on search_questionnaire ("date_high") where "date_high" is not null;
create index search_questionnaire_effective_low on search_questionnaire ("effective_low", "effective_high");
create index search_questionnaire_effective_high on search_questionnaire ("effective_high") where "effective_high" is not null;
create index search_questionnaire_name_sort on search_questionnaire ((left("name", 100)), id);
create index search_questionnaire_title_sort on search_questionnaire ((left("title", 100)), id);

create table search_questionnaire_response (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "author" text collate "C",
  "authored_low" timestamptz,
  "authored_high" timestamptz,
  "encounter" text collate "C",
  "patient" text collate "C",
  "source" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_questionnaire_response_terms on search_questionnaire_response using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_questionnaire_response_updated on search_questionnaire_response ("updated", id);
create index search_questionnaire_response_authored_low on search_questionnaire_response ("authored_low", "authored_high");
create index search_questionnaire_response_authored_high on search_questionnaire_response ("authored_high") where "authored_high" is not null;

create table search_related_person (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
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
  "birthdate_low" timestamptz,
  "birthdate_high" timestamptz,
  "gender" text collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "patient" text collate "C",
  "words" text collate "C"
);
create index search_related_person_terms on search_related_person using gin (terms, access, "address" gin_trgm_ops, "address_city" gin_trgm_ops, "address_country" gin_trgm_ops, "address_postalcode" gin_trgm_ops, "address_state" gin_trgm_ops, "name" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_related_person_updated on search_related_person ("updated", id);
create index search_related_person_birthdate_low on search_related_person ("birthdate_low", "birthdate_high");
create index search_related_person_birthdate_high on search_related_person ("birthdate_high") where "birthdate_high" is not null;
create index search_related_person_name_sort on search_related_person ((left("name", 100)), id);

create table search_schedule (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "active" text collate "C",
  "date_low" timestamptz,
  "date_high" timestamptz,
  "last_seen" timestamptz,
  "words" text collate "C"
);
create index search_schedule_terms on search_schedule using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_schedule_updated on search_schedule ("updated", id);
create index search_schedule_date_low on search_schedule ("date_low", "date_high");
create index search_schedule_date_high on search_schedule ("date_high") where "date_high" is not null;
create index search_schedule_last_seen on search_schedule ("last_seen", id);

create table search_service_request (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "authored_low" timestamptz,
  "authored_high" timestamptz,
  "encounter" text collate "C",
  "intent" text collate "C",
  "occurrence_low" timestamptz,
  "occurrence_high" timestamptz,
  "patient" text collate "C",
  "priority" text collate "C",
  "requester" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_service_request_terms on search_service_request using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_service_request_updated on search_service_request ("updated", id);
create index search_service_request_authored_low on search_service_request ("authored_low", "authored_high");
create index search_service_request_authored_high on search_service_request ("authored_high") where "authored_high" is not null;
create index search_service_request_occurrence_low on search_service_request ("occurrence_low", "occurrence_high");
create index search_service_request_occurrence_high on search_service_request ("occurrence_high") where "occurrence_high" is not null;
create index search_service_request_subject_status on search_service_request ("subject", "status", id);
create index search_service_request_status_authored_low on search_service_request ("status", "authored_low", id);

create table search_slot (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "last_seen" timestamptz,
  "schedule" text collate "C",
  "start" timestamptz,
  "status" text collate "C",
  "words" text collate "C"
);
create index search_slot_terms on search_slot using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_slot_updated on search_slot ("updated", id);
create index search_slot_last_seen on search_slot ("last_seen", id);
create index search_slot_start on search_slot ("start", id);
create index search_slot_schedule_status_start on search_slot ("schedule", "status", "start", id);
create index search_slot_status_start on search_slot ("status", "start", id);

create table search_subscription (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "criteria" text collate "C",
  "criteria_exact" text[] collate "C",
  "payload" text collate "C",
  "status" text collate "C",
  "type" text collate "C",
  "url" text collate "C",
  "words" text collate "C"
);
create index search_subscription_terms on search_subscription using gin (terms, access, "criteria" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_subscription_updated on search_subscription ("updated", id);

create table search_task (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "answer_due" timestamptz,
  "authored_on_low" timestamptz,
  "authored_on_high" timestamptz,
  "encounter" text collate "C",
  "exam_due" timestamptz,
  "focus" text collate "C",
  "intent" text collate "C",
  "modified_low" timestamptz,
  "modified_high" timestamptz,
  "next_alert" timestamptz,
  "owner" text collate "C",
  "patient" text collate "C",
  "period_low" timestamptz,
  "period_high" timestamptz,
  "priority" text collate "C",
  "requester" text collate "C",
  "status" text collate "C",
  "subject" text collate "C",
  "words" text collate "C"
);
create index search_task_terms on search_task using gin (terms, access, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_task_updated on search_task ("updated", id);
create index search_task_answer_due on search_task ("answer_due", id);
create index search_task_authored_on_low on search_task ("authored_on_low", "authored_on_high");
create index search_task_authored_on_high on search_task ("authored_on_high") where "authored_on_high" is not null;
create index search_task_exam_due on search_task ("exam_due", id);
create index search_task_modified_low on search_task ("modified_low", "modified_high");
create index search_task_modified_high on search_task ("modified_high") where "modified_high" is not null;
create index search_task_next_alert on search_task ("next_alert", id);
create index search_task_period_low on search_task ("period_low", "period_high");
create index search_task_period_high on search_task ("period_high") where "period_high" is not null;
create index search_task_focus on search_task ("focus", id);
create index search_task_owner_status_priority_answer_due on search_task ("owner", "status", "priority", "answer_due", id);

create table search_capability_statement (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "fhirversion" text collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "software" text collate "C",
  "software_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_capability_statement_terms on search_capability_statement using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "software" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_capability_statement_updated on search_capability_statement ("updated", id);
create index search_capability_statement_context_quantity_low on search_capability_statement ("context_quantity_low", "context_quantity_high");
create index search_capability_statement_context_quantity_high on search_capability_statement ("context_quantity_high") where "context_quantity_high" is not null;
create index search_capability_statement_date_low on search_capability_statement ("date_low", "date_high");
create index search_capability_statement_date_high on search_capability_statement ("date_high") where "date_high" is not null;
create index search_capability_statement_name_sort on search_capability_statement ((left("name", 100)), id);
create index search_capability_statement_title_sort on search_capability_statement ((left("title", 100)), id);

create table search_code_system (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "content_mode" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "system" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_code_system_terms on search_code_system using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_code_system_updated on search_code_system ("updated", id);
create index search_code_system_context_quantity_low on search_code_system ("context_quantity_low", "context_quantity_high");
create index search_code_system_context_quantity_high on search_code_system ("context_quantity_high") where "context_quantity_high" is not null;
create index search_code_system_date_low on search_code_system ("date_low", "date_high");
create index search_code_system_date_high on search_code_system ("date_high") where "date_high" is not null;
create index search_code_system_name_sort on search_code_system ((left("name", 100)), id);
create index search_code_system_title_sort on search_code_system ((left("title", 100)), id);

create table search_concept_map (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_concept_map_terms on search_concept_map using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_concept_map_updated on search_concept_map ("updated", id);
create index search_concept_map_context_quantity_low on search_concept_map ("context_quantity_low", "context_quantity_high");
create index search_concept_map_context_quantity_high on search_concept_map ("context_quantity_high") where "context_quantity_high" is not null;
create index search_concept_map_date_low on search_concept_map ("date_low", "date_high");
create index search_concept_map_date_high on search_concept_map ("date_high") where "date_high" is not null;
create index search_concept_map_name_sort on search_concept_map ((left("name", 100)), id);
create index search_concept_map_title_sort on search_concept_map ((left("title", 100)), id);

create table search_operation_definition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "code" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "instance" text collate "C",
  "kind" text collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "system" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "type" text collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_operation_definition_terms on search_operation_definition using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_operation_definition_updated on search_operation_definition ("updated", id);
create index search_operation_definition_context_quantity_low on search_operation_definition ("context_quantity_low", "context_quantity_high");
create index search_operation_definition_context_quantity_high on search_operation_definition ("context_quantity_high") where "context_quantity_high" is not null;
create index search_operation_definition_date_low on search_operation_definition ("date_low", "date_high");
create index search_operation_definition_date_high on search_operation_definition ("date_high") where "date_high" is not null;
create index search_operation_definition_name_sort on search_operation_definition ((left("name", 100)), id);
create index search_operation_definition_title_sort on search_operation_definition ((left("title", 100)), id);

create table search_search_parameter (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "code" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "type" text collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_search_parameter_terms on search_search_parameter using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_search_parameter_updated on search_search_parameter ("updated", id);
create index search_search_parameter_context_quantity_low on search_search_parameter ("context_quantity_low", "context_quantity_high");
create index search_search_parameter_context_quantity_high on search_search_parameter ("context_quantity_high") where "context_quantity_high" is not null;
create index search_search_parameter_date_low on search_search_parameter ("date_low", "date_high");
create index search_search_parameter_date_high on search_search_parameter ("date_high") where "date_high" is not null;
create index search_search_parameter_name_sort on search_search_parameter ((left("name", 100)), id);

create table search_structure_definition (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "abstract" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "derivation" text collate "C",
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "experimental" text collate "C",
  "kind" text collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "type" text collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_structure_definition_terms on search_structure_definition using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_structure_definition_updated on search_structure_definition ("updated", id);
create index search_structure_definition_context_quantity_low on search_structure_definition ("context_quantity_low", "context_quantity_high");
create index search_structure_definition_context_quantity_high on search_structure_definition ("context_quantity_high") where "context_quantity_high" is not null;
create index search_structure_definition_date_low on search_structure_definition ("date_low", "date_high");
create index search_structure_definition_date_high on search_structure_definition ("date_high") where "date_high" is not null;
create index search_structure_definition_name_sort on search_structure_definition ((left("name", 100)), id);
create index search_structure_definition_title_sort on search_structure_definition ((left("title", 100)), id);

create table search_structure_map (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_structure_map_terms on search_structure_map using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_structure_map_updated on search_structure_map ("updated", id);
create index search_structure_map_context_quantity_low on search_structure_map ("context_quantity_low", "context_quantity_high");
create index search_structure_map_context_quantity_high on search_structure_map ("context_quantity_high") where "context_quantity_high" is not null;
create index search_structure_map_date_low on search_structure_map ("date_low", "date_high");
create index search_structure_map_date_high on search_structure_map ("date_high") where "date_high" is not null;
create index search_structure_map_name_sort on search_structure_map ((left("name", 100)), id);
create index search_structure_map_title_sort on search_structure_map ((left("title", 100)), id);

create table search_value_set (
  id text collate "C" primary key,
  access text[] collate "C" not null,
  updated timestamptz not null,
  terms text[] collate "C" not null,
  "_source" text collate "C",
  "context_quantity_low" numeric,
  "context_quantity_high" numeric,
  "context_quantity_each" jsonb,
  "context_type_quantity_each" jsonb,
  "context_type_value_each" jsonb,
  "date_low" timestamptz,
  "date_high" timestamptz,
  "description" text collate "C",
  "description_exact" text[] collate "C",
  "expansion" text collate "C",
  "name" text collate "C",
  "name_exact" text[] collate "C",
  "publisher" text collate "C",
  "publisher_exact" text[] collate "C",
  "status" text collate "C",
  "title" text collate "C",
  "title_exact" text[] collate "C",
  "url" text collate "C",
  "version" text collate "C",
  "words" text collate "C"
);
create index search_value_set_terms on search_value_set using gin (terms, access, "description" gin_trgm_ops, "name" gin_trgm_ops, "publisher" gin_trgm_ops, "title" gin_trgm_ops, "words" gin_trgm_ops) with (gin_pending_list_limit = 256);
create index search_value_set_updated on search_value_set ("updated", id);
create index search_value_set_context_quantity_low on search_value_set ("context_quantity_low", "context_quantity_high");
create index search_value_set_context_quantity_high on search_value_set ("context_quantity_high") where "context_quantity_high" is not null;
create index search_value_set_date_low on search_value_set ("date_low", "date_high");
create index search_value_set_date_high on search_value_set ("date_high") where "date_high" is not null;
create index search_value_set_name_sort on search_value_set ((left("name", 100)), id);
create index search_value_set_title_sort on search_value_set ((left("title", 100)), id);

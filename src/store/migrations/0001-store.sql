-- Needs btree_gist (trusted since PostgreSQL 13: the owner of the database may create it).
create extension if not exists btree_gist;

-- Change positions are (xact, seq): the writing transaction's number and a running number within it.
create sequence change_seq;

-- Added to PostgreSQL's transaction numbers, so that positions go on rising after a dump and restore.
create table epoch (
  base bigint not null
);
insert into epoch (base) values (0);

-- The current version of each resource, deleted ones too. `body` is the JSON text that is handed out.
create table resource (
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  updated timestamptz not null,
  deleted boolean not null,
  body text not null,
  access text[] not null,
  xact bigint not null,
  seq bigint not null,
  primary key (type, id)
);
create index resource_position on resource (xact, seq);
create index resource_type_position on resource (type, xact, seq);
create index resource_updated on resource (updated);

-- Versions that others have followed; `until` is when.
create table version (
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  updated timestamptz not null,
  until timestamptz not null,
  deleted boolean not null,
  body text not null,
  xact bigint not null,
  seq bigint not null,
  primary key (type, id, version)
);
create index version_position on version (xact, seq);
create index version_type_position on version (type, xact, seq);
create index version_updated on version (updated);

-- Business identifiers: one resource of a type has one.
create table identity (
  type text collate "C" not null,
  value text collate "C" not null,
  system text collate "C" not null,
  id text collate "C" not null,
  primary key (type, value, system)
);
create index identity_owner on identity (type, id);

-- Places of slots that are held or booked, and the people, rooms and machines that go with them.
create table occupancy (
  slot text collate "C" not null,
  place integer not null check (place > 0),
  appointment text collate "C" not null,
  during tstzrange not null check (not isempty(during)),
  resources text[] not null,
  primary key (slot, place)
);
create index occupancy_appointment on occupancy (appointment);

create table engagement (
  resource text collate "C" not null,
  during tstzrange not null,
  appointment text collate "C" not null,
  constraint engagement_overlap exclude using gist (resource with =, during with &&)
);
create index engagement_appointment on engagement (appointment);

-- What came in. `current`: the row by which its id is known again.
create table message (
  row uuid primary key,
  peer text not null,
  id text,
  kind text not null,
  received timestamptz not null,
  by text not null,
  raw bytea not null,
  status text not null check (status in ('transformed', 'filtered', 'error')),
  digest text not null,
  reason text,
  answer bytea,
  known_until timestamptz not null,
  current boolean not null
);
create unique index message_current on message (id, peer) where current;
create index message_received on message (received);
create index message_peer on message (peer, received);
create index message_status on message (status, received);

-- What leaves: in order within a lane, one at a time.
create table departure (
  row uuid primary key,
  seq bigint generated always as identity,
  peer text not null,
  lane text not null,
  kind text not null,
  about text[] not null,
  not_before timestamptz,
  status text not null check (status in ('queued', 'sent', 'parked', 'dead', 'cancelled')),
  attempts integer not null default 0,
  raw bytea,
  content_type text,
  last_error text,
  queued timestamptz not null,
  ended timestamptz,
  holder text,
  leased_until timestamptz
);
create index departure_queue on departure (peer, lane, seq) where status = 'queued';
create index departure_listed on departure (queued);
create index departure_peer on departure (peer, queued);
create index departure_status on departure (status, queued);

create table client (
  id text primary key,
  registration text not null,
  disabled_at timestamptz
);

-- Keys that may be used once only.
create table once (
  purpose text not null,
  key text not null,
  until timestamptz not null,
  primary key (purpose, key)
);
create index once_until on once (until);

create table lease (
  name text primary key,
  holder text not null,
  until timestamptz not null
);

create table memory (
  name text primary key,
  value text not null
);

-- Ends a statement and undoes it: another was quicker.
create function outrun() returns boolean language plpgsql as $$
begin
  raise exception 'another was quicker' using errcode = 'RL001';
end
$$;

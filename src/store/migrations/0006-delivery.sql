-- By what a message is found: `id=…`, `order=…`, `patient=…`, and the resources that it made or tells of: `ServiceRequest/…`.
alter table message add column keys text[] not null default '{}';
create index message_keys on message using gin (keys);
create index message_kind on message (kind, received);

-- `tried`: when it was last tried.
alter table departure
  add column keys text[] not null default '{}',
  add column tried timestamptz;
create index departure_keys on departure using gin (keys);
create index departure_kind on departure (kind, queued);
create index departure_ended on departure (peer, status, ended) where ended is not null;

-- Lines by which nothing leaves just now, or only what was there when it was asked to drain; all others are open.
create table line (
  peer text primary key,
  state text not null check (state in ('paused', 'draining', 'stopped')),
  drain_to bigint,
  reason text,
  by text not null,
  since timestamptz not null
);

-- When what waits may leave: put off, or in a hand whose lease ends.
create index departure_later on departure (peer, (greatest(not_before, leased_until)))
  where status = 'queued' and (not_before is not null or leased_until is not null);

-- What was tried last and did not get there.
create index departure_failed on departure (peer, tried desc)
  where last_error is not null and status <> 'sent' and tried is not null;

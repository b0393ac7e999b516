-- Clients that the territory's folder registers, and when it left one out that it had registered before.
alter table client
  add column from_folder boolean not null default false,
  add column left_out timestamptz;

-- Resources that others contain, as search sees them. A row counts while its container is at this version: whoever may see
-- the container, and when it was changed, is said there and nowhere else.
create table contained (
  container_type text collate "C" not null,
  container_id text collate "C" not null,
  version integer not null,
  -- Where it stands in the container's list, from 0.
  number integer not null,
  type text collate "C" not null,
  -- Its id within the container.
  id text collate "C" not null,
  terms text[] collate "C" not null,
  -- The columns of its type's search table, by their names.
  row jsonb not null,
  primary key (container_type, container_id, version, number)
);
create index contained_type on contained (type, id);
create index contained_terms on contained using gin (terms) with (gin_pending_list_limit = 256);

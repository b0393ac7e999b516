-- Who has signed in, by a digest of what the browser shows; and sign-ins that are under way. All gateways share them.
create table session (
  key text primary key,
  content text not null,
  until timestamptz not null
);
create index session_until on session (until);

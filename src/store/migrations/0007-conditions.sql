-- What is made by a condition that nothing fitted: how often that was done by each, so that two never do it at once.
create table condition (
  key text collate "C" primary key,
  number bigint not null,
  at timestamptz not null
);
create index condition_at on condition (at);

-- Ends a statement and undoes it: another has made what a condition found missing.
create function overtaken() returns boolean language plpgsql as $$
begin
  raise exception 'another has made what fits' using errcode = 'RL002';
end
$$;

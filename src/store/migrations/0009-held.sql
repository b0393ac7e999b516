-- How long it waited for a line that was held: none of the time until it is given up.
alter table departure add column held_ms bigint not null default 0;

-- Free places of a diary, those that are reserved apart from the others, by their beginning.

-- Whether a label of TRE_R314 keeps a slot from being everybody's.
create function is_reserved(terms text[]) returns boolean language sql immutable parallel safe return
  terms && array[
    '_security=https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau|CPTS',
    '_security=https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau|PRO',
    '_security=https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau|SNP'
  ];

create index search_slot_offers on search_slot (schedule, is_reserved(terms), start, id) where status = 'free';

-- The earliest free slots of some diaries, after a place in their order. `keys`: by diary, those of which a slot must have
-- one to be seen, with a blank between them; null: whatever it has. Of each diary so many are read, and no more: by the
-- index, in its order, whatever the planner thinks of it.
create function earliest_offers(
  diaries text[], keys text[], reserved boolean, exams text[],
  after_start timestamptz, after_id text, until timestamptz, most integer
) returns table (id text, start timestamptz) language plpgsql stable
set enable_bitmapscan = off
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $$
declare
  eyes text[];
begin
  for n in 1 .. cardinality(diaries) loop
    eyes := string_to_array(keys[n], ' ');
    return query
      select s.id, s.start from search_slot s
      where s.schedule = diaries[n] and s.status = 'free' and is_reserved(s.terms) = reserved
        and (s.start, s.id) > (after_start, after_id) and s.start < until
        and (eyes is null or s.access && eyes)
        and (exams is null or s.terms && exams)
      order by s.start, s.id limit most;
  end loop;
end
$$;

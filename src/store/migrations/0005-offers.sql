-- Free places of a diary, those that are reserved apart from the others, by their beginning.

-- Whether a label of TRE_R314 keeps a slot from being everybody's.
create function is_reserved(terms text[]) returns boolean language sql immutable parallel safe return
  terms && array[
    '_security=https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau|CPTS',
    '_security=https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau|PRO',
    '_security=https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau|SNP'
  ];

create index search_slot_offers on search_slot (schedule, is_reserved(terms), start, id) where status = 'free';

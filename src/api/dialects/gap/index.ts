import type { Base } from '../../base.ts'
import { create } from '../../interactions/create.ts'
import { read } from '../../interactions/read.ts'
import { searchByPost, searchType } from '../../interactions/search-type.ts'
import { conditionalUpdate } from '../../interactions/update.ts'
import { searchedFor } from '../../searching.ts'
import { createAppointment, updateAppointment } from './appointments.ts'
import { searchedAsGap } from './search.ts'

const types = [
  'Appointment',
  'Device',
  'HealthcareService',
  'Location',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Schedule',
  'Slot',
]

/** Shared diaries by the CI-SIS, flows 4 to 6; 1 to 3 are a centre's own, on `/fhir`. Source: ANS, GAP 3.0.0. */
export const gap: Base = {
  path: '/gap',
  name: 'RelaisGap',
  title: 'Relais, shared diaries (gestion d’agendas partagés)',
  description:
    'Availability (4a, 5a), appointments (4b, 5b), and their making and changing (6a, 6b). Resources are in FR Core 2.2.0, on which the guide builds.',
  interactions: [
    { ...read, types },
    { ...searchType, types, handle: (call) => searchedAsGap(call, call.query) },
    { ...searchByPost, types, handle: async (call) => searchedAsGap(call, await searchedFor(call)) },
    { ...create, types: ['Appointment'], handle: createAppointment },
    { ...conditionalUpdate, types: ['Appointment'], handle: updateAppointment },
  ],
  operations: [],
  types,
  profiles: {
    Slot: ['https://interop.esante.gouv.fr/ig/fhir/gap/StructureDefinition/gap-fr-slot'],
    Schedule: ['https://interop.esante.gouv.fr/ig/fhir/gap/StructureDefinition/gap-fr-schedule'],
    Appointment: ['https://interop.esante.gouv.fr/ig/fhir/gap/StructureDefinition/gap-fr-appointment'],
  },
}

import type { Base } from '../../base.ts'
import { patch } from '../../interactions/patch.ts'
import { read } from '../../interactions/read.ts'
import { searchByPost, searchedFor, searchType } from '../../interactions/search-type.ts'
import { operationRoutesOf } from '../../operations/route.ts'
import { inForm } from '../in-form.ts'
import { withoutEmpty } from '../without-empty.ts'
import { book } from './book.ts'
import { asIsik, profiles } from './forms.ts'
import { patchAppointment } from './patch.ts'
import { searchedAsIsik } from './search.ts'

const types = ['Appointment', 'HealthcareService', 'Location', 'Patient', 'Practitioner', 'Schedule', 'Slot']

/** The diaries as hospitals in Germany ask for them. Source: gematik, ISiK Terminplanung 4.0.0. */
export const isik: Base = {
  path: '/isik',
  name: 'RelaisIsik',
  title: 'Relais, diaries by ISiK Terminplanung',
  description:
    'Diaries, slots and appointments in the form of ISiK Terminplanung. JSON only: XML is refused with 406 and 415. The one specialty of all diaries is radiology.',
  interactions: [
    inForm(read, types, asIsik),
    inForm({ ...searchType, handle: (call) => searchedAsIsik(call, call.query) }, types, asIsik),
    inForm(
      { ...searchByPost, handle: async (call) => searchedAsIsik(call, await searchedFor(call)) },
      types,
      asIsik,
    ),
    inForm({ ...patch, handle: patchAppointment }, ['Appointment'], asIsik),
    ...operationRoutesOf([book]),
  ],
  operations: [book],
  types,
  instantiates: [
    'https://gematik.de/fhir/isik/CapabilityStatement/ISiKCapabilityStatementTerminplanungServer',
  ],
  profiles: Object.fromEntries(Object.entries(profiles).map(([type, url]) => [type, [url]])),
  meant: withoutEmpty,
}

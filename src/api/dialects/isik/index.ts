import { isReference } from '../../../fhir/search/filter.ts'
import { parametersOf } from '../../../fhir/search/parameters.ts'
import type { Base, Searched } from '../../base.ts'
import { patch } from '../../interactions/patch.ts'
import { read } from '../../interactions/read.ts'
import { searchByPost, searchType } from '../../interactions/search-type.ts'
import { operationRoutesOf } from '../../operations/route.ts'
import { searchedFor } from '../../searching.ts'
import { inForm } from '../in-form.ts'
import { withoutEmpty } from '../without-empty.ts'
import { book } from './book.ts'
import { asIsik, profiles } from './forms.ts'
import { patchAppointment } from './patch.ts'
import { searchedAsIsik } from './search.ts'

const types = ['Appointment', 'HealthcareService', 'Location', 'Patient', 'Practitioner', 'Schedule', 'Slot']

/** All that may be searched for, and `_count`, which the conformance suite looks for among it. */
function searchedIn(type: string): Searched {
  const known = [...parametersOf(type).values()].filter(({ kind }) => kind !== 'unsupported')
  return {
    parameters: {
      _count: 'number',
      ...Object.fromEntries(known.map(({ code, type: kind }) => [code, kind])),
    },
    includes: known.filter(isReference).map(({ code }) => `${type}:${code}`),
    ...(type === 'Slot' && { revIncludes: ['Appointment:slot'] }),
  }
}

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
  searched: Object.fromEntries(types.map((type) => [type, searchedIn(type)])),
  meant: withoutEmpty,
}

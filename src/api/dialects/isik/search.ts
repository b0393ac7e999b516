import { readableTypes, restrictionsOf } from '../../../auth/gate.ts'
import type { Filter } from '../../../fhir/search/filter.ts'
import { parseSearch } from '../../../fhir/search.ts'
import type { Answer } from '../../answer.ts'
import { type Call, typeOf } from '../../call.ts'
import { searched } from '../../interactions/search-type.ts'
import { radiology } from './forms.ts'

/** What a search of ISiK's finds, counted. Source: ISiK Terminplanung 4.0.0, interactions. */
export function searchedAsIsik(call: Call, query: URLSearchParams): Promise<Answer> {
  const type = typeOf(call)
  const asked = meant(type, query)
  if (!asked.has('_total')) asked.set('_total', 'accurate')
  return searched(call, asked, type === 'Slot' ? [pastOnlyIfBooked(call)] : [])
}

/** The same query in the names of the parameters here, without what holds of all: the specialty of the diaries. */
function meant(type: string, query: URLSearchParams): URLSearchParams {
  const pairs = [...query]
    .map(([name, value]): [string, string] => [nameHere(type, name), value])
    .filter(([name, value]) => !(isSpecialty(name) && isOurs(value)))
  return new URLSearchParams(pairs)
}

/** ISiK calls a service's type `type`; FR Core keeps a diary's exams where R4's own parameter does not look. */
function nameHere(type: string, name: string): string {
  const renamed = name.replace(/\bHealthcareService\.type\b/, 'HealthcareService.service-type')
  if (type === 'Schedule') return renamed.replace(/^service-type(?=:|$)/, 'exam')
  if (type === 'HealthcareService') return renamed.replace(/^type(?=:|$)/, 'service-type')
  return renamed.replace(/^schedule\.service-type(?=:|$)/, 'schedule.exam')
}

const isSpecialty = (name: string) => name === 'specialty' || name === 'schedule.specialty'
const isOurs = (value: string) =>
  value
    .split(',')
    .some((token) => token === radiology.code || token === `${radiology.system}|${radiology.code}`)

/** Past slots that no appointment is in are not given. */
function pastOnlyIfBooked({ house, permit }: Call): Filter {
  const now = house.clock().toISOString()
  const isOpen = readableTypes(permit).includes('Appointment') && !restrictionsOf(permit, 'Appointment', 's')
  const filters = (name: string, value: string) =>
    parseSearch('Slot', new URLSearchParams([[name, value]])).search.filters
  return {
    is: 'either',
    any: [
      filters('start', `ge${now}`),
      // Who may not ask for appointments is not told of them this way either.
      ...(isOpen ? [filters('_has:Appointment:slot:status:not', 'entered-in-error')] : []),
    ],
  }
}

import { failure } from '../../../fhir/outcome.ts'
import type { Answer } from '../../answer.ts'
import type { Base } from '../../base.ts'
import { type Call, typeOf } from '../../call.ts'
import type { Interaction } from '../../interactions/interaction.ts'
import { withoutEmpty } from '../without-empty.ts'
import { searchDiaries, searchSlots } from './answers.ts'
import { profiles } from './forms.ts'

const searches: Readonly<Record<string, (call: Call) => Promise<Answer>>> = {
  Slot: searchSlots,
  Schedule: searchDiaries,
}

/** Of slots, or of diaries with slots: the only questions that the aggregator asks. */
const search: Interaction = {
  codes: ['search-type'],
  method: 'GET',
  path: '/:type',
  types: Object.keys(searches),
  letter: 's',
  handle(call) {
    const answered = searches[typeOf(call)]
    if (!answered) throw failure('not-found', 'The aggregator searches slots and diaries.')
    return answered(call)
  },
}

/** The national aggregator of the service d'accès aux soins asks, and this base answers. Source: SAS 1.2.0. */
export const sas: Base = {
  path: '/sas',
  name: 'RelaisSas',
  title: 'Relais, slots for the service d’accès aux soins',
  description:
    'Free slots in the form of the SAS aggregator, in its three questions: professionals (INT_R01), communities (INT_R04) and fixed centres. Callers show an access token; client certificates are for the proxy in front to check.',
  interactions: [search],
  operations: [],
  types: Object.keys(searches),
  profiles: {
    Slot: [profiles.slot, profiles.slotCpts, profiles.slotSos],
    Schedule: [profiles.schedule, profiles.scheduleSos],
  },
  searched: {
    Slot: {
      parameters: { start: 'date', status: 'token', 'schedule.actor:Practitioner.identifier': 'token' },
      includes: [
        'Slot:schedule',
        'Schedule:actor',
        'Slot:service-type-reference',
        'HealthcareService:organization',
      ],
    },
    Schedule: {
      parameters: {
        '_has:Slot:schedule:start': 'date',
        '_has:Slot:schedule:status': 'token',
        'actor:Location.organization.identifier': 'token',
      },
      includes: ['Schedule:actor:Location', 'Location:organization'],
      revIncludes: ['Slot:schedule'],
    },
  },
  mediaTypes: { 'application/json+fhir': 'application/fhir+json' },
  meant: withoutEmpty,
}

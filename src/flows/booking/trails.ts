import type { BusinessKey } from '../../fhir/business-key.ts'
import type { Trail, Way } from '../../store/index.ts'
import { type ForWhom, slotsOf, type Wanted } from './facts.ts'

/*
 * Where the steps of a booking look: all of it is read in one statement before the step begins. A step that looks
 * further reads on, and costs a round trip more.
 */

const ofSlot: readonly Way[] = [{ named: 'schedule' }, { places: true }]

/** The doctor who asks, by name or in a role; what supports the request, and what was answered to it. */
const told: readonly Way[] = [
  { named: 'requester', ways: [{ named: 'practitioner' }] },
  { named: 'supportingInfo' },
  { named: 'reasonReference' },
  { naming: 'Observation?based-on' },
  { naming: 'QuestionnaireResponse?based-on' },
]

const ofAlone: readonly Way[] = [{ named: 'slot', ways: [{ places: true }] }, { naming: 'Task?focus' }]

/** With the one that takes its place, or that it takes the place of. */
const ofGiven: readonly Way[] = [
  ...ofAlone,
  { named: 'extension.valueReference' },
  { named: 'basedOn', ways: [{ naming: 'Appointment?based-on', ways: ofAlone }, { naming: 'Task?focus' }] },
]

const ofRequest: readonly Way[] = [
  { named: 'subject' },
  { naming: 'Task?focus' },
  { naming: 'Appointment?based-on' },
]

/** Around places that are wanted. */
export const aroundWanted = (wanted: Wanted, isTold: boolean): Trail[] => [
  ...slotsOf(wanted).map((id) => ({ from: `Slot/${id}`, ways: ofSlot })),
  ...aroundWhom(wanted, isTold),
]

/** Around those for whom something is wanted. */
export const aroundWhom = ({ request, patient }: ForWhom, isTold: boolean): Trail[] => [
  ...(request
    ? [{ from: `ServiceRequest/${request}`, ways: isTold ? [...ofRequest, ...told] : ofRequest }]
    : []),
  ...(patient ? [{ from: `Patient/${patient}` }] : []),
]

/** Around an appointment that is to be booked. */
export const aroundHeld = (appointment: string): Trail[] => [
  {
    from: `Appointment/${appointment}`,
    ways: [
      { named: 'slot', ways: ofSlot },
      { named: 'basedOn', ways: [...ofRequest, ...told] },
      { named: 'participant.actor' },
    ],
  },
]

/** Around an appointment that another takes the place of. */
export const aroundReplaced = (appointment: string): Trail[] => [{ from: `Appointment/${appointment}` }]

/** Around an appointment of which its centre says something. */
export const aroundAnswered = (appointment: string, numbers: readonly BusinessKey[]): Trail[] => [
  {
    from: `Appointment/${appointment}`,
    ways: [
      { named: 'slot', ways: [{ places: true }] },
      { naming: 'Task?focus' },
      { named: 'basedOn', ways: [{ naming: 'Task?focus' }, { named: 'subject' }, ...told] },
      { named: 'extension.valueReference', ways: ofAlone }, // the one that it takes the place of
    ],
  },
  ...numbers.map((number) => ({ carrying: 'Appointment' as const, ...number })),
]

/** Around an appointment that is given up. */
export const aroundGiven = (appointment: string): Trail[] => [
  { from: `Appointment/${appointment}`, ways: ofGiven },
]

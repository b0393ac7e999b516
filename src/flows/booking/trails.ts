import type { Trail, Way } from '../../store/index.ts'
import type { Wanted } from './facts.ts'

/*
 * Where the steps of a booking look: all of it is read in one statement before the step begins. A step that looks
 * further reads on, and costs a round trip more.
 */

const ofSlot: readonly Way[] = [{ named: 'schedule' }, { places: true }]

/** The doctor who asks, by name or in a role; what supports the request, and what was answered to it. */
const told: readonly Way[] = [
  { named: 'requester', ways: [{ named: 'practitioner' }] },
  { named: 'supportingInfo' },
  { naming: 'Observation?based-on' },
]

const ofRequest: readonly Way[] = [
  { named: 'subject' },
  { naming: 'Task?focus' },
  { naming: 'Appointment?based-on' },
]

/** Around a place that is wanted. */
export const aroundWanted = ({ slot, request, patient }: Wanted, isTold: boolean): Trail[] => [
  { from: `Slot/${slot}`, ways: ofSlot },
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

/** Around an appointment of which its centre says something. */
export const aroundAnswered = (appointment: string): Trail[] => [
  {
    from: `Appointment/${appointment}`,
    ways: [
      { named: 'slot', ways: [{ places: true }] },
      { naming: 'Task?focus' },
      { named: 'basedOn', ways: [{ naming: 'Task?focus' }, ...told] },
    ],
  },
]

/** Around an appointment that is given up. */
export const aroundGiven = (appointment: string): Trail[] => [
  {
    from: `Appointment/${appointment}`,
    ways: [{ named: 'slot', ways: [{ places: true }] }, { naming: 'Task?focus' }],
  },
]

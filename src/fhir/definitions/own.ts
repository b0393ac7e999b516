import type { SearchParameter } from '@medplum/fhirtypes'
import { canonical, extensions, frCore } from '../canonical.ts'
import { r5 } from '../cross-version.ts'

/** The project's own search parameters, each over an extension. */
export const ownParameters: readonly SearchParameter[] = [
  own('held-until', 'date', ['Appointment'], extensions.heldUntil, 'dateTime', 'Until when the hold lasts.'),
  own(
    'last-seen',
    'date',
    ['Schedule', 'Slot'],
    extensions.lastSeen,
    'instant',
    'When its source last said so.',
  ),
  own(
    'flag',
    'token',
    ['ServiceRequest', 'Task'],
    extensions.flag,
    'CodeableConcept',
    'What is missing or unusual.',
  ),
  own('next-alert', 'date', ['Task'], extensions.nextAlert, 'instant', 'When its clocks are looked at next.'),
  own('clock-alert', 'token', ['Task'], extensions.clockAlert, 'CodeableConcept', 'What its clocks warn of.'),
  due('answer', 'When the prescriber is to be answered.'),
  due('exam', 'When the exam is to begin.'),
  {
    ...declared(
      'exam',
      'token',
      'Schedule',
      'An exam that the diary is for: FR Core keeps it in an extension.',
    ),
    expression: `Schedule.extension.where(url='${frCore.serviceTypeDuration}').extension.where(url='serviceType').value.ofType(CodeableConcept)`,
  },
]

const gap = 'https://interop.esante.gouv.fr/ig/fhir/gap/SearchParameter'

/** Search parameters that the guides of dialects define, by their own canonicals. */
export const dialectParameters: readonly SearchParameter[] = [
  {
    ...declared('service-type-reference', 'reference', 'Slot', 'The service that the slot is offered by.'),
    url: 'https://interop.esante.gouv.fr/ig/fhir/sas/SearchParameter/cptsslot-sp-servicetype',
    expression: `Slot.serviceType.extension.where(url='${r5.slotServiceType}').value.ofType(Reference)`,
    target: ['HealthcareService'],
  },
  {
    ...declared('created', 'date', 'Appointment', 'When it was first made.'),
    url: `${gap}/GAP-Appointment-created`,
    expression: 'Appointment.created',
  },
  {
    ...declared('description', 'string', 'Appointment', 'What is written on the subject line.'),
    url: `${gap}/GAP-Appointment-description`,
    expression: 'Appointment.description',
  },
  {
    ...declared('priority', 'token', 'Appointment', 'How urgent it is.'),
    url: `${gap}/GAP-Appointment-priority`,
    expression: 'Appointment.priority',
  },
  {
    ...declared('start', 'date', 'Appointment', 'When it begins.'),
    url: `${gap}/GAP-Appointment-earliestStart`,
    expression: 'Appointment.start',
  },
]

function declared(
  code: string,
  type: SearchParameter['type'],
  base: 'Appointment' | 'Schedule' | 'Slot' | 'Task',
  description: string,
) {
  return {
    resourceType: 'SearchParameter',
    id: code,
    url: `${canonical}/SearchParameter/${code}`,
    name: code,
    status: 'active',
    description,
    code,
    base: [base],
    type,
  } satisfies SearchParameter
}

/** When one of the two clocks of a request is over. */
function due(name: 'answer' | 'exam', description: string): SearchParameter {
  const clock = `Task.extension.where(url='${extensions.clock}' and extension.where(url='name').value = '${name}')`
  return {
    ...declared(`${name}-due`, 'date', 'Task', description),
    expression: `${clock}.extension.where(url='due').value.ofType(instant)`,
  }
}

function own(
  code: string,
  type: 'date' | 'token',
  base: SearchParameter['base'],
  extension: string,
  valueType: string,
  description: string,
): SearchParameter {
  return {
    resourceType: 'SearchParameter',
    id: code,
    url: `${canonical}/SearchParameter/${code}`,
    name: code,
    status: 'active',
    description,
    code,
    base,
    type,
    expression: base
      .map((name) => `${name}.extension.where(url='${extension}').value.ofType(${valueType})`)
      .join(' | '),
  }
}

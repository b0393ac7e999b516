import type { SearchParameter } from '@medplum/fhirtypes'
import { canonical, extensions } from '../canonical.ts'

/** The project's own search parameters, each over one of its extensions. */
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
]

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

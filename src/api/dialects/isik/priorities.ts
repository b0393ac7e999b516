import type { Appointment, Extension } from '@medplum/fhirtypes'
import { failure } from '../../../fhir/outcome.ts'

/*
 * ISiK codes how urgent an appointment is by SNOMED CT, in an extension of a priority that has no value; here it is a
 * number of iCalendar's, 1 the highest.
 *
 * Source: gematik, ISiK Terminplanung 4.0.0, ISiKTerminPriorityExtension; RFC 5545, 3.8.1.9.
 */

const url = 'https://gematik.de/fhir/isik/StructureDefinition/ISiKTerminPriorityExtension'
const snomed = 'http://snomed.info/sct'

const emergency = { code: '25876001', display: 'Emergency' }
const high = { code: '394849002', display: 'High priority' }
const normal = { code: '394848005', display: 'Normal priority' }

/** The number of each code. */
const numbers: ReadonlyMap<string | undefined, number> = new Map([
  [emergency.code, 1],
  [high.code, 3],
  [normal.code, 5],
])

/** A number as ISiK codes it. */
export function priorityOf(priority: number): Extension {
  const coded = priority === 1 ? emergency : priority > 1 && priority < 5 ? high : normal
  return { url, valueCodeableConcept: { coding: [{ system: snomed, ...coded }] } }
}

/** How urgent an appointment is that is sent; nothing when it does not say. Fails: code-invalid. */
export function urgencyIn(sent: Appointment): Pick<Appointment, 'priority'> {
  const { _priority: beside } = sent as { _priority?: { extension?: Extension[] } } // the types leave such elements out
  const said = beside?.extension?.find((one) => one.url === url)?.valueCodeableConcept?.coding ?? []
  const code = said.find(({ system }) => system === snomed)?.code
  if (code === undefined) return {}
  const priority = numbers.get(code)
  if (priority !== undefined) return { priority }
  const known = [...numbers.keys()].join(', ')
  throw failure(
    'code-invalid',
    `A priority is one of SNOMED CT's ${known}.`,
    'Appointment.priority.extension',
  )
}

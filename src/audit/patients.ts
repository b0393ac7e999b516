import type { Reference, Resource } from '@medplum/fhirtypes'

/** References to the patients that a resource is about, itself included, without version. */
export function patientsOf(resource: Resource): string[] {
  const own = resource.resourceType === 'Patient' && resource.id ? [`Patient/${resource.id}`] : []
  return [
    ...new Set([...own, ...subjectsOf(resource).filter((reference) => reference.startsWith('Patient/'))]),
  ]
}

/** Elements by which R4 resources say whom they are about. Source: FHIR R4, compartmentdefinition-patient. */
const elements = ['subject', 'patient', 'for', 'beneficiary', 'individual'] as const

function subjectsOf(resource: Resource): string[] {
  // Any resource, looked at by element name: what is not there is undefined.
  const by = resource as unknown as Readonly<Record<string, Reference | undefined>>
  const named = elements.flatMap((element) => by[element]?.reference ?? [])
  return [...named, ...participantsOf(resource)]
}

function participantsOf(resource: Resource): string[] {
  if (resource.resourceType !== 'Appointment') return []
  return resource.participant.flatMap(({ actor }) => actor?.reference ?? [])
}

import type {
  Appointment,
  Communication,
  Patient,
  Resource,
  ServiceRequest,
  Slot,
  Task,
} from '@medplum/fhirtypes'

/** What a departure tells of, by name: what outward maps read. */
export interface About {
  appointment?: Appointment
  request?: ServiceRequest
  patient?: Patient
  slot?: Slot
  communication?: Communication
  task?: Task
  /** All of it, in the departure's order. */
  resources: readonly Resource[]
}

const names = {
  Appointment: 'appointment',
  ServiceRequest: 'request',
  Patient: 'patient',
  Slot: 'slot',
  Communication: 'communication',
  Task: 'task',
} as const

/** Names the resources that a departure tells of: of several of one type, the first. */
export function aboutOf(resources: readonly Resource[]): About {
  const named = resources.flatMap((resource) => {
    const name = names[resource.resourceType as keyof typeof names]
    return name ? [[name, resource] as const] : []
  })
  // Each is named by its own type.
  return { ...(Object.fromEntries(named.reverse()) as Omit<About, 'resources'>), resources }
}

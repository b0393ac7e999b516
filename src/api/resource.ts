import type { Resource } from '@medplum/fhirtypes'
import { failure } from '../fhir/outcome.ts'

/** What was sent, as a resource of the expected type; the rest is for the validator to judge. Fails: structure. */
export function resourceOf(sent: unknown, type: string, place = type): Resource {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    throw failure('structure', `A ${type} is a JSON object.`, place)
  }
  if (!('resourceType' in sent) || sent.resourceType !== type) {
    throw failure(
      'structure',
      `This is the place for a ${type}: its resourceType says so.`,
      `${place}.resourceType`,
    )
  }
  return sent as Resource // an object of this type; the validator looks at everything in it
}

/** Refuses an update whose resource does not say the id that is updated. Fails: value. */
export function expectId(
  { resourceType, id }: Resource,
  expected: string,
  place: string = resourceType,
): void {
  if (id !== expected) throw failure('value', 'The resource carries the id of its address.', `${place}.id`)
}

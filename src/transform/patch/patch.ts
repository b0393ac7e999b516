import type { Resource } from '@medplum/fhirtypes'

/** A change of some elements: gives the resource as it is to be, and leaves the one it is given as it is. Fails: business-rule. */
export type Patch = (resource: Resource) => Resource

import type { Identifier, Patient, Reference, Resource, ServiceRequest } from '@medplum/fhirtypes'
import { frCore, systems } from '../fhir/canonical.ts'
import { failure } from '../fhir/outcome.ts'
import type { Kept } from '../store/index.ts'

/** Says where things are and who works there: the territory's, and the same for all. */
const directory: ReadonlySet<string> = new Set([
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Location',
  'HealthcareService',
  'Endpoint',
])

export const isDirectory = ({ resourceType }: Pick<Resource, 'resourceType'>) => directory.has(resourceType)

const isDiary = ({ resourceType }: Resource) => resourceType === 'Slot' || resourceType === 'Schedule'

const versionOf = ({ meta: { versionId, lastUpdated } }: Kept) => ({ versionId, lastUpdated })

/** What a known resource becomes when a message names it again. A message names the directory, it does not change it. */
export function renewed(incoming: Resource, known: Kept | undefined): Resource {
  if (!known) return incoming
  if (isDirectory(incoming)) return known
  // Each was found by its own type.
  if (incoming.resourceType === 'Patient') return samePerson(incoming, known as Kept<Patient>)
  if (incoming.resourceType === 'ServiceRequest') return sameRequest(incoming, known as Kept<ServiceRequest>)
  // For whom a place is may change where it comes from.
  if (isDiary(incoming)) return { ...incoming, meta: { ...incoming.meta, ...versionOf(known) } }
  return { ...incoming, meta: { ...incoming.meta, ...known.meta } }
}

/**
 * A patient named again: identifiers are gathered, what is newly said replaces what was said,
 * but an identity that is qualified is not replaced by one that is not.
 *
 * Fails: conflict when the two have different national identifiers, for then they are two people.
 */
export function samePerson(incoming: Patient, known: Kept<Patient>): Patient {
  refuseOtherPerson(incoming, known)
  const identifier = gathered(incoming.identifier, superseded(known.identifier, incoming))
  const keeps = isQualified(known) && !isQualified(incoming)
  const extension = keeps
    ? byUrl(known.extension, incoming.extension)
    : byUrl(incoming.extension, known.extension)
  return {
    ...known,
    ...incoming,
    ...(keeps && traitsOf(known)),
    id: known.id,
    meta: known.meta,
    ...(identifier.length > 0 && { identifier }),
    ...(extension.length > 0 && { extension }),
  }
}

/** What an identity is made of, besides its identifiers and the place of birth. Source: référentiel INS, france.md 1.5. */
const traitsOf = ({ name, gender, birthDate, _birthDate }: Patient & { _birthDate?: unknown }) => ({
  ...(name && { name }),
  ...(gender && { gender }),
  ...(birthDate && { birthDate }),
  ...(_birthDate !== undefined && { _birthDate }),
})

/** Those of the first, and of the second what the first does not speak of. */
function byUrl(first: Patient['extension'] = [], second: Patient['extension'] = []) {
  const urls = new Set(first.map(({ url }) => url))
  return [...first, ...second.filter(({ url }) => !urls.has(url))]
}

const keyOf = ({ system, value }: Identifier) => `${system}|${value}`

function gathered(incoming: readonly Identifier[] = [], known: readonly Identifier[] = []): Identifier[] {
  const names = new Set(known.map(keyOf))
  return [...known, ...incoming.filter((identifier) => !names.has(keyOf(identifier)))]
}

/** National identifiers: NIR, NIA, and those for tests and demonstrations. */
const national: ReadonlySet<string | undefined> = new Set([
  systems.insNir,
  systems.insNia,
  systems.insNirTest,
  systems.insNirDemo,
])
const nationalOf = ({ identifier = [] }: Patient) =>
  identifier.filter(({ system, use }) => national.has(system) && use !== 'old' && use !== 'temp')

function refuseOtherPerson(incoming: Patient, known: Patient): void {
  const before = nationalOf(known)
  const isOther = ({ system, value }: Identifier) =>
    before.some((one) => one.system === system && one.value !== value)
  if (!nationalOf(incoming).some(isOther)) return
  throw failure(
    'conflict',
    'An identifier of this patient belongs to a patient with another INS. Check the identity, then send it again.',
    'Patient.identifier',
  )
}

/** Who is given an NIR had an NIA before: of several national identifiers, one is official. Source: FR Core 2.2.0, fr-core-2. */
function superseded(known: readonly Identifier[] = [], incoming: Patient): Identifier[] {
  const now = isQualified(incoming) ? nationalOf(incoming) : []
  const isBefore = (identifier: Identifier) =>
    now.length > 0 &&
    national.has(identifier.system) &&
    identifier.use === 'official' &&
    !now.some((one) => keyOf(one) === keyOf(identifier))
  return known.map((identifier) => (isBefore(identifier) ? { ...identifier, use: 'old' } : identifier))
}

/** A national identifier is carried by a qualified identity; one whose status says otherwise is none. Source: france.md 1.5. */
function isQualified(patient: Patient): boolean {
  const status = patient.extension
    ?.find(({ url }) => url === frCore.identityReliability)
    ?.extension?.find(({ url }) => url === 'identityStatus')?.valueCoding?.code
  return nationalOf(patient).length > 0 && (status === undefined || status === 'VALI')
}

/**
 * A request named again: what is newly said replaces what was said; the numbers that others gave it, and what was
 * answered to it since, stay.
 */
function sameRequest(incoming: ServiceRequest, known: Kept<ServiceRequest>): ServiceRequest {
  const identifier = gathered(incoming.identifier, known.identifier)
  const supportingInfo = united(incoming.supportingInfo, known.supportingInfo)
  return {
    ...incoming,
    meta: { ...incoming.meta, ...known.meta },
    ...(identifier.length > 0 && { identifier }),
    ...(supportingInfo.length > 0 && { supportingInfo }),
  }
}

function united(incoming: readonly Reference[] = [], known: readonly Reference[] = []): Reference[] {
  const names = new Set(incoming.map(({ reference }) => reference))
  return [...incoming, ...known.filter(({ reference }) => !names.has(reference))]
}

import type {
  CodeableConcept,
  Coding,
  ContactPoint,
  HealthcareService,
  Identifier,
  Location,
  Organization,
  Practitioner,
  PractitionerRole,
  Resource,
  Schedule,
  Slot,
} from '@medplum/fhirtypes'
import { systems } from '../../../fhir/canonical.ts'
import { r5 } from '../../../fhir/cross-version.ts'
import { instantIn } from '../../../fhir/zone.ts'
import { professionalNumber, structureNumber } from './identifiers.ts'

/*
 * The directory and the diaries as the aggregator has them: FR Core 1.1.0 with its own constraints, where /fhir keeps
 * FR Core 2.2.0. Whatever cannot be put so is undefined: an entry that breaks its profile is worse than none.
 *
 * Source: SAS 1.2.0, profiles of the aggregator; kit of the ANS, requirements agg-psindiv 1 to 49.
 */

const professional = 'http://sas.fr/fhir/StructureDefinition'
const community = 'https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition'

/** Canonical URLs of the profiles. */
export const profiles = {
  slot: `${professional}/FrSlotAgregateur`,
  schedule: `${professional}/FrScheduleAgregateur`,
  practitioner: `${professional}/FrPractitionerAgregateur`,
  role: `${professional}/FrPractitionerRoleExerciceAgregateur`,
  location: `${professional}/FrLocationAgregateur`,
  bundle: `${professional}/BundleAgregateur`,
  slotCpts: `${community}/sas-cpts-slot-aggregator`,
  service: `${community}/sas-cpts-healthcareservice-aggregator`,
  organizationCpts: `${community}/sas-cpts-organization-aggregator`,
  bundleCpts: `${community}/sas-cpts-bundle-aggregator`,
  slotSos: `${community}/sas-sos-slot-aggregator`,
  scheduleSos: `${community}/sas-sos-schedule-aggregator`,
  locationSos: `${community}/sas-sos-location-aggregator`,
  organizationSos: `${community}/sas-sos-organization-aggregator`,
  bundleSos: `${community}/sas-sos-bundle-aggregator`,
} as const

const identifierType = 'http://interopsante.org/fhir/CodeSystem/fr-v2-0203'
const locationIdentifierType = 'http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type'
const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const specialties =
  'https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale'
const radiology: Coding = { system: specialties, code: 'SM44' }
/** Identifiers of places that nobody else has numbered: our own ids. */
const ownPlaces = 'https://relais.example/fhir/NamingSystem/location'

const typed = (system: string, code: string): CodeableConcept => ({ coding: [{ system, code }] })

/** What a slot's form depends on, beside the slot. */
export interface SlotForm {
  profile: string
  /** Labels (TRE_R314) that the profile knows. */
  labels: readonly string[]
  /** Whether the service of the community that offers it is named. */
  named: boolean
  /** IANA zone of its times, where they stand without an offset that the kit accepts. */
  zone: string
  /** Below this address each slot has a page for whoever would book it, where it names none. */
  pages: string
}

/** A free place, to be booked by the page in its comment. */
export const slotOf = (slot: Slot, form: SlotForm): Slot => ({ ...ownOf(slot, form), ...kindOf(slot, form) })

/** Writes slots in their form. A thousand have few kinds between them: each of these is put into its form once. */
export function slotWriter(form: SlotForm): (slot: Slot) => string {
  const kinds = new Map<string, string>()
  return (slot) => {
    const key = JSON.stringify([slot.meta?.security, slot.serviceType, slot.specialty, slot.appointmentType])
    const kind = kinds.get(key) ?? JSON.stringify(kindOf(slot, form))
    kinds.set(key, kind)
    return `${JSON.stringify(ownOf(slot, form)).slice(0, -1)},${kind.slice(1)}`
  }
}

/** What no other slot has. */
const ownOf = (
  { id, schedule: { reference }, start, end, comment }: Slot,
  { zone, pages }: SlotForm,
): Omit<Slot, keyof Kind> => ({
  resourceType: 'Slot',
  ...(id !== undefined && { id }),
  schedule: { ...(reference !== undefined && { reference }) },
  status: 'free',
  start: withOffset(start, zone),
  end: withOffset(end, zone),
  comment: isUrl(comment) ? comment : `${pages}/${id}`,
})

type Kind = Pick<Slot, 'meta' | 'serviceType' | 'specialty' | 'appointmentType'>

/** What slots of one exam and label have alike. Nothing else of the slot may be read here: `slotWriter` goes by these. */
function kindOf(slot: Kind, { profile, labels, named }: SlotForm): Kind {
  const known = (slot.meta?.security ?? []).flatMap(({ system, code }) =>
    system === systems.slotType && labels.includes(code ?? '') ? [{ system, code: code ?? '' }] : [],
  )
  return {
    meta: {
      profile: [profile],
      security: known.length > 0 ? known : [{ system: systems.slotType, code: 'PUBLIC' }],
    },
    serviceType: serviceTypesOf(slot, named),
    specialty: specialtiesOf(slot),
    appointmentType:
      slot.appointmentType ?? typed('http://terminology.hl7.org/CodeSystem/v2-0276', 'ROUTINE'),
  }
}

const isUrl = (text: string | undefined): text is string =>
  text !== undefined && /^https?:\/\/\S+$/.test(text)

/** Milliseconds and an offset in figures: the kit takes no other. */
const withOffset = (instant: string, zone: string): string =>
  /T\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/.test(instant) ? instant : instantIn(zone, instant)

/** Where the patient is seen (imaging: on the spot, unless it is said otherwise), and the exams in words. */
function serviceTypesOf({ serviceType = [] }: Kind, named: boolean): CodeableConcept[] {
  const codings = serviceType.flatMap(({ coding = [] }) => coding)
  const ways = codings.filter(({ system, code }) => system === actCode && /^(AMB|HH|VR)$/.test(code ?? ''))
  const exams = serviceType.flatMap(({ text, coding = [] }) => {
    const shown = text ?? coding.find(({ system, display }) => system !== actCode && display)?.display
    return shown === undefined ? [] : [{ text: shown }]
  })
  const places = ways.length > 0 ? ways : [{ system: actCode, code: 'AMB' }]
  return [
    ...places.map(({ code }) => typed(actCode, code ?? '')),
    ...(named ? serviceType.flatMap(serviceNamed) : []),
    ...exams,
  ]
}

/** The community's own service, by R5's element. 604: CPTS (TRE_R66). */
function serviceNamed({ extension = [] }: CodeableConcept): CodeableConcept[] {
  return extension
    .filter(({ url, valueReference }) => url === r5.slotServiceType && valueReference)
    .map((named) => ({ extension: [named], ...typed(systems.establishmentCategory, '604') }))
}

/** Ordinal specialties only; radiology where none is said. */
function specialtiesOf({ specialty = [] }: Kind): CodeableConcept[] {
  const known = specialty.flatMap(({ coding = [] }) => coding.filter(({ system }) => system === specialties))
  return (known.length > 0 ? known : [radiology]).map(({ system = '', code = '' }) => typed(system, code))
}

/** A diary with those of its actors that the form knows. */
export function scheduleOf({ id, actor }: Schedule, profile: string, actors: RegExp): Schedule | undefined {
  const known = actor.flatMap(({ reference }) => (reference && actors.test(reference) ? [{ reference }] : []))
  if (known.length === 0) return undefined
  return {
    resourceType: 'Schedule',
    ...(id !== undefined && { id }),
    meta: { profile: [profile] },
    actor: known,
  }
}

export function practitionerOf(practitioner: Practitioner): Practitioner | undefined {
  const number = professionalNumber(practitioner)
  if (number === undefined) return undefined
  const { id, name = [] } = practitioner
  const telecom = phonesOf(practitioner)
  return {
    resourceType: 'Practitioner',
    ...(id !== undefined && { id }),
    meta: { profile: [profiles.practitioner] },
    identifier: [{ type: typed(identifierType, 'IDNPS'), system: systems.psIdNat, value: number }],
    ...(name.length > 0 && {
      name: name.map(({ family, given }) => ({ ...(family && { family }), ...(given && { given }) })),
    }),
    ...(telecom.length > 0 && { telecom }),
  }
}

/** A doctor at one place, which the role contains. */
export function roleOf(
  { id, practitioner, telecom }: PractitionerRole,
  place: Location | undefined,
  organization: Organization | undefined,
): PractitionerRole | undefined {
  const number = organization && structureNumber(organization)
  const location = place && placeOf(place, profiles.location)
  if (!practitioner?.reference || number === undefined || !location) return undefined
  const phones = phonesOf({ telecom }, location.address?.postalCode)
  return {
    resourceType: 'PractitionerRole',
    ...(id !== undefined && { id }),
    meta: { profile: [profiles.role] },
    contained: [location],
    practitioner: { reference: practitioner.reference },
    organization: { identifier: structureIdentifier(number, identifierType) },
    location: [{ reference: `#${location.id}` }],
    ...(phones.length > 0 && { telecom: phones }),
  }
}

const structureIdentifier = (value: string, types: string): Identifier => ({
  type: typed(types, 'IDNST'),
  system: systems.structIdNat,
  value,
})

/** A place with its address: one line, a town, and a postal code of five figures. */
export function placeOf({ id = '', name, address }: Location, profile: string): Location | undefined {
  const { line = [], city, postalCode } = address ?? {}
  const street = line.join(', ')
  if (street === '' || !city || !/^[0-9]{5}$/.test(postalCode ?? '')) return undefined
  return {
    resourceType: 'Location',
    id,
    meta: { profile: [profile] },
    identifier: [{ type: typed(locationIdentifierType, 'INTRN'), system: ownPlaces, value: id }],
    ...(name !== undefined && { name }),
    address: { line: [street], city, ...(postalCode !== undefined && { postalCode }) },
  }
}

/** A fixed centre's place, with the organisation that manages it. */
export function fixedPlaceOf(location: Location): Location | undefined {
  const reference = location.managingOrganization?.reference
  const place = placeOf(location, profiles.locationSos)
  return place?.name && reference ? { ...place, managingOrganization: { reference } } : undefined
}

/** A structure by one number of the kind that the profile wants. */
export function organizationOf(
  organization: Organization,
  profile: string,
  digit: '1' | '3',
): Organization | undefined {
  const number = structureNumber(organization, digit)
  if (number === undefined) return undefined
  const { id, name } = organization
  const telecom = phonesOf(organization)
  return {
    resourceType: 'Organization',
    ...(id !== undefined && { id }),
    meta: { profile: [profile] },
    identifier: [structureIdentifier(number, locationIdentifierType)],
    ...(name !== undefined && { name }),
    ...(telecom.length > 0 && { telecom }),
  }
}

export function serviceOf({ id, providedBy, name }: HealthcareService): HealthcareService | undefined {
  if (!providedBy?.reference) return undefined
  return {
    resourceType: 'HealthcareService',
    ...(id !== undefined && { id }),
    meta: { profile: [profiles.service] },
    providedBy: { reference: providedBy.reference },
    ...(name !== undefined && { name }),
  }
}

/** Numbers as the kit wants them, `+33199000001`; what is no telephone number is left out. */
function phonesOf(
  { telecom = [] }: { telecom?: ContactPoint[] | undefined },
  postalCode = '',
): ContactPoint[] {
  return telecom
    .filter(({ system }) => system === 'phone')
    .flatMap(({ value = '' }) => {
      const digits = value.replaceAll(/[\s().-]/g, '').replace(/^00/, '+')
      const international = digits.replace(/^0/, `+${countryOf(postalCode)}`)
      return /^\+\d{6,15}$/.test(international) ? [{ system: 'phone' as const, value: international }] : []
    })
}

/** Calling codes by the beginning of the postal code. */
const overseas: Readonly<Record<string, string>> = {
  '971': '590',
  '972': '596',
  '973': '594',
  '974': '262',
  '975': '508',
  '976': '262',
  '977': '590',
  '978': '590',
}

const countryOf = (postalCode: string) => overseas[postalCode.slice(0, 3)] ?? '33'

/** Of the type, or nothing. */
export const asType = <T extends Resource['resourceType']>(
  type: T,
  resource: Resource | undefined,
): (Resource & { resourceType: T }) | undefined =>
  resource?.resourceType === type ? (resource as Resource & { resourceType: T }) : undefined // just compared

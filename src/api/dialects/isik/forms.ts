import type {
  Appointment,
  CodeableConcept,
  Extension,
  HumanName,
  Reference,
  Resource,
  Schedule,
} from '@medplum/fhirtypes'
import { readableTypes } from '../../../auth/gate.ts'
import { frCore } from '../../../fhir/canonical.ts'
import { parseReference } from '../../../fhir/reference.ts'
import type { Call } from '../../call.ts'
import { isReached } from '../../reach.ts'
import { priorityOf } from './priorities.ts'

/*
 * Diaries and appointments as ISiK has them: exams, specialty and names stand in the resource itself, where FR Core has
 * them in extensions or not at all.
 *
 * Source: gematik, ISiK Terminplanung 4.0.0: ISiKKalender, ISiKTermin.
 */

const gematik = 'https://gematik.de/fhir/isik/StructureDefinition'

/** Canonical URLs of the profiles. */
export const profiles = {
  Schedule: `${gematik}/ISiKKalender`,
  Slot: `${gematik}/ISiKTerminblock`,
  Appointment: `${gematik}/ISiKTermin`,
  HealthcareService: `${gematik}/ISiKMedizinischeBehandlungseinheit`,
} as const

/** The one specialty of the diaries here, as IHE Germany codes it. */
export const radiology = {
  system: 'http://ihe-d.de/CodeSystems/AerztlicheFachrichtungen',
  code: 'RADI',
  display: 'Radiologie',
} as const

/** Resources as ISiK has them; whom and what they name is told by name, as far as the caller may read it. */
export async function asIsik(resources: readonly Resource[], call: Call): Promise<readonly Resource[]> {
  const names = await namesOf(resources.flatMap(named), resources, call)
  return resources.map((resource) => {
    switch (resource.resourceType) {
      case 'Schedule':
        return calendarOf(resource, names)
      case 'Appointment':
        return appointmentOf(resource, names)
      case 'HealthcareService':
        return { ...resource, ...specialtyOf(resource), ...profiled(resource, profiles.HealthcareService) }
      case 'Slot':
        return { ...resource, ...profiled(resource, profiles.Slot) }
      default:
        return resource
    }
  })
}

const profiled = ({ meta }: Resource, profile: string) => ({ meta: { ...meta, profile: [profile] } })

function specialtyOf({ specialty = [] }: { specialty?: CodeableConcept[] }): {
  specialty: CodeableConcept[]
} {
  const isSaid = specialty.some(({ coding = [] }) => coding.some(({ system }) => system === radiology.system))
  return { specialty: isSaid ? specialty : [{ coding: [{ ...radiology }] }, ...specialty] }
}

type Names = ReadonlyMap<string, string>

function named(resource: Resource): string[] {
  if (resource.resourceType === 'Schedule') return resource.actor.flatMap(({ reference }) => reference ?? [])
  if (resource.resourceType !== 'Appointment') return []
  return resource.participant.flatMap(({ actor }) => actor?.reference ?? [])
}

/** What each reference names: from what is answered anyway, or else read, in the caller's sight and scopes. */
async function namesOf(
  references: readonly string[],
  given: readonly Resource[],
  call: Call,
): Promise<Names> {
  const known = new Map(given.map((one) => [`${one.resourceType}/${one.id}`, one]))
  const names = await Promise.all(
    [...new Set(references)].map(async (reference) => {
      const resource = known.get(reference) ?? (await readable(reference, call))
      return [reference, (resource && nameIn(resource)) ?? reference] as const
    }),
  )
  return new Map(names)
}

async function readable(reference: string, { house, base, permit }: Call): Promise<Resource | undefined> {
  const parsed = parseReference(reference, base)
  if (parsed?.kind !== 'literal' || !readableTypes(permit, 'r').includes(parsed.type)) return undefined
  const kept = await house.store.read(parsed.type, parsed.id, permit.actor.sight)
  if (!kept || kept.deleted || !isReached(permit, kept)) return undefined
  return JSON.parse(kept.body) as Resource // the store keeps resources
}

function nameIn(resource: Resource): string | undefined {
  if (!('name' in resource)) return undefined
  const { name } = resource
  if (typeof name === 'string') return name
  return Array.isArray(name) ? personName(name[0] as HumanName | undefined) : undefined // people have several
}

const personName = (name: HumanName | undefined): string | undefined =>
  name?.text ?? ([...(name?.given ?? []), name?.family].filter(Boolean).join(' ') || undefined)

/** The caller's own word for somebody stays; where there is none, the name, or at least the reference. */
const displayed = <Who extends Reference>(who: Who, names: Names): Who => ({
  ...who,
  display: who.display ?? names.get(who.reference ?? '') ?? who.reference ?? 'unbekannt',
})

/** One actor: the profile's slice takes one reference, and every actor is one. A person or a unit before a room. */
function calendarOf(schedule: Schedule, names: Names): Schedule {
  const { extension = [], serviceType = exams(extension), active = true, ...rest } = schedule
  const isActor = ({ reference = '' }: Reference) => /^(Practitioner|HealthcareService)\//.test(reference)
  const actor = schedule.actor.find(isActor) ?? schedule.actor[0]
  const others = extension.filter(({ url }) => url !== frCore.serviceTypeDuration)
  return {
    ...rest,
    ...profiled(schedule, profiles.Schedule),
    ...(others.length > 0 && { extension: others }),
    active,
    serviceType: serviceType.length > 0 ? serviceType : [{ text: schedule.comment ?? 'Bildgebung' }],
    ...specialtyOf(schedule),
    actor: actor ? [displayed(actor, names)] : [],
  }
}

function exams(extension: readonly Extension[]): CodeableConcept[] {
  return extension
    .filter(({ url }) => url === frCore.serviceTypeDuration)
    .flatMap((one) => one.extension ?? [])
    .flatMap(({ url, valueCodeableConcept }) =>
      url === 'serviceType' && valueCodeableConcept ? [valueCodeableConcept] : [],
    )
}

function appointmentOf(appointment: Appointment, names: Names): Appointment {
  const { cancelationReason, priority } = appointment
  return {
    ...appointment,
    ...profiled(appointment, profiles.Appointment),
    ...(cancelationReason && { cancelationReason: reasonOf(cancelationReason) }),
    ...specialtyOf(appointment),
    ...(priority !== undefined && { _priority: { extension: [priorityOf(priority)] } }),
    participant: appointment.participant.map(({ actor, ...rest }) => ({
      ...rest,
      actor: displayed<NonNullable<typeof actor>>(actor ?? {}, names),
    })),
  }
}

const reasons = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason'

/** One of the five reasons that ISiK has, by what the code begins with; the words stay. */
function reasonOf({ coding = [], text }: CodeableConcept): CodeableConcept {
  const codes = coding.flatMap(({ system, code }) => (system === reasons && code ? [code] : []))
  const known = ['pat', 'prov', 'maint', 'meds-inc'].find((reason) =>
    codes.some((code) => code === reason || code.startsWith(`${reason}-`)),
  )
  const shown = text ?? coding.find(({ display }) => display)?.display
  return {
    coding: [{ system: reasons, code: known ?? 'other' }],
    ...(shown !== undefined && { text: shown }),
  }
}

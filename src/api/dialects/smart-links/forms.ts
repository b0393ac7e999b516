import type { Address, CodeableConcept, Extension, Location, Schedule, Slot } from '@medplum/fhirtypes'
import { extensions, frCore, systems } from '../../../fhir/canonical.ts'
import type { Kept } from '../../../store/index.ts'

/*
 * Places, diaries and slots as SMART Scheduling Links has them. What lacks something that it requires is left out.
 *
 * Source: SMART Scheduling Links, Location, Schedule and Slot file.
 */

const smart = 'http://fhir-registry.smarthealthit.org/StructureDefinition'

/** Whether everybody may have it: no label, or the one for all. Slots that are not are never read; diaries are. */
export function isOpen({ meta }: Kept): boolean {
  const labels = (meta.security ?? []).filter(({ system }) => system === systems.slotType)
  return labels.length === 0 || labels.some(({ code }) => code === 'PUBLIC')
}

/** A place with a name, an address and a way to reach it. */
export function locationOf({
  id,
  identifier,
  name,
  telecom,
  address,
  position,
  description,
}: Kept<Location>) {
  const { line, city, postalCode, country } = address ?? {}
  if (name === undefined || !telecom?.length || !line?.length || !city || !postalCode) return undefined
  const place: Location = {
    resourceType: 'Location',
    id,
    identifier: identifier ?? [{ system: 'https://relais.example/fhir/NamingSystem/location', value: id }],
    name,
    ...(description !== undefined && { description }),
    telecom: telecom.map(({ system, value }) => ({ ...(system && { system }), ...(value && { value }) })),
    address: { line, city, ...stateOf(postalCode), postalCode, ...(country && { country }) },
    ...(position && { position }),
  }
  return place
}

/** The department, which is what a postal code begins with; Corsica's two have letters. */
function stateOf(postalCode: string): Pick<Address, 'state'> {
  if (!/^\d{5}$/.test(postalCode)) return {}
  if (/^9[78]/.test(postalCode)) return { state: postalCode.slice(0, 3) }
  if (postalCode.startsWith('20')) return { state: /^20[01]/.test(postalCode) ? '2A' : '2B' }
  return { state: postalCode.slice(0, 2) }
}

/** A diary at exactly one place that is published, and the exams that it is for. */
export function scheduleOf(schedule: Kept<Schedule>, places: ReadonlyMap<string, Location>) {
  const at = schedule.actor.flatMap(({ reference }) =>
    reference && places.has(reference) ? [reference] : [],
  )
  const serviceType = examsOf(schedule)
  const [reference, second] = at
  if (!isOpen(schedule) || reference === undefined || second !== undefined) return undefined
  const diary: Schedule = {
    resourceType: 'Schedule',
    id: schedule.id,
    ...(serviceType.length > 0 && { serviceType }),
    actor: [{ reference }],
  }
  return diary
}

/** FR Core forbids Schedule.serviceType: exams stand in its extension. */
function examsOf({ extension = [] }: Schedule): CodeableConcept[] {
  return extension
    .filter(({ url }) => url === frCore.serviceTypeDuration)
    .flatMap((one) => one.extension ?? [])
    .flatMap(({ url, valueCodeableConcept }) => {
      if (url !== 'serviceType' || !valueCodeableConcept) return []
      const { coding, text } = valueCodeableConcept
      return [{ ...(coding && { coding }), ...(text !== undefined && { text }) }]
    })
}

/** A place in time, free or busy, and how to get it. */
export function slotOf(
  { id, schedule, status, start, end, comment, extension = [] }: Kept<Slot>,
  place: Location,
) {
  if (status === 'entered-in-error' || schedule.reference === undefined) return undefined
  const capacity = extension.find(({ url }) => url === extensions.capacity)?.valuePositiveInt
  const page = [comment, contact(place, 'url')].find((text) => /^https?:\/\/\S+$/.test(text ?? ''))
  const phone = contact(place, 'phone')
  const ways: Extension[] = [
    ...(page === undefined ? [] : [{ url: `${smart}/booking-deep-link`, valueUrl: page }]),
    ...(phone === undefined ? [] : [{ url: `${smart}/booking-phone`, valueString: phone }]),
    ...(capacity === undefined ? [] : [{ url: `${smart}/slot-capacity`, valueInteger: capacity }]),
  ]
  const slot: Slot = {
    resourceType: 'Slot',
    id,
    ...(ways.length > 0 && { extension: ways }),
    schedule: { reference: schedule.reference },
    status: status === 'free' ? 'free' : 'busy',
    start,
    end,
  }
  return slot
}

const contact = ({ telecom = [] }: Location, system: 'phone' | 'url') =>
  telecom.find((one) => one.system === system)?.value

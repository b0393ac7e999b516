import type { Appointment, Bundle, BundleEntry, Slot } from '@medplum/fhirtypes'
import type { Kept } from '../../../src/store/index.ts'
import type { Caller } from '../../support/gateway.ts'
import type { PlaceAtEnd, Version } from './history.ts'
import type { Stage } from './stage.ts'

/** How everything stands at both sides: all versions in the order in which they were written, and the centres' diaries. */
export async function standing(stage: Stage): Promise<(Version | PlaceAtEnd)[]> {
  const [gateway] = stage.gateways()
  if (!gateway) throw new Error('No gateway is up')
  const cell = gateway.as('cell')
  return [
    ...(await versionsOf('Appointment', cell)),
    ...(await versionsOf('Slot', cell)),
    ...stage.centres.flatMap((centre) =>
      centre.diary.places.flatMap((place): PlaceAtEnd[] => {
        const slot = stage.slotOf(centre, place)
        const own = centre.diary.isOwn(place)
        const appointments = centre.diary.takers(place)
        return slot ? [{ event: 'place', centre: centre.name, slot, own, appointments }] : []
      }),
    ),
  ]
}

/** The newest come first there. */
async function versionsOf(type: Version['type'], cell: Caller): Promise<Version[]> {
  const entries: BundleEntry<Kept<Appointment | Slot>>[] = []
  for (let next: string | undefined = `${type}/_history?_count=500`; next; ) {
    const page: Bundle<Kept<Appointment | Slot>> = await cell.get(next)
    entries.push(...(page.entry ?? []))
    next = page.link?.find(({ relation }) => relation === 'next')?.url.replace(/^.*\/fhir\//, '')
  }
  return entries.map((entry) => versionOf(type, entry)).reverse()
}

function versionOf(
  type: Version['type'],
  { resource, request, response }: BundleEntry<Kept<Appointment | Slot>>,
): Version {
  const [, id = ''] = request?.url?.split('/') ?? []
  if (!resource) {
    const version = Number(/\d+/.exec(response?.etag ?? '')?.[0] ?? 0)
    return {
      event: 'version',
      type,
      id,
      version,
      updated: response?.lastModified ?? '',
      status: 'deleted',
      slots: [],
    }
  }
  const { meta, status } = resource
  const isAppointment = resource.resourceType === 'Appointment'
  const slots = isAppointment ? (resource.slot ?? []).flatMap(({ reference }) => reference ?? []) : []
  const asked = isAppointment ? resource.basedOn?.[0]?.reference : undefined
  return {
    event: 'version',
    type,
    id: resource.id,
    version: Number(meta.versionId),
    updated: meta.lastUpdated,
    status,
    slots,
    ...(asked !== undefined && { request: asked }),
  }
}

import type { Practitioner, Resource, Schedule } from '@medplum/fhirtypes'
import { systems } from '../fhir/canonical.ts'
import type { Gateway } from '../gateway.ts'
import type { Kept } from '../store/index.ts'
import { keysOf } from '../territory/read.ts'
import { centres } from './centres.ts'
import { demoSystem } from './naming.ts'
import type { PartnerAddresses } from './partners/index.ts'
import { doctors } from './people.ts'
import { indications } from './protocol.ts'

/** What was loaded, so that a script can start without searching: ids by the demo's own names. */
export async function describeTerritory({ loaded, store, addresses }: Gateway, partners: PartnerAddresses) {
  const schedules: Kept<Schedule>[] = await withDiaries(store)
  const idOf = (key: string) => loaded.resources.find((resource) => keysOf(resource).includes(key))?.id
  return {
    baseUrl: addresses.baseUrl,
    mllp: addresses.mllp,
    deskUrl: partners.deskUrl,
    community: loaded.territory.community,
    cell: loaded.territory.cell,
    centres: centres.map(({ id, name, connector, kind }) => ({
      id: idOf(`${demoSystem}|${id}`),
      name,
      connector,
      kind,
    })),
    schedules: schedules.map(({ id, meta, comment }) => ({ id, name: comment, source: meta.source })),
    doctors: doctors.map(({ id, rpps, member }) => ({
      ...doctorIn(loaded.resources, rpps),
      name: id,
      rpps,
      member,
    })),
    indications: indications.map(({ id, title: [title], icd10 }) => ({
      id: idOf(`${demoSystem}|indication-${id}`),
      code: id,
      title,
      icd10,
    })),
  }
}

function doctorIn(resources: readonly Resource[], rpps: string): { id: string | undefined } {
  const found = resources.find(
    (one): one is Practitioner =>
      one.resourceType === 'Practitioner' && keysOf(one).includes(`${systems.rpps}|${rpps}`),
  )
  return { id: found?.id }
}

const diaries = centres.flatMap(({ diaries }) => diaries).length

/** The diaries once all partners' have been read; as they are when one keeps us waiting. */
async function withDiaries(store: Gateway['store']): Promise<Kept<Schedule>[]> {
  for (let tries = 100; ; tries--) {
    const schedules: Kept<Schedule>[] = await store.reader().search('Schedule', '_count=1000')
    const filled = await Promise.all(schedules.map(({ id }) => hasSlots(id, store)))
    if (tries === 0 || (schedules.length >= diaries && filled.every(Boolean))) return schedules
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function hasSlots(schedule: string, store: Gateway['store']): Promise<boolean> {
  const slots = await store.reader().search('Slot', `schedule=Schedule/${schedule}&status=free&_count=1`)
  return slots.length > 0
}

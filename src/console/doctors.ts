import type { Practitioner } from '@medplum/fhirtypes'
import { systems } from '../fhir/canonical.ts'
import { plain } from '../fhir/words.ts'
import type { Desk } from '../flows/step.ts'
import type { Kept } from '../store/index.ts'
import { nameOf } from './format.ts'
import { searched } from './search.ts'

/** A doctor who may call, by their national number. */
export interface Doctor {
  rpps: string
  name: string
}

/** The doctors of the community, by name. */
export async function membersOf(desk: Desk): Promise<Doctor[]> {
  const { along } = await searched(
    'PractitionerRole',
    `organization=${desk.territory.community}&_include=PractitionerRole:practitioner&_count=1000`,
    desk,
  )
  return [...along.values()]
    .filter((one): one is Kept<Practitioner> => one.resourceType === 'Practitioner')
    .flatMap(({ identifier = [], name }) => {
      const rpps = identifier.find(({ system }) => system === systems.rpps)?.value
      return rpps === undefined ? [] : [{ rpps, name: nameOf(name) }]
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'fr'))
}

/** Who is meant by a number, or by a name that only one of them has. */
export function doctorMeant(said: string, doctors: readonly Doctor[]): Doctor | undefined {
  const number = said.replaceAll(/\D/g, '')
  if (number.length === 11) return doctors.find(({ rpps }) => rpps === number) ?? { rpps: number, name: '' }
  const words = plain(said).split(' ').filter(Boolean)
  const fitting = doctors.filter(({ name }) => words.every((word) => plain(name).includes(word)))
  return words.length > 0 && fitting.length === 1 ? fitting[0] : undefined
}

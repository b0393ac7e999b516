import type { Practitioner, PractitionerRole } from '@medplum/fhirtypes'
import type { Role } from '../auth/actor.ts'
import { sightOf } from '../auth/gate.ts'
import type { Permit } from '../auth/permit.ts'
import { parseScopes } from '../auth/scopes.ts'
import { systems } from '../fhir/canonical.ts'
import { coversDay } from '../fhir/dates.ts'
import { dayIn } from '../fhir/zone.ts'
import type { Desk, Territory } from '../flows/step.ts'
import type { Kept, Reader } from '../store/index.ts'
import { nameOf } from './format.ts'

/** Somebody of the cell, as the territory knows them today. */
export interface Person {
  /** `Practitioner/<id>` */
  reference: string
  name: string
  permit: Permit
}

/** What each part that a person may have in the cell lets them do: the first that they have counts. */
const parts: readonly { code: string; role: Role }[] = [
  { code: 'secretary', role: 'cell' },
  { code: 'coordinator', role: 'region' },
]

/** All that a role may do; the role's own bounds hold. */
const { scopes } = parseScopes('system/*.cruds')

/** Who carries an identifier that the provider vouches for. */
export async function practitionerOf(
  system: string,
  value: string,
  reader: Reader,
): Promise<string | undefined> {
  const found: Kept<Practitioner> | undefined = await reader.identified('Practitioner', system, value)
  return found && `Practitioner/${found.id}`
}

/**
 * A person with what their part in the cell lets them do now; undefined when they have none.
 *
 * Their part is a PractitionerRole at the cell, active, whose period covers today.
 */
export async function personOf(
  reference: string,
  reader: Reader,
  { cell, zone }: Pick<Territory, 'cell' | 'zone'>,
  now: Date,
): Promise<Person | undefined> {
  const [practitioner, roles] = await Promise.all([
    reader.follow(reference),
    reader.search('PractitionerRole', `practitioner=${reference}&organization=${cell}`),
  ])
  if (practitioner?.resourceType !== 'Practitioner' || practitioner.active === false) return undefined
  const codes = roles.filter((role) => isCurrent(role, dayIn(zone, now.getTime()))).flatMap(codesOf)
  const part = parts.find(({ code }) => codes.includes(code))
  if (!part) return undefined
  const name = nameOf(practitioner.name)
  const known = { role: part.role, organization: cell, member: true }
  const actor = {
    client: `person:${practitioner.id}`,
    name,
    person: reference,
    ...known,
    sight: sightOf(known),
  }
  return { reference, name, permit: { actor, scopes, lenient: false } }
}

/** A colleague to whom a request may be handed over. */
export interface Colleague {
  /** `Practitioner/<id>` */
  reference: string
  name: string
}

/** The people who work in the cell today, by name. */
export async function colleaguesOf({ store, territory, clock }: Desk): Promise<Colleague[]> {
  const reader = store.reader()
  const roles = await reader.search('PractitionerRole', `organization=${territory.cell}`)
  const day = dayIn(territory.zone, clock().getTime())
  const working = roles.filter((role) => isCurrent(role, day) && codesOf(role).includes('secretary'))
  const people = await Promise.all(working.map(({ practitioner }) => reader.follow(practitioner?.reference)))
  return people
    .flatMap((one) =>
      one?.resourceType === 'Practitioner'
        ? [{ reference: `Practitioner/${one.id}`, name: nameOf(one.name) }]
        : [],
    )
    .sort((a, b) => a.name.localeCompare(b.name, 'fr'))
}

const isCurrent = ({ active, period = {} }: PractitionerRole, day: string): boolean =>
  active !== false && coversDay(period, day)

const codesOf = ({ code = [] }: PractitionerRole): string[] =>
  code.flatMap(({ coding = [] }) =>
    coding.filter(({ system }) => system === systems.cellPart).flatMap((one) => one.code ?? []),
  )

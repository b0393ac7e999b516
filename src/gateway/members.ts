import type { Organization, PractitionerRole } from '@medplum/fhirtypes'
import type { Client } from '../auth/client.ts'
import { coversDay } from '../fhir/dates.ts'
import { dayIn } from '../fhir/zone.ts'
import type { Territory } from '../flows/step.ts'
import type { Kept, Store } from '../store/index.ts'

/** `Organization/<id>` of a client, from its registration. */
export async function organizationOf(
  { organization }: Pick<Client, 'organization'>,
  store: Store,
): Promise<string | undefined> {
  if (!organization?.includes('|')) return organization
  const [system, value = ''] = organization.split('|')
  const found: Kept<Organization> | undefined = await store.reader().identified('Organization', system, value)
  return found && `Organization/${found.id}`
}

/** Whether an organisation is a member now: some doctor of it has a role at the community whose period covers today there. */
export async function isMember(
  organization: string,
  { community, zone }: Pick<Territory, 'community' | 'zone'>,
  now: Date,
  store: Store,
): Promise<boolean> {
  if (organization === community) return true
  const today = dayIn(zone, now.getTime())
  const [here, there] = await Promise.all([rolesAt(organization, store), rolesAt(community, store)])
  const doctors = new Set(here.filter((role) => isCurrent(role, today)).map(doctorOf))
  return there.some((role) => isCurrent(role, today) && doctors.has(doctorOf(role)))
}

const rolesAt = (organization: string, store: Store): Promise<Kept<PractitionerRole>[]> =>
  store.reader().search('PractitionerRole', `organization=${organization}&_count=1000`)

const doctorOf = ({ practitioner }: PractitionerRole) => practitioner?.reference

const isCurrent = ({ active, period = {} }: PractitionerRole, day: string): boolean =>
  active !== false && coversDay(period, day)

import type { PractitionerRole } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { isMember } from '../../src/gateway/members.ts'
import type { Kept } from '../../src/store/index.ts'
import { create, minute, newId } from '../store/resources.ts'
import { openTestStore } from '../support/database.ts'

const community = 'Organization/cpts'
const kept = (role: PractitionerRole) =>
  ({ ...role, id: newId(), meta: { versionId: '1', lastUpdated: minute(0) } }) satisfies Kept
const doctor = { reference: 'Practitioner/one' }

test.each([
  ['Europe/Paris', '2026-06-30T22:00:00Z', '2026-07-31T22:00:00Z'],
  ['Pacific/Noumea', '2026-06-30T13:00:00Z', '2026-07-31T13:00:00Z'],
  ['America/Guadeloupe', '2026-07-01T04:00:00Z', '2026-08-01T04:00:00Z'],
])('a practice is a member from midnight to midnight in %s', async (zone, begins, ends) => {
  await using store = await openTestStore()
  const roles: Partial<PractitionerRole>[] = [
    { practitioner: doctor, organization: { reference: 'Organization/practice' } },
    {
      practitioner: doctor,
      organization: { reference: community },
      period: { start: '2026-07-01', end: '2026-07-31' },
    },
  ]
  for (const role of roles) await create(store, kept({ resourceType: 'PractitionerRole', ...role }))
  const isOne = (at: string, ms: number) =>
    isMember('Organization/practice', { community, zone }, new Date(Date.parse(at) + ms), store)
  expect(await Promise.all([isOne(begins, -1), isOne(begins, 0), isOne(ends, -1), isOne(ends, 0)])).toEqual([
    false,
    true,
    true,
    false,
  ])
})

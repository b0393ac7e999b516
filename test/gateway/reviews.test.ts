import type { OrganizationAffiliation } from '@medplum/fhirtypes'
import { Registry } from 'prom-client'
import { beforeEach, expect, test } from 'vitest'
import { extensions, systems } from '../../src/fhir/canonical.ts'
import { transact } from '../../src/flows/resource/transact.ts'
import { published } from '../../src/flows/slots/published.ts'
import type { Territory } from '../../src/flows/step.ts'
import { releasing, reviewConventions } from '../../src/gateway/reviews.ts'
import { silent } from '../../src/log.ts'
import { entries, fixedId, openTestDesk, type TestDesk, territory } from '../flows/desk.ts'
import { schedule, slot } from '../flows/messages.ts'

const served: Territory = {
  ...territory,
  peers: territory.peers.map((peer) => ({ ...peer, gated: true })),
  slots: {
    reservations: [
      { label: 'CPTS', for: 'members', release: { hoursBefore: 48, to: 'PRO' } },
      { label: 'PRO', for: 'professionals', release: { hoursBefore: 24, to: 'PUBLIC' } },
    ],
    quotas: [],
  },
}

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk(served)
  return () => desk[Symbol.asyncDispose]()
})

const signal = new AbortController().signal
const reserved = (value: string, day: string) =>
  slot(value, `${day}T09:00:00+01:00`, `${day}T09:20:00+01:00`, {
    meta: { security: [{ system: systems.slotType, code: 'CPTS' }] },
  })
const publishes = () =>
  desk.does('ris', published, {
    entries: entries({
      schedule,
      soon: reserved('soon', '2030-01-10'),
      late: reserved('late', '2030-01-20'),
    }),
    peer: 'ris',
  })
const labels = async () => {
  const slots = await desk.all('Slot', '_sort=start')
  return Promise.all(
    slots.map(async ({ id, meta }) => [meta.security?.[0]?.code, (await desk.seenBy(`Slot/${id}`))[0]]),
  )
}

test('reserved slots are released when their time has come, counted, and not taken back by their source', async () => {
  const metrics = new Registry()
  const release = releasing(desk.as('gateway'), { log: silent, metrics })
  await publishes()
  await release(signal)
  expect(await labels()).toEqual([
    ['CPTS', 'member@ris'],
    ['CPTS', 'member@ris'],
  ])
  desk.clock.turn({ hours: 26 })
  await release(signal)
  await release(signal)
  expect(await labels()).toEqual([
    ['PRO', 'professional@ris'],
    ['CPTS', 'member@ris'],
  ])
  await publishes()
  desk.clock.turn({ hours: 24 })
  await release(signal)
  expect(await labels()).toEqual([
    ['PUBLIC', 'public@ris'],
    ['CPTS', 'member@ris'],
  ])
  const counted = await metrics.metrics()
  expect(counted).toContain('relais_slots_released_total{from="CPTS",to="PRO"} 1')
  expect(counted).toContain('relais_slots_released_total{from="PRO",to="PUBLIC"} 1')
})

test('what a convention stops speaking of is for its centre alone, and comes back with it', async () => {
  await publishes()
  const exam = (code: string) => [
    { url: extensions.agreedExam, valueCodeableConcept: { coding: [{ system: systems.dicom, code }] } },
  ]
  const agrees = (code: string, by: 'create' | 'update') => {
    const resource: OrganizationAffiliation = {
      resourceType: 'OrganizationAffiliation',
      id: fixedId('convention'),
      identifier: [{ system: 'urn:convention', value: 'one' }],
      participatingOrganization: { reference: 'Organization/centre' },
      extension: exam(code),
    }
    const type = 'OrganizationAffiliation'
    const asked =
      by === 'create'
        ? ({ verb: 'create', type, resource } as const)
        : ({ verb: 'update', type, resource, target: { query: 'identifier=urn:convention|one' } } as const)
    return transact(
      [asked],
      () => fixedId('convention'),
      desk.as('cell'),
      () => undefined,
    )
  }
  await desk.store.write({
    at: desk.clock().toISOString(),
    resources: [
      {
        resource: {
          resourceType: 'Organization',
          id: 'centre',
          name: 'Centre',
          meta: { versionId: '1', lastUpdated: desk.clock().toISOString() },
        },
        replaces: 0,
        sight: [],
      },
    ],
  })
  await agrees('CT', 'create')
  await reviewConventions(desk.as('gateway'), signal)
  expect((await labels()).map(([, key]) => key)).toEqual(['org:centre', 'org:centre'])
  await agrees('US', 'update')
  await reviewConventions(desk.as('gateway'), signal)
  expect((await labels()).map(([, key]) => key)).toEqual(['member@ris', 'member@ris'])
})

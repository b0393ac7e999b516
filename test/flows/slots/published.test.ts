import { randomUUID } from 'node:crypto'
import type { Slot } from '@medplum/fhirtypes'
import { beforeEach, expect, test } from 'vitest'
import { systems } from '../../../src/fhir/canonical.ts'
import type { Covered } from '../../../src/flows/message.ts'
import { transact } from '../../../src/flows/resource/transact.ts'
import { published } from '../../../src/flows/slots/published.ts'
import { type ActorName, entries, openTestDesk, type TestDesk } from '../desk.ts'
import { schedule, slot } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

const publishes = (slots: Record<string, Slot>, by: ActorName = 'ris', covers?: Covered) =>
  desk.does(by, published, { entries: entries({ schedule, ...slots }), peer: by, ...(covers && { covers }) })

/** A slot that its centre sends, in a diary that stands already. */
const pushes = async (resource: Slot) => {
  const [diary] = await desk.all('Schedule')
  const sent = { ...resource, schedule: { reference: `Schedule/${diary?.id}` } }
  const asked = { verb: 'create', type: 'Slot', resource: sent } as const
  await transact([asked], randomUUID, desk.as('ris'), () => undefined)
}

const nine = slot('nine', '2030-01-08T09:00:00+01:00', '2030-01-08T09:20:00+01:00')
const ten = slot('ten', '2030-01-08T10:00:00+01:00', '2030-01-08T10:20:00+01:00')
const later = slot('later', '2030-01-09T10:00:00+01:00', '2030-01-09T10:20:00+01:00')
const names = async () =>
  (await desk.all('Slot', '_sort=start')).map(({ identifier }) => identifier?.[0]?.value)

test('what a source no longer names in a span that it covers has vanished; the rest stays', async () => {
  await publishes({ nine, ten, later })
  await publishes({ nine }, 'ris', { from: '2030-01-08T00:00:00Z', to: '2030-01-09T00:00:00Z' })
  expect(await names()).toEqual(['nine', 'later'])
})

test('what a source has pushed is not missing from what is pulled of it', async () => {
  await publishes({ nine, ten })
  await pushes(slot('pushed', '2030-01-08T11:00:00+01:00', '2030-01-08T11:20:00+01:00'))
  await publishes({ nine }, 'ris', { from: '2030-01-08T00:00:00Z', to: '2030-01-09T00:00:00Z' })
  expect(await names()).toEqual(['nine', 'pushed'])
})

test('what is pushed and then read is one of those that vanish when they are not read any more', async () => {
  await publishes({ nine })
  await pushes(ten)
  const day = { from: '2030-01-08T00:00:00Z', to: '2030-01-09T00:00:00Z' }
  await publishes({ nine, ten }, 'ris', day)
  await publishes({ nine }, 'ris', day)
  expect(await names()).toEqual(['nine'])
})

test('a label that the source changes is changed here', async () => {
  await publishes({ nine: { ...nine, meta: { security: [{ system: systems.slotType, code: 'CPTS' }] } } })
  expect(await desk.seenBy(`Slot/${(await desk.all('Slot'))[0]?.id}`)).toContain('member')
  await publishes({ nine: { ...nine, meta: { security: [{ system: systems.slotType, code: 'PUBLIC' }] } } })
  const [kept] = await desk.all('Slot')
  expect(kept?.meta.security).toEqual([{ system: systems.slotType, code: 'PUBLIC' }])
  expect(await desk.seenBy(`Slot/${kept?.id}`)).toContain('public')
})

test('a span of more slots than a search gives at once is compared whole', { timeout: 60_000 }, async () => {
  const first = Date.parse('2030-01-08T06:00:00Z')
  const minute = (n: number) => new Date(first + n * 60_000).toISOString()
  const many = Object.fromEntries(
    Array.from({ length: 1_040 }, (_, n) => [`s${n}`, slot(`s${n}`, minute(n), minute(n + 1))]),
  )
  await publishes(many)
  await publishes({ s0: many.s0 as Slot }, 'ris', { from: minute(0), to: minute(2_000) })
  expect(await names()).toEqual(['s0'])
})

test('another centre does not take over a diary by its identifiers', async () => {
  await publishes({ nine })
  await expect(publishes({ nine }, 'ris-other')).rejects.toMatchObject({ case: 'duplicate' })
  expect(await desk.all('Slot')).toMatchObject([{ meta: { source: 'urn:relais:source:ris' } }])
})

test('a diary that says nothing new is written again only to note that it was seen', async () => {
  await publishes({ nine })
  expect((await publishes({ nine })).written).toEqual([])
  desk.clock.turn({ hours: 2 })
  expect((await publishes({ nine })).written.map(({ resourceType }) => resourceType)).toEqual(['Slot'])
})

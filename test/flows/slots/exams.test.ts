import type { Schedule, Slot } from '@medplum/fhirtypes'
import { beforeEach, expect, test } from 'vitest'
import { systems } from '../../../src/fhir/canonical.ts'
import { examsOf } from '../../../src/flows/slots/limits.ts'
import { published } from '../../../src/flows/slots/published.ts'
import { entries, openTestDesk, type TestDesk } from '../desk.ts'
import { schedule, slot } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  return () => desk[Symbol.asyncDispose]()
})

const exam = (code: string) => ({ coding: [{ system: systems.dicom, code }] })
const nine = slot('nine', '2030-01-08T09:00:00+01:00', '2030-01-08T09:20:00+01:00')
const publishes = (named: Record<string, Schedule | Slot>) =>
  desk.does('ris', published, { entries: entries(named), peer: 'ris' })
const examsKept = async () => {
  const [diary] = await desk.all('Schedule')
  return diary && examsOf(diary).map(({ concept }) => concept.coding?.[0]?.code)
}

test('a slot that does not say what it is for is for the exams of its diary', async () => {
  const { serviceType: _, ...silent } = nine
  await publishes({ schedule: { ...schedule, serviceType: [exam('CT')] }, nine: silent })
  expect((await desk.all('Slot'))[0]?.serviceType).toEqual([exam('CT')])
})

test('a diary that does not say is for what its slots say, and goes on to be when they are gone', async () => {
  await publishes({
    schedule,
    nine,
    ct: { ...nine, identifier: [{ system: 'urn:x', value: 'ct' }], serviceType: [exam('CT')] },
  })
  expect(await examsKept()).toEqual(['US', 'CT'])
  expect((await publishes({ schedule })).written).toEqual([])
  expect(await examsKept()).toEqual(['US', 'CT'])
})

test('an exam of a slot that its diary does not name is one more', async () => {
  await publishes({ schedule: { ...schedule, serviceType: [exam('CT')] }, nine })
  expect((await examsKept())?.sort()).toEqual(['CT', 'US'])
})

import type { Organization, OrganizationAffiliation } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { extensions, systems } from '../../../src/fhir/canonical.ts'
import { book, cancel, hold } from '../../../src/flows/booking/index.ts'
import { transact } from '../../../src/flows/resource/transact.ts'
import { fixedId } from '../desk.ts'
import { nine, openStage, type Stage, slot, ten } from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage({ byAgreement: ['Organization/centre'] })
  return () => stage[Symbol.asyncDispose]()
})

const creates = (resource: Organization | OrganizationAffiliation, id: string) =>
  transact(
    [{ verb: 'create', type: resource.resourceType, resource }],
    () => id,
    stage.desk.as('cell'),
    () => undefined,
  )

/** What is agreed with the centre, from now on. */
async function agrees(more: Partial<OrganizationAffiliation>) {
  const isKnown = await stage.desk.store.reader().read('Organization', 'centre')
  if (!isKnown) await creates({ resourceType: 'Organization', name: 'Centre' }, 'centre')
  const participatingOrganization = { reference: 'Organization/centre' }
  const convention = { resourceType: 'OrganizationAffiliation', participatingOrganization, ...more } as const
  await creates(convention, fixedId(JSON.stringify(more)))
}

const before = { period: { end: '2020-01-01' } }
const refused = { case: 'business-rule', message: expect.stringContaining('convention') }

describe('a place of a centre whose convention has ended', () => {
  beforeEach(async () => {
    await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  })

  test.each(['practice', 'cell', 'ris'] as const)('is neither held nor booked by the %s', async (by) => {
    const { id, schedule, start } = await stage.slot('nine')
    await agrees(before)
    const desk = stage.desk.as(by)
    const diary = schedule.reference?.slice('Schedule/'.length) ?? ''
    const [inDiary, beside] = [
      { schedule: diary, start },
      { schedule: diary, start: nine[0], end: nine[1], agreed: true } as const,
    ]
    await expect(hold({ slot: id }, undefined, desk)).rejects.toMatchObject(refused)
    await expect(hold(inDiary, undefined, desk)).rejects.toMatchObject(refused)
    await expect(book({ slot: id }, undefined, 0, desk)).rejects.toMatchObject(refused)
    await expect(book(beside, undefined, 0, desk)).rejects.toMatchObject(refused)
    expect((await stage.slot('nine')).status).toBe('free')
  })

  test('that is held is not booked any more, and is given back', async () => {
    const request = await stage.refers('L-1')
    const held = await hold(
      { slot: (await stage.slot('nine')).id, request },
      undefined,
      stage.desk.as('practice'),
    )
    await agrees(before)
    const asked = book({ appointment: held.id }, undefined, 0, stage.desk.as('practice'))
    await expect(asked).rejects.toMatchObject(refused)
    expect((await cancel(held.id, undefined, stage.desk.as('practice'))).status).toBe('cancelled')
    expect((await stage.slot('nine')).status).toBe('free')
  })

  test('is had again when another convention follows', async () => {
    await agrees(before)
    await agrees({ period: { start: '2020-01-02' } })
    const { id } = await stage.slot('nine')
    expect((await hold({ slot: id }, undefined, stage.desk.as('cell'))).status).toBe('pending')
  })
})

test('a place for an exam, or at an hour, that no convention speaks of is not had', async () => {
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  await agrees({
    extension: [
      {
        url: extensions.agreedExam,
        valueCodeableConcept: { coding: [{ system: systems.dicom, code: 'US' }] },
      },
      {
        url: extensions.agreedHours,
        extension: [
          { url: 'start', valueTime: '08:00:00' },
          { url: 'end', valueTime: '09:30:00' },
        ],
      },
    ],
  })
  const [within, outside] = [await stage.slot('nine'), await stage.slot('ten')]
  expect((await hold({ slot: within.id }, undefined, stage.desk.as('cell'))).status).toBe('pending')
  await expect(hold({ slot: outside.id }, undefined, stage.desk.as('cell'))).rejects.toMatchObject(refused)
})

import type { Appointment, Bundle } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { centreV2, startGateway, type TestGateway } from '../support/gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway({ connectors: { 'ris-v2': centreV2() } })
})

afterAll(() => gateway[Symbol.asyncDispose]())

test('a proposal is read again from its id alone, by whoever may see its slot', async () => {
  const centre = gateway.as('ris-v2')
  const start = new Date(gateway.clock().getTime() + 86_400_000)
  const end = new Date(start.getTime() + 1_200_000)
  const schedule = await centre.call<{ id: string }>('POST', 'Schedule', {
    resourceType: 'Schedule',
    actor: [{ display: 'Échographie' }],
  })
  await centre.call('POST', 'Slot', {
    resourceType: 'Slot',
    meta: {
      security: [
        {
          system: 'https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau',
          code: 'CPTS',
        },
      ],
    },
    identifier: [{ system: 'urn:test', value: 'slot-1' }],
    schedule: { reference: `Schedule/${schedule.body.id}` },
    status: 'free',
    start: start.toISOString(),
    end: end.toISOString(),
  })
  const ehr = gateway.as('ehr')
  const found = await ehr.asks<Bundle<Appointment>>('find', [
    { name: 'start', valueDateTime: start.toISOString() },
    { name: 'end', valueDateTime: new Date(end.getTime() + 1).toISOString() },
  ])
  const proposal = found.body.entry?.[0]?.resource
  expect(proposal).toMatchObject({ status: 'proposed' })
  const again = await ehr.get<Appointment>(`Appointment/${proposal?.id}`)
  expect(again).toMatchObject({
    id: proposal?.id,
    status: 'proposed',
    start: proposal?.start,
    slot: proposal?.slot,
  })
  expect((await gateway.as('ehr-other').call('GET', `Appointment/${proposal?.id}`)).status).toBe(404)
})

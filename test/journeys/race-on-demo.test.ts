import type { Appointment, ServiceRequest, Slot } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Kept } from '../../src/store/index.ts'
import { until } from '../support/clock.ts'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import {
  type Answered,
  appointmentIn,
  books,
  freshNumber,
  issuesIn,
  organization,
  patientIdentifierOf,
  referred,
} from './support.ts'
import { rivalFor, waysByDialects, waysByFhir } from './ways-to-book.ts'

/** So many at once take their time where the machine is busy. */
vi.setConfig({ testTimeout: 120_000 })

let demo: TestDemo

beforeAll(async () => {
  demo = await startDemo()
})
afterAll(async () => {
  await demo?.[Symbol.asyncDispose]()
})

const rivals = 32

/** The centres of the demo, by what they speak, and an exam that each has places for. */
const centres = [
  { id: 'centre-v2', speaks: 'HL7 v2', modality: 'US', exam: '24558-9^US Abdomen^LN' },
  { id: 'centre-fhir', speaks: 'FHIR', modality: 'CT', exam: '30620-9^CT Abdomen^LN' },
  { id: 'centre-json', speaks: 'JSON', modality: 'MR', exam: '30657-1^MR Brain^LN' },
] as const

describe.each(centres)('at the centre that speaks $speaks', ({ id, modality, exam }) => {
  test.each([...waysByFhir, ...waysByDialects])(
    `of ${rivals} who book $name, one gets the place`,
    async ({ book }) => {
      const at = organization({ gateway: demo.demo.gateway }, id)
      const ehr = demo.as('ehr')
      await until(
        () => ehr.search<Slot>('Slot?status=free&_count=1'),
        (slots) => slots.length > 0,
      )
      const mllp = demo.demo.gateway.addresses.mllp
      if (!mllp) throw new Error('The demo listens for HL7 v2')
      const requests = []
      for (let n = 0; n < rivals; n++) {
        const text = { number: freshNumber('RACE'), application: 'DEMO_EHR', modality, exam }
        requests.push(await referred({ mllp, as: demo.as }, { ...text, ins: patientIdentifierOf(n) }))
      }
      const all = await Promise.all(requests.map((request) => rivalFor(ehr, request, at)))
      const slots = new Set(all.map(({ proposal }) => proposal.slot?.[0]?.reference))
      expect(slots.size).toBe(1)

      const replies = await Promise.all(all.map((rival) => book(rival)))

      const won = replies.filter(({ status }) => status < 300)
      const lost = replies.filter(({ status }) => status >= 300)
      expect(won.map(appointmentIn)).toMatchObject([{ status: 'booked' }])
      expect(new Set(lost.map(({ status }) => status))).toEqual(new Set([409]))
      for (const reply of lost)
        expect(issuesIn(reply)[0]).toMatchObject({
          severity: expect.stringMatching(/^(error|fatal)$/),
          code: 'conflict',
        })
      const live = await demo
        .as('cell')
        .search<Appointment>(`Appointment?slot=${[...slots][0]}&status=booked,pending`)
      expect(live.map(({ status }) => status)).toEqual(['booked'])
      const slot = await ehr.get<Slot>([...slots][0] ?? '')
      expect(slot.status).toBe('busy')
    },
  )
})

test('of 8 who move to one place at once, one gets it, and the others keep theirs', async () => {
  const at = organization({ gateway: demo.demo.gateway }, 'centre-v2')
  const [ehr, mllp] = [demo.as('ehr'), demo.demo.gateway.addresses.mllp]
  if (!mllp) throw new Error('The demo listens for HL7 v2')
  const movers: { request: Kept<ServiceRequest>; before: Kept<Appointment> }[] = []
  for (let n = 0; n < 8; n++) {
    const text = { number: freshNumber('MOVE'), application: 'DEMO_EHR', ins: patientIdentifierOf(n) }
    const request = await referred({ mllp, as: demo.as }, text)
    const { proposal } = await rivalFor(ehr, request, at)
    movers.push({ request, before: appointmentIn(await books(ehr, proposal.id)) })
  }
  const wanted = await Promise.all(movers.map(({ request }) => rivalFor(ehr, request, at)))
  expect(new Set(wanted.map(({ proposal }) => proposal.slot?.[0]?.reference)).size).toBe(1)

  const replies = await Promise.all(
    wanted.map(({ proposal }, n) =>
      ehr.asks<Answered>('book', [
        { name: 'appointment-reference', valueReference: { reference: `Appointment/${proposal.id}` } },
        { name: 'cancelled-appt-id', valueUri: movers[n]?.before.id ?? '' },
      ]),
    ),
  )

  expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)])
  const kept = await Promise.all(movers.map(({ before }) => ehr.get<Appointment>(`Appointment/${before.id}`)))
  expect(kept.map(({ status }) => status)).toEqual(
    replies.map(({ status }) => (status === 200 ? 'cancelled' : 'booked')),
  )
})

describe.each(['POST', 'transaction'] as const)('a centre that writes its bookings by %s', (how) => {
  const written = (slot: string, start: string, end: string): Appointment => ({
    resourceType: 'Appointment',
    status: 'booked',
    slot: [{ reference: slot }],
    start,
    end,
    participant: [{ actor: { display: 'patient' }, status: 'accepted' }],
  })
  const write = (appointment: Appointment) =>
    how === 'POST'
      ? demo.as('ris-fhir').call('POST', 'Appointment', appointment)
      : demo.as('ris-fhir').call('POST', '/fhir', {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: [{ resource: appointment, request: { method: 'POST', url: 'Appointment' } }],
        })

  test(`has a place once, though it writes ${rivals} at once`, async () => {
    const [slot] = await demo
      .as('ris-fhir')
      .search<Slot>('Slot?status=free&_source=urn:relais:source:ris-fhir&_sort=-start&_count=1')
    if (!slot) throw new Error('The centre has no place')
    const appointment = written(`Slot/${slot.id}`, slot.start, slot.end)

    const replies = await Promise.all(Array.from({ length: rivals }, () => write(appointment)))

    const lost = replies.filter(({ status }) => status >= 300)
    expect(lost).toHaveLength(rivals - 1)
    expect(new Set(lost.map(({ status }) => status))).toEqual(new Set([409]))
    for (const reply of lost)
      expect(issuesIn(reply)[0]).toMatchObject({
        severity: expect.stringMatching(/^(error|fatal)$/),
        code: 'conflict',
      })
    const live = await demo
      .as('cell')
      .search<Appointment>(`Appointment?slot=Slot/${slot.id}&status=booked,pending`)
    expect(live).toHaveLength(1)
  })
})

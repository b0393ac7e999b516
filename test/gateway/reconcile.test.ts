import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { fhir } from '../../src/connectors/fhir/index.ts'
import { bookOnce, cancel } from '../../src/flows/booking/index.ts'
import { comparisons, reconcile } from '../../src/gateway/reconcile.ts'
import { openLog } from '../../src/log.ts'
import { openDesk } from '../connectors/pretend-desk.ts'
import { nine, openStage, slot, ten } from '../flows/booking/stage.ts'
import { openFhirPeer } from '../support/peers.ts'

const forEver = new AbortController().signal

test('the appointments to come are made to agree with those of a FHIR server, and what was done is told', async () => {
  await using stage = await openStage()
  await using peer = await openFhirPeer()
  const settings = fhir.settings.parse({ baseUrl: peer.url })
  await using link = await fhir.open(settings, openDesk({ name: 'ris' }))
  await stage.publishes({ nine: slot('nine', ...nine), ten: slot('ten', ...ten) })
  const book = async (name: string, number: string) => {
    const target = { slot: (await stage.slot(name)).id, request: await stage.refers(number) }
    return bookOnce({ target, waitMs: 0 }, stage.desk.as('practice'))
  }
  const [lost, gone] = [await book('nine', 'R-1'), await book('ten', 'R-2')]
  await cancel(gone.id, undefined, stage.desk.as('practice'))
  for (const { id } of [lost, gone]) {
    const { identifier = [], start, end } = await stage.now(id)
    await peer.repository.createResource({
      resourceType: 'Appointment',
      status: 'booked',
      identifier,
      ...(start && { start: new Date(start).toISOString() }),
      ...(end && { end: new Date(end).toISOString() }),
      participant: [{ actor: { display: 'patient' }, status: 'accepted' }],
    })
  }
  stage.desk.clock.turn({ minutes: 5 })
  const lines: string[] = []
  const log = openLog('info', { write: (line) => void lines.push(line) })
  const registry = new Registry()
  const count = comparisons(registry)
  await reconcile('ris', link, stage.desk.as('gateway'), { log, count }, forEver)
  expect((await stage.now(lost.id)).status).toBe('booked')
  expect((await stage.sent()).at(-1)).toBe('appointment.cancelled')
  const told = lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'bookings.compared')
  expect(told).toMatchObject({ peer: 'ris', compared: 2, repaired: 2, failed: 0 })
  expect(await registry.metrics()).toContain('relais_bookings_compared_total{peer="ris",end="repaired"} 2')
})

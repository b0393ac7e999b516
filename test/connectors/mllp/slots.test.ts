import type { Slot } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { field, type Message } from '../../../src/hl7v2/message.ts'
import { until } from '../../support/clock.ts'
import { centreV2, startGateway } from '../../support/gateway.ts'
import { accepted, openV2Peer, v2 } from '../../support/peers.ts'

/** The RIS's answer to a question for its places: those of these hours that are in the span that is asked for. */
function sqr(sqm: Message, hours: readonly string[], day: string): string {
  const [from = '', to = ''] = [1, 2].map((n) => field(sqm, `ARQ-11.${n}`))
  const within = hours.filter((hour) => from < `${day}${hour}` && `${day}${hour}` < to)
  return v2(
    `MSH|^~\\&|RIS|PORT|RELAIS||20260106120000+0100||SQR^S25^SQR_S25|Q${field(sqm, 'MSH-10')}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    `MSA|AA|${field(sqm, 'MSH-10')}`,
    `QAK|${field(sqm, 'QRD-4')}|OK`,
    ...within.flatMap((hour) => [
      `SCH||SL-${hour}^RIS|||IRM 1||||20|min|^^^${day}${hour}00`,
      'RGS|1',
      `AIS|1||MR^Magnetic Resonance^DCM|${day}${hour}00|||20|min`,
    ]),
  )
}

test('a RIS is asked for its places by SQM^S25: they are free here, and gone when it names them no more', async () => {
  await using ris = await openV2Peer()
  const day = new Date(Date.now() + 36 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
  let hours = ['0900', '0930']
  ris.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SQM' ? sqr(message, hours, day) : accepted(message),
  )
  const slots = { everyMs: 1000, days: 4 }
  await using gateway = await startGateway({
    connectors: { 'ris-v2': centreV2(ris.port, { slots, connection: 'per-message' }) },
  })
  // The demo's centre declares ranges, too: only what the RIS names has a number of its.
  const starts = async () => {
    const found = await gateway
      .as('cell')
      .search<Slot>('Slot?identifier=urn:relais:RIS|&status=free&_sort=start')
    return found.map(({ start }) => start.slice(11, 16))
  }
  await until(starts, (seen) => seen.join() === '09:00,09:30', 12_000)
  hours = ['0930', '1000']
  await until(starts, (seen) => seen.join() === '09:30,10:00', 12_000)
  const [question] = await ris.hears('SQM^S25')
  expect([question && field(question, 'QRD-9'), question && field(question, 'ARQ-6')]).toEqual([
    'SSA',
    'QUERY',
  ])
})

import { expect, test } from 'vitest'
import { openRest, restSettings } from '../../src/connectors/rest/client.ts'
import { retryAfterOf } from '../../src/connectors/rest/resting.ts'
import { unsent } from '../../src/connectors/rest/sent.ts'
import { turnableClock } from '../support/clock.ts'
import { openHttpPeer } from '../support/peers.ts'

test('a partner that asks for rest is not called by anybody until that is over', async () => {
  const clock = turnableClock('2026-03-02T08:00:00Z')
  let status = 429
  await using partner = await openHttpPeer(
    () => new Response(null, { status, headers: { 'retry-after': '30' } }),
  )
  const client = openRest(restSettings.parse({ baseUrl: partner.url }), { clock, outboundLoopback: true })
  expect((await client.call('slots')).status).toBe(429)
  status = 200
  const refused = await client.call('bookings', { method: 'POST' }).catch((thrown: unknown) => thrown)
  expect(unsent(refused)).toEqual({ end: 'later', reason: 'resting', retryAfterSeconds: 30 })
  expect(partner.heard).toHaveLength(1)
  clock.turn({ seconds: 30 })
  expect((await client.call('slots')).status).toBe(200)
})

test.each([
  ['120', 120],
  ['Mon, 02 Mar 2026 08:01:00 GMT', 60],
  ['999999999', 3600],
  ['Mon, 02 Mar 2026 07:00:00 GMT', undefined],
  ['soon', undefined],
])('Retry-After %s asks for %s seconds', (text, seconds) => {
  expect(retryAfterOf({ headers: { 'retry-after': text } }, new Date('2026-03-02T08:00:00Z'))).toBe(seconds)
})

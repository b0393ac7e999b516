import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openRest, type RestSettings, restSettings } from '../../src/connectors/rest/client.ts'
import { retryAfterOf } from '../../src/connectors/rest/resting.ts'
import { unsent } from '../../src/connectors/rest/sent.ts'
import { turnableClock } from '../support/clock.ts'
import { openHttpPeer } from '../support/peers.ts'
import { openDesk } from './pretend-desk.ts'

/** How a call that failed ended. */
const endOf = async (call: Promise<unknown>) => {
  const refused = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return unsent(refused)
}

test('a partner that asks for rest is not called by anybody, by whichever gateway, until that is over', async () => {
  const clock = turnableClock('2026-03-02T08:00:00Z')
  let status = 429
  await using partner = await openHttpPeer(
    () => new Response(null, { status, headers: { 'retry-after': '30' } }),
  )
  const desk = openDesk({ clock })
  const settings = restSettings.parse({ baseUrl: partner.url })
  const [client, ofAnother] = [openRest(settings, desk), openRest(settings, desk)]
  expect((await client.call('slots')).status).toBe(429)
  status = 200
  const resting = { end: 'later', reason: 'resting', retryAfterSeconds: 30 }
  expect(await endOf(client.call('bookings', { method: 'POST' }))).toEqual(resting)
  expect(await endOf(ofAnother.call('bookings', { method: 'POST' }))).toEqual(resting)
  expect(partner.heard).toHaveLength(1)
  clock.turn({ seconds: 30 })
  expect((await ofAnother.call('slots')).status).toBe(200)
})

/** Settings that ask for a token at `/token` with a secret, which stands in a file for as long as this is held. */
async function withSecret(baseUrl: string): Promise<{ settings: RestSettings } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-secret-'))
  const secretFile = join(folder, 'secret')
  await writeFile(secretFile, 'hush\n')
  const auth = { kind: 'client-secret', tokenUrl: `${baseUrl}/token`, clientId: 'relais', secretFile }
  return {
    settings: restSettings.parse({ baseUrl, auth }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

test.each([
  ['HTTP 500', () => new Response('down for repair', { status: 500 })],
  ['HTTP 401', () => Response.json({ error: 'invalid_client' }, { status: 401 })],
  ['unreadable', () => new Response('<html>')],
  ['unreadable', () => Response.json({ token: 'T1' })],
])('a line whose token endpoint says no is down: %s', async (why, says) => {
  await using partner = await openHttpPeer(says)
  await using secret = await withSecret(partner.url)
  const client = openRest(secret.settings, openDesk())
  expect(await endOf(client.call('bookings', { method: 'POST' }))).toEqual({
    end: 'later',
    reason: `no token: ${why}`,
    isLineDown: true,
  })
  expect(partner.heard.map(({ path }) => path)).toEqual(['/token'])
})

test('a token endpoint that asks for rest is not asked until that is over', async () => {
  const clock = turnableClock('2026-03-02T08:00:00Z')
  let isBusy = true
  await using partner = await openHttpPeer(({ path }) => {
    if (path !== '/token') return Response.json({})
    if (isBusy) return new Response(null, { status: 429, headers: { 'retry-after': '60' } })
    return Response.json({ access_token: 'T1', expires_in: 300 })
  })
  await using secret = await withSecret(partner.url)
  const client = openRest(secret.settings, openDesk({ clock }))
  const first = await endOf(client.call('slots'))
  expect(first).toMatchObject({ end: 'later', isLineDown: true, retryAfterSeconds: 60 })
  isBusy = false
  expect(await endOf(client.call('slots'))).toMatchObject({ reason: 'resting' })
  expect(partner.heard).toHaveLength(1)
  clock.turn({ seconds: 60 })
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

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { until } from '../support/clock.ts'
import { freshDatabase } from '../support/database.ts'
import { centreV2, spawnGateway, writeTerritory } from '../support/gateway.ts'
import { accepted, openV2Peer, v2 } from '../support/peers.ts'

test('a gateway that is told to stop is not ready at once, finishes what is in hand, hands back the rest, and ends with 0', async () => {
  await using database = await freshDatabase()
  await using store = await openStore({ dataDir: '', poolSize: 2, databaseUrl: database.url })
  await using ris = await openV2Peer()
  ris.answerBy(() => undefined) // it takes its time
  await using territory = await writeTerritory({
    connectors: { ris: centreV2(ris.port, { ackTimeoutMs: 20_000 }) },
  })
  const gateway = await spawnGateway({
    RELAIS_TERRITORY: territory.path,
    RELAIS_DATABASE_URL: database.url,
    RELAIS_DATA_DIR: territory.path,
    RELAIS_ADMIN_PORT: '0',
  })
  const admin = /"admin":"([^"]+)"/.exec(gateway.log.join('\n'))?.[1]
  const readiness = async () => (await fetch(`http://${admin}/ready`).catch(() => undefined))?.status
  expect(await readiness()).toBe(200)

  const [inHand, next] = [randomUUID(), randomUUID()]
  const raw = Buffer.from(v2('MSH|^~\\&|RELAIS||RIS||20260107||ORM^O01^ORM_O01|STOP1|P|2.5.1', 'ORC|NW|1'))
  const departures = [inHand, next].map((row) => ({
    row,
    peer: 'ris',
    kind: 'request.ordered',
    about: [],
    rendered: { raw, contentType: 'x-application/hl7-v2+er7' },
  }))
  await store.write({ at: new Date().toISOString(), departures })
  const [message] = await ris.hears('ORM^O01')
  const gone = once(gateway.process, 'exit')
  gateway.process.kill('SIGTERM')
  await until(async () => (await readiness()) !== 200)

  if (!message) throw new Error('Nothing has come')
  ris.answers(accepted(message))
  const [code] = await gone
  expect(code).toBe(0)
  expect(await store.outbox.get(inHand)).toMatchObject({ status: 'sent', attempts: 1 })
  expect(await store.outbox.get(next)).toMatchObject({ status: 'queued', attempts: 0 })
  // Whoever comes next has the line at once.
  const now = Date.now()
  const own = await store.lines.share({
    names: ['ris'],
    busy: [],
    holder: 'next',
    at: new Date(now).toISOString(),
    until: new Date(now + 10_000).toISOString(),
  })
  expect(own).toEqual({ own: ['ris'], ending: [] })
}, 60_000)

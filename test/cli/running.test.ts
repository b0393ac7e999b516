import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEvent, ServiceRequest } from '@medplum/fhirtypes'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoSystem } from '../../src/demo/naming.ts'
import { order } from '../journeys/support.ts'
import { centreV2, practiceV2, spawnGateway, startGateway, type TestGateway } from '../support/gateway.ts'
import { given, run } from './support.ts'

interface Message {
  row: string
  direction: string
  peer: string
  kind: string
  status: string
  id?: string
}

/** The command line beside a running gateway. */
describe('beside a gateway on a server', () => {
  let gateway: TestGateway
  let folder: string
  let settings: Record<string, string>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relais-cli-'))
    // The centre's line is not there: what leaves for it waits.
    gateway = await startGateway({ connectors: { practice: practiceV2, ris: centreV2(9) } })
    settings = { RELAIS_DATABASE_URL: gateway.databaseUrl, RELAIS_TERRITORY: gateway.territory.path }
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }
  const to = () => `${gateway.mllp.host}:${gateway.mllp.port}`
  const auditsOf = (step: string) => gateway.as('operator').search<AuditEvent>(`AuditEvent?subtype=${step}`)

  test('a file with LF is sent with CR, and its acknowledgement printed', async () => {
    const path = await file('order.hl7', order({ number: 'CLI-1' }).replaceAll('\r', '\n'))
    const { code, out } = await run(['send', path, '--to', to()])
    expect(code).toBe(0)
    expect(out).toMatch(/^MSH\|.*\nMSA\|AA\|CLI-1/)
  })

  test('a message that is refused makes the command fail', async () => {
    const path = await file('stranger.hl7', order({ number: 'CLI-2', application: 'STRANGER' }))
    expect(await run(['send', path, '--to', to()])).toMatchObject({
      code: 1,
      out: expect.stringContaining('MSA|AR'),
    })
    expect((await run(['send', await file('empty.hl7', 'hello'), '--to', to()])).code).toBe(1)
    expect((await run(['send', path, '--to', '127.0.0.1:1'])).code).toBe(1)
  })

  test('messages are listed without what they say', async () => {
    const { out } = await run(['messages'], settings)
    expect(out).toMatch(/ORM\^O01 +transformed +CLI-1/)
    expect(out).not.toMatch(/PAT-TROIS|279035121518989/)
    const wrong = await given<Message[]>(['messages', '--status', 'error'], settings)
    expect(wrong.map(({ peer, kind, status }) => ({ peer, kind, status }))).toEqual([
      { peer: '?', kind: 'ORM^O01', status: 'error' },
    ])
    expect(await given(['messages', '--since', '2100-01-01'], settings)).toEqual([])
    expect(await given(['messages', '--limit', '1'], settings)).toHaveLength(1)
    expect((await run(['messages', '--status', 'lost'], settings)).code).toBe(2)
  })

  test('a message of an unknown sender is replayed as of one that is known, in its own row', async () => {
    const [{ row } = { row: '' }] = await given<Message[]>(['messages', '--status', 'error'], settings)
    expect(await run(['replay', row], settings)).toMatchObject({
      code: 1,
      error: expect.stringContaining('--as'),
    })
    expect((await run(['replay', row, '--as', 'practice'], settings)).code).toBe(0)
    const found = (await given<Message[]>(['messages'], settings)).find((one) => one.row === row)
    expect(found).toMatchObject({ status: 'transformed', peer: 'practice', id: 'CLI-2' })
    expect(await gateway.as('ehr').search<ServiceRequest>('ServiceRequest?identifier=CLI-2')).toHaveLength(1)
    expect(await auditsOf('message.replayed')).toHaveLength(1)
  })

  test('a message that was taken is decided anew, and makes no second referral', async () => {
    const all = await given<Message[]>(['messages', '--peer', 'practice'], settings)
    const { row = '' } = all.find(({ id }) => id === 'CLI-1') ?? {}
    const { code, out } = await run(['replay', row], settings)
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^information/) })
    expect(out).not.toMatch(/Received before/)
    expect(await gateway.as('ehr').search<ServiceRequest>('ServiceRequest?identifier=CLI-1')).toHaveLength(1)
  })

  test('connectors are listed with what waits to leave', async () => {
    const rows = await given<{ name: string; kind: string; queued: number; lastArrival?: string }[]>(
      ['connectors'],
      settings,
    )
    expect(rows.map(({ name, kind }) => ({ name, kind }))).toEqual([
      { name: 'practice', kind: 'mllp' },
      { name: 'ris', kind: 'mllp' },
      { name: 'subscriptions', kind: undefined },
    ])
    expect(rows[0]?.lastArrival).toBeDefined()
    expect((await run(['connectors'], settings)).out).toContain('Imagerie du Port')
  })

  test('what is parked is queued again, and what has been cancelled is not', async () => {
    const { store } = gateway.gateway
    const row = '0198a000-0000-7000-8000-000000000001'
    const at = new Date().toISOString()
    const about = ['Communication/none/_history/1']
    const departure = { row, peer: 'nobody', kind: 'communication.sent', about }
    await store.write({ departures: [departure], at })
    await store.write({ settlements: [{ row, status: 'parked', reason: 'no map' }], at })
    expect((await run(['replay', row], settings)).code).toBe(0)
    expect(await store.outbox.get(row)).toMatchObject({ status: 'queued', attempts: 0 })
    await store.write({ settlements: [{ row, status: 'cancelled' }], at })
    expect(await run(['replay', row], settings)).toMatchObject({
      code: 1,
      error: expect.stringContaining('cancelled'),
    })
    expect(await auditsOf('departure.replayed')).toHaveLength(1)
  })

  test('a client is added, gets a token, gets new keys, is disabled and enabled', async () => {
    const [first, second] = [await keyPair('one'), await keyPair('two')]
    const client = {
      id: 'cabinet',
      name: 'Cabinet',
      role: 'prescriber',
      organization: `${demoSystem}|practice-2`,
      scopes: ['system/ServiceRequest.cruds'],
      jwks: { keys: [first.public] },
    }
    const added = await file('client.json', JSON.stringify(client))
    const token = (key: string) =>
      run(['token', 'cabinet', '--key', key, '--token-url', `${gateway.baseUrl}/auth/token`])
    const [one, two] = [
      await file('one.jwk', JSON.stringify(first.private)),
      await file('two.jwk', JSON.stringify(second.private)),
    ]
    expect((await run(['client', 'add', added], settings)).code).toBe(0)
    expect(await run(['client', 'add', added], settings)).toMatchObject({
      code: 1,
      error: expect.stringContaining('client rotate'),
    })
    expect(await token(one)).toMatchObject({ error: '', out: expect.stringMatching(/^eyJ/) })

    const jwks = await file('jwks.json', JSON.stringify({ keys: [second.public] }))
    expect(await given(['client', 'rotate', 'cabinet', '--jwks', jwks], settings)).toEqual({
      id: 'cabinet',
      kids: ['two'],
    })
    expect((await run(['client', 'disable', 'cabinet'], settings)).code).toBe(0)
    const listed = await given<{ id: string; disabledAt?: string }[]>(['client', 'list'], settings)
    expect(listed.find(({ id }) => id === 'cabinet')?.disabledAt).toBeDefined()
    expect((await run(['client', 'enable', 'cabinet'], settings)).code).toBe(0)
    await expect.poll(async () => (await token(two)).code, { interval: 500 }).toBe(0)
    expect((await token(one)).code).toBe(1)
    expect(await auditsOf('client.rotated')).toHaveLength(1)
  })

  test('a client with a private key, or of nobody here, is not added', async () => {
    const { private: secret, public: known } = await keyPair('k')
    const of = (more: object) =>
      JSON.stringify({ id: 'x', name: 'x', role: 'ris', scopes: ['system/Slot.cruds'], ...more })
    const leaked = await file('leaked.json', of({ organization: 'urn:a|b', jwks: { keys: [secret] } }))
    expect(await run(['client', 'add', leaked], settings)).toMatchObject({
      code: 1,
      error: expect.stringMatching(/jwks.*public keys only/),
    })
    const homeless = await file('homeless.json', of({ organization: 'urn:a|b', jwks: { keys: [known] } }))
    expect(await run(['client', 'add', homeless], settings)).toMatchObject({
      code: 1,
      error: expect.stringContaining('urn:a|b'),
    })
    expect((await run(['client', 'disable', 'x'], settings)).code).toBe(1)
  })

  test('the database is brought to its newest migration', async () => {
    expect(await given<{ migration: number }>(['migrate'], settings)).toEqual({
      migration: expect.any(Number),
    })
  })
})

test('beside a gateway on its embedded store, its own PostgreSQL is used', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'relais-cli-'))
  try {
    const settings = { RELAIS_DATA_DIR: dataDir }
    await using _ = await spawnGateway({ ...settings, RELAIS_LOG_LEVEL: 'info' })
    const clients = await given<{ id: string }[]>(['client', 'list'], settings)
    expect(clients.map(({ id }) => id)).toContain('ehr')
    expect((await given<{ access_token: string }>(['token', 'ehr'], settings)).access_token).toMatch(/^eyJ/)
    const sent = await run(
      ['send', 'test/samples/hl7v2-fr-teleradiology/flux1-ORM_O01-NW-transmission-demande.hl7'],
      settings,
    )
    expect(sent).toMatchObject({ code: 0, out: expect.stringContaining('MSA|AA|') })
    const nobody = { ...settings, RELAIS_MLLP_PORT: '1' }
    const elsewhere = await run(
      ['send', 'test/samples/hl7v2-fr-teleradiology/flux1-ORM_O01-NW-transmission-demande.hl7'],
      nobody,
    )
    expect(elsewhere, 'the port that is named counts, not the demo’s').toMatchObject({ code: 1 })
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}, 90_000)

async function keyPair(kid: string) {
  const { privateKey } = await generateKeyPair('ES384', { extractable: true })
  const { d, ...known } = await exportJWK(privateKey)
  return { public: { ...known, kid, alg: 'ES384' }, private: { ...known, d, kid, alg: 'ES384' } }
}

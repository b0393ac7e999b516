import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bundle } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Check } from '../../src/cli/kit/contract.ts'
import { openPartners } from '../../src/demo/partners/index.ts'
import { allOk } from '../../src/fhir/outcome.ts'
import { takeRows } from '../../src/flows/slots/rows.ts'
import { field, type Message } from '../../src/hl7v2/message.ts'
import { readTable } from '../../src/transform/csv.ts'
import { srr } from '../journeys/support.ts'
import { maps } from '../mappings/support.ts'
import { accepted, acknowledgment, openFhirPeer, openHttpPeer, openV2Peer } from '../support/peers.ts'
import { run } from './support.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relais-kit-'))
  return () => rm(folder, { recursive: true })
})

/** The template of a kind, as a vendor gets and fills it in. */
async function filledIn(kind: string, settings: object): Promise<string> {
  expect((await run(['kit', 'init', kind, folder])).code).toBe(0)
  const path = join(folder, 'connector.json')
  const file = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...file, settings: { ...file.settings, ...settings } }))
  return path
}

async function tried(path: string, ...more: string[]) {
  const { code, out } = await run(['kit', 'test', path, '--json', ...more])
  const { checks }: { checks: Check[] } = JSON.parse(out)
  return { code, ends: Object.fromEntries(checks.map(({ name, end }) => [name, end])), checks }
}

describe('a radiology system that speaks HL7 v2', () => {
  /** As the contract asks: the same message is answered as before. */
  const keeps = (message: Message): string => {
    if (field(message, 'ARQ-11')?.startsWith('2000')) return srr(message, 'Cancelled', { reason: 'Inconnu' })
    if (field(message, 'MSH-9.1') === 'SRM') return srr(message, 'Booked')
    return field(message, 'MSH-9.1') === 'ZZZ' ? acknowledgment(message, 'AR') : accepted(message)
  }

  test('that keeps the contract passes each part of it', async () => {
    await using ris = await openV2Peer()
    ris.answerBy(keeps)
    const { code, ends, checks } = await tried(await filledIn('mllp', { port: ris.port }))
    expect(ends).toEqual({
      'its file does not contradict itself': 'passed',
      'its diary can be read, and every place in it is valid': 'skipped',
      'a booking is answered yes': 'passed',
      'the same booking again is the same booking': 'passed',
      'a booking of a place that is not there is refused': 'passed',
      'an order for it is taken': 'passed',
      'its cancellation is taken': 'passed',
      'the same cancellation again is taken': 'passed',
      'what it does not know is refused, and the line stays': 'passed',
      'communication.sent is taken': 'skipped',
      'request.updated is taken': 'skipped',
      'what its desk changes is told': 'skipped',
    })
    expect(code).toBe(0)
    expect(checks.at(-1)?.told).toBe('promised, and not tried here')
  })

  test('of the demo keeps the contract', async () => {
    await using partners = await openPartners({
      clock: () => new Date(),
      vendor: { clientId: 'vendor', secret: 'of-a-test' },
      gatewayMllp: () => ({ host: '127.0.0.1', port: 1 }),
    })
    const place = partners.diaries['ris-v2'].places.find(
      ({ start }) => Date.parse(start) > Date.now() + 3_600_000,
    )
    const { code, checks } = await tried(
      await filledIn('mllp', { port: partners.mllp.port }),
      '--start',
      place?.start ?? '',
    )
    expect(checks.filter(({ end }) => end !== 'passed').map(({ name }) => name)).toEqual([
      'its diary can be read, and every place in it is valid',
      'communication.sent is taken',
      'request.updated is taken',
      'what its desk changes is told',
    ])
    expect(code).toBe(0)
  })

  test.each<[string, string, (message: Message, count: number) => string | undefined]>([
    [
      'books anew each time',
      'the same booking again is the same booking',
      (message, count) =>
        field(message, 'MSH-9.1') === 'SRM'
          ? srr(message, 'Booked', { number: `RV-${count}` })
          : accepted(message),
    ],
    ['says no', 'a booking is answered yes', (message) => srr(message, 'Cancelled', { reason: 'Complet' })],
    [
      'accepts what nobody knows',
      'what it does not know is refused, and the line stays',
      (message) => (field(message, 'MSH-9.1') === 'SRM' ? srr(message, 'Booked') : accepted(message)),
    ],
    [
      'has any place',
      'a booking of a place that is not there is refused',
      (message) => (field(message, 'MSH-9.1') === 'SRM' ? srr(message, 'Booked') : accepted(message)),
    ],
    ['is silent', 'a booking is answered yes', () => undefined],
  ])('that %s is told so', async (_, name, answer) => {
    await using ris = await openV2Peer()
    let count = 0
    ris.answerBy((message) => answer(message, ++count))
    const { code, ends } = await tried(await filledIn('mllp', { port: ris.port, ackTimeoutMs: 500 }))
    expect([code, ends[name]]).toEqual([1, 'failed'])
  })
})

test('a system with an API of its own keeps the contract by the template’s maps', async () => {
  const bookings = new Map<string, string>()
  const at = (hour: string) =>
    new Date(Date.now() + 86_400_000).toISOString().replace(/T.*/, `T${hour}:00+00:00`)
  await using ris = await openHttpPeer(({ method, path, body }) => {
    if (path.startsWith('/api/slots')) {
      const one = { id: '1', room: 'us-1', modality: 'US', start: at('09:00'), end: at('09:20'), free: true }
      return Response.json({ slots: [one] })
    }
    if (method === 'DELETE') return new Response(null, { status: 204 })
    const { reference = '', slot } = body as { reference?: string; slot?: string }
    if (slot !== '1')
      return Response.json({ errors: ['UNKNOWN'], reason: 'Créneau inconnu' }, { status: 422 })
    bookings.set(reference, bookings.get(reference) ?? `B-${bookings.size}`)
    return Response.json({ reference, number: bookings.get(reference), state: 'confirmed' })
  })
  const { code, ends, checks } = await tried(await filledIn('json', { baseUrl: `${ris.url}/api` }))
  expect(checks.filter(({ end }) => end === 'failed')).toEqual([])
  expect(ends['its diary can be read, and every place in it is valid']).toBe('passed')
  expect(ends['the same booking again is the same booking']).toBe('passed')
  const no = checks.find(({ name }) => name === 'a booking of a place that is not there is refused')
  expect(no).toMatchObject({ end: 'passed', told: 'HTTP 422, Créneau inconnu' })
  expect(code).toBe(0)
})

test('an independent FHIR server keeps the contract: it takes a booking, and says yes later', async () => {
  await using ris = await openFhirPeer()
  const schedule = await ris.repository.createResource({
    resourceType: 'Schedule',
    active: true,
    actor: [{ display: 'Échographe' }],
  })
  const start = new Date(Date.now() + 86_400_000).toISOString()
  const end = new Date(Date.now() + 86_400_000 + 1_200_000).toISOString()
  await ris.repository.createResource({
    resourceType: 'Slot',
    status: 'free',
    schedule: { reference: `Schedule/${schedule.id}` },
    start,
    end,
  })
  const { code, checks } = await tried(await filledIn('fhir', { baseUrl: ris.url }))
  expect(checks.filter(({ end }) => end === 'failed')).toEqual([])
  expect(checks.find(({ name }) => name === 'a booking is answered yes')?.told).toContain('pending')
  expect(code).toBe(0)
})

test('the table of the kit is taken whole', async () => {
  await run(['kit', 'init', 'file', folder])
  const { rows, faults } = readTable(await readFile(join(folder, 'file.csv')))
  const made = await takeRows(rows, { source: 'kit', whole: true }, async (diary) => {
    const { entry } = maps.run('diary-1-to-Slot', diary, { now: '2026-01-06T12:00:00Z', newId: () => 'x' })
      .target as Bundle
    const slots = (entry ?? []).filter(({ resource }) => resource?.resourceType === 'Slot')
    expect(slots).toHaveLength(diary.rows.length)
    return allOk('Stored.')
  })
  expect([faults, made]).toEqual([[], { taken: 3, refused: [] }])
})

test('what is there is kept when the kit is asked for again, and a kind that there is not is named', async () => {
  const path = await filledIn('file', { folder: '/mine' })
  await run(['kit', 'init', 'file', folder])
  expect(await readFile(path, 'utf8')).toContain('/mine')
  expect(await run(['kit', 'init', 'fax', folder])).toMatchObject({
    code: 2,
    error: expect.stringContaining('mllp, fhir, json, file'),
  })
})

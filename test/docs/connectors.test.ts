import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Appointment, Bundle, ServiceRequest, Slot } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokenFor } from '../../src/demo/tour/world.ts'
import { until } from '../support/clock.ts'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { say } from '../support/peers.ts'
import { type Block, blocksOf, examplesOf, filled, misfits, type Places, pageAt, textFits } from './page.ts'
import { tried } from './try.ts'

const page = await pageAt('src/connectors/README.md')
const messages = blocksOf(page).filter(({ language }) => language === 'hl7')
const bodies = blocksOf(page).filter(({ language }) => language === 'json')

/** Whom a page's calls are made as, by the chapter they stand in. */
const callers: Readonly<Record<string, string>> = { FHIR: 'ris-fhir', Manual: 'cell' }

let demo: TestDemo
let places: Places

beforeAll(async () => {
  demo = await startDemo()
  const now = new Date().toISOString()
  places = new Map([
    ['base', demo.world.baseUrl],
    ['stamp', stampOf(now)],
    ['control', `C${Date.now()}`],
    ['later', new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)],
  ])
})

afterAll(() => demo[Symbol.asyncDispose]())

test('the RIS that speaks v2 is asked, and given the order, as it is shown', async () => {
  const appointment = await booked('D-1', '24558-9^US Abdomen^LN', 'ris-v2')
  expect(appointment.status).toBe('booked')
  places.set('desk-start', hl7Of(await freeStart()))
  await fits(await sentTo('ris-v2', 'appointment.requested'), shown('SRM^S01'))
  await fits(await sentTo('ris-v2', 'request.ordered'), shown('ORM^O01'))
})

test.for(['SIU^S12', 'ORU^R01', 'ADT^A01'])('%s from the RIS is answered as it is shown', async (type) => {
  const message = shown(type)
  const answer = messages[messages.indexOf(message) + 1]
  const text = filled(message.text.trimEnd(), withEnd(places)).replaceAll('\n', '\r')
  const heard = await say(`${text}\r`, demo.world.mllp)
  await fits(heard?.toString('utf8') ?? '', answer)
})

test('the FHIR server is asked as it is shown', async () => {
  const appointment = await booked('D-2', '36813-4^CT Abdomen and Pelvis W contrast IV^LN', 'ris-fhir')
  expect(appointment.status).toBe('booked')
  places.set('request', appointment.basedOn?.[0]?.reference?.replace('ServiceRequest/', '') ?? '')
  const raw = await sentTo('ris-fhir', 'appointment.requested')
  expect(misfits(JSON.parse(raw), jsonWith('resourceType'), places)).toEqual([])
})

test('the JSON system is asked as it is shown, by the file that is shown', async () => {
  await booked('D-3', '30657-1^MR Brain WO contrast^LN', 'ris-json')
  const raw = await sentTo('ris-json', 'appointment.requested')
  expect(misfits(JSON.parse(raw).body, jsonWith('reference'), places)).toEqual([])
  const file = await readFile(join(demo.demo.folder, 'territory/connectors/ris-json.json'), 'utf8')
  expect(misfits(JSON.parse(file), jsonWith('kind'), places)).toEqual([])
})

test('a centre with a telephone is not booked before somebody has called', async () => {
  expect((await booked('D-4', '24558-9^US Abdomen^LN', 'telephone')).status).toBe('pending')
})

test.for(examplesOf(page))('line $line: $method $url is answered as it is shown', async (example) => {
  const known = demo.world.clients.find(({ name }) => name === callers[example.chapter])
  if (!known) throw new Error(`Nobody calls in the chapter ${example.chapter}`)
  const token = await tokenFor(known, demo.world.tokenUrl)
  expect(await tried(example, { baseUrl: demo.world.baseUrl, token, places })).toEqual([])
})

/** Refers a patient by HL7 v2 and books the first place of a centre. */
async function booked(number: string, exam: string, connector: string): Promise<Appointment> {
  const heard = await say(orderOf(number, exam), demo.world.mllp)
  expect(heard?.toString('utf8')).toContain('MSA|AA|')
  const ehr = demo.as('ehr')
  const [request] = await ehr.search<ServiceRequest>(`ServiceRequest?identifier=${number}`)
  const centre = demo.world.centres.find((one) => one.connector === connector)
  const find = await until(
    () => ehr.asks('find', wishFor(request?.identifier?.[0] ?? {}, centre?.id ?? '')),
    ({ body }) => (body.total ?? 0) > 0,
  )
  const proposal = find.body.entry?.[0]?.resource?.id
  const { body } = await ehr.asks<Bundle<Appointment>>('book', [
    { name: 'appointment-reference', valueReference: { reference: `Appointment/${proposal}` } },
  ])
  const appointment = body.entry?.[0]?.resource
  if (!appointment) throw new Error(`No booking: ${JSON.stringify(body)}`)
  return appointment
}

const wishFor = (identifier: object, organization: string) => [
  { name: 'start', valueDateTime: new Date().toISOString() },
  { name: 'end', valueDateTime: new Date(Date.now() + 14 * 86_400_000).toISOString() },
  { name: 'referral-identifier', valueIdentifier: identifier },
  { name: 'organization', valueReference: { reference: `Organization/${organization}` } },
]

function orderOf(number: string, exam: string): string {
  const order = `${number}^^1.2.250.1.999.1^ISO`
  return [
    `MSH|^~\\&|DEMO_EHR|MARCHE|RELAIS||${places.get('stamp')}||ORM^O01^ORM_O01|${number}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    'PID|||PAT-88^^^MARCHE||PAT-TROIS^DOMINIQUE^^^^^L||19790328|F',
    `ORC|NW|${order}`,
    `OBR|1|${order}||${exam}|||||||||Justification||||||||||||||||||^Colique hépatique`,
    'NTE|1||Finalité|FINALITE_EXAMEN^^HL70364',
    'OBX|1|CE|82810-3^Pregnancy status^LN||60001007^Not pregnant^SCT||||||O',
    'OBX|2|FT|30954-2^Examens antérieurs^LN||Aucun connu||||||O',
  ]
    .map((segment) => `${segment}\r`)
    .join('')
}

/** What last left to a peer, as it was sent. */
async function sentTo(peer: string, kind: string): Promise<string> {
  const { outbox } = demo.demo.gateway.store
  const found = await until(async () =>
    (await outbox.list({ peer, limit: 50 })).find((one) => one.kind === kind && one.raw),
  )
  return found?.raw?.toString('utf8') ?? ''
}

/** A start of the first centre that is still free. */
async function freeStart(): Promise<string> {
  const [slot] = await demo
    .as('ehr')
    .search<Slot>('Slot?status=free&_source=urn:relais:source:ris-v2&_sort=-start&_count=1')
  return slot?.start ?? ''
}

const stampOf = (instant: string) => `${instant.slice(0, 19).replaceAll(/[-:T]/g, '')}+0000`
const hl7Of = (instant: string) =>
  `${instant.slice(0, 19).replaceAll(/[-:T]/g, '')}${instant.slice(-6).replace(':', '')}`
const withEnd = (known: Places): Places => new Map([...known, ['desk-end', known.get('desk-start') ?? '']])

function shown(type: string): Block {
  const found = messages.find(({ text }) => text.split('\n')[0]?.includes(`|${type}`))
  if (!found) throw new Error(`The page shows no ${type}`)
  return found
}

function jsonWith(property: string): unknown {
  const found = bodies.map(({ text }) => JSON.parse(text)).find((one) => property in one)
  if (!found) throw new Error(`The page shows no JSON with ${property}`)
  return found
}

async function fits(text: string, block: Block | undefined): Promise<void> {
  const seen = text.replaceAll('\r', '\n').trimEnd()
  if (!textFits(seen, block?.text.trimEnd() ?? '', places)) expect(seen).toBe(block?.text)
}

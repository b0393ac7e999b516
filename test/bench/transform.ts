import { readdir, readFile } from 'node:fs/promises'
import type { ConceptMap } from '@medplum/fhirtypes'
import { parseMessage } from '../../src/hl7v2/message.ts'
import { toDate, toDateTime } from '../../src/hl7v2/timestamps.ts'
import { type Tree, toTree } from '../../src/hl7v2/tree.ts'
import { loadMaps } from '../../src/transform/index.ts'

/** One way to make resources of a message: its rate, how long one takes, and the processor time that is its cost. */
export interface Measured {
  name: string
  perSecond: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  gatewayCpuMs: number
}

const root = new URL('../../', import.meta.url)
const zone = 'Europe/Paris'

/**
 * The French request for teleradiology by its map, beside code written by hand for what a request must say.
 *
 * The map makes every resource and reads every field; the code makes the Patient and the ServiceRequest, and reads
 * the fields that those need. Both begin at the parsed message.
 */
export async function transform(rounds = 30, runs = 500): Promise<[map: Measured, byHand: Measured]> {
  const [maps, conceptMaps] = await Promise.all([textsIn('.map'), textsIn('.json')])
  const tables = conceptMaps.map(({ text }): ConceptMap => JSON.parse(text))
  const loaded = loadMaps(maps, tables)
  const sample = new URL(
    'test/samples/hl7v2-fr-teleradiology/flux1-ORM_O01-NW-transmission-demande.hl7',
    root,
  )
  const tree = toTree(parseMessage(await readFile(sample, 'utf8')))
  const options = { zone, now: '2026-01-06T12:00:00Z' }
  const byMap = () => loaded.run('ORM_O01-to-ServiceRequest', tree, options)
  return [
    measured('mapping', byMap, rounds, runs),
    measured('floor-by-hand', () => byHand(tree), rounds, runs),
  ]
}

async function textsIn(ending: string): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(new URL('mappings/', root))).filter((name) => name.endsWith(ending)).sort()
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(new URL(`mappings/${name}`, root), 'utf8') })),
  )
}

/** The quickest round, after one to warm up: what else the machine does only slows. */
function measured(name: string, run: () => unknown, rounds: number, runs: number): Measured {
  round(run, runs)
  const all = Array.from({ length: rounds }, () => round(run, runs))
  const [best] = all.sort((a, b) => a.cpuMs - b.cpuMs)
  if (!best) throw new Error('At least one round is run')
  const times = best.times.sort((a, b) => a - b)
  const at = (part: number) => times[Math.floor(times.length * part)] ?? Number.NaN
  return {
    name,
    perSecond: runs / (best.ms / 1000),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    gatewayCpuMs: best.cpuMs / runs,
  }
}

function round(run: () => unknown, runs: number) {
  const times: number[] = []
  const before = process.cpuUsage()
  const began = performance.now()
  for (let last = began; times.length < runs; ) {
    run()
    const now = performance.now()
    times.push(now - last)
    last = now
  }
  const { user, system } = process.cpuUsage(before)
  return { times, ms: performance.now() - began, cpuMs: (user + system) / 1000 }
}

const one = (value: unknown): Tree => ((Array.isArray(value) ? value[0] : value) ?? {}) as Tree // a part of the tree
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function byHand(message: Tree): unknown {
  const pid = one(one(message.PATIENT).PID)
  const order = one(message.ORDER)
  const [orc, detail] = [one(order.ORC), one(order.ORDER_DETAIL)]
  const observed = one(detail.OBR)
  const [number, name] = [one(pid.patientIdentifierList), one(pid.patientName)]
  const placer = one(orc.placerOrderNumber)
  const patient = {
    resourceType: 'Patient',
    identifier: [
      { system: `urn:oid:${text(one(number.assigningAuthority).universalId)}`, value: text(number.idNumber) },
    ],
    name: [{ family: text(one(name.familyName).surname), given: [text(name.givenName)] }],
    gender: pid.administrativeSex === 'F' ? 'female' : 'male',
    birthDate: toDate(text(pid.dateTimeOfBirth) ?? '1900'),
  }
  const request = {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    identifier: [{ system: `urn:oid:${text(placer.universalId)}`, value: text(placer.entityIdentifier) }],
    subject: { reference: 'urn:local:patient' },
    authoredOn: toDateTime(text(orc.dateTimeOfOrderEvent) ?? '1900', { zone }),
    code: { text: text(one(observed.universalServiceIdentifier).text) },
    reasonCode: [{ text: text(observed.relevantClinicalInformation) }],
  }
  return { resourceType: 'Bundle', type: 'collection', entry: [{ resource: patient }, { resource: request }] }
}

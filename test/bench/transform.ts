import { readdir, readFile } from 'node:fs/promises'
import type { ConceptMap } from '@medplum/fhirtypes'
import { parseMessage } from '../../src/hl7v2/message.ts'
import { toDate, toDateTime } from '../../src/hl7v2/timestamps.ts'
import { type Tree, toTree } from '../../src/hl7v2/tree.ts'
import { loadMaps } from '../../src/transform/index.ts'

/** Microseconds of processor time a message, beside the floor of the same run. */
export interface Measured {
  name: string
  micros: number
  floor: string
  floorMicros: number
  ratio: number
}

const root = new URL('../../', import.meta.url)
const zone = 'Europe/Paris'

/**
 * The French request for teleradiology by its map, beside code written by hand for what a request must say.
 *
 * The map makes every resource and reads every field; the code makes the Patient and the ServiceRequest, and reads
 * the fields that those need. Both begin at the parsed message.
 */
export async function transform(rounds = 5, runs = 1000): Promise<Measured[]> {
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
  const micros = best(byMap, rounds, runs)
  const floorMicros = best(() => byHand(tree), rounds, runs)
  return [{ name: 'map ORM_O01', micros, floor: 'by hand', floorMicros, ratio: micros / floorMicros }]
}

async function textsIn(ending: string): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(new URL('mappings/', root))).filter((name) => name.endsWith(ending)).sort()
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(new URL(`mappings/${name}`, root), 'utf8') })),
  )
}

/** The quickest round, after one to warm up: what else the machine does only slows. */
function best(run: () => unknown, rounds: number, runs: number): number {
  const round = () => {
    const before = process.cpuUsage()
    for (let at = 0; at < runs; at++) run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / runs
  }
  round()
  return Math.min(...Array.from({ length: rounds }, round))
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

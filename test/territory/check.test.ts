import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { given, run } from '../cli/support.ts'

const system = 'https://annuaire.lagons.example/id'
const folder = (name: string) => fileURLToPath(new URL(`${name}/`, import.meta.url))

test('every fault of a broken folder is named by file and place, all at once', async () => {
  const { code, out } = await run(['check-config', folder('broken'), '--json'])
  expect(code).toBe(1)
  expect(JSON.parse(out).problems).toEqual([
    expect.stringMatching(/^resources\/torn\.json: not JSON: .*line 2/),
    'resources/two.json: entry[2]: an entry carries a resource',
    'connectors/fax.json: kind: there is no connector fax; known: fhir, file, json, manual, mllp',
    'connectors/ris.json: organization: write system|value',
    'connectors/ris.json: settings.port: Too big: expected number to be <=65535',
    'connectors/vendor.json: settings.pollMs: Too small: expected number to be >=1000',
    'connectors/vendor.json: settings: Unrecognized key: "colour"',
    'clients/leaky.json: scopes.0: «system/Slot.everything» is not a scope of the form system/<Type>.<cruds>.',
    'clients/leaky.json: jwks.keys.0: Register public keys only: this one holds a private member.',
    'maps/codes.json: maps/*.json are ConceptMaps',
    `connectors/lost.json: organization: no Organization in resources/ has the identifier ${system}|nobody`,
    'connectors/lost.json: client: there is no client nobody in clients/',
    'resources/nameless.json: identifier: each resource of a territory has a business identifier (system and value)',
    'resources/place.json: Location.status: This code is not in the value set http://hl7.org/fhir/ValueSet/location-status.',
    'resources/two.json: entry[0]: Organization.active: true or false belongs here, without quotes.',
    `resources/two.json: entry[1]: identifier: ${system}|a is the identifier of resources/two.json: entry[0] already`,
    'resources/two.json: entry[1]: Organization.partOf.reference: no entry has the fullUrl urn:local:nobody',
    'maps/order.map:4:30 There is no variable "number" here.',
  ])
})

test('a map that there is not, and a territory without a cell, are told', async () => {
  const path = await mkdtemp(join(tmpdir(), 'relais-check-'))
  try {
    await cp(folder('second'), path, { recursive: true })
    await rm(join(path, 'resources/coordination.json'))
    const connector = JSON.parse(await readFile(join(path, 'connectors/cirque.json'), 'utf8'))
    await writeFile(
      join(path, 'connectors/cirque.json'),
      JSON.stringify({ ...connector, maps: { Slot: 'no-such-map' } }),
    )
    const sends = { 'request.ordered': { map: 'no-such-order', message: 'ORM^O01' } }
    await writeFile(
      join(path, 'connectors/line.json'),
      JSON.stringify({ kind: 'mllp', organization: connector.organization, settings: { sends } }),
    )
    const { code, out } = await run(['check-config', path])
    expect(code).toBe(1)
    expect(out).toMatch(/^resources: no Organization is the coordination cell/)
    expect(out).toMatch(/^connectors\/cirque\.json: maps\.Slot: there is no map no-such-map$/m)
    expect(out).toMatch(
      /^connectors\/line\.json: settings\.sends\.request\.ordered\.map: there is no map no-such-order$/m,
    )
  } finally {
    await rm(path, { recursive: true, force: true })
  }
})

interface Schemas {
  connectors: Record<string, Parameters<typeof z.fromJSONSchema>[0]>
  client: Parameters<typeof z.fromJSONSchema>[0]
}

test('the schemas of the files take what may be loaded, and nothing else', async () => {
  const { connectors, client } = await given<Schemas>(['check-config', '--schema'])
  expect(Object.keys(connectors).sort()).toEqual(['fhir', 'file', 'json', 'manual', 'mllp'])
  const read = async (file: string) => JSON.parse(await readFile(folder(`.`) + file, 'utf8'))
  const fhir = z.fromJSONSchema(connectors.fhir ?? {})
  expect(fhir.safeParse(await read('second/connectors/cirque.json')).success).toBe(true)
  expect(fhir.safeParse(await read('broken/connectors/vendor.json')).success).toBe(false)
  expect(fhir.safeParse(await read('broken/connectors/lost.json')).success).toBe(false)
  const registered = z.fromJSONSchema(client)
  expect(registered.safeParse(await read('second/clients/piton.json')).success).toBe(true)
  expect(registered.safeParse({ id: 'a' }).success).toBe(false)
})

test('a folder that is right may be loaded', async () => {
  const { code, out } = await run(['check-config', folder('second')])
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringMatching(/may be loaded: 11 resources, 1 connectors, 2 clients, 0 maps\.\n$/),
  })
  expect(await run(['check-config'], { RELAIS_TERRITORY: folder('second') })).toMatchObject({ code: 0 })
})

test('a folder that there is not is told, and settings that are wrong beside it', async () => {
  const { code, out } = await run(['check-config', '/nonexistent/territory'], { RELAIS_PORT: 'x' })
  expect(code).toBe(1)
  expect(out).toMatch(/^RELAIS_PORT: /)
  expect(out).toMatch(/\/nonexistent\/territory: there is no such folder/)
  expect((await run(['check-config'])).code).toBe(2)
})

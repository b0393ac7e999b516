import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registration } from '../../src/auth/client.ts'
import { relais } from '../../src/cli/index.ts'
import { until } from '../support/clock.ts'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { type HttpPeer, openHttpPeer } from '../support/peers.ts'
import { blocksOf, examplesOf, type Places, pageAt } from './page.ts'
import { ran, type Stage, tried } from './try.ts'

const page = await pageAt('src/api/README.md')

let demo: TestDemo
let hook: HttpPeer
let stage: Stage

beforeAll(async () => {
  demo = await startDemo()
  hook = await openHttpPeer()
  stage = {
    baseUrl: demo.world.baseUrl,
    token: await tokenOf('ehr'),
    places: placesOf(demo, hook.url),
  }
})

afterAll(async () => {
  await demo[Symbol.asyncDispose]()
  await hook[Symbol.asyncDispose]()
})

test('the script of the page gets a token', () => {
  expect(stage.token.split('.')).toHaveLength(3)
})

test('the command that the page names prints a token as well', async () => {
  const printed: string[] = []
  const print = {
    out: (text: string) => void printed.push(text),
    error: (text: string) => void printed.push(text),
  }
  const code = await relais(['token', 'ehr'], { RELAIS_DATA_DIR: dirname(demo.demo.folder) }, print)
  expect({ code, parts: printed[0]?.split('.').length }).toEqual({ code: 0, parts: 3 })
})

test('the file of a client is one', () => {
  expect(registered().role).toBe('prescriber')
})

test.for(examplesOf(page))('line $line: $method $url is answered as it is shown', async (example) => {
  expect(await tried(example, stage)).toEqual([])
})

test('the subscriber of the page is told of the comment, with its own header', async () => {
  const told = await until(() => hook.heard.find(({ path }) => path.includes('Communication')))
  expect(told?.method).toBe('PUT')
  expect(told?.headers.get('authorization')).toBe('Bearer of-your-own')
})

/** The registration that the page shows: whoever has it gets as far as the page says. */
function registered() {
  const [file] = blocksOf(page).filter(({ language }) => language === 'json')
  return registration.parse(JSON.parse(file?.text ?? ''))
}

/** A token, by the script that the page shows, with the scopes of the registration that it shows. */
async function tokenOf(client: string): Promise<string> {
  const script = blocksOf(page).find(({ language }) => language === 'js')?.text ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'relais-docs-'))
  const file = join(folder, 'clients.json')
  const { tokenUrl, clients } = demo.world
  const scope = registered().scopes.join(' ')
  const same = clients.map((one) => ({ ...one, scope }))
  await writeFile(file, JSON.stringify({ tokenUrl, clients: same }), { mode: 0o600 })
  const token = await ran(script, [file, client])
  await rm(folder, { recursive: true })
  return token
}

function placesOf({ world }: TestDemo, hook: string): Places {
  const now = Date.now()
  const stamp = new Date(now).toISOString()
  return new Map([
    ['base', world.baseUrl],
    ['desk', world.deskUrl],
    ['hook', hook],
    ['rpps', world.doctors.find(({ member }) => member)?.rpps ?? ''],
    ['centre', world.centres.find(({ connector }) => connector === 'ris-v2')?.id ?? ''],
    ['today', stamp.slice(0, 10)],
    ['later', new Date(now + 14 * 86_400_000).toISOString().slice(0, 10)],
    ['stamp', `${stamp.slice(0, 19).replaceAll(/[-:T]/g, '')}+0000`],
    ['control', `C${now}`],
  ])
}

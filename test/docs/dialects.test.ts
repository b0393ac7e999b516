import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { relais } from '../../src/cli/index.ts'
import { instantIn } from '../../src/fhir/zone.ts'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { examplesOf, type Places, pageAt } from './page.ts'
import { type Stage, tried } from './try.ts'

const page = await pageAt('src/api/dialects/README.md')

let demo: TestDemo
let stage: Stage

beforeAll(async () => {
  demo = await startDemo()
  stage = { baseUrl: demo.world.baseUrl, token: await tokenOf('ehr'), places: placesOf(demo) }
})
afterAll(() => demo?.[Symbol.asyncDispose]())

/** As whoever reads the page gets one: `npm run relais -- token ehr`. */
async function tokenOf(client: string): Promise<string> {
  const printed: string[] = []
  const print = { out: (text: string) => void printed.push(text), error: () => {} }
  await relais(['token', client], { RELAIS_DATA_DIR: dirname(demo.demo.folder) }, print)
  return printed[0] ?? ''
}

/** Three days from the next Tuesday on: the diaries of the demo are open on weekdays. */
function placesOf({ world }: TestDemo): Places {
  const day = 86_400_000
  const at = (ms: number) => encodeURIComponent(instantIn('Europe/Paris', ms))
  const tuesday = Date.now() + ((9 - new Date().getUTCDay()) % 7 || 7) * day
  return new Map([
    ['base', world.baseUrl],
    ['from', at(tuesday)],
    ['until', at(tuesday + 2.9 * day)],
  ])
}

test.for(examplesOf(page))('line $line: $method $url is answered as it is shown', async (example) => {
  expect(await tried(example, stage)).toEqual([])
})

test('the client of the SAS in the demo is given the slots that are reserved, too', async () => {
  const { places } = stage
  const query = `_include=Slot:schedule&start=ge${places.get('from')}&start=le${places.get('until')}&schedule.actor:Practitioner.identifier=urn:oid:1.2.250.1.71.4.2.1%7C899900000102&status=free&_include=Slot:service-type-reference&_include:iterate=HealthcareService:organization&_include:iterate=Schedule:actor`
  const { status, body } = await demo.as('sas').call<{ total: number }>('GET', `/sas/Slot?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  expect(body.total).toBeGreaterThan(0)
})

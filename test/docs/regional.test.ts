import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registration } from '../../src/auth/client.ts'
import { relais } from '../../src/cli/index.ts'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { blocksOf, examplesOf, pageAt } from './page.ts'
import { type Stage, tried } from './try.ts'

const page = await pageAt('src/api/REGIONAL.md')

let demo: TestDemo
let stage: Stage

beforeAll(async () => {
  demo = await startDemo()
  const since = new Date().toISOString()
  const { status } = await demo.as('ehr').call('POST', '/intake/referrals', {
    version: 1,
    placerOrderNumber: 'REGION-1',
    patient: { familyName: 'PAT-TROIS', givenName: 'DOMINIQUE', birthDate: '1979-03-28', sex: 'female' },
    prescriber: { rpps: demo.world.doctors.find(({ member }) => member)?.rpps ?? '' },
    exam: { modality: 'US', region: 'abdomen' },
    reason: { text: 'Colique hépatique' },
    priority: 'urgent',
  })
  expect(status).toBe(201)
  const printed: string[] = []
  const print = { out: (text: string) => void printed.push(text), error: () => {} }
  await relais(['token', 'region'], { RELAIS_DATA_DIR: dirname(demo.demo.folder) }, print)
  const today = new Date().toISOString().slice(0, 10)
  const places = new Map([
    ['base', demo.world.baseUrl],
    ['since', since],
    ['today', today],
  ])
  stage = { baseUrl: demo.world.baseUrl, token: printed[0] ?? '', places }
})
afterAll(() => demo?.[Symbol.asyncDispose]())

test('the file of a client is one', () => {
  const [file] = blocksOf(page).filter(({ language }) => language === 'json')
  expect(registration.safeParse(JSON.parse(file?.text ?? ''))).toMatchObject({ success: true })
})

test.for(examplesOf(page))('line $line: $method $url is answered as it is shown', async (example) => {
  expect(await tried(example, stage)).toEqual([])
})

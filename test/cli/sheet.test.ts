import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { centreV2, telephone, writeTerritory } from '../support/gateway.ts'
import { run } from './support.ts'

let path: string
beforeAll(async () => {
  ;({ path } = await writeTerritory({
    connectors: {
      'ris-v2': { ...centreV2(2575), sheet: { cancel: 'telephone', move: 'telephone' } },
      telephone,
    },
  }))
})
afterAll(() => rm(path, { recursive: true }))

test('the sheets of all connectors are shown, and what follows from them', async () => {
  const { code, out } = await run(['connectors', 'sheet', '--json'], { RELAIS_TERRITORY: path })
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject([
    {
      name: 'ris-v2',
      publish: 'declared',
      confirm: 'message',
      cancel: 'telephone',
      takes: expect.not.arrayContaining(['appointment.cancelled']),
    },
    { name: 'telephone', confirm: 'telephone', takes: [] },
  ])
  const text = (await run(['connectors', 'sheet', 'ris-v2'], { RELAIS_TERRITORY: path })).out
  expect(text).toMatch(/ris-v2 +mllp +declared +no +message +telephone +telephone +yes/)
  expect((await run(['connectors', 'sheet', 'nobody'], { RELAIS_TERRITORY: path })).code).toBe(1)
})

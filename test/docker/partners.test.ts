import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { connectors } from '../../src/connectors/index.ts'
import { readTerritory } from '../../src/territory/read.ts'
import { until } from '../support/clock.ts'
import { startGateway } from '../support/gateway.ts'

const main = fileURLToPath(new URL('../../src/demo/partners/main.ts', import.meta.url))

/** The partners as a process of their own, as in containers; free ports. */
async function startPartners(folder: string) {
  const options = { folder, name: '127.0.0.1', gateway: '127.0.0.1:1', 'base-url': 'http://127.0.0.1:1' }
  const words = Object.entries({ ...options, ports: '0,0,0,0' }).map(([name, value]) => `--${name}=${value}`)
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    territory: JSON.parse(line).territory as string,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      expect((await gone)[0]).toBe(0)
    },
  }
}

test('partners of their own write a territory that gateways elsewhere are served by', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relais-partners-'))
  try {
    await using partners = await startPartners(folder)
    expect((await readTerritory(partners.territory, connectors)).problems).toEqual([])
    const { clients } = JSON.parse(await readFile(join(folder, 'clients.json'), 'utf8'))
    const territory = { path: partners.territory, clients, [Symbol.asyncDispose]: async () => {} }
    await using gateway = await startGateway({ territory })
    for (const diary of ['fhir-ct', 'json-mr']) {
      const slots = await until(
        () => gateway.as('region').search(`Slot?status=free&schedule.identifier=${diary}&_count=1`),
        (found) => found.length > 0,
      )
      expect(slots[0]).toMatchObject({ resourceType: 'Slot' })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'relais-start-'))
})

afterAll(() => rm(dataDir, { recursive: true, force: true }))

/** Starts the gateway as a person does; its exit code and what it says. */
async function started(settings: Record<string, string>): Promise<{ code: number; says: string }> {
  const plain = Object.entries(process.env).filter(([name]) => !name.startsWith('RELAIS_'))
  const env = {
    ...Object.fromEntries(plain),
    RELAIS_DATA_DIR: dataDir,
    RELAIS_PORT: '0',
    RELAIS_MLLP_PORT: '0',
    ...settings,
  }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let says = ''
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    says += more
  })
  const [code] = await once(child, 'close')
  return { code, says }
}

test('a port that is taken is named with its setting', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const { code, says } = await started({ RELAIS_PORT: port })
  other.close()
  expect(code).toBe(2)
  expect(says).toMatch(
    new RegExp(`^RELAIS_PORT: 127\\.0\\.0\\.1:${port} cannot be had; another process listens there`),
  )
  expect(says).not.toContain('    at ')
})

test('a territory that is not there is named', async () => {
  const { code, says } = await started({ RELAIS_TERRITORY: join(dataDir, 'nowhere') })
  expect(code).toBe(2)
  expect(says).toMatch(/^RELAIS_TERRITORY: there is no folder .*nowhere\n$/)
})

test('the clock is turned in the demo only, and the demo stays on this machine', async () => {
  const turned = await started({ RELAIS_TERRITORY: dataDir, RELAIS_NOW: '2026-01-01T00:00:00Z' })
  expect(turned.code).toBe(2)
  expect(turned.says).toMatch(/^RELAIS_NOW/)
  const open = await started({ RELAIS_HOST: '0.0.0.0' })
  expect(open.code).toBe(2)
  expect(open.says).toMatch(/RELAIS_DEMO_ANYWHERE=yes/)
})

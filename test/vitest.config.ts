import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { givenServers } from './support/postgres.ts'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    pool: 'forks',
    // Each worker has a server to itself, and starts gateways of its own; one more than processors, as some tests rest.
    maxWorkers: givenServers()?.length ?? Math.min(availableParallelism() + 1, 5),
    // These only end what hangs: a busy machine is given its time.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
  },
})

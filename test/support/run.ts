/**
 * `npm test`: all tests on the embedded PostgreSQL, and a second time on the server named by RELAIS_TEST_DATABASE_URL
 * when it is set. Arguments go to vitest. Ends with one line: `N passed, M failed`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

interface Count {
  passed: number
  failed: number
  skipped: number
}

/** What is read of vitest's report. */
const shape = z.object({
  testResults: z
    .array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }))
    .default([]),
})

const { RELAIS_TEST_DATABASE_URL: server, ...environment } = process.env
const args = process.argv.slice(2)

console.log('On the embedded PostgreSQL:')
const counts = [await run(environment)]
if (server) {
  console.log('On the server named by RELAIS_TEST_DATABASE_URL:')
  counts.push(await run({ ...environment, RELAIS_TEST_DATABASE_URL: server }))
}
const sum = counts.reduce((a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
}))
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`)
process.exitCode = sum.failed > 0 || counts.some(({ passed }) => passed === 0) ? 1 : 0

/** Runs vitest once. A run that ends badly without a failed test (a file that cannot be loaded) counts as one failure. */
async function run(env: NodeJS.ProcessEnv): Promise<Count> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-run-'))
  const report = join(folder, 'report.json')
  try {
    const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const config = fileURLToPath(new URL('../vitest.config.ts', import.meta.url))
    const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...reporters, ...args], {
      env,
      stdio: 'inherit',
    })
    const [code] = await once(child, 'exit')
    const count = countOf(await readFile(report, 'utf8').catch(() => '{}'))
    return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function countOf(report: string): Count {
  const { testResults } = shape.parse(JSON.parse(report))
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const unloaded = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const passed = tests.filter(({ status }) => status === 'passed').length
  const failed = tests.filter(({ status }) => status === 'failed').length
  return { passed, failed: failed + unloaded.length, skipped: tests.length - passed - failed }
}

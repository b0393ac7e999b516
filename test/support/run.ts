/**
 * `npm test`: all tests on the embedded PostgreSQL, and a second time on the server named by RELAIS_TEST_DATABASE_URL
 * when it is set. Arguments go to vitest. What failed is said once more at the end; the last line is
 * `N passed, M failed`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Report, reportFile, reportShape } from './report.ts'

const { RELAIS_TEST_DATABASE_URL: server, ...environment } = process.env
const args = process.argv.slice(2)

const reports = [await run('On the embedded PostgreSQL', environment)]
if (server) {
  const env = { ...environment, RELAIS_TEST_DATABASE_URL: server }
  reports.push(await run('On the server named by RELAIS_TEST_DATABASE_URL', env))
}
const [passed, failed, skipped] = (['passed', 'failed', 'skipped'] as const).map((state) =>
  reports.reduce((sum, report) => sum + report[state], 0),
) as [number, number, number]
for (const { title, failures } of reports) {
  for (const { where, errors } of failures) console.log(`\nFailed: ${title}: ${where}\n${errors.join('\n')}`)
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || reports.some((report) => report.passed === 0) ? 1 : 0

/** Runs vitest once. A run that ends badly and does not say why counts as one failure. */
async function run(title: string, env: NodeJS.ProcessEnv): Promise<Report & { title: string }> {
  console.log(`${title}:`)
  const folder = await mkdtemp(join(tmpdir(), 'relais-run-'))
  const file = join(folder, 'report.json')
  try {
    const code = await vitest({ ...env, [reportFile]: file })
    const report = await read(file)
    if (code === 0 || report.failed > 0) return { title, ...report }
    const failure = { where: 'vitest itself', errors: [`it ended with code ${code}`] }
    return { title, ...report, failed: 1, failures: [failure] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function vitest(env: NodeJS.ProcessEnv): Promise<number | string> {
  const program = pathOf('../../node_modules/vitest/vitest.mjs')
  const given = [
    '--config',
    pathOf('../vitest.config.ts'),
    '--reporter=default',
    `--reporter=${pathOf('./report.ts')}`,
  ]
  const child = spawn(process.execPath, [program, 'run', ...given, ...args], { env, stdio: 'inherit' })
  const [code, signal] = await once(child, 'exit')
  return code ?? signal
}

/** The report of a run; an empty one when the run ended before it wrote any. */
async function read(file: string): Promise<Report> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  return text === undefined
    ? { passed: 0, failed: 0, skipped: 0, failures: [] }
    : reportShape.parse(JSON.parse(text))
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

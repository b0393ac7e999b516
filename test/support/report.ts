import { writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { SerializedError, TestError } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'
import { z } from 'zod'

/** What one run of vitest came to. */
export const reportShape = z.object({
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
  /** Each failure: the file and the test, and what went wrong. One may lie outside of any test. */
  failures: z.array(z.object({ where: z.string(), errors: z.array(z.string()) })),
})
export type Report = z.infer<typeof reportShape>

/** The variable that names the file in which a run leaves its report, as JSON. */
export const reportFile = 'TEST_REPORT'

/** Leaves a report of the run where `run.ts` finds it: what failed is said once more at the very end of all. */
export default class RunReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Promise<void> {
    const file = process.env[reportFile]
    if (file) await writeFile(file, JSON.stringify(reportOf(modules, unhandled)))
  }
}

function reportOf(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Report {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const inState = (state: string) => tests.filter((test) => test.result().state === state)
  const failures = [
    ...inState('failed').map((test) => ({
      where: `${test.module.relativeModuleId} > ${test.fullName}`,
      errors: (test.result().errors ?? []).map(told),
    })),
    ...modules.filter(hasErrors).map((module) => ({
      where: module.relativeModuleId,
      errors: suiteErrors(module).map(told),
    })),
    ...unhandled.map((error) => ({ where: 'outside of any test', errors: [told(error)] })),
  ]
  const [passed, skipped] = [inState('passed').length, inState('skipped').length]
  return { passed, skipped, failed: failures.length, failures }
}

const hasErrors = (module: TestModule): boolean => suiteErrors(module).length > 0

/** What failed in a file beside its tests: it cannot be loaded, or what is done before or after its tests. */
function suiteErrors(module: TestModule): readonly SerializedError[] {
  return [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())]
}

/** What went wrong and the places of the project that it passed. */
function told({ message, stacks }: Pick<TestError, 'message' | 'stacks'>): string {
  const ours = (stacks ?? []).filter(({ file }) => !file.includes('node_modules'))
  return [message, ...ours.map(({ file, line }) => `  at ${relative(process.cwd(), file)}:${line}`)].join(
    '\n',
  )
}

import { relais } from '../../src/cli/index.ts'

/** What a command said, and its exit code. */
export interface Said {
  code: number
  out: string
  error: string
}

/** Runs a command under these settings, and nothing of this process's own. */
export async function run(
  given: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const said = { out: '', error: '' }
  const print = (to: 'out' | 'error') => (text: string) => {
    said[to] += `${text}\n`
  }
  const code = await relais(given, settings, { out: print('out'), error: print('error') })
  return { code, ...said }
}

/** The value that a command gives with --json; fails when it was not done. */
export async function given<T>(
  words: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  const { code, out } = await run([...words, '--json'], settings)
  if (code !== 0) throw new Error(`relais ${words.join(' ')}: exit ${code}: ${out}`)
  return JSON.parse(out)
}

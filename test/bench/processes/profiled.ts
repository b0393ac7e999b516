import { mkdir, writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { dirname } from 'node:path'

/** What the bench says to a process to have it profiled from now on, or to have the profile written. */
export type Profiling = { profile: 'begin' } | { profile: 'end'; file: string }

/** Lets the bench profile this process: exactly while it is measured, not while it starts. */
export function answerProfiling(): void {
  const session = new Session()
  session.connect()
  process.on('message', async (message: Profiling | string) => {
    if (typeof message === 'string') return
    if (message.profile === 'begin') {
      await session.post('Profiler.enable')
      await session.post('Profiler.start')
    } else {
      const { profile } = await session.post('Profiler.stop')
      await mkdir(dirname(message.file), { recursive: true })
      await writeFile(message.file, JSON.stringify(profile))
    }
    process.send?.('done')
  })
}

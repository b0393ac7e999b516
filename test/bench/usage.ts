import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'

/** Lets the bench ask this process how much processor time it has used. */
export function answerUsage(): void {
  process.on('message', (message) => {
    if (message === 'usage') process.send?.(process.cpuUsage())
  })
}

/** Processor time that a child which answers has used, in ms. */
export async function usageOf(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message')
  child.send('usage')
  const [{ user, system }] = (await answer) as [NodeJS.CpuUsage]
  return (user + system) / 1000
}

/** The kernel counts processor time in hundredths of a second on every Linux. */
const msPerTick = 10

/**
 * Processor time that a server process has used with all its children, those too that have ended, in ms; undefined
 * where there is no /proc.
 */
export async function usageOfFamily(pid: number): Promise<number | undefined> {
  const parent = await statOf(pid)
  if (!parent) return undefined
  const all = await Promise.all(
    (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((name) => statOf(Number(name))),
  )
  const children = all.filter((one) => one?.parent === pid)
  const ticks = children.reduce((sum, child) => sum + (child?.own ?? 0), parent.own + parent.ended)
  return ticks * msPerTick
}

/** The parent of a process, and what it and its ended children have used. Source: proc(5), /proc/pid/stat. */
export async function statOf(
  pid: number,
): Promise<{ parent: number; own: number; ended: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined) // it may have gone, or there is no /proc
  if (text === undefined) return undefined
  // The second field is a name in brackets that may hold blanks.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [, parent = 0, user = 0, system = 0, userEnded = 0, systemEnded = 0] = [0, 1, 11, 12, 13, 14].map(
    (n) => fields[n],
  )
  return { parent, own: user + system, ended: userEnded + systemEnded }
}

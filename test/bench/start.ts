import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { statOf, usageOfFamily } from './usage.ts'

/** How long the demo took to be ready, and what it takes. */
interface Start {
  name: string
  readyMs: number
  /** Processor time until it was ready, of the gateway and of all that it had started. */
  gatewayCpuMs: number
  othersCpuMs: number
  /** Resident memory of the gateway's process when it has been ready for a while. */
  memoryMb: number
}

/** `node test/bench/start.ts [runs] [V8 option …]`: the demo, started on an empty folder and then again on the same. */
const [runs = '3', ...options] = process.argv.slice(2)
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'relais-start-'))
for (let run = 0; run <= Number(runs); run++) {
  const { name, ...figures } = await started(run === 0 ? 'first start' : 'later start')
  const shown = Object.entries(figures).map(([key, value]) => `${key} ${Math.round(value)}`)
  process.stdout.write(`${name.padEnd(12)} ${shown.join('  ')}\n`)
}
process.stdout.write(
  `${cpus().length} processors; load average ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}\n`,
)
await rm(folder, { recursive: true, force: true })

async function started(name: string): Promise<Start> {
  const env = {
    ...process.env,
    RELAIS_PORT: '0',
    RELAIS_MLLP_PORT: '0',
    RELAIS_DATA_DIR: join(folder, 'data'),
  }
  const began = performance.now()
  const child = spawn(process.execPath, [...options, main], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"gateway.ready"')) break
  }
  const readyMs = performance.now() - began
  const pid = child.pid ?? 0
  const own = ((await statOf(pid))?.own ?? 0) * 10
  const others = ((await usageOfFamily(pid)) ?? own) - own
  child.stdout.resume()
  await sleep(5_000)
  const memoryMb = await residentMb(pid)
  child.kill('SIGTERM')
  await once(child, 'exit')
  return { name, readyMs, gatewayCpuMs: own, othersCpuMs: others, memoryMb }
}

/** Source: proc(5), /proc/pid/status. */
async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '') // there is no /proc everywhere
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}

import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Example, filled, misfits, type Places, textFits } from './page.ts'

/** Where examples are tried: paths are of that gateway, and are called with that token. */
export interface Stage {
  baseUrl: string
  token: string
  places: Places
}

/**
 * Does what an example shows. Comes back with what is not as it is shown.
 *
 * A feed of changes shows one when no older writing is under way on the server, others' databases included: what only
 * reads is asked again for a while.
 */
export async function tried(example: Example, stage: Stage): Promise<string[]> {
  if (example.method !== 'GET') return once(example, stage)
  const end = performance.now() + mostMs
  for (;;) {
    const faults = await once(example, stage)
    if (faults.length === 0 || performance.now() > end) return faults
    await sleep(100)
  }
}

const mostMs = 10_000

async function once(example: Example, { baseUrl, token, places }: Stage): Promise<string[]> {
  const url = filled(example.url, places)
  const headers = Object.fromEntries(
    Object.entries(example.headers).map(([name, value]) => [name.toLowerCase(), filled(value, places)]),
  )
  const isV2 = headers['content-type']?.includes('hl7-v2')
  const body = filled(example.body, places)
  const response = await fetch(url.startsWith('/') ? baseUrl + url : url, {
    method: example.method,
    headers: { ...(url.startsWith('/') && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== '' && { body: isV2 ? `${body.replaceAll('\n', '\r')}\r` : body }),
  })
  return misfitsOf(response.status, response.headers, await response.text(), example, places)
}

function misfitsOf(
  status: number,
  headers: Headers,
  text: string,
  { answer }: Example,
  places: Places,
): string[] {
  if (status !== answer.status)
    return [`the status is ${status}, not ${answer.status}: ${text.slice(0, 2_000)}`]
  const wrong = Object.entries(answer.headers).filter(
    ([name, value]) => !textFits(headers.get(name) ?? '', value, places),
  )
  const faults = wrong.map(([name, value]) => `${name} is ${headers.get(name)}, not ${value}`)
  if (answer.body === '') return faults
  const isJson = headers.get('content-type')?.includes('json')
  if (isJson) return [...faults, ...misfits(JSON.parse(text), JSON.parse(answer.body), places)]
  const lines = text.trimEnd().replaceAll('\r', '\n')
  return textFits(lines, answer.body, places)
    ? faults
    : [...faults, `the body is ${lines}, not ${answer.body}`]
}

/** Runs a script that a page shows, as if typed in the project's folder. Comes back with what it prints. */
export function ran(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ['--input-type=module', '-', ...args],
      { env: { ...process.env, ...env } },
      (error, out, err) => (error ? reject(new Error(`${err}${out}`)) : resolve(out.trim())),
    )
    child.stdin?.end(script)
  })
}

import { spawn } from 'node:child_process'
import { chown } from 'node:fs/promises'

/**
 * The account that PostgreSQL runs under: it refuses root, so for root it is the one without rights (65534, `nobody`).
 * `command` goes before the program's own; `undefined` ids are the gateway's own.
 */
export interface Account {
  uid?: number
  gid?: number
  command: readonly string[]
}

const nobody = 65534

/** The account for the programs that work in a folder, which is handed over to it. */
export async function accountFor(folder: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { command: [] }
  await chown(folder, nobody, nobody)
  const plain: Account = { uid: nobody, gid: nobody, command: [] }
  return (await reaches(plain, folder, 'w')) ? plain : entering
}

/** Whether the account may enter (`x`) or write in (`w`) a folder, whatever lies above it. */
export async function reaches(account: Account, folder: string, how: 'x' | 'w'): Promise<boolean> {
  const child = spawnAs(account, '/bin/sh', ['-c', `test -${how} "$0/."`, folder], { stdio: 'ignore' })
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}

/** Starts a program under an account. */
export function spawnAs(
  { uid, gid, command }: Account,
  program: string,
  args: readonly string[],
  options: Parameters<typeof spawn>[2],
) {
  const [first = program, ...rest] = [...command, program, ...args]
  const ids = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) }
  return spawn(first, rest, { env: { PATH: process.env.PATH, LC_ALL: 'C' }, ...options, ...ids })
}

/**
 * For a folder below one that is root's alone, such as /root: `nobody`, with the one right to pass through.
 * `setpriv` is in every Debian, Ubuntu, Fedora (util-linux). PostgreSQL asks by access(2) whether it may run its own
 * programs, where the right counts only with `no_setuid_fixup`.
 */
const entering: Account = {
  command: [
    'setpriv',
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
    '--',
  ],
}

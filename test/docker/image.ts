/**
 * Does what the Dockerfile says, without an engine. In an empty folder it copies the committed files,
 * runs the commands, starts the gateway as a user who may write to /data and /tmp only, and waits for the health check.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

interface Instruction {
  name: string
  rest: string
}

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const image = mkdtempSync(join(tmpdir(), 'relais-image-'))
const context = join(image, '.context')
const nobody = 65534
const isRoot = process.getuid?.() === 0

/** A path of the image, in the folder that stands for it. */
const inside = (path: string) => join(image, path)

/** Instructions, with their continued lines joined. */
function instructionsIn(dockerfile: string): Instruction[] {
  return dockerfile
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = ''] = line.split(' ', 1)
      return { name, rest: line.slice(name.length + 1) }
    })
}

/** The committed files, as the engine is sent them. */
function exportContext(): void {
  mkdirSync(context)
  const archive = execFileSync('git', ['-C', repository, 'archive', 'HEAD'], { maxBuffer: 1 << 30 })
  execFileSync('tar', ['-x', '-C', context], { input: archive })
}

interface Built {
  workdir: string
  env: Record<string, string>
  health: readonly string[]
  command: readonly string[]
}

/** Carries out the instructions, one after the other. Fails at one that it does not know. */
function build(instructions: readonly Instruction[]): Built {
  const built: Built = { workdir: '/', env: {}, health: [], command: [] }
  for (const { name, rest } of instructions) {
    process.stdout.write(`${name} ${rest}\n`)
    if (name === 'WORKDIR') mkdirSync(inside(rest), { recursive: true, mode: 0o755 })
    if (name === 'WORKDIR') built.workdir = rest
    else if (name === 'COPY') copy(rest.split(' '), built.workdir)
    else if (name === 'RUN') run(rest, built.workdir)
    else if (name === 'ENV')
      Object.assign(built.env, Object.fromEntries(rest.split(' ').map((one) => one.split('='))))
    else if (name === 'HEALTHCHECK') built.health = JSON.parse(rest.slice(rest.indexOf('CMD ') + 4))
    else if (name === 'CMD') built.command = JSON.parse(rest)
    else if (!['FROM', 'LABEL', 'VOLUME', 'EXPOSE', 'USER'].includes(name))
      throw new Error(`What is ${name}?`)
  }
  return built
}

function copy(paths: readonly string[], workdir: string): void {
  const to = inside(resolve(workdir, paths.at(-1) ?? ''))
  const isFolder = paths.at(-1)?.endsWith('/')
  for (const path of paths.slice(0, -1)) {
    cpSync(join(context, path), isFolder ? join(to, path) : to, { recursive: true })
  }
}

/** Folders of the image are those of its stand-in, and its user `node` is whoever starts the gateway here. */
function run(command: string, workdir: string): void {
  const here = command.replaceAll(/ (\/data)\b/g, ` ${inside('$1')}`).replace('-o node -g node ', '')
  const { status } = spawnSync('/bin/sh', ['-c', here], { cwd: inside(workdir), stdio: 'inherit' })
  if (status !== 0) throw new Error(`RUN ${command}: exit ${status}`)
}

/** Starts the gateway, waits for the health check, and stops it. */
async function start({ workdir, env, health, command }: Built): Promise<void> {
  const data = inside(env.RELAIS_DATA_DIR ?? '')
  const territory = inside('territory')
  cpSync(join(context, 'test/territory/second'), territory, { recursive: true })
  chmodSync(image, 0o755)
  execFileSync('chmod', ['-R', 'a+rX,a-w', inside(workdir)])
  if (isRoot) chownSync(data, nobody, nobody)
  const settings = {
    // The base image's Node 24 is the one that comes with the packages.
    PATH: `${inside(workdir)}/node_modules/.bin:${process.env.PATH}`,
    HOME: data,
    ...env,
    RELAIS_DATA_DIR: data,
    RELAIS_TERRITORY: territory,
    RELAIS_HOST: '127.0.0.1',
    RELAIS_PORT: String(await freePort()),
    RELAIS_MLLP_PORT: '0',
  }
  const options = { cwd: inside(workdir), env: settings, ...(isRoot && { uid: nobody, gid: nobody }) }
  const [program = '', ...args] = command
  const gateway = spawn(program, args, { ...options, stdio: 'inherit' })
  const gone = once(gateway, 'exit')
  try {
    await healthy(health, options, gateway)
    process.stdout.write('The health check holds.\n')
  } finally {
    gateway.kill('SIGTERM')
    const [code] = await gone
    if (code !== 0) process.exitCode = 1
  }
}

async function healthy(
  [program = '', ...args]: readonly string[],
  options: Parameters<typeof spawnSync>[2],
  gateway: { exitCode: number | null },
): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; await sleep(500)) {
    if (gateway.exitCode !== null) throw new Error(`The gateway ended: ${gateway.exitCode}`)
    if (spawnSync(program, args, options).status === 0) return
  }
  throw new Error('The gateway is not ready after 90 s')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has an address')
  return address.port
}

try {
  exportContext()
  await start(build(instructionsIn(readFileSync(join(context, 'docker/Dockerfile'), 'utf8'))))
} finally {
  rmSync(image, { recursive: true, force: true })
}

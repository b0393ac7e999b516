import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { connectors } from '../connectors/index.ts'
import { openDemo } from '../demo/index.ts'
import { Failure } from '../fhir/outcome.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import { type Log, openLog } from '../log.ts'
import { isFolder } from '../territory/files.ts'
import { readTerritory } from '../territory/read.ts'

/** Runs the gateway under these settings until it is told to stop. Comes back with the exit code. */
export async function run(environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    const config = readConfig(environment)
    const log = openLog(config.RELAIS_LOG_LEVEL)
    return await running(config, log)
  } catch (thrown) {
    if (!(thrown instanceof ConfigError || thrown instanceof Failure)) throw thrown
    process.stderr.write(`${linesOf(thrown).join('\n')}\n`)
    return thrown instanceof ConfigError ? 2 : 1
  }
}

async function running(config: Config, log: Log): Promise<number> {
  const startedAt = performance.now()
  const stopping = stopAsked()
  await using opened = await open(config, log)
  const { gateway } = opened
  log.event('gateway.ready', {
    baseUrl: gateway.addresses.baseUrl,
    http: addressText(gateway.addresses.http),
    mllp: gateway.addresses.mllp && addressText(gateway.addresses.mllp),
    admin: gateway.addresses.admin && addressText(gateway.addresses.admin),
    ms: Math.round(performance.now() - startedAt),
  })
  started()
  opened.greet()
  log.event('gateway.stopping', { signal: await stopping })
  return 0
}

/** What has been compiled is kept for the next start, even if we are killed; from now on memory may grow as is usual. */
function started(): void {
  flushCompileCache()
  setFlagsFromString('--semi-space-growth-factor=2')
}

/** All that is wrong, a line each, with its place. */
function linesOf(thrown: ConfigError | Failure): readonly string[] {
  if (thrown instanceof ConfigError) return thrown.problems
  return thrown.issues.map(({ text, expression }) => (expression ? `${expression}: ${text}` : text))
}

interface Opened extends AsyncDisposable {
  gateway: Gateway
  /** Tells a person what to try. */
  greet(): void
}

/** The territory that is named, or the demo. */
async function open(config: Config, log: Log): Promise<Opened> {
  if (config.RELAIS_TERRITORY === undefined) {
    const demo = await openDemo(config, log, clockFrom(config.RELAIS_NOW))
    return {
      gateway: demo.gateway,
      greet: () => greetDemo(demo.gateway, demo.folder),
      [Symbol.asyncDispose]: () => demo[Symbol.asyncDispose](),
    }
  }
  if (config.RELAIS_NOW !== undefined) {
    throw new ConfigError(['RELAIS_NOW turns the clock of the demo and of tests only: unset it'])
  }
  if (!(await isFolder(config.RELAIS_TERRITORY))) {
    throw new ConfigError([`RELAIS_TERRITORY: there is no folder ${config.RELAIS_TERRITORY}`])
  }
  const { territory, problems } = await readTerritory(config.RELAIS_TERRITORY, connectors)
  if (problems.length > 0) throw new ConfigError(problems)
  const gateway = await openGateway({ config, folder: territory, log, clock: () => new Date() })
  return { gateway, greet: () => undefined, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() }
}

/** A clock that starts from an instant and then goes on as clocks do. */
function clockFrom(now: string | undefined): () => Date {
  if (now === undefined) return () => new Date()
  const ahead = Date.parse(now) - Date.now()
  return () => new Date(Date.now() + ahead)
}

function greetDemo({ addresses: { baseUrl, mllp } }: Gateway, folder: string): void {
  process.stderr.write(`
Relais is running, on its demo territory.

  Console      ${baseUrl}/console
  FHIR R4      ${baseUrl}/fhir
  HL7 v2       ${mllp ? `mllp://${mllp.host}:${mllp.port}` : 'off'}
  Keys         ${folder}/clients.json

Try, in another terminal:

  npm run tour                                   one referral's whole way
  npm run relais -- token ehr                    a token for the doctor's software
  npm run relais -- send test/samples/hl7v2-fr-teleradiology/flux1-ORM_O01-NW-transmission-demande.hl7

`)
}

const addressText = ({ host, port }: { host: string; port: number }) => `${host}:${port}`

function stopAsked(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
  })
}

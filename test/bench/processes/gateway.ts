import { readConfig } from '../../../src/config.ts'
import { connectors } from '../../../src/connectors/index.ts'
import { openGateway } from '../../../src/gateway.ts'
import { openLog } from '../../../src/log.ts'
import { readTerritory } from '../../../src/territory/read.ts'
import { answerUsage } from '../usage.ts'
import { answerProfiling } from './profiled.ts'

/** What the bench must know of a gateway: where it answers, and the database behind it. */
export interface GatewayReady {
  baseUrl: string
  mllp: { host: string; port: number }
  /** libpq URL. */
  databaseUrl: string
}

const [folder = '', dataDir = ''] = process.argv.slice(2)
const { territory, problems } = await readTerritory(folder, connectors)
if (problems.length > 0) throw new Error(problems.join('\n'))
const gateway = await openGateway({
  config: readConfig({
    RELAIS_PORT: '0',
    RELAIS_MLLP_PORT: '0',
    RELAIS_DATA_DIR: dataDir,
    RELAIS_OUTBOUND_LOOPBACK: 'yes',
    RELAIS_LOG_LEVEL: 'silent',
  }),
  folder: territory,
  log: openLog('silent'),
  clock: () => new Date(),
})
const { host, user, database } = gateway.store.connection
const { baseUrl, mllp } = gateway.addresses
if (!mllp) throw new Error('A gateway under measurement listens for HL7 v2')
answerUsage()
answerProfiling()
process.once('disconnect', async () => {
  await gateway[Symbol.asyncDispose]()
  process.exit()
})
process.send?.({
  baseUrl,
  mllp,
  databaseUrl: `postgresql://${user}@localhost/${database}?host=${host}`,
} satisfies GatewayReady)

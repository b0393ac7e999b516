import { readConfig } from '../config.ts'
import { openStore } from '../store/index.ts'
import { newestMigration } from '../store/migrate.ts'
import { command } from './command.ts'

export const migrate = command({
  usage: '',
  says: `Brings the database to this release's shape, and ends.
The database is that of RELAIS_DATABASE_URL, otherwise the embedded one in RELAIS_DATA_DIR. A gateway does the same when it starts.`,
  words: [0, 0],
  async run({ environment }) {
    const { RELAIS_DATABASE_URL: databaseUrl, RELAIS_DATA_DIR: dataDir } = readConfig(environment)
    await using _ = await openStore({ dataDir, poolSize: 1, ...(databaseUrl && { databaseUrl }) })
    const migration = await newestMigration()
    return { text: `The database is at migration ${migration}.`, value: { migration } }
  },
})

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { failure } from '../../fhir/outcome.ts'

/**
 * Holds a data folder for this process alone, until it is disposed of or the process ends, however it ends.
 *
 * It is SQLite's lock on a file of the folder: Node has no `flock`, and a file that names a process id is believed
 * for ever in containers, where every gateway is process 1. Fails: lock-error when another process has it.
 */
export function holdFolder(dataDir: string): Disposable {
  const file = new DatabaseSync(join(dataDir, 'lock'))
  try {
    file.exec('pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive')
  } catch (thrown) {
    file.close()
    throw isBusy(thrown) ? taken(dataDir) : thrown
  }
  return { [Symbol.dispose]: () => file.close() }
}

function taken(dataDir: string) {
  return failure(
    'lock-error',
    `Another process uses the store in ${dataDir}. Stop it, set RELAIS_DATA_DIR to another folder, or run several gateways on one server with RELAIS_DATABASE_URL.`,
    'RELAIS_DATA_DIR',
  )
}

/** SQLITE_BUSY. */
function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && 'errcode' in thrown && thrown.errcode === 5
}
